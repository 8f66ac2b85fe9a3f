"""A refund (RES-5): the money set aside first, asked for under keys that survive every retry, followed until it arrives."""

from models.case.activities import PayBack, RefundIntent, RefundQuery
from models.common.events import Event
from models.common.partners import RefundTo
from models.common.vocabulary import Reimbursement, Tier, WaitFor, WaitingOn
from models.remedies.remedy import RefundPart, Remedy
from rules.money.refund import to_balance
from workflows.kit import activities
from workflows.kit.assignment import insist
from workflows.kit.case_context import Desk
from workflows.kit.remedies import find, replace


async def pay(desk: Desk, remedy_id: str) -> None:
    """Returns when the remedy is done, or when it was taken back because a person has to decide after all (RES-10's caps)."""
    while desk.case.settled and find(desk, remedy_id).open:
        if await set_aside(desk, remedy_id) and await ask_provider(desk, remedy_id) and await arrives(desk, remedy_id):
            finish(desk, remedy_id)
        elif desk.case.settled and not another_way(desk, remedy_id):
            await repaired_by_a_person(desk, remedy_id)


async def set_aside(desk: Desk, remedy_id: str) -> bool:
    """Persist the intent for what no part covers yet. True when the whole amount is set aside."""
    desk.turn_if_told()
    case = desk.case
    remedy = find(desk, remedy_id)
    assert remedy.amount is not None  # noqa: S101  # a refunding remedy has an amount
    assert case.order_id is not None  # noqa: S101  # rules/remedies/limits.py offers none without verified payments
    if remedy.amount.minor == sum(part.amount.minor for part in remedy.parts if part.reimbursement is not Reimbursement.FAILED):
        return True
    replace(desk, remedy.model_copy(update={"reimbursement": Reimbursement.PENDING}))
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
            max_automatic_per_customer_a_day=desk.policy.automatic.max_per_customer_a_day,
            max_automatic_minor_a_day=desk.policy.automatic.max_minor_a_day,
            max_automatic_share_a_day=desk.policy.automatic.max_share_a_day,
            automatic_share_from=desk.policy.automatic.share_from,
            at=desk.now,
        )
    )
    if plan.denied is None:
        known = {part.key: part for part in remedy.parts}
        replace(desk, find(desk, remedy_id).model_copy(update={"parts": tuple(known.get(part.key, part) for part in plan.parts)}))
    elif plan.denied.startswith("automatic_cap"):
        leave_to_a_person(desk, plan.denied)
    else:
        fail(desk, remedy_id, plan.denied)
    return plan.denied is None


def owed(remedy: Remedy) -> bool:
    """Whatever the day gave: the merchant confirmed it, or has the goods."""
    return remedy.ordering is not None or remedy.return_ is not None


def leave_to_a_person(desk: Desk, cap: str) -> None:
    """RES-10: over a cap of the day, what was clear and small is decided by a person all the same."""
    case = desk.case
    case.automatic, case.automatic_denied, case.settled = False, cap, False
    case.remedies = tuple(remedy for remedy in case.remedies if not remedy.open)
    desk.note(Event.ESCALATED, tier=case.tier.value, reason=cap)


async def ask_provider(desk: Desk, remedy_id: str) -> bool:
    """True when the provider took every part."""
    case = desk.case
    remedy = find(desk, remedy_id)
    assert case.order_id is not None  # noqa: S101
    if any(part.reimbursement is Reimbursement.PENDING for part in remedy.parts):
        request = PayBack(
            case_id=case.case_id,
            remedy_id=remedy_id,
            order_id=case.order_id,
            merchant_id=case.order.merchant_id if case.order else None,
            reason=f"{case.issue}",
            parts=remedy.parts,
        )
        paid = await desk.during(activities.pay_back(request), WaitFor.REFUND)
        for part in paid.parts:
            move_part(desk, part)
        if not any(part.reimbursement is Reimbursement.FAILED for part in paid.parts):
            tell(desk, Event.REFUND_REQUESTED, remedy_id)
            desk.clocks.stop()
    return not failed(desk, remedy_id)


async def arrives(desk: Desk, remedy_id: str) -> bool:
    """Accepted is not arrived: wait for the provider's notice, and ask now and then in case it got lost."""
    until = desk.deadline(WaitFor.ARRIVAL)
    while desk.now < until and not over(desk, remedy_id):
        poll = min(desk.now + desk.policy.poll_refund_every, until)
        if not await desk.wait_for(WaitingOn.NOBODY, WaitFor.ARRIVAL, lambda: over(desk, remedy_id), poll):
            order = desk.case.order
            query = RefundQuery(
                case_id=desk.case.case_id,
                merchant_id=order.merchant_id if order else None,
                parts=find(desk, remedy_id).parts,
            )
            for part in (await desk.during(activities.refund_states(query), WaitFor.ARRIVAL)).parts:
                move_part(desk, part)
    return over(desk, remedy_id) and not failed(desk, remedy_id)


def another_way(desk: Desk, remedy_id: str) -> bool:
    """What cannot go back to where it came from goes to the customer's balance, once, for the reasons that the policy names (RES-5)."""
    remedy = find(desk, remedy_id)
    if remedy.refund_to is RefundTo.BALANCE or not to_balance(remedy.parts, {*desk.policy.refund_to_balance}):
        return False
    refusal = next((part.refusal for part in remedy.parts if part.refusal), None)
    replace(desk, remedy.model_copy(update={"attempt": remedy.attempt + 1, "refund_to": RefundTo.BALANCE}))
    tell(desk, Event.REFUND_REDIRECTED, remedy_id, refusal)
    return True


async def repaired_by_a_person(desk: Desk, remedy_id: str) -> None:
    """A provider's refusal, or silence, ends in a person's queue, not in a log (RES-5): try again, or record how it was paid."""
    remedy = find(desk, remedy_id)
    if remedy.reimbursement is not Reimbursement.FAILED:
        fail(desk, remedy_id, next((part.refusal for part in remedy.parts if part.refusal), None))
    if desk.case.tier is Tier.MERCHANT:
        desk.escalate("payment_failed")  # the payment provider is the platform's
    await insist(desk, WaitFor.PAYMENT_REPAIR, lambda: find(desk, remedy_id).reimbursement is not Reimbursement.FAILED)


def fail(desk: Desk, remedy_id: str, refusal: str | None) -> None:
    replace(desk, find(desk, remedy_id).model_copy(update={"reimbursement": Reimbursement.FAILED}))
    tell(desk, Event.REFUND_FAILED, remedy_id, refusal)


def finish(desk: Desk, remedy_id: str) -> None:
    replace(desk, find(desk, remedy_id).model_copy(update={"reimbursement": Reimbursement.ARRIVED, "done_at": desk.now}))
    tell(desk, Event.REFUND_ARRIVED, remedy_id)


def over(desk: Desk, remedy_id: str) -> bool:
    """Every part arrived, or one was refused."""
    parts = find(desk, remedy_id).parts
    return failed(desk, remedy_id) or all(part.reimbursement is Reimbursement.ARRIVED for part in parts)


def failed(desk: Desk, remedy_id: str) -> bool:
    return any(part.reimbursement is Reimbursement.FAILED for part in find(desk, remedy_id).parts)


FORWARD = (Reimbursement.PENDING, Reimbursement.REQUESTED, Reimbursement.FAILED, Reimbursement.ARRIVED)
"""A part only moves to the right: notices may come twice and out of order."""


def move_part(desk: Desk, told: RefundPart) -> bool:
    """Take in what the provider says of a part; False when it is nothing new."""
    for remedy in desk.case.remedies:
        for part in remedy.parts:
            if part.key == told.key and FORWARD.index(told.reimbursement) > FORWARD.index(part.reimbursement):
                parts = tuple(told if known.key == told.key else known for known in remedy.parts)
                states = {known.reimbursement for known in parts}
                whole = (
                    Reimbursement.REQUESTED
                    if states <= {Reimbursement.REQUESTED, Reimbursement.ARRIVED}
                    else remedy.reimbursement
                )
                replace(desk, remedy.model_copy(update={"parts": parts, "reimbursement": whole}))
                return True
    return False


def tell(desk: Desk, event: Event, remedy_id: str, refusal: str | None = None) -> None:
    amount = find(desk, remedy_id).amount
    desk.note(
        event,
        remedy_id=remedy_id,
        amount_minor=amount.minor if amount else 0,
        currency=amount.currency if amount else desk.policy.currency,
        refusal=refusal,
    )
