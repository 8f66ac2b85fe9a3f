"""Receipt (REC-2…5): record the case, acknowledge it with its promised times, and verify the order with the partners."""

from datetime import timedelta

from temporalio.exceptions import ActivityError

from models.case.activities import LookUp, Recall
from models.case.splitting import SplitFrom
from models.common.events import Event
from models.common.vocabulary import ClockName, Meaning, Role, WaitFor, WaitingOn
from rules.case.assignment import is_entered_by_phone
from rules.case.grading import heard_so_far
from rules.common import working_time
from rules.common.counting import counting_of
from rules.common.traces import newest
from rules.facts.establish import facts_of
from workflows.claims.found import hear_of_parcel
from workflows.kit import activities
from workflows.kit.assignment import ANSWERED, HELD, answer_customer
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.refusals import note_unanswered
from workflows.kit.traces import SCANS_BY_TIME

FOR_GOODS = "refunds-for-goods-are-no-overcharge"
"""Patch: before it, what was refunded for goods counted as money back of what was charged too much."""
NEWS_FIRST = "news-before-the-first-task"
"""Patch: before it, a case whose first workflow task was lost was never acknowledged when somebody had spoken meanwhile."""
DANGER_FIRST = "danger-needs-no-order"
"""Patch: before it, danger told about an order that is not the customer's waited for the right order, and was closed without one."""
A_MOMENT = timedelta(minutes=1)


async def receive(context: CaseContext) -> None:
    """Acknowledge at once; then look the order up, and ask the customer when it is not one of theirs (REC-3). Danger waits for no order."""
    if context.case.version == 0 or (not context.case.clocks and patched(NEWS_FIRST)):
        acknowledge(context)
    while not await order_is_theirs(context):
        if patched(DANGER_FIRST) and tells_danger(context):
            context.case.order_unverified = True
            return
        await ask_for_the_right_order(context)


def tells_danger(context: CaseContext) -> bool:
    """Whether anything said so far is heard as danger."""
    return any(one.meaning is Meaning.DANGER for one in heard_so_far(context.case, context.policy.grading))


def acknowledge(context: CaseContext) -> None:
    """REC-4: received, with the steps ahead and the times to expect."""
    receipt = context.case.receipt
    context.clocks.start()
    by_phone = context.case.split_from is None and is_entered_by_phone(receipt) and patched(HELD)
    if by_phone:  # whoever enters it has the customer on the phone (DSP-3)
        context.case.handler = context.case.owner = receipt.opened_by
        context.clocks.stop(ClockName.FIRST_REPLY)
    service = context.policy.calendars[context.case.clocks[0].calendar]
    context.note(
        Event.OPENED,
        receipt.opened_by,
        kind=receipt.kind.value,
        channel=receipt.channel.value,
        order_id=receipt.order_id,
        holiday=working_time.holiday_between(service, context.now, context.clocks.due(ClockName.FIRST_REPLY) or context.now),
        **{
            f"{name}_due": due.isoformat() if (due := context.clocks.due(name)) else None
            for name in (ClockName.FIRST_REPLY, ClockName.PLAN, ClockName.RESOLUTION)
        },
    )
    if by_phone:
        context.note(Event.ASSIGNED, receipt.opened_by, handler=receipt.opened_by.id, team=None)
    if context.case.split_from is not None:
        take_over_promises(context, context.case.split_from)


def take_over_promises(context: CaseContext, first: SplitFrom) -> None:
    """The customer has waited in the case that this one was split from, and may have had the first answer there (WRK-7)."""
    context.note(Event.SPLIT_FROM, first.by, first=first.case_id, reason=first.reason)
    context.clocks.take_over(first.clocks)
    if first.replied:
        context.clocks.stop(ClockName.FIRST_REPLY)


async def order_is_theirs(context: CaseContext) -> bool:
    """Whether the order exists and is the customer's; a case without an order, or partners that stay silent, go on unverified."""
    case = context.case
    if case.order_id is None:
        return True
    await look_up(context)
    return case.order is not None or case.order_unverified


async def look_up(context: CaseContext) -> None:
    """Ask the partners about the order, its parcels and payments.

    What is not the customer's is not taken over: the case shows nothing of it. Partners that stay silent for as long as the policy
    waits leave the order unverified.
    """
    case = context.case
    assert case.order_id is not None  # noqa: S101  # callers ask first
    patience = context.policy.waits[WaitFor.PARTNER_DATA].within
    request = LookUp(case_id=case.case_id, order_id=case.order_id)
    try:
        until = context.now + patience + A_MOMENT
        answer = await activities.look_up_directly(request) or await context.await_partner(
            activities.look_up(request, patience), WaitFor.PARTNER_DATA, until
        )
    except ActivityError as error:
        case.order_unverified = True
        note_unanswered(context.note, error, WaitFor.PARTNER_DATA)
        return
    case.order_unverified = False
    if answer.order is not None and answer.order.customer_id == case.receipt.customer_id:
        for told in answer.shipments:
            hear_of_parcel(context, told)
        shipments = newest(case.shipments, answer.shipments)
        if shipments != answer.shipments and not patched(SCANS_BY_TIME):
            shipments = answer.shipments
        case.order, case.shipments, case.payments = answer.order, shipments, answer.payments
        case.looked_up_at = context.now
        establish_facts(context)
        await remember(context)


async def remember(context: CaseContext) -> None:
    """RES-1: what earlier cases of the order and the customer took and gave, as our own books have it."""
    case = context.case
    assert case.order_id is not None  # noqa: S101  # look_up asked before
    case.history = await activities.recall(
        Recall(
            order_id=case.order_id,
            customer_id=case.receipt.customer_id,
            case_id=case.case_id,
            currency=context.policy.currency,
            at=context.now,
        )
    )


def establish_facts(context: CaseContext) -> None:
    """Write down what is proved by now (INV-1)."""
    case = context.case
    given = case.history.for_goods_minor if case.history else 0
    case.facts = facts_of(
        order=case.order,
        shipments=case.shipments,
        payments=case.payments,
        lines=case.receipt.lines,
        requests=case.requests,
        sayings=case.sayings,
        evidence=len(case.receipt.evidence),
        now=context.now,
        looked_up_at=case.looked_up_at,
        misses=case.misses,
        warranties=context.policy.eligibility.warranty_months,
        counting=counting_of(context.policy, case.order) if case.order else None,
        asked_at=case.receipt.received_at,
        given_for_goods=given if given and patched(FOR_GOODS) else 0,
    )


async def ask_for_the_right_order(context: CaseContext) -> None:
    """REC-3: says no more than that the order is not among theirs; silent customers' cases close as not pursued."""
    asked_about, since = context.case.order_id, context.now
    until = context.deadline(WaitFor.ORDER_CORRECTION)
    context.note(Event.ORDER_UNKNOWN, order_id=asked_about, until=until.isoformat())
    danger_first = patched(DANGER_FIRST)
    went_on = await context.wait_for(
        WaitingOn.CUSTOMER,
        WaitFor.ORDER_CORRECTION,
        lambda: context.case.order_id != asked_about or (danger_first and tells_danger(context)),
        until,
    )
    if went_on:
        return
    spoke = any(saying.by.role is Role.CUSTOMER and saying.at >= since for saying in context.case.sayings)
    if spoke and patched(ANSWERED):  # who asks for help is not silent
        context.case.reply_owed_since = context.now
        await answer_customer(context, lambda: context.case.order_id != asked_about)
    else:
        context.give_up("order_unknown")
