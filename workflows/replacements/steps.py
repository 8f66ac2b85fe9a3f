"""The legs of a replacement (RES-7): set aside, paid for, the old goods back, sent, and there. Each ends the replacement when it cannot go on."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import JsonValue
from temporalio import workflow

from models.common.actors import SYSTEM, Actor
from models.common.base import Money
from models.common.events import Event
from models.common.partners import ShipmentStatus
from models.common.vocabulary import WaitFor, WaitingOn
from models.money.charge import Charge, ChargeOrder
from models.replacements.activities import RenewStock, WatchParcel
from models.replacements.partner import Dispatch, DispatchOrder, DispatchStatus, ReservationOrder, ReservationStatus
from models.replacements.state import ReplacementStage
from rules.replacements.permissions import difference
from workflows.kit.case_context import give_up_on
from workflows.money import charge as charging
from workflows.replacements import activities as effects
from workflows.replacements.context import CALLED_OFF, OVER, Ended, Job

STOCK_GONE = "stock_gone"
REFUND_CHOSEN = "refund_chosen"
UNPAID = "unpaid"
NO_RETURN = "no_return"
LOST_AGAIN = "lost_again"
MOST_RESERVATIONS = 10
"""A warehouse that sets goods aside and never has them when they are to be sent has none."""
A_RETURN = timedelta(days=90)
"""The case says how the return ended long before; one that is gone says nothing, and the goods are not held for ever."""
A_QUESTION = timedelta(hours=6)
"""A partner that cannot be asked for so long has told nothing; it is asked again at the next turn."""
A_DEED = timedelta(days=7)
"""Goods are held for nothing: their keeper is told for a week."""


async def set_aside(job: Job) -> None:
    """Have the warehouse hold the goods. Out of stock, they are waited for as long as the merchant expects them."""
    while not job.sent:
        job.reservations += 1
        job.reservation = None
        job.change(stage=ReplacementStage.RESERVING)
        start = job.start
        order = ReservationOrder(
            key=f"{job.id}.s{job.reservations}",
            reference=job.id,
            merchant_id=start.merchant_id,
            order_id=start.order_id,
            items=job.state.items,
            until=job.now + start.policy.reserve_for,
        )
        told = await job.ask(effects.reserve_stock(order, job.patience(WaitFor.STOCK)), lambda: job.sent or job.out_of_stock)
        if told is not None and told.status is ReservationStatus.RESERVED and not job.out_of_stock:
            job.reservation = told
            job.change(reserved_until=told.until or order.until, expected_at=None)
            job.note(
                Event.REPLACEMENT_RESERVED, **_goods(job), until=job.state.reserved_until and job.state.reserved_until.isoformat()
            )
            return
        if not job.sent:
            await restocked(job, job.expected_at if job.out_of_stock else told.expected_at if told else None)


async def restocked(job: Job, expected_at: datetime | None) -> None:
    """There is nothing to send: the customer may wait for what is expected, or choose a refund at once."""
    latest = job.now + job.start.policy.longest_wait
    expected_at = expected_at if expected_at is not None and job.now < expected_at <= latest else None
    job.out_of_stock, job.expected_at = False, None
    job.note(Event.REPLACEMENT_OUT_OF_STOCK, **_goods(job), expected_at=expected_at and expected_at.isoformat())
    if expected_at is None:
        raise Ended(STOCK_GONE)
    job.change(stage=ReplacementStage.AWAITING_STOCK, expected_at=expected_at, reserved_until=None)
    await job.pause(WaitingOn.MERCHANT, WaitFor.STOCK, lambda: job.refund_chosen or job.sent or job.out_of_stock, expected_at)
    if job.refund_chosen:
        raise Ended(REFUND_CHOSEN)
    if job.out_of_stock:
        await restocked(job, job.expected_at)


async def hold(job: Job, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime) -> bool:
    """Wait, with the goods held meanwhile: the reservation is renewed before it ends, and made again when it did."""
    while not done() and job.now < until:
        held = job.state.reserved_until
        renew_at = held - job.start.policy.reserve_for / 4 if held is not None and job.reservation is not None else until
        if not await job.pause(on, for_, done, until, renew_at) and renew_at <= job.now < until:
            await _renewed(job)
    return done()


async def _renewed(job: Job) -> None:
    assert job.reservation is not None  # noqa: S101  # hold() asked
    stage, until = job.state.stage, job.now + job.start.policy.reserve_for
    told = await job.ask(effects.renew_stock(RenewStock(key=job.reservation.key, until=until), A_QUESTION))
    if told is not None and told.status is ReservationStatus.RESERVED:
        job.change(reserved_until=max(told.until or until, job.now + timedelta(hours=1)))
    else:
        await set_aside(job)
        job.change(stage=stage)


async def difference_settled(job: Job) -> None:
    """A dearer article is paid for before anything travels; what a cheaper one leaves goes back in the end."""
    price = job.reservation.price if job.reservation else None
    to_pay, to_give_back = difference(job.start.paid, price, same=job.start.same)
    job.change(to_give_back=to_give_back)
    if to_pay is not None and not await paid(job, to_pay):
        raise Ended(UNPAID)


async def paid(job: Job, amount: Money) -> bool:
    """Have the customer pay (docs/changes.md)."""
    order = ChargeOrder(
        key=f"{job.id}.charge",
        order_id=job.start.order_id,
        customer_id=job.start.customer_id,
        amount=amount,
        reason=job.start.kind.value,
        reference=job.id,
        until=job.deadline(WaitFor.CHARGE),
    )
    job.bill = charging.Bill(
        case_id=job.start.case_id,
        remedy_id=job.start.remedy_id,
        merchant_id=job.start.merchant_id,
        order=order,
        poll_every=job.start.policy.poll_every,
        known=lambda: job.state.charge,
        keep=lambda charge: job.change(charge=charge),
    )
    job.change(stage=ReplacementStage.PAYMENT)
    if await charging.collect(Till(job), job.bill, _interruptible(job)):
        return True
    job.note(Event.REPLACEMENT_UNPAID, kind=job.start.kind.value, amount_minor=amount.minor, currency=amount.currency)
    return False


class Till:
    """Where the customer's money is waited for: the goods stay set aside meanwhile."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @property
    def now(self) -> datetime:
        return self._job.now

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        self._job.note(event, by, **data)

    async def wait_for(self, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime) -> bool:
        return await hold(self._job, on, for_, done, until)


def _interruptible(job: Job) -> charging.Asking:
    async def ask(effect: charging.Effect) -> Charge:
        task = asyncio.ensure_future(effect)
        await workflow.wait_condition(lambda: task.done() or job.course.called_off is not None)
        if not task.done():
            give_up_on(task)
            raise Ended(CALLED_OFF)
        return await task

    return ask


async def old_goods_back(job: Job) -> None:
    """An exchange: the case sees to the return, and says when the goods are back."""
    job.change(stage=ReplacementStage.AWAITING_RETURN)
    until = job.now + A_RETURN
    if not await hold(job, WaitingOn.NOBODY, WaitFor.RETURN_TRANSIT, lambda: job.goods_are_back, until):
        raise Ended(NO_RETURN)


async def sent(job: Job) -> None:
    """The warehouse packs the goods and hands them to a carrier, or the merchant says that it has."""
    while not job.sent:
        until = job.deadline(WaitFor.STOCK)
        assert job.reservation is not None  # noqa: S101  # set_aside() made it
        job.change(stage=ReplacementStage.SENDING)
        key = f"{job.id}.p{job.reservations}"
        order = DispatchOrder(key=key, reference=job.id, reservation_key=job.reservation.key)
        job.dispatch = Dispatch(key=key, status=DispatchStatus.PREPARING)  # from now on it has to be stopped, answer or no answer
        told = await job.ask(effects.send_replacement(order, job.patience(WaitFor.STOCK)), lambda: job.sent or job.out_of_stock)
        if told is not None:
            job.told_of_dispatch(told)
            await job.watch(
                WaitingOn.MERCHANT,
                WaitFor.STOCK,
                lambda: job.sent or job.out_of_stock or not packing(job),
                until,
                lambda: _looked(job),
            )
        if job.sent:
            return
        await stopped(job)
        if job.sent:
            return
        expired = told is not None and told.status is DispatchStatus.EXPIRED and job.reservations <= MOST_RESERVATIONS
        if not expired:
            await restocked(job, job.expected_at if job.out_of_stock else None)
        await set_aside(job)


def packing(job: Job) -> bool:
    """Whether goods were to be sent, and nobody said since that they left or stay."""
    return job.dispatch is not None and job.dispatch.status is DispatchStatus.PREPARING


async def stopped(job: Job) -> None:
    """Nothing is to be sent any more under this key; when it is too late for that, it is on its way."""
    if packing(job) and job.dispatch is not None:
        told = await job.ask(effects.stop_replacement(job.dispatch.key, A_QUESTION))
        if told is not None:
            job.told_of_dispatch(told)


async def arrived(job: Job) -> bool:
    """Tracked to the customer's door. False: lost, sent back to where it came from, or not there when its time was over."""
    until = job.deadline(WaitFor.REPLACEMENT_TRANSIT)
    await job.watch(WaitingOn.CARRIER, WaitFor.REPLACEMENT_TRANSIT, lambda: job.road in OVER, until, lambda: _looked(job))
    return job.road is ShipmentStatus.DELIVERED


async def delivered(job: Job) -> None:
    """Lost on the way, it is sent again; lost too often, a person decides."""
    while not await arrived(job):
        again = job.state.attempt < job.start.policy.attempts and not job.refused
        job.note(Event.REPLACEMENT_LOST, kind=job.start.kind.value, tracking=job.state.tracking, again=again)
        if not again:
            raise Ended(LOST_AGAIN)
        job.change(attempt=job.state.attempt + 1, tracking=None, carrier_id=None)
        await set_aside(job)
        await sent(job)
    job.change(stage=ReplacementStage.DELIVERED, delivered_at=job.now)
    job.note(Event.REPLACEMENT_DELIVERED, kind=job.start.kind.value, tracking=job.state.tracking)


async def _looked(job: Job) -> None:
    """Ask where it is; what nobody can say is asked again."""
    key = job.dispatch.key if packing(job) and job.dispatch else None
    request = WatchParcel(key=key, tracking=job.state.tracking)
    told = await job.ask(effects.watch_parcel(request, A_QUESTION))
    if told is not None and told.dispatch is not None:
        job.told_of_dispatch(told.dispatch)
    if told is not None and told.parcel is not None and (odd := job.told_of_parcel(told.parcel)) is not None:
        job.note(Event.PARTNER_NOTICE, partner="carrier", kind="shipment", status=odd)


def _goods(job: Job) -> dict[str, JsonValue]:
    return {"kind": job.start.kind.value, "skus": [item.sku for item in job.state.items]}
