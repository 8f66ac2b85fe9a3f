"""A refund (RES-5): the money is reserved first, requested under keys that survive every retry, and followed until it arrives.

What comes back after it had arrived is given again, another way or by a person.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from temporalio import workflow
from temporalio.exceptions import ActivityError

from models.case.activities import PaidBack, PayBack, RefundIntent, RefundQuery
from models.common.events import Event
from models.common.partners import Payment, ProviderRefundStatus, Refund, RefundTo
from models.common.vocabulary import RefundStatus, Tier, WaitFor, WaitingOn
from models.remedies.remedy import RefundPart, Remedy
from rules.money.refund import as_told, to_balance, with_news
from rules.money.refund_state import standing, standing_minor
from rules.money.worth import books_seen
from workflows.kit import activities
from workflows.kit.assignment import wait_or_escalate
from workflows.kit.case_context import CaseContext, StageChange, give_up_on
from workflows.kit.patches import patched
from workflows.kit.remedies import find, replace
from workflows.money import chargebacks
from workflows.money.refund_progress import fail, failed, finish, move_part, note, over, owed, refusal_of, sum_of, tell

FAILED_STAYS = "failed-refund-waits-for-a-person"
SILENCE = "silent-refund-goes-to-a-person"
ONE_WAIT = "refund-arrives-in-one-wait"
CONFIRMED = "arrival-after-refusal-is-confirmed"
GIVEN_AGAIN = "arrival-beside-another-is-told"
IN_ITS_PLACE = "arrival-counts-where-its-successor-failed"
"""Patches: cases that were further when this came go on as they began."""


async def pay(context: CaseContext, remedy_id: str) -> None:
    """Returns when the customer has the money, or when the remedy was taken back because a person has to decide after all (RES-10's caps)."""
    while owed(context, remedy_id):
        failed_before = find(context, remedy_id).refund_status is RefundStatus.FAILED and patched(FAILED_STAYS)
        if (
            not failed_before
            and await reserve_refund(context, remedy_id)
            and await ask_provider(context, remedy_id)
            and await arrives(context, remedy_id)
        ):
            finish(context, remedy_id)
        elif chargebacks.is_held(context, remedy_id) and not failed(context, remedy_id):
            await chargebacks.until_decided(context, remedy_id)
        elif (
            owed(context, remedy_id)
            and not arrived_all_the_same(context, remedy_id)
            and not redirect_to_balance(context, remedy_id)
        ):
            await await_manual_resolution(context, remedy_id)


async def pay_again(context: CaseContext) -> None:
    """What came back after its remedy was done."""
    for remedy in context.case.remedies:
        if remedy.done_at is not None and remedy.refund_owed:
            await pay(context, remedy.id)


async def reserve_refund(context: CaseContext, remedy_id: str) -> bool:
    """Persist the intent for what no part covers yet. True when the whole amount is set aside."""
    context.leave_stage_if_changed()
    case = context.case
    remedy = find(context, remedy_id)
    assert remedy.amount is not None  # noqa: S101  # a refunding remedy has an amount
    assert case.order_id is not None  # noqa: S101  # rules/remedies/limits.py offers none without verified payments
    to_refund, to_settle = remedy.to_refund or remedy.amount, remedy.settled_by is not None and remedy.charged_back is None
    if to_refund.minor == standing_minor(remedy.parts) and not failed(context, remedy_id) and not to_settle:
        return True
    replace(context, remedy.model_copy(update={"refund_status": RefundStatus.PENDING}))
    plan = await activities.intend_refund(
        RefundIntent(
            case_id=case.case_id,
            remedy_id=remedy.id,
            attempt=remedy.attempt,
            order_id=case.order_id,
            customer_id=case.receipt.customer_id,
            amount=remedy.amount,
            payments=in_order(case.payments, remedy, context.policy.refund_order),
            parts=chargebacks.unsent_given_up(remedy) if to_settle else remedy.parts,
            to=remedy.refund_to,
            account_id=remedy.account_id,
            only_back=context.policy.refund_only_back,
            automatic=case.automatic and not due_anyway(remedy),
            max_automatic_per_customer_a_day=context.policy.automatic.max_per_customer_a_day,
            max_automatic_minor_a_day=context.policy.automatic.max_minor_a_day,
            max_automatic_share_a_day=context.policy.automatic.max_share_a_day,
            automatic_share_from=context.policy.automatic.share_from,
            seen=books_seen(case, remedy),
            settled_by=remedy.settled_by,
            at=context.now,
        )
    )
    chargebacks.take_settlement(context, remedy_id, plan)
    if plan.denied is None:
        known = {part.key: part for part in remedy.parts}
        replace(
            context,
            find(context, remedy_id).model_copy(update={"parts": tuple(known.get(part.key, part) for part in plan.parts)}),
        )
    elif plan.chargebacks:
        chargebacks.hold(context, remedy_id, plan.chargebacks)
    elif plan.denied.startswith("automatic_cap"):
        leave_to_a_person(context, plan.denied)
    else:
        now = find(context, remedy_id)
        fail(context, remedy_id, (now.to_refund or remedy.amount).minor - standing_minor(now.parts), plan.denied)
    return plan.denied is None


def in_order(payments: tuple[Payment, ...], remedy: Remedy, first: tuple[str, ...]) -> tuple[Payment, ...]:
    """The payment that is given back first, then those by the method that was wished for, then as the policy says, then the others."""

    def place(payment: Payment) -> tuple[bool, bool, int]:
        rank = first.index(payment.method) if payment.method in first else len(first)
        return payment.payment_id != remedy.payment_id, payment.method != remedy.method, rank

    return tuple(sorted(payments, key=place))


def due_anyway(remedy: Remedy) -> bool:
    """Whatever the day gave: the merchant confirmed it, or has the goods; or it is due by itself."""
    return remedy.ordering is not None or remedy.return_ is not None or remedy.pays_back


def leave_to_a_person(context: CaseContext, cap: str) -> None:
    """RES-10: over a cap of the day, what was clear and small is decided by a person all the same."""
    case = context.case
    case.automatic, case.automatic_denied, case.settled = False, cap, False
    case.remedies = tuple(remedy for remedy in case.remedies if not remedy.open)
    context.note(Event.ESCALATED, tier=case.tier.value, reason=cap)


async def ask_provider(context: CaseContext, remedy_id: str) -> bool:
    """True when the provider took every part."""
    case = context.case
    remedy = find(context, remedy_id)
    assert case.order_id is not None  # noqa: S101
    asked = tuple(part for part in remedy.parts if not part.paid_otherwise)
    if any(part.refund_status is RefundStatus.PENDING for part in asked):
        request = PayBack(
            case_id=case.case_id,
            remedy_id=remedy_id,
            order_id=case.order_id,
            merchant_id=case.order.merchant_id if case.order else None,
            reason=f"{case.issue}",
            parts=asked,
        )
        paid = await answer(context, remedy_id, request)
        for part in paid.parts:
            move_part(context, part)
        fresh = {part.key for part in asked if part.refund_status is RefundStatus.PENDING}
        pending = RefundStatus.PENDING
        taken = (part for part in paid.parts if part.key in fresh and not part.refused and part.refund_status is not pending)
        tell(context, Event.REFUND_REQUESTED, remedy_id, taken)
        if paid.chargebacks:
            chargebacks.hold(context, remedy_id, paid.chargebacks)
            return False
        if not failed(context, remedy_id):
            context.clocks.stop()
    return owed(context, remedy_id) and not failed(context, remedy_id)


async def answer(context: CaseContext, remedy_id: str, request: PayBack) -> PaidBack:
    """What the provider says. While it is silent for longer than the wait `refund`, a person has it, and it goes on being asked.

    Without parts: the person recorded how it was paid.
    """
    asking = asyncio.ensure_future(activities.pay_back(request))
    try:
        while not asking.done():
            if await context.wait_for(WaitingOn.NOBODY, WaitFor.REFUND, asking.done):
                break
            context.note(Event.PARTNER_SILENT, waiting_for=WaitFor.REFUND.value)
            if patched(SILENCE):
                unanswered = (part for part in request.parts if part.refund_status is RefundStatus.PENDING)
                fail(context, remedy_id, sum_of(unanswered), "provider_silent")  # what it took before is on its way
                await a_person_sees_to_it(context, remedy_id, asking)
                if not owed(context, remedy_id):
                    await no_more(asking)
                    return PaidBack(parts=())
    except StageChange:
        await no_more(asking)
        raise
    return await asking


async def no_more(asking: "asyncio.Future[PaidBack]") -> None:
    """Let the provider not be asked again."""
    give_up_on(asking)
    await asyncio.wait((asking,))


async def arrives(context: CaseContext, remedy_id: str) -> bool:
    """Accepted is not arrived: wait for the provider's notice, and ask now and then in case it got lost."""
    if not over(context, remedy_id):
        if patched(ONE_WAIT):
            with followed(context, remedy_id):
                await context.wait_for(WaitingOn.NOBODY, WaitFor.ARRIVAL, lambda: over(context, remedy_id))
        else:
            await arrives_by_polls(context, remedy_id)
    return over(context, remedy_id) and not failed(context, remedy_id)


async def arrives_by_polls(context: CaseContext, remedy_id: str) -> None:
    """As cases waited before `ONE_WAIT`."""
    until = context.deadline(WaitFor.ARRIVAL)
    while context.now < until and not over(context, remedy_id):
        poll = min(context.now + context.policy.poll_refund_every, until)
        if not await context.wait_for(WaitingOn.NOBODY, WaitFor.ARRIVAL, lambda: over(context, remedy_id), poll):
            for part in (
                await context.await_partner(activities.refund_states(query_of(context, remedy_id)), WaitFor.ARRIVAL)
            ).parts:
                move_part(context, part)


@contextmanager
def followed(context: CaseContext, remedy_id: str) -> Generator[None]:
    """Meanwhile the provider is asked now and then what became of the parts that are on their way."""

    async def ask() -> None:
        while any(part.unsettled for part in find(context, remedy_id).parts):
            await workflow.sleep(context.policy.poll_refund_every, summary=f"ask about {WaitFor.ARRIVAL}")
            try:
                told = await activities.refund_states(query_of(context, remedy_id))
            except ActivityError:
                context.note(Event.PARTNER_SILENT, waiting_for=WaitFor.ARRIVAL.value)
            else:
                for part in told.parts:
                    move_part(context, part)

    asking = asyncio.ensure_future(ask())
    try:
        yield
    finally:
        give_up_on(asking)


def doubtful(context: CaseContext, told: Refund) -> bool:
    """Whether a part that was refused is told to have arrived: the provider changed its mind, or the notice is older than the refusal."""
    if told.status is not ProviderRefundStatus.ARRIVED:
        return False
    known = (part for remedy in context.case.remedies for part in remedy.parts if part.key == told.key)
    refused = any(part.refund_status is RefundStatus.FAILED for part in known)
    return (refused and patched(CONFIRMED)) or (given_again(context, told) is not None and patched(GIVEN_AGAIN))


def given_again(context: CaseContext, told: Refund) -> Remedy | None:
    """The remedy of a part that was refused and given another way since; None: it is another's, or the case knows that it arrived."""
    case = context.case
    heard = any(refund == told for payment in case.payments for refund in payment.refunds)
    whose = (remedy for remedy in case.remedies if told.key.startswith(f"{case.case_id}.{remedy.id}."))
    remedy = next(whose, None) if not heard else None
    return remedy if remedy is not None and all(part.key != told.key for part in remedy.parts) else None


def arrived_all_the_same(context: CaseContext, remedy_id: str) -> bool:
    """Count what was refused and arrived after all, where what was given in its place is refused: the customer has it once, not twice."""
    case, remedy = context.case, find(context, remedy_id)
    mine = f"{case.case_id}.{remedy_id}."
    known = {part.key for part in remedy.parts}
    arrived = tuple(
        as_told(RefundPart(key=refund.key, payment_id=refund.payment_id, amount=refund.amount, to=refund.to), refund)
        for payment in case.payments
        for refund in payment.refunds
        if refund.status is ProviderRefundStatus.ARRIVED and refund.key.startswith(mine) and refund.key not in known
    )
    covered = remedy.amount is not None and sum_of((*standing(remedy.parts), *arrived)) == remedy.amount.minor
    if not arrived or not covered or not patched(IN_ITS_PLACE):
        return False
    replace(context, remedy.model_copy(update={"parts": (*remedy.parts, *arrived), "refund_status": RefundStatus.PENDING}))
    return True


async def confirm_arrival(context: CaseContext, told: Refund) -> None:
    """Ask the provider before a doubtful arrival is believed. What it does not answer, the nightly comparison finds."""
    again = given_again(context, told)
    remedy = again or next(one for one in context.case.remedies if any(part.key == told.key for part in one.parts))
    gone = RefundPart(key=told.key, payment_id=told.payment_id, amount=told.amount, to=told.to)
    known = (gone,) if again else tuple(part for part in remedy.parts if part.key == told.key)
    asked = tuple(part.model_copy(update={"refund_status": RefundStatus.REQUESTED}) for part in known)
    try:
        answer = await activities.refund_states(query_of(context, remedy.id).model_copy(update={"parts": asked}))
    except ActivityError:
        context.note(Event.PARTNER_SILENT, waiting_for=WaitFor.ARRIVAL.value)
        return
    arrived = [part for part in answer.parts if part.refund_status is RefundStatus.ARRIVED or part.other_amount]
    if given_again(context, told) and arrived:
        context.case.payments = with_news(context.case.payments, told)  # where the ledger reads it
        if not arrived_all_the_same(context, remedy.id):
            note(context, Event.REFUND_TWICE, remedy.id, told.amount.minor, told.to)
    elif any(move_part(context, part) for part in arrived):
        context.case.payments = with_news(context.case.payments, told)


def query_of(context: CaseContext, remedy_id: str) -> RefundQuery:
    order = context.case.order
    return RefundQuery(
        case_id=context.case.case_id,
        merchant_id=order.merchant_id if order else None,
        parts=find(context, remedy_id).parts,
    )


def redirect_to_balance(context: CaseContext, remedy_id: str) -> bool:
    """What cannot go back to where it came from goes to the customer's balance, once, for the reasons that the policy names (RES-5)."""
    remedy = find(context, remedy_id)
    if remedy.refund_to is not RefundTo.ORIGINAL or not to_balance(remedy.parts, context.policy):
        return False
    refused = [part for part in remedy.parts if part.refused]
    change = {"attempt": remedy.attempt + 1, "refund_to": RefundTo.BALANCE, "refund_status": RefundStatus.PENDING}
    replace(context, remedy.model_copy(update=change))
    note(context, Event.REFUND_REDIRECTED, remedy_id, sum_of(refused), RefundTo.BALANCE, refusal_of(refused))
    return True


async def await_manual_resolution(context: CaseContext, remedy_id: str) -> None:
    """A provider's refusal, or silence, ends in a person's queue, not in a log (RES-5): try again, or record how it was paid.

    What is on its way is followed meanwhile: it may arrive after all.
    """
    remedy = find(context, remedy_id)
    if remedy.refund_status is not RefundStatus.FAILED:
        refused = [part for part in remedy.parts if part.refused]
        late = [part for part in remedy.parts if part.unsettled]
        fail(context, remedy_id, sum_of(refused or late), refusal_of(refused) if refused else "not_arrived")
    if any(part.unsettled for part in remedy.parts) and patched(SILENCE):
        with followed(context, remedy_id):
            await a_person_sees_to_it(context, remedy_id)
    else:
        await a_person_sees_to_it(context, remedy_id)


async def a_person_sees_to_it(context: CaseContext, remedy_id: str, asking: "asyncio.Future[PaidBack] | None" = None) -> None:
    """Until it was tried again, or recorded how it was paid; or until the provider moved after all."""
    if context.case.tier is Tier.MERCHANT:
        context.escalate("payment_failed")  # the payment provider is the platform's

    def done() -> bool:
        answered = asking is not None and asking.done()
        return answered or find(context, remedy_id).refund_status is not RefundStatus.FAILED

    await wait_or_escalate(context, WaitFor.PAYMENT_REPAIR, done)
