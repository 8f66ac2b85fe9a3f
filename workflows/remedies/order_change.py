"""Cancelling and changing an order before it is shipped (RES-1, RES-3): the merchant's system confirms or refuses, then money follows.

What was asked is on the remedy before it is asked, so that whatever the merchant got can be taken back (RES-11).
"""

from datetime import timedelta

from pydantic import JsonValue
from temporalio.exceptions import ActivityError

from models.case.activities import ReleaseItems, ReserveItems
from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderStatus
from models.common.vocabulary import RemedyKind, WaitFor, WaitingOn
from models.money.charge import Charge, ChargeRequest, ChargeStatus
from models.remedies.order_change import (
    AskChange,
    ChangeAnswer,
    ChangeKind,
    ChangeQuery,
    ChangeStatus,
    OrderChangeRequest,
    OrderingState,
)
from models.remedies.remedy import Remedy
from rules.remedies.order_change import cancelled_lines, difference
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.refusals import REFUSED, note_unanswered
from workflows.kit.remedies import CHARGE_UNPAID, due_all_the_same, find, give_up_unpaid, replace
from workflows.money import charge as charging
from workflows.money import charge_activities, refund

A_MOMENT = timedelta(minutes=1)
"""A call that is given up by itself is waited for a little longer."""
SILENT = "merchant_silent"
TOO_LATE = "cancelled-too-late-to-undo"
"""Patch: before it, an order that was cancelled beyond undoing while its case was withdrawn was not refunded."""


async def cancel(context: CaseContext, remedy_id: str) -> None:
    """Cancel the order, or pieces of it, and give back what was paid for them; or leave it to people when the merchant refuses."""
    if await take_goods(context, remedy_id) and await confirmed(context, remedy_id):
        tell_once(context, remedy_id, Event.ORDER_CANCELLED)
        await pay_back(context, remedy_id)


async def change(context: CaseContext, remedy_id: str) -> None:
    """Change the order; a difference is paid first, or given back."""
    if await confirmed(context, remedy_id) and await difference_paid(context, remedy_id):
        tell_once(context, remedy_id, Event.ORDER_CHANGED)
        await pay_back(context, remedy_id)


async def compensate(context: CaseContext, remedy_id: str, why: str) -> tuple[str, ...]:  # noqa: ARG001  # as for every remedy
    """RES-11: the customer need not pay any more, the merchant takes the change back. What was paid or cannot be taken back stays."""
    remedy = find(context, remedy_id)
    if remedy.ordering is None:
        return ()
    if remedy.ordering.to_pay and await charging.call_off(
        context, bill(context, remedy_id), lambda ask: context.await_partner(ask, WaitFor.CHARGE)
    ):
        was_paid(context, remedy_id)
        tell_once(context, remedy_id, Event.ORDER_CHANGED)
        finish(context, remedy_id)
        return (remedy.kind.value,)
    standing = remedy.ordering.status in {ChangeStatus.PENDING, ChangeStatus.CONFIRMED}
    if standing and not await taken_back(context, remedy_id):
        await keep_what_was_done(context, remedy_id)
        return (remedy.kind.value,)
    await release_goods(context, remedy_id)
    return ()


async def keep_what_was_done(context: CaseContext, remedy_id: str) -> None:
    """The merchant cancelled or changed the order, and it is too late to undo that: what it gives back is the customer's."""
    gives_back = state_of(context, remedy_id).status is ChangeStatus.CONFIRMED and find(context, remedy_id).amount is not None
    if gives_back and patched(TOO_LATE):
        cancelled = find(context, remedy_id).kind is RemedyKind.ORDER_CANCELLED
        tell_once(context, remedy_id, Event.ORDER_CANCELLED if cancelled else Event.ORDER_CHANGED)
        with due_all_the_same(context):
            await pay_back(context, remedy_id)


async def take_goods(context: CaseContext, remedy_id: str) -> bool:
    """Each piece of a line is cancelled, returned or replaced once only, over all cases of the order."""
    case, remedy, order = context.case, find(context, remedy_id), order_of(context)
    if remedy.ordering is not None:
        return True
    context.leave_stage_if_changed()
    taken = await activities.take_goods(
        ReserveItems(
            case_id=case.case_id,
            remedy_id=remedy.id,
            order_id=order.order_id,
            order_lines=cancelled_lines(order, ()),
            lines=lines_of(context, remedy),
            at=context.now,
        )
    )
    if taken.denied is not None:
        leave_to_people(context, remedy_id, taken.denied)
    return taken.denied is None


async def confirmed(context: CaseContext, remedy_id: str) -> bool:
    """Ask the merchant's system, and wait for its word. One that stays silent counts as a no, and is told that it is off."""
    silent = False
    if find(context, remedy_id).ordering is None:
        context.leave_stage_if_changed()
        until = context.deadline(WaitFor.ORDER_CHANGE)
        keep(context, remedy_id, OrderingState(key=f"{context.case.case_id}.{remedy_id}.change", until=until))
        patience = context.policy.waits[WaitFor.ORDER_CHANGE].within
        asking = charge_activities.change_order(request_of(context, remedy_id), patience)
        try:
            hear(context, remedy_id, await context.await_partner(asking, WaitFor.ORDER_CHANGE, until + A_MOMENT))
        except ActivityError:
            silent = True

    def over() -> bool:
        return state_of(context, remedy_id).status is not ChangeStatus.PENDING

    async def look() -> None:
        asking = charge_activities.change_state(query_of(context, remedy_id))
        hear(context, remedy_id, await context.await_partner(asking, WaitFor.ORDER_CHANGE))

    wait = (WaitingOn.MERCHANT, WaitFor.ORDER_CHANGE, state_of(context, remedy_id).until)
    if silent or not await charging.until_over(context, wait, context.policy.changes.poll_every, over, look):
        await taken_back(context, remedy_id)
    state = state_of(context, remedy_id)
    if state.status is not ChangeStatus.CONFIRMED:
        await release_goods(context, remedy_id)
        leave_to_people(context, remedy_id, state.refusal or SILENT, state.refusal_code)
    elif not state.done and order_of(context).status is not OrderStatus.CANCELLED:
        await release_goods(context, remedy_id)  # the pieces are gone from the merchant's order itself
    return state.status is ChangeStatus.CONFIRMED


async def difference_paid(context: CaseContext, remedy_id: str) -> bool:
    """A dearer order is paid first. Unpaid, the merchant takes the change back; the customer's silence ends the case."""
    state = state_of(context, remedy_id)
    if state.to_pay is None or state.done:
        return True

    async def interruptible(effect: charging.Effect) -> Charge:
        return await context.await_partner(effect, WaitFor.CHARGE)

    if await charging.collect(context, bill(context, remedy_id), interruptible):
        was_paid(context, remedy_id)
        return True
    await taken_back(context, remedy_id)
    charge = state_of(context, remedy_id).charge
    if charge is not None and charge.status is ChargeStatus.REFUSED:  # by the provider, whatever the customer wants
        negotiate_again(context, remedy_id)
        return False
    context.note(Event.CHANGE_CALLED_OFF, **data_of(context, remedy_id), why=CHARGE_UNPAID)
    put_away(context, remedy_id, CHARGE_UNPAID)
    give_up_unpaid(context)
    return False


def was_paid(context: CaseContext, remedy_id: str) -> None:
    """The order has one more payment, which may be refunded like the others."""
    charge = state_of(context, remedy_id).charge
    if charge is not None and charge.payment is not None:
        context.case.payments = (*context.case.payments, charge.payment)


async def pay_back(context: CaseContext, remedy_id: str) -> None:
    """What a cancellation or a cheaper order gives back goes the way of every refund (RES-5)."""
    if find(context, remedy_id).amount is None:
        finish(context, remedy_id)
    else:
        await refund.pay(context, remedy_id)


async def taken_back(context: CaseContext, remedy_id: str) -> bool:
    """Tell the merchant that it is off; False when that is too late, or the merchant cannot be reached."""
    patience = context.policy.waits[WaitFor.ORDER_CHANGE].within
    undoing = charge_activities.undo_change(query_of(context, remedy_id), patience)
    try:
        answer = await context.await_partner(undoing, WaitFor.ORDER_CHANGE, context.now + patience + A_MOMENT)
    except ActivityError as error:
        note_unanswered(context.note, error, WaitFor.ORDER_CHANGE)
        return False
    hear(context, remedy_id, answer)
    return state_of(context, remedy_id).status is not ChangeStatus.CONFIRMED


async def release_goods(context: CaseContext, remedy_id: str) -> None:
    if find(context, remedy_id).kind is RemedyKind.ORDER_CANCELLED:
        await activities.release_goods(ReleaseItems(case_id=context.case.case_id, remedy_id=remedy_id))


def leave_to_people(context: CaseContext, remedy_id: str, refusal: str, code: str | None = None) -> None:
    """It cannot be done, packed already for one: the customer is told, and another solution is looked for on the same tier."""
    negotiate_again(context, remedy_id)
    context.note(Event.CHANGE_REFUSED, **data_of(context, remedy_id), refusal=refusal, refusal_code=code)


def negotiate_again(context: CaseContext, remedy_id: str) -> None:
    case = context.case
    put_away(context, remedy_id, REFUSED)
    case.settled, case.automatic, case.automatic_denied = False, False, "change_refused"


def hear(context: CaseContext, remedy_id: str, answer: ChangeAnswer) -> bool:
    """Apply the merchant's answer; False when it is nothing new. What was confirmed can only be undone, what is refused stays so."""
    state = state_of(context, remedy_id)
    before = {
        ChangeStatus.CONFIRMED: {ChangeStatus.PENDING},
        ChangeStatus.REFUSED: {ChangeStatus.PENDING},
        ChangeStatus.UNDONE: {ChangeStatus.PENDING, ChangeStatus.CONFIRMED},
    }
    if answer.key != state.key or state.status not in before.get(answer.status, set()):
        return False
    change: dict[str, object] = {"status": answer.status, "refusal": answer.refusal, "refusal_code": answer.refusal_code}
    context.case.order = answer.order or context.case.order
    if answer.status is ChangeStatus.CONFIRMED:
        remedy = find(context, remedy_id)
        if remedy.kind is RemedyKind.ORDER_CHANGED:
            to_pay, to_refund = difference(answer)
            change |= {"to_pay": to_pay, "to_refund": to_refund, "until": context.deadline(WaitFor.CHARGE)}
            replace(context, remedy.model_copy(update={"amount": to_refund}))
    keep(context, remedy_id, state.model_copy(update=change))
    return True


def bill(context: CaseContext, remedy_id: str) -> charging.Bill:
    """What the customer has to pay for the change."""
    case, state = context.case, state_of(context, remedy_id)
    assert state.to_pay is not None  # noqa: S101  # callers ask first
    return charging.Bill(
        case_id=case.case_id,
        remedy_id=remedy_id,
        merchant_id=order_of(context).merchant_id,
        order=ChargeRequest(
            key=f"{case.case_id}.{remedy_id}.charge",
            order_id=order_of(context).order_id,
            customer_id=case.receipt.customer_id,
            amount=state.to_pay,
            reason=f"{case.issue}",
            reference=case.case_id,
            method=order_of(context).payment_method,
            until=state.until,
        ),
        poll_every=context.policy.changes.poll_every,
        known=lambda: state_of(context, remedy_id).charge,
        keep=lambda charge: keep(context, remedy_id, state_of(context, remedy_id).model_copy(update={"charge": charge})),
    )


def request_of(context: CaseContext, remedy_id: str) -> AskChange:
    case, remedy, order = context.case, find(context, remedy_id), order_of(context)
    change = remedy.change
    asked = OrderChangeRequest(
        key=state_of(context, remedy_id).key,
        reference=case.case_id,
        merchant_id=order.merchant_id,
        order_id=order.order_id,
        kind=change.kind if change else ChangeKind.CANCEL,
        reason=case.receipt.wanted.reason if case.receipt.wanted else None,
        lines=() if change else lines_of(context, remedy),
        items=change.items if change else (),
        quantities=change.quantities if change else (),
        payment_method=change.payment_method if change else None,
    )
    return AskChange(order=asked, customer_id=case.receipt.customer_id, address_id=change.address_id if change else None)


def lines_of(context: CaseContext, remedy: Remedy) -> tuple[LineQuantity, ...]:
    """The pieces that are cancelled: the offer's, else the case's, else the whole order."""
    return cancelled_lines(order_of(context), remedy.lines or context.case.receipt.lines)


def query_of(context: CaseContext, remedy_id: str) -> ChangeQuery:
    return ChangeQuery(order_id=order_of(context).order_id, key=state_of(context, remedy_id).key)


def order_of(context: CaseContext) -> Order:
    assert context.case.order is not None  # noqa: S101  # rules/remedies/limits.py offers nothing about an order that is not known
    return context.case.order


def state_of(context: CaseContext, remedy_id: str) -> OrderingState:
    state = find(context, remedy_id).ordering
    assert state is not None  # noqa: S101  # it is kept before anything is asked
    return state


def keep(context: CaseContext, remedy_id: str, state: OrderingState) -> None:
    replace(context, find(context, remedy_id).model_copy(update={"ordering": state}))


def tell_once(context: CaseContext, remedy_id: str, event: Event) -> None:
    """The order is as it was asked for; a case that continues here has told it already."""
    state = state_of(context, remedy_id)
    if not state.done:
        keep(context, remedy_id, state.model_copy(update={"done": True}))
        context.note(event, **data_of(context, remedy_id))


def finish(context: CaseContext, remedy_id: str) -> None:
    replace(context, find(context, remedy_id).model_copy(update={"done_at": context.now}))


def put_away(context: CaseContext, remedy_id: str, why: str) -> None:
    replace(context, find(context, remedy_id).model_copy(update={"undone": why}))


def data_of(context: CaseContext, remedy_id: str) -> dict[str, JsonValue]:
    """What the timeline tells of it."""
    remedy = find(context, remedy_id)
    kind = remedy.change.kind if remedy.change else ChangeKind.CANCEL
    return {
        "remedy_id": remedy_id,
        "change": f"change_{kind}",
        "amount_minor": remedy.amount.minor if remedy.amount else None,
        "currency": order_of(context).total.currency,
    }
