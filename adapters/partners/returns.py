"""Merchants and carriers about goods that come back, over HTTP: docs/partners/merchant.yaml, carrier.yaml (RES-6)."""

from typing import Protocol, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from adapters.partners.http import PartnerHttp
from adapters.partners.protocols import Tracking
from models.returns.partner import (
    Label,
    LabelRequest,
    PickupBooked,
    PickupMove,
    PickupRequest,
    ReturnAnswer,
    ReturnBox,
    ReturnCancelled,
    ReturnParcel,
    ReturnRequest,
    ReturnSlip,
    SendBack,
    SentBack,
    SentBackStatus,
    Voided,
)

KeyedT = TypeVar("KeyedT", Label, PickupBooked, ReturnSlip, SentBack)


class ReturnPartners(Protocol):
    """What a return needs of partners. Writes are safe to repeat by their keys; every method may raise `PartnerError`."""

    async def open_return(self, order: ReturnRequest) -> ReturnSlip:
        """The merchant's number for the return, and where the goods go; a no is an answer with status `refused`."""
        ...

    async def cancel_return(self, return_key: str, word: ReturnCancelled) -> None:
        """Tell the merchant that nothing will come."""
        ...

    async def box(self, return_key: str, word: ReturnBox) -> None:
        """Tell the merchant with which other return the goods come."""
        ...

    async def send_back(self, return_key: str, order: SendBack) -> SentBack:
        """Have the merchant send goods to the customer again; a no is an answer with status `refused`."""
        ...

    async def sent_back(self, return_key: str) -> SentBack | None:
        """The parcel in which the merchant sent them; None when it has not. Asked before asking again."""
        ...

    async def label(self, order: LabelRequest) -> Label:
        """A prepaid label."""
        ...

    async def label_by_key(self, key: str) -> Label | None:
        """The label of that key; None when there is none. Asked before asking again."""
        ...

    async def void_label(self, label_key: str, word: Voided) -> None:
        """The label will not be used."""
        ...

    async def pickup(self, order: PickupRequest) -> PickupBooked:
        """Have the parcel fetched."""
        ...

    async def pickup_by_key(self, key: str) -> PickupBooked | None:
        """The pick-up of that key; None when there is none. Asked before asking again."""
        ...

    async def move_pickup(self, pickup_key: str, order: PickupMove) -> PickupBooked:
        """Another time."""
        ...

    async def cancel_pickup(self, pickup_key: str, word: Voided) -> PickupBooked:
        """Nobody needs to come."""
        ...

    async def parcel(self, tracking: str) -> ReturnParcel | None:
        """Where the parcel is; None when the carrier does not know it."""
        ...


class HttpReturns:
    """A `ReturnPartners`: the merchants' and the carriers' contracts."""

    def __init__(self, merchant: PartnerHttp, carrier: PartnerHttp, tracking: Tracking | None = None) -> None:
        self._merchant = merchant
        self._carrier = carrier
        self._tracking = tracking

    async def open_return(self, order: ReturnRequest) -> ReturnSlip:
        slip = await _write(self._merchant, "/returns", order, order.key, ReturnSlip)
        if slip.status is not ReturnAnswer.REFUSED and (slip.rma is None or slip.address is None):
            raise self._merchant.invalid_response(f"return {order.key} is open without its number and address")
        return slip

    async def cancel_return(self, return_key: str, word: ReturnCancelled) -> None:
        await self._merchant.write(f"/returns/{_path(return_key)}/cancel", word, word.key)

    async def box(self, return_key: str, word: ReturnBox) -> None:
        await self._merchant.write(f"/returns/{_path(return_key)}/box", word, word.key)

    async def send_back(self, return_key: str, order: SendBack) -> SentBack:
        path = f"/returns/{_path(return_key)}/send-back"
        return self._with_parcel(await _write(self._merchant, path, order, order.key, SentBack))

    async def sent_back(self, return_key: str) -> SentBack | None:
        known = await self._merchant.read(f"/returns/{_path(return_key)}/send-back", SentBack)
        return known and self._with_parcel(known)

    def _with_parcel(self, told: SentBack) -> SentBack:
        if told.status is not SentBackStatus.REFUSED and (told.tracking is None or told.carrier_id is None):
            raise self._merchant.invalid_response(f"goods of {told.key} are sent back without the parcel's number and carrier")
        return told

    async def label(self, order: LabelRequest) -> Label:
        return await _write(self._carrier, "/labels", order, order.key, Label)

    async def label_by_key(self, key: str) -> Label | None:
        return await _read(self._carrier, f"/labels/{_path(key)}", key, Label)

    async def void_label(self, label_key: str, word: Voided) -> None:
        await self._carrier.write(f"/labels/{_path(label_key)}/void", word, word.key)

    async def pickup(self, order: PickupRequest) -> PickupBooked:
        return await _write(self._carrier, "/pickups", order, order.key, PickupBooked)

    async def pickup_by_key(self, key: str) -> PickupBooked | None:
        return await _read(self._carrier, f"/pickups/{_path(key)}", key, PickupBooked)

    async def move_pickup(self, pickup_key: str, order: PickupMove) -> PickupBooked:
        return await _changed(self._carrier, pickup_key, "move", order, order.key)

    async def cancel_pickup(self, pickup_key: str, word: Voided) -> PickupBooked:
        return await _changed(self._carrier, pickup_key, "cancel", word, word.key)

    async def parcel(self, tracking: str) -> ReturnParcel | None:
        parcel = await self._carrier.read(f"/parcels/{_path(tracking)}", ReturnParcel)
        if parcel is not None and parcel.tracking != tracking:
            raise self._carrier.invalid_response(f"asked for parcel {tracking}, it tells of {parcel.tracking}")
        if parcel is None and self._tracking is not None:
            return await self._tracking.parcel(tracking)
        return parcel


async def _write(http: PartnerHttp, path: str, body: BaseModel, key: str, shape: type[KeyedT]) -> KeyedT:
    answer = http.parse(await http.write(path, body, key), shape)
    return _of(http, answer, key)


async def _read(http: PartnerHttp, path: str, key: str, shape: type[KeyedT]) -> KeyedT | None:
    answer = await http.read(path, shape)
    return None if answer is None else _of(http, answer, key)


async def _changed(http: PartnerHttp, pickup_key: str, verb: str, body: BaseModel, key: str) -> PickupBooked:
    answer = http.parse(await http.write(f"/pickups/{_path(pickup_key)}/{verb}", body, key), PickupBooked)
    return _of(http, answer, pickup_key)


def _of(http: PartnerHttp, answer: KeyedT, key: str) -> KeyedT:
    if answer.key != key:
        raise http.invalid_response(f"asked about {key}, it tells of {answer.key}")
    return answer


def _path(part: str) -> str:
    return quote(part, safe="")
