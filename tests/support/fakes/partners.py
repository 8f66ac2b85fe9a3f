"""Partners in memory, hand-written against the Protocols: a world whose orders, parcels and money a test can set up and look at."""

import asyncio
from dataclasses import dataclass, field

from models.common.errors import PartnerError
from models.common.partners import (
    Order,
    OutgoingMessage,
    Payment,
    ProviderRefundStatus,
    Refund,
    RefundRequest,
    RefundTo,
    RefusalCode,
    Shipment,
    StatementRequest,
)
from models.common.vocabulary import ErrorType
from models.money.coupon import Coupon, CouponForm, CouponStatus, IssueCoupon
from models.replacements.partner import Variant
from tests.support.builders.orders import payment
from tests.support.fakes.claims import FakeClaims
from tests.support.fakes.returns import ReturnWorld
from tests.support.fakes.warehouse import FakeWarehouse


@dataclass
class World:
    """Merchant, carrier, payment provider and message provider at once."""

    orders: dict[str, Order] = field(default_factory=dict)
    parcels: dict[str, list[Shipment]] = field(default_factory=dict)
    charges: dict[str, list[Payment]] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    asked_for_refunds: list[RefundRequest] = field(default_factory=list)
    asked: list[StatementRequest] = field(default_factory=list)
    coupons: dict[str, Coupon] = field(default_factory=dict)
    asked_for_coupons: list[str] = field(default_factory=list)
    refuses_coupons: bool = False
    coupons_are_used: bool = False
    """The customer uses each before anybody can take it back."""
    holds_coupons: bool = False
    """None is issued while that lasts, and nobody says so."""
    keeps_coupons: bool = False
    """None is taken back."""
    sent: list[OutgoingMessage] = field(default_factory=list)
    returns: ReturnWorld = field(default_factory=ReturnWorld)
    claims: FakeClaims = field(default_factory=FakeClaims)
    warehouse: FakeWarehouse = field(default_factory=FakeWarehouse)
    """Carriers' and merchants' at once (RES-9)."""
    down: set[str] = field(default_factory=set)
    """Partners that do not answer: merchant, carrier, payment; refunds: the payment provider, when it is asked for one."""
    variants_of: dict[tuple[str, str], tuple[Variant, ...]] = field(default_factory=dict)
    """By order and line, where the merchant tells them."""
    refuses: bool = False
    closed: RefusalCode | None = None
    """Why nothing goes back to where it came from; the customer's balance takes it."""
    pays_at_once: bool = True
    dies_after_acting: int = 0
    """So many refunds are made, but their answers get lost."""

    def add(self, order: Order, *parcels: Shipment, charges: tuple[Payment, ...] | None = None) -> None:
        self.orders[order.order_id] = order
        self.parcels[order.order_id] = list(parcels)
        self.charges[order.order_id] = list(charges or (payment(order.order_id, minor=order.total.minor),))

    def paid_back(self, order_id: str) -> int:
        """Minor units that really went back for an order."""
        return sum(
            refund.amount.minor
            for refund in self.refunds.values()
            if refund.order_id == order_id and refund.status is not ProviderRefundStatus.REFUSED
        )

    def arrive(self) -> None:
        """Every accepted refund reaches the customer."""
        self.refunds = {
            key: refund.model_copy(update={"status": ProviderRefundStatus.ARRIVED})
            if refund.status is ProviderRefundStatus.ACCEPTED
            else refund
            for key, refund in self.refunds.items()
        }

    def _answering(self, partner: str) -> None:
        if partner in self.down:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"{partner} does not answer")

    async def order(self, order_id: str) -> Order | None:
        self._answering("merchant")
        return self.orders.get(order_id)

    async def variants(self, order_id: str, line_id: str) -> tuple[Variant, ...] | None:
        self._answering("merchant")
        return self.variants_of.get((order_id, line_id))

    async def ask(self, request: StatementRequest) -> None:
        self._answering("merchant")
        self.asked.append(request)

    async def shipments(self, order_id: str) -> tuple[Shipment, ...]:
        self._answering("carrier")
        return tuple(self.parcels.get(order_id, ()))

    async def payments(self, order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        self._answering("payment")
        return tuple(
            charge.model_copy(
                update={"refunds": tuple(refund for refund in self.refunds.values() if refund.payment_id == charge.payment_id)}
            )
            for charge in self.charges.get(order_id, ())
        )

    async def refund(self, order: RefundRequest, merchant_id: str | None = None) -> Refund:
        self._answering("payment")
        self._answering("refunds")
        self.asked_for_refunds.append(order)
        if order.key not in self.refunds:
            status = ProviderRefundStatus.ARRIVED if self.pays_at_once else ProviderRefundStatus.ACCEPTED
            refuses = self.refuses or (self.closed is not None and order.to is RefundTo.ORIGINAL)
            self.refunds[order.key] = Refund(
                refund_id=f"R-{order.key}",
                key=order.key,
                payment_id=order.payment_id,
                order_id=order.order_id,
                amount=order.amount,
                status=ProviderRefundStatus.REFUSED if refuses else status,
                reference=order.reference,
                to=order.to,
                refusal="the account is closed" if refuses else None,
                refusal_code=(self.closed or RefusalCode.OTHER) if refuses else None,
            )
        if self.dies_after_acting:
            self.dies_after_acting -= 1
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the answer got lost")
        return self.refunds[order.key]

    async def refund_by_key(self, key: str, payment_id: str = "", merchant_id: str | None = None) -> Refund | None:
        self._answering("payment")
        return self.refunds.get(key)

    async def issue(self, order: IssueCoupon) -> Coupon:
        self._answering("promotion")
        self.asked_for_coupons.append(order.key)
        while self.holds_coupons:
            await asyncio.sleep(0.02)
        if order.key in self.coupons:
            return self.coupons[order.key]
        refused = self.refuses_coupons
        coupon = Coupon(
            key=order.key,
            coupon_id=f"CP-{order.key}",
            code="" if refused or order.form is CouponForm.BALANCE else "THANKS",
            amount=order.amount,
            status=CouponStatus.REFUSED if refused else CouponStatus.ISSUED,
            valid_until=order.valid_until,
            refusal="no coupons for this customer" if refused else None,
            form=order.form,
        )
        return self.coupons.setdefault(order.key, coupon)

    async def coupon_by_key(self, key: str) -> Coupon | None:
        self._answering("promotion")
        return self.coupons.get(key)

    async def revoke(self, order: IssueCoupon) -> Coupon:
        self._answering("promotion")
        key = order.key
        if self.keeps_coupons:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "a coupon is a coupon")
        never = Coupon(
            key=key,
            coupon_id=f"CP-{key}",
            code="",
            amount=order.amount,
            status=CouponStatus.REVOKED,
            valid_until=order.valid_until,
        )
        if self.coupons.setdefault(key, never).status is CouponStatus.ISSUED:
            now = CouponStatus.USED if self.coupons_are_used else CouponStatus.REVOKED
            self.coupons[key] = self.coupons[key].model_copy(update={"status": now})
        return self.coupons[key]

    async def send(self, message: OutgoingMessage) -> None:
        self.sent.append(message)
