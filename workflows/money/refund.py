"""A refund (RES-5): the money is reserved first, requested under keys that survive every retry, and followed until it arrives."""

from models.case.activities import PayBack, RefundIntent, RefundQuery
from models.common.events import Event
from models.common.partners import RefundTo
from models.common.vocabulary import RefundStatus, Tier, WaitFor, WaitingOn
from models.remedies.remedy import RefundPart, Remedy
from rules.money.refund import to_balance
from rules.money.refund_state import may_follow, standing_minor, status_of
from workflows.kit import activities
from workflows.kit.assignment import wait_or_escalate
from workflows.kit.case_context import CaseContext
from workflows.kit.remedies import find, replace


async def pay(context: CaseContext, remedy_id: str) -> None:
    """Returns when the remedy is done, or when it was taken back because a person has to decide after all (RES-10's caps)."""
    while context.case.settled and find(context, remedy_id).open:
        if (
            await reserve_refund(context, remedy_id)
            and await ask_provider(context, remedy_id)
            and await arrives(context, remedy_id)
        ):
            finish(context, remedy_id)
        elif context.case.settled and not redirect_to_balance(context, remedy_id):
            await await_manual_resolution(context, remedy_id)


async def reserve_refund(context: CaseContext, remedy_id: str) -> bool:
    """Persist the intent for what no part covers yet. True when the whole amount is set aside."""
    context.leave_stage_if_changed()
    case = context.case
    remedy = find(context, remedy_id)
    assert remedy.amount is not None  # noqa: S101  # a refunding remedy has an amount
    assert case.order_id is not None  # noqa: S101  # rules/remedies/limits.py offers none without verified payments
    if remedy.amount.minor == standing_minor(remedy.parts):
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
            payments=tuple(sorted(case.payments, key=lambda payment: payment.payment_id != remedy.payment_id)),
            parts=remedy.parts,
            to=remedy.refund_to,
            automatic=case.automatic and not owed(remedy),
            max_automatic_per_customer_a_day=context.policy.automatic.max_per_customer_a_day,
            max_automatic_minor_a_day=context.policy.automatic.max_minor_a_day,
            max_automatic_share_a_day=context.policy.automatic.max_share_a_day,
            automatic_share_from=context.policy.automatic.share_from,
            at=context.now,
        )
    )
    if plan.denied is None:
        known = {part.key: part for part in remedy.parts}
        replace(
            context,
            find(context, remedy_id).model_copy(update={"parts": tuple(known.get(part.key, part) for part in plan.parts)}),
        )
    elif plan.denied.startswith("automatic_cap"):
        leave_to_a_person(context, plan.denied)
    else:
        fail(context, remedy_id, plan.denied)
    return plan.denied is None


def owed(remedy: Remedy) -> bool:
    """Whatever the day gave: the merchant confirmed it, or has the goods."""
    return remedy.ordering is not None or remedy.return_ is not None


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
    if any(part.refund_status is RefundStatus.PENDING for part in remedy.parts):
        request = PayBack(
            case_id=case.case_id,
            remedy_id=remedy_id,
            order_id=case.order_id,
            merchant_id=case.order.merchant_id if case.order else None,
            reason=f"{case.issue}",
            parts=remedy.parts,
        )
        paid = await context.await_partner(activities.pay_back(request), WaitFor.REFUND)
        for part in paid.parts:
            move_part(context, part)
        if not any(part.refund_status is RefundStatus.FAILED for part in paid.parts):
            tell(context, Event.REFUND_REQUESTED, remedy_id)
            context.clocks.stop()
    return not failed(context, remedy_id)


async def arrives(context: CaseContext, remedy_id: str) -> bool:
    """Accepted is not arrived: wait for the provider's notice, and ask now and then in case it got lost."""
    until = context.deadline(WaitFor.ARRIVAL)
    while context.now < until and not over(context, remedy_id):
        poll = min(context.now + context.policy.poll_refund_every, until)
        if not await context.wait_for(WaitingOn.NOBODY, WaitFor.ARRIVAL, lambda: over(context, remedy_id), poll):
            order = context.case.order
            query = RefundQuery(
                case_id=context.case.case_id,
                merchant_id=order.merchant_id if order else None,
                parts=find(context, remedy_id).parts,
            )
            for part in (await context.await_partner(activities.refund_states(query), WaitFor.ARRIVAL)).parts:
                move_part(context, part)
    return over(context, remedy_id) and not failed(context, remedy_id)


def redirect_to_balance(context: CaseContext, remedy_id: str) -> bool:
    """What cannot go back to where it came from goes to the customer's balance, once, for the reasons that the policy names (RES-5)."""
    remedy = find(context, remedy_id)
    if remedy.refund_to is RefundTo.BALANCE or not to_balance(remedy.parts, {*context.policy.refund_to_balance}):
        return False
    refusal = next((part.refusal for part in remedy.parts if part.refusal), None)
    replace(context, remedy.model_copy(update={"attempt": remedy.attempt + 1, "refund_to": RefundTo.BALANCE}))
    tell(context, Event.REFUND_REDIRECTED, remedy_id, refusal)
    return True


async def await_manual_resolution(context: CaseContext, remedy_id: str) -> None:
    """A provider's refusal, or silence, ends in a person's queue, not in a log (RES-5): try again, or record how it was paid."""
    remedy = find(context, remedy_id)
    if remedy.refund_status is not RefundStatus.FAILED:
        fail(context, remedy_id, next((part.refusal for part in remedy.parts if part.refusal), None))
    if context.case.tier is Tier.MERCHANT:
        context.escalate("payment_failed")  # the payment provider is the platform's
    await wait_or_escalate(
        context, WaitFor.PAYMENT_REPAIR, lambda: find(context, remedy_id).refund_status is not RefundStatus.FAILED
    )


def fail(context: CaseContext, remedy_id: str, refusal: str | None) -> None:
    replace(context, find(context, remedy_id).model_copy(update={"refund_status": RefundStatus.FAILED}))
    tell(context, Event.REFUND_FAILED, remedy_id, refusal)


def finish(context: CaseContext, remedy_id: str) -> None:
    replace(context, find(context, remedy_id).model_copy(update={"refund_status": RefundStatus.ARRIVED, "done_at": context.now}))
    tell(context, Event.REFUND_ARRIVED, remedy_id)


def over(context: CaseContext, remedy_id: str) -> bool:
    """Every part arrived, or one was refused."""
    parts = find(context, remedy_id).parts
    return failed(context, remedy_id) or all(part.refund_status is RefundStatus.ARRIVED for part in parts)


def failed(context: CaseContext, remedy_id: str) -> bool:
    return any(part.refund_status is RefundStatus.FAILED for part in find(context, remedy_id).parts)


def move_part(context: CaseContext, told: RefundPart) -> bool:
    """Apply what the provider says of a part; False when it is nothing new."""
    for remedy in context.case.remedies:
        for part in remedy.parts:
            if part.key == told.key and may_follow(told.refund_status, part.refund_status):
                parts = tuple(told if known.key == told.key else known for known in remedy.parts)
                change = {"parts": parts, "refund_status": status_of(parts, remedy.refund_status)}
                replace(context, remedy.model_copy(update=change))
                return True
    return False


def tell(context: CaseContext, event: Event, remedy_id: str, refusal: str | None = None) -> None:
    remedy = find(context, remedy_id)
    amount = remedy.amount
    context.note(
        event,
        remedy_id=remedy_id,
        amount_minor=amount.minor if amount else 0,
        currency=amount.currency if amount else context.policy.currency,
        refusal=refusal,
        to=goes_to(remedy).value,
    )


def goes_to(remedy: Remedy) -> RefundTo:
    """The customer's balance when all of it goes there."""
    ways = {part.to for part in remedy.parts if part.refund_status is not RefundStatus.FAILED}
    return remedy.refund_to if ways <= {remedy.refund_to} else RefundTo.ORIGINAL
