"""Receipt (REC-2…5): take the case down, acknowledge it with its times, and verify the order with the partners."""

from datetime import timedelta

from temporalio.exceptions import ActivityError

from models.case.activities import LookUp, Recall
from models.common.events import Event
from models.common.vocabulary import ClockName, Stage, WaitFor, WaitingOn
from rules.common import working_time
from rules.facts.establish import facts_of
from workflows.kit import activities
from workflows.kit.case_context import Desk

A_MOMENT = timedelta(minutes=1)


async def receive(desk: Desk) -> Stage:
    """Acknowledge at once; then look the order up, and ask the customer when it is not one of theirs (REC-3)."""
    if desk.case.version == 0:
        acknowledge(desk)
    while not await order_is_theirs(desk):
        await ask_for_the_right_order(desk)
    return Stage.CLASSIFICATION


def acknowledge(desk: Desk) -> None:
    """REC-4: received, with the steps ahead and the times to expect."""
    receipt = desk.case.receipt
    desk.clocks.start()
    service = desk.policy.calendars[desk.case.clocks[0].calendar]
    desk.note(
        Event.OPENED,
        receipt.opened_by,
        kind=receipt.kind.value,
        channel=receipt.channel.value,
        order_id=receipt.order_id,
        holiday=working_time.holiday_on(service, desk.now),
        **{
            f"{name}_due": due.isoformat() if (due := desk.clocks.due(name)) else None
            for name in (ClockName.FIRST_REPLY, ClockName.PLAN, ClockName.RESOLUTION)
        },
    )


async def order_is_theirs(desk: Desk) -> bool:
    """Whether the order exists and is the customer's; a case without an order, or partners that stay silent, go on unverified."""
    case = desk.case
    if case.order_id is None:
        return True
    await look_up(desk)
    return case.order is not None or case.order_unverified


async def look_up(desk: Desk) -> None:
    """Ask the partners about the order, its parcels and payments.

    What is not the customer's is not taken over: the case shows nothing of it. Partners that stay silent for as long as the policy
    waits leave the order unverified.
    """
    case = desk.case
    assert case.order_id is not None  # noqa: S101  # callers ask first
    patience = desk.policy.waits[WaitFor.PARTNER_DATA].within
    request = LookUp(case_id=case.case_id, order_id=case.order_id)
    try:
        until = desk.now + patience + A_MOMENT
        answer = await desk.during(activities.look_up(request, patience), WaitFor.PARTNER_DATA, until)
    except ActivityError:
        case.order_unverified = True
        desk.note(Event.PARTNER_SILENT, waiting_for=WaitFor.PARTNER_DATA.value)
        return
    case.order_unverified = False
    if answer.order is not None and answer.order.customer_id == case.receipt.customer_id:
        case.order, case.shipments, case.payments = answer.order, answer.shipments, answer.payments
        case.looked_up_at = desk.now
        establish_facts(desk)
        await remember(desk)


async def remember(desk: Desk) -> None:
    """RES-1: what earlier cases of the order and the customer took and gave, as our own books have it."""
    case = desk.case
    assert case.order_id is not None  # noqa: S101  # look_up asked before
    case.history = await activities.recall(
        Recall(
            order_id=case.order_id,
            customer_id=case.receipt.customer_id,
            case_id=case.case_id,
            currency=desk.policy.currency,
            at=desk.now,
        )
    )


def establish_facts(desk: Desk) -> None:
    """Write down what is proved by now (INV-1)."""
    case = desk.case
    case.facts = facts_of(
        order=case.order,
        shipments=case.shipments,
        payments=case.payments,
        lines=case.receipt.lines,
        requests=case.requests,
        sayings=case.sayings,
        evidence=len(case.receipt.evidence),
        now=desk.now,
        looked_up_at=case.looked_up_at,
        misses=case.misses,
        warranties=desk.policy.eligibility.warranty_months,
    )


async def ask_for_the_right_order(desk: Desk) -> None:
    """REC-3: says no more than that the order is not among theirs; silent customers' cases close as not pursued."""
    asked_about = desk.case.order_id
    until = desk.deadline(WaitFor.ORDER_CORRECTION)
    desk.note(Event.ORDER_UNKNOWN, order_id=asked_about, until=until.isoformat())
    corrected = await desk.wait_for(
        WaitingOn.CUSTOMER, WaitFor.ORDER_CORRECTION, lambda: desk.case.order_id != asked_about, until
    )
    if not corrected:
        desk.give_up("order_unknown")
