"""A payment provider's chargebacks over HTTP (RES-12): docs/partners/payment.yaml."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.chargebacks.partner import Chargeback, ChargebackAnswer
from models.common.partners import FromPartner, each_once


class ChargebackList(FromPartner):
    chargebacks: Annotated[tuple[Chargeback, ...], each_once("chargeback_id")]


class HttpChargebacks:
    """A `Chargebacks`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def chargeback(self, chargeback_id: str) -> Chargeback | None:
        told = await self._http.read(f"/chargebacks/{quote(chargeback_id, safe='')}", Chargeback)
        return told and self._own(chargeback_id, told)

    async def opened_since(self, since: datetime) -> tuple[Chargeback, ...]:
        told = await self._http.read("/chargebacks", ChargebackList, optional=True, since=since.isoformat())
        return told.chargebacks if told else ()

    async def answer(self, answer: ChargebackAnswer) -> Chargeback:
        path = f"/chargebacks/{quote(answer.chargeback_id, safe='')}/answer"
        return self._own(answer.chargeback_id, self._http.parse(await self._http.write(path, answer, answer.key), Chargeback))

    def _own(self, chargeback_id: str, told: Chargeback) -> Chargeback:
        if told.chargeback_id != chargeback_id:
            raise self._http.invalid_response(f"asked for chargeback {chargeback_id}, it tells of {told.chargeback_id}")
        return told
