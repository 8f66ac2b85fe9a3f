"""Each merchant's payment provider (RES-5): the usual one, or the one that `REDRESS_PAYMENT_PROVIDERS` names."""

from collections.abc import Mapping

from adapters.partners.protocols import Charges, PaymentProvider
from models.common.partners import Payment, Refund, RefundRequest
from models.money.charge import Charge, ChargeRequest


class PaymentsByMerchant:
    """A `PaymentProvider` that asks the merchant's own."""

    def __init__(self, usual: PaymentProvider, own: Mapping[str, PaymentProvider]) -> None:
        self._usual = usual
        self._own = own

    async def payments(self, order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        return await self._of(merchant_id).payments(order_id, merchant_id)

    async def refund(self, order: RefundRequest, merchant_id: str | None = None) -> Refund:
        return await self._of(merchant_id).refund(order, merchant_id)

    async def refund_by_key(self, key: str, payment_id: str, merchant_id: str | None = None) -> Refund | None:
        return await self._of(merchant_id).refund_by_key(key, payment_id, merchant_id)

    def _of(self, merchant_id: str | None) -> PaymentProvider:
        return self._own.get(merchant_id, self._usual) if merchant_id else self._usual


class ChargesByMerchant:
    """A `Charges` that asks where the merchant's payments are, so that what is paid there can be refunded there."""

    def __init__(self, usual: Charges, own: Mapping[str, Charges]) -> None:
        self._usual = usual
        self._own = own

    async def charge(self, order: ChargeRequest, merchant_id: str) -> Charge:
        return await self._of(merchant_id).charge(order, merchant_id)

    async def charge_by_key(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge | None:
        return await self._of(merchant_id).charge_by_key(order, merchant_id, charge_id)

    async def cancel_charge(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge:
        return await self._of(merchant_id).cancel_charge(order, merchant_id, charge_id)

    def _of(self, merchant_id: str) -> Charges:
        return self._own.get(merchant_id, self._usual)
