"""The legs of a replacement (RES-7): reserved, paid for, the old goods back, sent, delivered. Each ends the replacement when it cannot go on."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import JsonValue
from temporalio import workflow

from models.common.actors import SYSTEM, Actor
from models.common.base import Money
from models.common.events import Event
from models.common.partner_registry import Partner
from models.common.partners import ShipmentStatus
from models.common.vocabulary import WaitFor, WaitingOn
from models.money.charge import Charge, ChargeRequest
from models.replacements.activities import RenewStock, WatchParcel
from models.replacements.partner import Dispatch, DispatchRequest, DispatchStatus, ReservationRequest, ReservationStatus
from models.replacements.state import ReplacementStage
from models.returns.state import ReturnResult
from rules.replacements.deadlines import reservation
from rules.replacements.permissions import difference
from workflows.kit.case_context import give_up_on
from workflows.kit.patches import patched
from workflows.kit.refusals import REFUSED
from workflows.money import charge as charging
from workflows.replacements import activities as effects
from workflows.replacements.context import CALLED_OFF, OVER, Ended, ReplacementContext
from workflows.returns.activities import PATIENCE, prepare_return

STOCK_GONE = "stock_gone"
REFUND_CHOSEN = "refund_chosen"
UNPAID = "unpaid"
NO_RETURN = "no_return"
LOST_AGAIN = "lost_again"
MOST_RESERVATIONS = 10
"""A warehouse that sets goods aside and never has them when they are to be sent has none."""
A_RETURN = timedelta(days=90)
"""The case says how the return ended long before; one that is gone says nothing, and the goods are not held for ever."""
SHORT_RESERVATIONS = "short-reservations"
"""Patch: before it, goods that a warehouse held for less than a quarter of `reserve_for` were renewed without pause."""
A_QUESTION = timedelta(hours=6)
"""A partner that cannot be asked for so long has told nothing; it is asked again at the next turn."""
GIVE_UP_AFTER = timedelta(days=7)
"""For so long the warehouse is asked to release goods, or to stop a parcel, before it is given up."""


async def reserve_goods(context: ReplacementContext) -> None:
    """Have the warehouse hold the goods. Out of stock, they are waited for as long as the merchant expects them."""
    while not context.sent:
        context.reservations += 1
        context.reservation = None
        context.change(stage=ReplacementStage.RESERVING)
        start = context.start
        order = ReservationRequest(
            key=f"{context.id}.s{context.reservations}",
            reference=context.id,
            merchant_id=start.merchant_id,
            order_id=start.order_id,
            items=context.state.items,
            return_reference=context.return_id if start.waits_for_goods else None,
            until=context.now + start.policy.reserve_for,
        )
        told = await context.ask(
            effects.reserve_stock(order, context.patience(WaitFor.STOCK)), lambda: context.sent or context.out_of_stock
        )
        if told is not None and told.status is ReservationStatus.RESERVED and not context.out_of_stock:
            context.reservation = told
            context.change(expected_at=None)
            _held(context, told.until or order.until)
            context.note(
                Event.REPLACEMENT_RESERVED,
                **_goods(context),
                until=context.state.reserved_until and context.state.reserved_until.isoformat(),
            )
            return
        if told is not None and told.status is ReservationStatus.REFUSED and not (context.sent or context.out_of_stock):
            raise context.refused_by(told)
        if not context.sent:
            await restocked(context, context.expected_at if context.out_of_stock else told.expected_at if told else None)


async def restocked(context: ReplacementContext, expected_at: datetime | None) -> None:
    """There is nothing to send: the customer may wait for what is expected, or choose a refund at once."""
    latest = context.now + context.start.policy.longest_wait
    expected_at = expected_at if expected_at is not None and context.now < expected_at <= latest else None
    context.out_of_stock, context.expected_at = False, None
    context.note(Event.REPLACEMENT_OUT_OF_STOCK, **_goods(context), expected_at=expected_at and expected_at.isoformat())
    if expected_at is None:
        raise Ended(STOCK_GONE)
    context.change(stage=ReplacementStage.AWAITING_STOCK, expected_at=expected_at, reserved_until=None, renew_at=None)
    await context.pause(
        WaitingOn.MERCHANT, WaitFor.STOCK, lambda: context.refund_chosen or context.sent or context.out_of_stock, expected_at
    )
    if context.refund_chosen:
        raise Ended(REFUND_CHOSEN)
    if context.out_of_stock:
        await restocked(context, context.expected_at)


async def hold(context: ReplacementContext, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime) -> bool:
    """Wait, with the goods held meanwhile: the reservation is renewed before it ends, and made again when it did."""
    while not done() and context.now < until:
        held = next(reservation(context.state, context.start.policy), None)
        renew_at = held.next if held is not None and context.reservation is not None else until
        if not await context.pause(on, for_, done, until, renew_at) and renew_at <= context.now < until:
            await _renewed(context)
    return done()


def _held(context: ReplacementContext, until: datetime) -> None:
    """The warehouse holds the goods until then. Renewed a quarter of `reserve_for` before; where it holds them for less, at half-time."""
    ahead, half = context.start.policy.reserve_for / 4, (until - context.now) / 2
    short = half < ahead and patched(SHORT_RESERVATIONS)
    context.change(reserved_until=until, renew_at=until - (half if short else ahead))


async def _renewed(context: ReplacementContext) -> None:
    assert context.reservation is not None  # noqa: S101  # hold() asked
    stage, until = context.state.stage, context.now + context.start.policy.reserve_for
    told = await context.ask(effects.renew_stock(RenewStock(key=context.reservation.key, until=until), A_QUESTION))
    if told is not None and told.status is ReservationStatus.RESERVED:
        _held(context, max(told.until or until, context.now + timedelta(hours=1)))
    else:
        await reserve_goods(context)
        context.change(stage=stage)


async def difference_settled(context: ReplacementContext) -> None:
    """A dearer article is paid for before anything travels, and after whoever may refuse was asked. What a cheaper one leaves goes back in
    the end.
    """
    price = context.reservation.price if context.reservation else None
    start = context.start
    to_pay, to_give_back = difference(start.paid, price, same=start.same, most_back=start.most_back_minor)
    context.change(to_give_back=to_give_back)
    if to_pay is None:
        return
    await return_agreed(context)
    if not await paid(context, to_pay):
        raise Ended(REFUSED if context.charge_refused else UNPAID)


async def return_agreed(context: ReplacementContext) -> None:
    """The merchant will have the old goods back. One that refuses, or stays silent, ends the exchange: nobody has paid yet."""
    if context.start.old_goods is None:
        return
    context.return_asked = True
    told = await context.ask(prepare_return(context.start.old_goods, PATIENCE))
    if told is None:
        context.note(Event.RETURN_UNADDRESSED, ours=False, tracking=None)
        raise Ended(ReturnResult.NO_ADDRESS)
    if told.rma is None:
        refusal = {"refusal": told.refusal, "refusal_code": told.refusal_code}
        context.return_asked = False
        context.change(**refusal)
        context.note(Event.RETURN_REFUSED, ours=False, tracking=None, **refusal)
        raise Ended(REFUSED)


async def paid(context: ReplacementContext, amount: Money) -> bool:
    """Have the customer pay (docs/changes.md)."""
    order = ChargeRequest(
        key=f"{context.id}.charge",
        order_id=context.start.order_id,
        customer_id=context.start.customer_id,
        amount=amount,
        reason=context.start.kind.value,
        reference=context.id,
        method=context.start.payment_method,
        until=context.deadline(WaitFor.CHARGE),
    )
    context.bill = charging.Bill(
        case_id=context.start.case_id,
        remedy_id=context.start.remedy_id,
        merchant_id=context.start.merchant_id,
        order=order,
        poll_every=context.start.policy.poll_every,
        known=lambda: context.state.charge,
        keep=lambda charge: context.change(charge=charge),
    )
    context.change(stage=ReplacementStage.PAYMENT)
    if await charging.collect(Till(context), context.bill, _interruptible(context)):
        return True
    if context.charge_refused:
        return False
    context.note(Event.REPLACEMENT_UNPAID, kind=context.start.kind.value, amount_minor=amount.minor, currency=amount.currency)
    return False


class Till:
    """Where the customer's money is waited for: the goods stay set aside meanwhile."""

    def __init__(self, context: ReplacementContext) -> None:
        self._job = context

    @property
    def now(self) -> datetime:
        return self._job.now

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        self._job.note(event, by, **data)

    async def wait_for(self, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime) -> bool:
        return await hold(self._job, on, for_, done, until)


def _interruptible(context: ReplacementContext) -> charging.Asking:
    async def ask(effect: charging.Effect) -> Charge:
        task = asyncio.ensure_future(effect)
        await workflow.wait_condition(lambda: task.done() or context.child.called_off is not None)
        if not task.done():
            give_up_on(task)
            raise Ended(CALLED_OFF)
        return await task

    return ask


async def old_goods_back(context: ReplacementContext) -> None:
    """An exchange: the case runs the return, and reports when the goods are back."""
    context.return_asked = False  # from now on it is the return's own matter
    context.change(stage=ReplacementStage.AWAITING_RETURN)
    until = context.now + A_RETURN
    if not await hold(context, WaitingOn.NOBODY, WaitFor.RETURN_TRANSIT, lambda: context.goods_are_back, until):
        raise Ended(NO_RETURN)


async def sent(context: ReplacementContext) -> None:
    """The warehouse packs the goods and hands them to a carrier, or the merchant says that it has."""
    while not context.sent:
        until = context.deadline(WaitFor.STOCK)
        assert context.reservation is not None  # noqa: S101  # reserve_goods() made it
        context.change(stage=ReplacementStage.SENDING)
        key = f"{context.id}.p{context.reservations}"
        order = DispatchRequest(key=key, reference=context.id, reservation_key=context.reservation.key)
        context.dispatch = Dispatch(
            key=key, status=DispatchStatus.PREPARING
        )  # from now on it has to be stopped, answer or no answer
        told = await context.ask(
            effects.send_replacement(order, context.patience(WaitFor.STOCK)), lambda: context.sent or context.out_of_stock
        )
        if told is not None:
            context.told_of_dispatch(told)
            await context.watch(
                WaitingOn.MERCHANT,
                WaitFor.STOCK,
                lambda: context.sent or context.out_of_stock or not packing(context),
                until,
                lambda: _looked(context),
            )
        if context.sent:
            return
        await stopped(context)
        if context.sent:
            return
        if context.dispatch.status is DispatchStatus.REFUSED and not context.out_of_stock:
            raise context.refused_by(context.dispatch)
        expired = told is not None and told.status is DispatchStatus.EXPIRED and context.reservations <= MOST_RESERVATIONS
        if not expired:
            await restocked(context, context.expected_at if context.out_of_stock else None)
        await reserve_goods(context)


def packing(context: ReplacementContext) -> bool:
    """Whether goods were to be sent, and nobody said since that they left or stay."""
    return context.dispatch is not None and context.dispatch.status is DispatchStatus.PREPARING


async def stopped(context: ReplacementContext) -> None:
    """Nothing is to be sent any more under this key; when it is too late for that, it is on its way."""
    if packing(context) and context.dispatch is not None:
        told = await context.ask(effects.stop_replacement(context.dispatch.key, A_QUESTION))
        if told is not None:
            context.told_of_dispatch(told)


async def arrived(context: ReplacementContext) -> bool:
    """Tracked to the customer's door. False: lost, sent back to where it came from, or not there when its time was over."""
    until = context.deadline(WaitFor.REPLACEMENT_TRANSIT)
    await context.watch(
        WaitingOn.CARRIER, WaitFor.REPLACEMENT_TRANSIT, lambda: context.road in OVER, until, lambda: _looked(context)
    )
    return context.road is ShipmentStatus.DELIVERED


async def delivered(context: ReplacementContext) -> None:
    """Lost on the way, it is sent again; lost too often, a person decides."""
    while not await arrived(context):
        again = context.state.attempt < context.start.policy.attempts and not context.refused
        context.note(Event.REPLACEMENT_LOST, kind=context.start.kind.value, tracking=context.state.tracking, again=again)
        if context.state.tracking is not None and context.road is not ShipmentStatus.RETURNED:
            context.change(lost=(*context.state.lost, context.state.tracking))
        if context.start.mend:
            context.change(given_up=True)
        if not again:
            raise Ended(LOST_AGAIN)
        context.change(attempt=context.state.attempt + 1, tracking=None, carrier_id=None)
        await reserve_goods(context)
        await sent(context)
    context.change(stage=ReplacementStage.DELIVERED, delivered_at=context.now)
    context.note(Event.REPLACEMENT_DELIVERED, kind=context.start.kind.value, tracking=context.state.tracking)


async def _looked(context: ReplacementContext) -> None:
    """Ask where it is; what nobody can say is asked again."""
    key = context.dispatch.key if packing(context) and context.dispatch else None
    request = WatchParcel(key=key, tracking=context.state.tracking)
    told = await context.ask(effects.watch_parcel(request, A_QUESTION))
    if told is not None and told.dispatch is not None:
        context.told_of_dispatch(told.dispatch)
    parcel = (
        told.parcel if told is not None and told.parcel is not None and context.traces.is_news(told.parcel, asked=True) else None
    )
    if parcel is not None and (odd := context.told_of_parcel(parcel)) is not None:
        context.note(Event.PARTNER_NOTICE, partner=Partner.CARRIER, kind="shipment", status=odd)


def _goods(context: ReplacementContext) -> dict[str, JsonValue]:
    return {"kind": context.start.kind.value, "skus": [item.sku for item in context.state.items]}
