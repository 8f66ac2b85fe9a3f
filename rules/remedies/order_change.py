"""What may be changed of an order before it is shipped, until when, and what the change costs (RES-1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from models.case.receipt import Wanted
from models.case.state import CaseState
from models.common.base import Bilingual, Money
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderLine, OrderStatus, Payment, Shipment, ShipmentStatus
from models.common.vocabulary import RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from models.remedies.order_change import ChangeAnswer, ChangeKind, ChangeRule, OrderChange
from models.remedies.table import REMEDIES
from rules.common.amounts import NOTHING, cost_of, in_currency, only_authorised, refundable
from rules.common.format import minor_units, money
from rules.money.goods import counted_before

NAMES = {
    ChangeKind.CANCEL: Bilingual(zh="取消订单", en="a cancellation"),
    ChangeKind.ADDRESS: Bilingual(zh="修改地址", en="a change of address"),
    ChangeKind.ITEMS: Bilingual(zh="更换商品", en="a change of item"),
    ChangeKind.QUANTITIES: Bilingual(zh="修改数量", en="a change of quantity"),
    ChangeKind.PAYMENT_METHOD: Bilingual(zh="修改支付方式", en="a change of payment method"),
}


def before_shipping(order: Order, shipments: Iterable[Shipment]) -> bool:
    """Whether no parcel of the order was handed over to a carrier."""
    handed_over = any(parcel.shipped_at is not None or parcel.status is not ShipmentStatus.CREATED for parcel in shipments)
    return order.status in {OrderStatus.UNPAID, OrderStatus.PAID} and not handed_over


def change_fault(
    policy: PolicySlice,
    order: Order,
    shipments: tuple[Shipment, ...],
    change: OrderChange | None,
    now: datetime,
    *,
    lines: tuple[LineQuantity, ...] = (),
    reason: str | None = None,
    beyond: bool = False,
) -> Bilingual | None:
    """Why the order may not be changed so; `change` None: cancelled, all of it or these lines. None: it may, if the merchant can.

    `beyond` leaves the policy's limits out: what is left is what cannot be done.
    """
    kind = change.kind if change else ChangeKind.CANCEL
    if order.status is OrderStatus.CANCELLED:
        return Bilingual(zh="RES-1：订单已经取消", en="RES-1: the order is cancelled already")
    if not before_shipping(order, shipments):
        return Bilingual(
            zh=f"RES-1：{NAMES[kind].zh}仅限发货前，订单已发货",
            en=f"RES-1: {NAMES[kind].en} is possible before shipping only, and the order was shipped",
        )
    concerned = change_lines(change) if change else lines
    fault = _unknown_lines(order, concerned) or (_content_fault(order, change) if change else _too_many(order, lines))
    if fault is not None or beyond:
        return fault
    return (
        _reason_fault(policy, change, reason)
        or _too_late(_rule(policy, kind), kind, order, concerned, now)
        or (_limit_fault(policy, order, change.quantities) if change else None)
    )


def cancelled_lines(order: Order, lines: tuple[LineQuantity, ...]) -> tuple[LineQuantity, ...]:
    """What is cancelled, line by line: these, or the whole order when none are named."""
    return lines or tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in order.lines)


def whole_order(order: Order, lines: tuple[LineQuantity, ...]) -> bool:
    """Whether nothing of the order is left without these lines."""
    left = {line.line_id: line.quantity for line in order.lines}
    for line in cancelled_lines(order, lines):
        left[line.line_id] = left.get(line.line_id, 0) - line.quantity
    return all(quantity <= 0 for quantity in left.values())


def paid_for(order: Order, lines: tuple[LineQuantity, ...], taken: Mapping[str, int] = NOTHING) -> Money:
    """What was paid for what is cancelled, `taken` pieces of each line earlier; with the whole order, its freight too.

    Nothing for an order that is not paid.
    """
    if order.status is OrderStatus.UNPAID:
        return Money(minor=0, currency=order.total.currency)
    return order.total if whole_order(order, lines) else cost_of(order, lines, taken)


def less_to_pay(order: Order, change: OrderChange, taken: Mapping[str, int] = NOTHING) -> Money:
    """What a change gives back as far as that can be told before the merchant answers: fewer pieces of what was bought."""
    by_id = {line.line_id: line for line in order.lines}
    given_up = tuple(
        LineQuantity(line_id=wanted.line_id, quantity=by_id[wanted.line_id].quantity - wanted.quantity)
        for wanted in change.quantities
        if wanted.line_id in by_id and wanted.quantity < by_id[wanted.line_id].quantity
    )
    return cost_of(order, given_up, taken) if given_up else Money(minor=0, currency=order.total.currency)


def difference(answer: ChangeAnswer) -> tuple[Money | None, Money | None]:
    """What the customer has to pay, and what goes back, by the order's old and new total as the merchant says; at most one of them.

    An order that is not paid yet is paid at its new price: there is nothing to settle.
    """
    if answer.order is None or answer.total_before is None or answer.order.status is OrderStatus.UNPAID:
        return None, None
    more = answer.order.total.minor - answer.total_before.minor
    amount = Money(minor=abs(more), currency=answer.order.total.currency)
    return (amount if more > 0 else None), (amount if more < 0 else None)


def wished(
    order: Order,
    wanted: Wanted | None,
    lines: tuple[LineQuantity, ...],
    taken: Mapping[str, int] = NOTHING,
    payments: tuple[Payment, ...] = (),
) -> RemedyOffer | None:
    """The offer that does what the customer asks for: this change; else, and by itself, a cancellation with what was paid.

    `payments`: of an order that was captured in part no more goes back.
    """
    if wanted is not None and wanted.remedy is RemedyKind.ORDER_CHANGED:
        return RemedyOffer(kind=RemedyKind.ORDER_CHANGED, change=wanted.change) if wanted.change else None
    amount = paid_for(order, lines, taken)
    if payments:
        captured = max(refundable(in_currency(payments, amount.currency)), 0)
        amount = Money(minor=min(amount.minor, captured), currency=amount.currency)
    return RemedyOffer(kind=RemedyKind.ORDER_CANCELLED, amount=amount if amount.minor else None, lines=lines)


def offer_fault(policy: PolicySlice, case: CaseState, offer: RemedyOffer, *, beyond: bool = False) -> Bilingual | None:
    """Why a cancellation or change may not be offered so, as of when the customer asked; None for any other remedy.

    `beyond`: the policy's limits do not bind, as for a merchant; what cannot be done still does. What is cancelled gives back at most
    what was paid for it.
    """
    order, lines = case.order, offer.lines or case.receipt.lines
    if not REMEDIES[offer.kind].changes:
        return None
    if order is None:
        return Bilingual(zh="没有已核实的订单", en="there is no verified order")
    asked_at = case.receipt.received_at
    fault = change_fault(policy, order, case.shipments, offer.change, asked_at, lines=lines, beyond=beyond)
    if fault is not None or offer.kind is not RemedyKind.ORDER_CANCELLED:
        return fault
    due, given = paid_for(order, lines, counted_before(case)), offer.amount.minor if offer.amount else 0
    if due.minor and not given and not only_authorised(case.payments):
        return Bilingual(zh="订单已付款，请填写退还金额", en="the order was paid: name the amount that goes back")
    if given > due.minor:
        paid, back = money(due), minor_units(given, due.currency)
        return Bilingual(
            zh=f"RES-1：取消的部分实付 {paid.zh}，不能退还 {back.zh}",
            en=f"RES-1: {paid.en} was paid for what is cancelled, {back.en} cannot go back",
        )
    return None


def time_fault(policy: PolicySlice, order: Order, kind: ChangeKind, line: OrderLine, now: datetime) -> Bilingual | None:
    """Why it is too late for a kind of change of one line, or never was possible."""
    only = (LineQuantity(line_id=line.line_id, quantity=line.quantity),)
    return _too_late(_rule(policy, kind), kind, order, only, now)


def change_lines(change: OrderChange) -> tuple[LineQuantity, ...]:
    """The lines that a change is about; none: the whole order."""
    items = tuple(LineQuantity(line_id=item.line_id, quantity=item.quantity) for item in change.items)
    return change.quantities or items


def _rule(policy: PolicySlice, kind: ChangeKind) -> ChangeRule:
    changes = policy.changes
    rules: dict[ChangeKind, ChangeRule] = {
        ChangeKind.CANCEL: changes.cancel,
        ChangeKind.ADDRESS: changes.address,
        ChangeKind.ITEMS: changes.items,
        ChangeKind.QUANTITIES: changes.quantities,
        ChangeKind.PAYMENT_METHOD: changes.payment_method,
    }
    return rules[kind]


def _unknown_lines(order: Order, lines: tuple[LineQuantity, ...]) -> Bilingual | None:
    known = {line.line_id for line in order.lines}
    strange = [line.line_id for line in lines if line.line_id not in known]
    if strange:
        return Bilingual(
            zh=f"订单没有 {strange[0]} 这一行；有：{'、'.join(sorted(known))}",
            en=f"the order has no line {strange[0]}; it has {', '.join(sorted(known))}",
        )
    if len({line.line_id for line in lines}) < len(lines):
        return Bilingual(zh="同一订单行出现了两次", en="a line is named twice; name each once")
    return None


def _reason_fault(policy: PolicySlice, change: OrderChange | None, reason: str | None) -> Bilingual | None:
    allowed = policy.changes.cancel.reasons
    if change is not None or reason is None or reason in allowed:
        return None
    return Bilingual(
        zh=f"RES-1：{reason} 不是可以取消的原因；可选：{'、'.join(allowed)}",
        en=f"RES-1: {reason} is no reason to cancel; name one of {', '.join(allowed)}",
    )


def _too_late(
    rule: ChangeRule, kind: ChangeKind, order: Order, lines: tuple[LineQuantity, ...], now: datetime
) -> Bilingual | None:
    """The shortest time of the rule and the goods' marks. A merchant who is late himself sets no limit; what is never possible stays so."""
    overdue = order.promised_at is not None and now > order.promised_at
    for line in _concerned(order, lines):
        for mark in sorted(line.marks & rule.marks.keys()):
            limit = rule.marks[mark]
            if limit == timedelta(0):
                return Bilingual(
                    zh=f"RES-1：{line.line_id} 标注为 {mark}，不支持{NAMES[kind].zh}",
                    en=f"RES-1: {line.line_id} is marked {mark}, which rules out {NAMES[kind].en}",
                )
            if not overdue and now > order.placed_at + limit:
                return _over(kind, limit, Bilingual(zh=f"（{mark}）", en=f" (goods marked {mark})"))
    if rule.within is not None and not overdue and now > order.placed_at + rule.within:
        return _over(kind, rule.within, Bilingual(zh="", en=""))
    return None


def _over(kind: ChangeKind, limit: timedelta, of: Bilingual) -> Bilingual:
    hours = limit / timedelta(hours=1)
    return Bilingual(
        zh=f"RES-1：下单后 {hours:g} 小时内可{NAMES[kind].zh}{of.zh}，现已超过",
        en=f"RES-1: {NAMES[kind].en} is possible within {hours:g} hours of the order{of.en}, which are over",
    )


def _content_fault(order: Order, change: OrderChange) -> Bilingual | None:
    if change.payment_method:
        return _payment_method_fault(order, change.payment_method)
    by_id = {line.line_id: line for line in order.lines}
    if change.quantities and all(line.quantity == by_id[line.line_id].quantity for line in change.quantities):
        return Bilingual(zh="数量与订单相同，无需修改", en="these are the order's quantities already")
    if any(item.quantity > by_id[item.line_id].quantity for item in change.items):
        return Bilingual(
            zh="更换商品时件数不能超过购买的数量；增加数量请提交 quantities",
            en="no more pieces can be exchanged than were ordered; for more of them change the `quantities`",
        )
    same = all(item.sku in {None, by_id[item.line_id].sku} for item in change.items)
    if same and any(item.sku for item in change.items):
        return Bilingual(zh="所选商品与订单相同，无需修改", en="these are the order's items already")
    if change.items and same:
        return Bilingual(zh="请填写要换成的商品 sku", en="name the item that is wanted instead (`sku`)")
    return None


def _payment_method_fault(order: Order, wanted: str) -> Bilingual | None:
    """A merchant may name methods to which it changes the order's, also of one that is paid; else only an unpaid order is changed."""
    if wanted == order.payment_method:
        return Bilingual(zh=f"订单的支付方式已是 {wanted}", en=f"the order is paid by {wanted} already")
    if order.payment_methods and wanted not in order.payment_methods:
        others = ", ".join(order.payment_methods)
        return Bilingual(
            zh=f"RES-1：该订单可改用的支付方式：{others}", en=f"RES-1: the payment of this order can be changed to {others}"
        )
    if order.status is not OrderStatus.UNPAID and not order.payment_methods:
        return Bilingual(
            zh="RES-1：仅未付款的订单可以修改支付方式，商家另有约定的除外",
            en="RES-1: the payment method can be changed only of an order that is not paid, unless its merchant names methods",
        )
    return None


def _limit_fault(policy: PolicySlice, order: Order, wanted: tuple[LineQuantity, ...]) -> Bilingual | None:
    rule = policy.changes.quantities
    by_id = {line.line_id: line for line in order.lines}
    for line in wanted:
        known = by_id[line.line_id]
        forbidden = sorted(known.marks & rule.no_more_of)
        if line.quantity > known.quantity and forbidden:
            return Bilingual(
                zh=f"RES-1：{line.line_id} 标注为 {forbidden[0]}，数量不能增加",
                en=f"RES-1: {line.line_id} is marked {forbidden[0]}; there cannot be more of it",
            )
        if line.quantity > max(rule.most, known.quantity):
            return Bilingual(zh=f"RES-1：每行最多 {rule.most} 件", en=f"RES-1: at most {rule.most} pieces of a line")
    return None


def _too_many(order: Order, lines: tuple[LineQuantity, ...]) -> Bilingual | None:
    by_id = {line.line_id: line.quantity for line in order.lines}
    return next(
        (
            Bilingual(
                zh=f"{line.line_id} 只有 {by_id[line.line_id]} 件",
                en=f"there are only {by_id[line.line_id]} pieces of {line.line_id}",
            )
            for line in lines
            if line.quantity > by_id[line.line_id]
        ),
        None,
    )


def _concerned(order: Order, lines: tuple[LineQuantity, ...]) -> tuple[OrderLine, ...]:
    named = {line.line_id for line in lines}
    return tuple(line for line in order.lines if not named or line.line_id in named)
