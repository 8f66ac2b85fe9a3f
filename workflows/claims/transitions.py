"""How the status of a claim changes (RES-9): by people, by partners, and when a deadline passes."""

from collections.abc import Callable

from models.case.actions import Act
from models.claims.actions import (
    AcceptClaim,
    AcceptPart,
    DisputeClaim,
    RejectClaim,
    RemindClaim,
    SettleClaim,
    WriteOffClaim,
)
from models.claims.found import FoundParcel
from models.claims.partner import ClaimAnswer, ClaimMove, ClaimWord
from models.claims.policy import ClaimWaitFor
from models.claims.state import LONGEST_PROOF, ClaimAdjustment, ClaimCause, ClaimKind, ClaimPayment, ClaimStatus
from models.common.actors import Actor
from models.common.base import Money
from models.common.deadline import Deadline, DeadlineKind
from models.common.events import Event
from models.common.partners import Notice, NoticeKind
from models.common.vocabulary import Role, WaitingOn
from rules.claims.found import PARCEL_FOUND, still_claimed
from rules.claims.found import WORDS as FOUND_WORDS
from rules.claims.permissions import PAYMENTS, unfit_body
from workflows.claims.context import ClaimContext
from workflows.kit.patches import patched

NEWS_FIRST = "news-before-the-first-task"
"""Patch: before it, a claim whose first workflow task was lost never began when somebody had spoken meanwhile."""
TOLD_WHEN_OWED = "claims-told-when-owed"
"""Patch: before it, a party that had paid was not told that less was claimed of it by then."""
UNCLEAR = "unclear-payments-are-for-a-supervisor"
"""Patch: before it, money in another currency was put down as unreadable, and the claim could be written off."""
WORDS = {PARCEL_FOUND: f"{FOUND_WORDS.zh} / {FOUND_WORDS.en}"}
"""What the party is told beside the amount; for any other reason, the finding's basis."""


def begun(context: ClaimContext) -> bool:
    """Whether anything was decided yet: a notice that says nothing may come before the claim has begun."""
    state = context.state
    return state.wait is not None or state.closed_at is not None or state.messages > 0


def begin(context: ClaimContext, *, directly: bool = False) -> None:
    """A credit waits for us to pay; anything else for the party's answer. `directly`: it is told within this task, if it answers at once."""
    claim = context.state.claim
    if claim.kind is ClaimKind.CREDIT:
        context.note(Event.CLAIM_OPENED, cause=claim.cause.value, until=None)
        owe(context)
    else:
        context.wait(context.party, ClaimWaitFor.ANSWER)
        assert context.state.wait is not None  # noqa: S101  # just set
        context.note(Event.CLAIM_OPENED, cause=claim.cause.value, until=context.state.wait.until.isoformat())
        context.tell(ClaimMove.OPEN, directly=directly)


def act(context: ClaimContext, deadline: Deadline) -> bool:
    """Remind half-way; do what happens by itself when the wait is over."""
    wait = context.state.wait
    if deadline.kind is not DeadlineKind.WAIT or wait is None:
        return False
    if deadline.passed(context.now):
        lapse(context, wait.for_)
    else:
        context.state.wait = wait.model_copy(update={"remind_at": None})
        context.note(Event.CLAIM_REMINDED, due=deadline.at.isoformat())
        context.tell(ClaimMove.REMIND)
    return True


def lapse(context: ClaimContext, for_: ClaimWaitFor) -> None:
    """Nobody moved: the default that the policy names."""
    if for_ is ClaimWaitFor.DISPUTE and context.state.status is ClaimStatus.PARTLY_ACCEPTED:
        agree(context)
    elif for_ is ClaimWaitFor.REPAYMENT:
        owe(context)
    elif for_ is ClaimWaitFor.DECISION or not _small(context):
        leave_to_a_supervisor(context, for_)
    else:
        context.close(ClaimStatus.WRITTEN_OFF, reason="small")


def leave_to_a_supervisor(context: ClaimContext, why: ClaimWaitFor) -> None:
    context.state.escalated = True
    context.wait(WaitingOn.SUPERVISOR, ClaimWaitFor.DECISION)
    assert context.state.wait is not None  # noqa: S101  # just set
    context.note(Event.CLAIM_ESCALATED, reason=why.value, until=context.state.wait.until.isoformat())


def accept(context: ClaimContext, act: Act[AcceptClaim]) -> None:
    """All of it will be paid."""
    context.state.accepted = context.state.claim.amount
    _answered(context, ClaimStatus.ACCEPTED, act.actor, act.body.words)
    await_payment(context)


def accept_part(context: ClaimContext, act: Act[AcceptPart]) -> None:
    """A part of it; the rest may be disputed for a while."""
    context.state.accepted = act.body.amount
    _answered(context, ClaimStatus.PARTLY_ACCEPTED, act.actor, act.body.words)
    if context.state.disputes < context.state.terms.disputes:
        context.wait(WaitingOn.AGENT, ClaimWaitFor.DISPUTE)
    else:
        agree(context)


def reject(context: ClaimContext, act: Act[RejectClaim]) -> None:
    """Nothing; it may be disputed for a while."""
    context.state.accepted, context.state.reason = None, act.body.words
    _answered(context, ClaimStatus.REJECTED, act.actor, act.body.words)
    if context.state.disputes < context.state.terms.disputes:
        context.wait(WaitingOn.AGENT, ClaimWaitFor.DISPUTE)
    else:
        lapse(context, ClaimWaitFor.DISPUTE)


def agree(context: ClaimContext) -> None:
    """A part that nobody disputes any more is what will be paid."""
    context.state.status = ClaimStatus.ACCEPTED
    context.note(Event.CLAIM_PART_AGREED, accepted_minor=context.state.due_minor)
    await_payment(context)


def await_payment(context: ClaimContext) -> None:
    context.wait(context.party, ClaimWaitFor.PAYMENT)
    _balance(context)


def dispute(context: ClaimContext, act: Act[DisputeClaim]) -> None:
    """The answer is not taken: once more, with words and evidence."""
    state = context.state
    state.disputes += 1
    state.status, state.accepted, state.reason, state.escalated = ClaimStatus.DISPUTED, None, None, False
    state.claim = state.claim.model_copy(update={"evidence": tuple(dict.fromkeys((*state.claim.evidence, *act.body.evidence)))})
    context.wait(context.party, ClaimWaitFor.ANSWER)
    context.note(Event.CLAIM_DISPUTED, act.actor, words=act.body.words)
    context.tell(ClaimMove.DISPUTE, act.body.words, act.body.evidence)


def remind(context: ClaimContext, act: Act[RemindClaim]) -> None:
    """Ask again; after the deadline that gives the party a new one."""
    if context.state.wait is None or context.state.wait.on is WaitingOn.SUPERVISOR:
        accepted = context.state.status is ClaimStatus.ACCEPTED
        context.wait(context.party, ClaimWaitFor.PAYMENT if accepted else ClaimWaitFor.ANSWER)
    wait = context.state.wait
    context.note(Event.CLAIM_REMINDED, act.actor, due=wait.until.isoformat() if wait else None)
    context.tell(ClaimMove.REMIND, act.body.words)


def settle(context: ClaimContext, act: Act[SettleClaim]) -> None:
    """Money came in, or went out where we owed it: with its proof."""
    state = context.state
    back = state.status is ClaimStatus.OWED
    usual = state.owed_minor if back else max(state.due_minor - state.received_minor, 0)
    amount = act.body.amount or Money(minor=usual, currency=state.claim.currency)
    pay(context, act.request_id, amount, act.body.proof, act.actor, back=back)


def write_off(context: ClaimContext, act: Act[WriteOffClaim]) -> None:
    context.close(ClaimStatus.WRITTEN_OFF, act.actor, act.body.reason)


def pay(context: ClaimContext, key: str, amount: Money, proof: str, by: Actor, *, back: bool = False) -> None:
    """Take a payment down, then see what that means."""
    payment = ClaimPayment(key=key, amount=amount, proof=proof[:LONGEST_PROOF], back=back, by=by, at=context.now)
    context.state.payments = (*context.state.payments, payment)
    context.note(Event.CLAIM_PAID, by, paid_minor=amount.minor, proof=proof, back=back)
    _balance(context)


def adjust(context: ClaimContext, change: ClaimAdjustment) -> None:
    """The responsibility moved (INV-5), or what was lost has turned up: less is claimed, or nothing. What came in for it goes back."""
    state = context.state
    if change.items == state.claim.items:
        return
    paid_out = state.received_minor if state.claim.kind is ClaimKind.CREDIT else 0
    was_over = state.status in ClaimStatus.over()
    state.claim = state.claim.model_copy(update={"items": change.items, "cause": change.cause or state.claim.cause})
    left = state.claim.amount
    if state.accepted is not None and state.accepted.minor > left.minor:
        state.accepted = left
    context.note(Event.CLAIM_CHANGED, why=change.why)
    paid_back = bool(state.owed_minor) and was_over and patched(TOLD_WHEN_OWED)
    if state.claim.kind is not ClaimKind.CREDIT and (paid_back or not was_over):
        context.tell(ClaimMove.CHANGE if left.minor else ClaimMove.WITHDRAW, WORDS.get(change.why))
    if not left.minor and not state.received_minor:
        context.close(ClaimStatus.WITHDRAWN, reason=change.why)
    elif paid_out > left.minor:
        context.close(ClaimStatus.SETTLED, reason="paid_before_it_moved")
    elif not was_over or state.owed_minor:
        _balance(context)


def _parcel(context: ClaimContext, notice: Notice) -> str | None:
    """The case is over, and the parcel has turned up."""
    items = still_claimed(context.state.claim, FoundParcel.model_validate(notice.payload))
    if items is None:
        return "already_known"
    cause = ClaimCause.LATE if items else None
    change = ClaimAdjustment(claim_id=context.state.claim.claim_id, items=items, why=PARCEL_FOUND, cause=cause)
    adjust(context, change)
    return None


def _answer(context: ClaimContext, notice: Notice) -> str | None:
    """Do what the party's system says; or why it does nothing."""
    state, claim = context.state, context.state.claim
    word, notice_id = ClaimWord.model_validate(notice.payload), notice.notice_id
    if notice.partner != claim.kind.of.value:
        return "other_partner"
    actor = Actor(role=Role(claim.kind.of.value), id=claim.who)
    if word.answer is ClaimAnswer.PAID:
        return _paid(context, word, word.payment_reference or notice_id, actor)
    if state.status not in ClaimStatus.unanswered():
        return "already_known"
    match word.answer:
        case ClaimAnswer.ACCEPTED:
            accept(context, Act(actor=actor, request_id=notice_id, body=AcceptClaim(words=word.words)))
        case ClaimAnswer.REJECTED:
            reject(context, Act(actor=actor, request_id=notice_id, body=RejectClaim(words=word.words or "—")))
        case _:
            if word.amount is None:
                return "unreadable"
            act = Act(actor=actor, request_id=notice_id, body=AcceptPart(amount=word.amount, words=word.words or "—"))
            if unfit_body(state, act) is not None:
                return "unreadable"
            accept_part(context, act)
    return None


def _paid(context: ClaimContext, word: ClaimWord, key: str, by: Actor) -> str | None:
    """Record money that the party says it has sent. Returns why it is not recorded, or None."""
    state, claim = context.state, context.state.claim
    amount = word.amount or Money(minor=max(state.due_minor - state.received_minor, 0), currency=claim.currency)
    known = next((payment for payment in state.payments if payment.key == key), None)
    if known is not None and word.amount in (None, known.amount):
        return "already_known"
    if amount.minor and (known is not None or amount.currency != claim.currency):
        return _unclear(context)
    if len(state.payments) >= PAYMENTS:
        return "too_many_payments"
    if amount.currency != claim.currency or not amount.minor or claim.kind is ClaimKind.CREDIT:
        return "unreadable"
    pay(context, key, amount, word.words or key, by)
    return None


def _unclear(context: ClaimContext) -> str:
    """Money in another currency, or of another amount under the same reference: a supervisor sees what it settles."""
    if not patched(UNCLEAR):
        return "unreadable"
    if context.state.closed_at is None and context.state.status in ClaimStatus.collecting():
        leave_to_a_supervisor(context, ClaimWaitFor.PAYMENT)
    return "payment_unclear"


def _answered(context: ClaimContext, status: ClaimStatus, by: Actor, words: str | None) -> None:
    context.state.status, context.state.escalated = status, False
    accepted = context.state.accepted
    context.note(Event.CLAIM_ANSWERED, by, status=status.value, accepted_minor=accepted.minor if accepted else None, words=words)


def owe(context: ClaimContext) -> None:
    """More came in than is due now, or a credit is still unpaid: somebody pays it and shows the proof."""
    state = context.state
    state.status, state.closed_at = ClaimStatus.OWED, None
    context.wait(WaitingOn.SUPERVISOR, ClaimWaitFor.REPAYMENT)
    context.note(Event.CLAIM_OWED, owed_minor=state.owed_minor)


def _balance(context: ClaimContext) -> None:
    """Whether everything is paid by now, or too much."""
    state = context.state
    if state.owed_minor and (state.status is not ClaimStatus.OWED):
        owe(context)
    elif state.claim.kind is ClaimKind.CREDIT or state.status is ClaimStatus.OWED:
        if not state.owed_minor:
            context.close(ClaimStatus.SETTLED)
    elif state.status is ClaimStatus.WRITTEN_OFF or state.received_minor >= state.claim.amount.minor:
        context.close(ClaimStatus.SETTLED)  # paid after all, or in full whatever was said
    elif state.status is ClaimStatus.ACCEPTED and state.received_minor >= state.due_minor:
        context.close(ClaimStatus.SETTLED)
    elif state.received_minor and state.status in ClaimStatus.unanswered() | {ClaimStatus.REJECTED}:
        _paid_without_a_word(context)


def _paid_without_a_word(context: ClaimContext) -> None:
    """A part that is paid is accepted."""
    claim = context.state.claim
    paid = Money(minor=context.state.received_minor, currency=claim.currency)
    actor = Actor(role=Role(claim.kind.of.value), id=claim.who)
    accept_part(context, Act(actor=actor, request_id="paid", body=AcceptPart(amount=paid, words="—")))


def _small(context: ClaimContext) -> bool:
    return context.state.claim.amount.minor - context.state.received_minor < context.state.terms.write_off_below_minor


READERS: dict[str, Callable[[ClaimContext, Notice], str | None]] = {NoticeKind.CLAIM: _answer, NoticeKind.SHIPMENT: _parcel}
