"""Where a merchant takes changes of orders, and where customers pay what they owe: in memory, hand-written against the Protocols."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from models.common.base import Money
from models.common.errors import PartnerError
from models.common.partners import Order, OrderStatus
from models.common.vocabulary import ErrorType
from models.money.charge import Charge, ChargeRequest, ChargeStatus
from models.remedies.order_change import ChangeAnswer, ChangeKind, ChangeStatus, OrderChangeRequest
from rules.remedies.order_change import whole_order
from tests.support.fakes.partners import World

AnswerT = TypeVar("AnswerT")


@dataclass
class FakeOrderChanges:
    """An `OrderChanges` and a `Charges`. Confirms at once, unless it is told otherwise."""

    world: World
    answers: ChangeStatus = ChangeStatus.CONFIRMED
    refusal: str | None = None
    refusal_code: str | None = None
    price: int = 0
    """By so much a changed order gets dearer, or cheaper."""
    gives_back: bool = True
    """Whether a confirmed change can still be taken back."""
    refuses_charges: bool = False
    keeps_charges: bool = False
    """None is called off."""
    loses_answers: int = 0
    """So many calls are carried out, but their answers get lost."""
    changes: dict[str, ChangeAnswer] = field(default_factory=dict[str, ChangeAnswer])
    asked: dict[str, OrderChangeRequest] = field(default_factory=dict[str, OrderChangeRequest])
    sent: list[str] = field(default_factory=list[str])
    """The keys of every change that came, as often as it came."""
    charges: dict[str, Charge] = field(default_factory=dict[str, Charge])
    bills: list[ChargeRequest] = field(default_factory=list[ChargeRequest])
    """What customers were asked to pay for."""
    before: dict[str, Order] = field(default_factory=dict[str, Order])

    async def change(self, order: OrderChangeRequest) -> ChangeAnswer:
        self._answering("merchant")
        self.sent.append(order.key)
        self.asked[order.key] = order
        if order.key not in self.changes:
            self.changes[order.key] = ChangeAnswer(
                key=order.key, order_id=order.order_id, status=self.answers, refusal=self.refusal, refusal_code=self.refusal_code
            )
            if self.answers is ChangeStatus.CONFIRMED:
                self.confirm(order.key)
        return self._told(self.changes[order.key])

    async def change_by_key(self, order_id: str, key: str) -> ChangeAnswer | None:
        self._answering("merchant")
        return self.changes.get(key)

    async def undo_change(self, order_id: str, key: str) -> ChangeAnswer:
        self._answering("merchant")
        known = self.changes.get(key)
        if known is None or known.status is ChangeStatus.PENDING or (known.status is ChangeStatus.CONFIRMED and self.gives_back):
            if key in self.before:
                self.world.orders[order_id] = self.before.pop(key)
            known = ChangeAnswer(key=key, order_id=order_id, status=ChangeStatus.UNDONE, order=self.world.orders[order_id])
            self.changes[key] = known
        return self._told(known)

    def confirm(self, key: str) -> ChangeAnswer:
        """The order is as it was asked for from now on."""
        asked = self.asked[key]
        order = self.before[key] = self.world.orders[asked.order_id]
        after = _after(order, asked, self.price)
        self.world.orders[order.order_id] = after
        told = ChangeAnswer(
            key=key, order_id=order.order_id, status=ChangeStatus.CONFIRMED, total_before=order.total, order=after
        )
        self.changes[key] = told
        return told

    async def charge(self, order: ChargeRequest, merchant_id: str) -> Charge:
        self._answering("payment")
        if self.refuses_charges:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "no such currency", code="currency")
        self.bills.append(order)
        asked = Charge.of(order, ChargeStatus.PENDING).model_copy(update={"pay_url": f"https://pay.example/{order.key}"})
        return self._told(self.charges.setdefault(order.key, asked))

    async def charge_by_key(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge | None:
        self._answering("payment")
        return self.charges.get(order.key)

    async def cancel_charge(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge:
        self._answering("payment")
        if self.keeps_charges:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "we call nothing off")
        known = self.charges.get(order.key)
        if known is None or not known.over:
            self.charges[order.key] = Charge.of(order, ChargeStatus.CANCELLED)
        return self.charges[order.key]

    def pay(self, key: str) -> Charge:
        """The customer pays."""
        return self._turn(key, status=ChargeStatus.PAID, payment_id=f"P-{key}", method="alipay", paid_at=datetime.now(UTC))

    def decline(self, key: str) -> Charge:
        """The customer tries in vain."""
        return self._turn(key, status=ChargeStatus.FAILED)

    def _turn(self, key: str, **change: object) -> Charge:
        self.charges[key] = self.charges[key].model_copy(update=change)
        if payment := self.charges[key].payment:
            self.world.charges[payment.order_id].append(payment)
        return self.charges[key]

    def _answering(self, partner: str) -> None:
        if partner in self.world.down:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"{partner} does not answer")

    def _told(self, answer: AnswerT) -> AnswerT:
        if self.loses_answers:
            self.loses_answers -= 1
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the answer got lost")
        return answer


def _after(order: Order, asked: OrderChangeRequest, price: int) -> Order:
    """The order after the change. Pieces cost what was paid for each; other articles and regions, as the test says."""
    if asked.kind is ChangeKind.CANCEL and whole_order(order, asked.lines):
        return order.model_copy(update={"status": OrderStatus.CANCELLED})
    wanted = {line.line_id: line.quantity for line in order.lines}
    wanted |= {line.line_id: line.quantity for line in asked.quantities}
    for line in asked.lines:
        wanted[line.line_id] -= line.quantity
    skus = {item.line_id: item.sku or "" for item in asked.items}
    lines = tuple(
        line.model_copy(
            update={
                "quantity": wanted[line.line_id],
                "paid": Money(minor=line.paid.minor * wanted[line.line_id] // line.quantity),
                "sku": skus.get(line.line_id, line.sku),
            }
        )
        for line in order.lines
        if wanted[line.line_id]
    )
    total = order.total.minor + price + sum(line.paid.minor for line in lines) - sum(line.paid.minor for line in order.lines)
    return order.model_copy(update={"lines": lines, "total": Money(minor=total)})
