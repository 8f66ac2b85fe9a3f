"""A payment provider's charges over HTTP: docs/partners/payment.yaml."""

from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.money.charge import Charge, ChargeRequest


class HttpCharges:
    """A `Charges`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def charge(self, order: ChargeRequest, merchant_id: str) -> Charge:
        charge = self._http.parse(await self._http.write("/charges", order, order.key), Charge)
        if (charge.key, charge.order_id, charge.amount) != (order.key, order.order_id, order.amount):
            raise self._http.invalid_response(f"asked for charge {order.key}, it tells of another key, order or amount")
        return charge

    async def charge_by_key(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge | None:
        charge = await self._http.read(f"/charges/{quote(order.key, safe='')}", Charge)
        return charge and self._own(order.key, charge)

    async def cancel_charge(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge:
        answer = await self._http.write(f"/charges/{quote(order.key, safe='')}/cancel", order, f"{order.key}.cancel")
        return self._own(order.key, self._http.parse(answer, Charge))

    def _own(self, key: str, charge: Charge) -> Charge:
        if charge.key != key:
            raise self._http.invalid_response(f"asked for charge {key}, it tells of {charge.key}")
        return charge
