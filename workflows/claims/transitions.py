"""How a claim moves (RES-9): what people and partners do to it, and what happens by itself when a deadline passes."""

from pydantic import ValidationError

from models.case.actions import Act
from models.claims.actions import (
    AcceptClaim,
    AcceptPart,
    ClaimAction,
    DisputeClaim,
    RejectClaim,
    RemindClaim,
    SettleClaim,
    WriteOffClaim,
)
from models.claims.partner import ClaimAnswer, ClaimMove, ClaimWord
from models.claims.policy import ClaimWaitFor
from models.claims.state import ClaimAdjustment, ClaimKind, ClaimPayment, ClaimStatus
from models.common.actors import Actor
from models.common.base import Money
from models.common.events import Event
from models.common.partners import Notice
from models.common.vocabulary import Role, WaitingOn
from rules.claims.permissions import unfit_body
from workflows.claims.context import ClaimDesk

REMEMBERED = 200


def begin(desk: ClaimDesk) -> None:
    """A credit waits for us to pay; anything else for the party's word."""
    claim = desk.state.claim
    if claim.kind is ClaimKind.CREDIT:
        desk.note(Event.CLAIM_OPENED, cause=claim.cause.value, until=None)
        owe(desk)
    else:
        desk.wait(desk.party, ClaimWaitFor.ANSWER)
        assert desk.state.wait is not None  # noqa: S101  # just set
        desk.note(Event.CLAIM_OPENED, cause=claim.cause.value, until=desk.state.wait.until.isoformat())
        desk.tell(ClaimMove.OPEN)


def tick(desk: ClaimDesk) -> None:
    """Remind half-way; do what happens by itself when the deadline passed."""
    state, wait = desk.state, desk.state.wait
    if wait is None:
        return
    if desk.now >= wait.until:
        lapse(desk, wait.for_)
    elif wait.remind_at is not None and desk.now >= wait.remind_at:
        state.wait = wait.model_copy(update={"remind_at": None})
        desk.note(Event.CLAIM_REMINDED, due=wait.until.isoformat())
        desk.tell(ClaimMove.REMIND)


def lapse(desk: ClaimDesk, for_: ClaimWaitFor) -> None:
    """Nobody moved: the default that the policy names."""
    if for_ is ClaimWaitFor.DISPUTE and desk.state.status is ClaimStatus.PARTLY_ACCEPTED:
        agree(desk)
    elif for_ is ClaimWaitFor.REPAYMENT:
        owe(desk)
    elif for_ is ClaimWaitFor.DECISION or not _small(desk):
        leave_to_a_supervisor(desk, for_)
    else:
        desk.close(ClaimStatus.WRITTEN_OFF, reason="small")


def leave_to_a_supervisor(desk: ClaimDesk, why: ClaimWaitFor) -> None:
    desk.state.escalated = True
    desk.wait(WaitingOn.SUPERVISOR, ClaimWaitFor.DECISION)
    assert desk.state.wait is not None  # noqa: S101  # just set
    desk.note(Event.CLAIM_ESCALATED, reason=why.value, until=desk.state.wait.until.isoformat())


def accept(desk: ClaimDesk, act: Act[AcceptClaim]) -> None:
    """All of it will be paid."""
    desk.state.accepted = desk.state.claim.amount
    _answered(desk, ClaimStatus.ACCEPTED, act.actor, act.body.words)
    await_payment(desk)


def accept_part(desk: ClaimDesk, act: Act[AcceptPart]) -> None:
    """A part of it; the rest may be disputed for a while."""
    desk.state.accepted = act.body.amount
    _answered(desk, ClaimStatus.PARTLY_ACCEPTED, act.actor, act.body.words)
    if desk.state.disputes < desk.state.terms.disputes:
        desk.wait(WaitingOn.AGENT, ClaimWaitFor.DISPUTE)
    else:
        agree(desk)


def reject(desk: ClaimDesk, act: Act[RejectClaim]) -> None:
    """Nothing; it may be disputed for a while."""
    desk.state.accepted, desk.state.reason = None, act.body.words
    _answered(desk, ClaimStatus.REJECTED, act.actor, act.body.words)
    if desk.state.disputes < desk.state.terms.disputes:
        desk.wait(WaitingOn.AGENT, ClaimWaitFor.DISPUTE)
    else:
        lapse(desk, ClaimWaitFor.DISPUTE)


def agree(desk: ClaimDesk) -> None:
    """A part that nobody disputes any more is what will be paid."""
    desk.state.status = ClaimStatus.ACCEPTED
    desk.note(Event.CLAIM_PART_AGREED, accepted_minor=desk.state.due_minor)
    await_payment(desk)


def await_payment(desk: ClaimDesk) -> None:
    desk.wait(desk.party, ClaimWaitFor.PAYMENT)
    _balance(desk)


def dispute(desk: ClaimDesk, act: Act[DisputeClaim]) -> None:
    """The answer is not taken: once more, with words and evidence."""
    state = desk.state
    state.disputes += 1
    state.status, state.accepted, state.reason, state.escalated = ClaimStatus.DISPUTED, None, None, False
    state.claim = state.claim.model_copy(update={"evidence": tuple(dict.fromkeys((*state.claim.evidence, *act.body.evidence)))})
    desk.wait(desk.party, ClaimWaitFor.ANSWER)
    desk.note(Event.CLAIM_DISPUTED, act.actor, words=act.body.words)
    desk.tell(ClaimMove.DISPUTE, act.body.words, act.body.evidence)


def remind(desk: ClaimDesk, act: Act[RemindClaim]) -> None:
    """Ask again; after the deadline that gives the party a new one."""
    if desk.state.wait is None or desk.state.wait.on is WaitingOn.SUPERVISOR:
        accepted = desk.state.status is ClaimStatus.ACCEPTED
        desk.wait(desk.party, ClaimWaitFor.PAYMENT if accepted else ClaimWaitFor.ANSWER)
    wait = desk.state.wait
    desk.note(Event.CLAIM_REMINDED, act.actor, due=wait.until.isoformat() if wait else None)
    desk.tell(ClaimMove.REMIND, act.body.words)


def settle(desk: ClaimDesk, act: Act[SettleClaim]) -> None:
    """Money came in, or went out where we owed it: with its proof."""
    state = desk.state
    back = state.status is ClaimStatus.OWED
    usual = state.owed_minor if back else max(state.due_minor - state.received_minor, 0)
    amount = act.body.amount or Money(minor=usual, currency=state.claim.currency)
    pay(desk, act.request_id, amount, act.body.proof, act.actor, back=back)


def write_off(desk: ClaimDesk, act: Act[WriteOffClaim]) -> None:
    desk.close(ClaimStatus.WRITTEN_OFF, act.actor, act.body.reason)


def pay(desk: ClaimDesk, key: str, amount: Money, proof: str, by: Actor, *, back: bool = False) -> None:
    """Take a payment down, then see what that means."""
    payment = ClaimPayment(key=key, amount=amount, proof=proof, back=back, by=by, at=desk.now)
    desk.state.payments = (*desk.state.payments, payment)
    desk.note(Event.CLAIM_PAID, by, paid_minor=amount.minor, proof=proof, back=back)
    _balance(desk)


def adjust(desk: ClaimDesk, change: ClaimAdjustment) -> None:
    """The responsibility moved (INV-5): less is claimed, or nothing. What came in for it goes back."""
    state = desk.state
    if change.items == state.claim.items:
        return
    paid_out = state.received_minor if state.claim.kind is ClaimKind.CREDIT else 0
    was_over = state.status in ClaimStatus.over()
    state.claim = state.claim.model_copy(update={"items": change.items})
    left = state.claim.amount
    if state.accepted is not None and state.accepted.minor > left.minor:
        state.accepted = left
    desk.note(Event.CLAIM_CHANGED, why=change.why)
    if state.claim.kind is not ClaimKind.CREDIT and not was_over:
        desk.tell(ClaimMove.CHANGE if left.minor else ClaimMove.WITHDRAW)
    if not left.minor and not state.received_minor:
        desk.close(ClaimStatus.WITHDRAWN, reason=change.why)
    elif paid_out > left.minor:
        desk.close(ClaimStatus.SETTLED, reason="paid_before_it_moved")
    elif not was_over or state.owed_minor:
        _balance(desk)


def take_in(desk: ClaimDesk, notice: Notice) -> None:
    """A notice of the party's system; one that came before, or does not fit, changes nothing but the history."""
    state, claim = desk.state, desk.state.claim
    if notice.notice_id in state.notices_seen:
        return
    state.notices_seen = (*state.notices_seen, notice.notice_id)[-REMEMBERED:]
    try:
        word = ClaimWord.model_validate(notice.payload)
        news = "other_partner" if notice.partner != claim.kind.of.value else _heard(desk, word, notice.notice_id)
    except ValidationError:
        news = "unreadable"
    if news is not None:
        desk.note(Event.CLAIM_NOTICE, partner=notice.partner, status=news)


def _heard(desk: ClaimDesk, word: ClaimWord, notice_id: str) -> str | None:
    """Do what the party's word says; or why it does nothing."""
    state, claim = desk.state, desk.state.claim
    actor = Actor(role=Role(claim.kind.of.value), id=claim.who)
    if word.answer is ClaimAnswer.PAID:
        return _paid(desk, word, word.payment_reference or notice_id, actor)
    if state.status not in ClaimStatus.unanswered():
        return "already_known"
    match word.answer:
        case ClaimAnswer.ACCEPTED:
            accept(desk, Act(actor=actor, request_id=notice_id, body=AcceptClaim(words=word.words)))
        case ClaimAnswer.REJECTED:
            reject(desk, Act(actor=actor, request_id=notice_id, body=RejectClaim(words=word.words or "—")))
        case _:
            if word.amount is None:
                return "unreadable"
            act = Act(actor=actor, request_id=notice_id, body=AcceptPart(amount=word.amount, words=word.words or "—"))
            if unfit_body(state, act) is not None:
                return "unreadable"
            accept_part(desk, act)
    return None


def _paid(desk: ClaimDesk, word: ClaimWord, key: str, by: Actor) -> str | None:
    """Money that the party says it has sent; why it is not taken down."""
    state, claim = desk.state, desk.state.claim
    amount = word.amount or Money(minor=max(state.due_minor - state.received_minor, 0), currency=claim.currency)
    if any(payment.key == key for payment in state.payments):
        return "already_known"
    if amount.currency != claim.currency or not amount.minor or claim.kind is ClaimKind.CREDIT:
        return "unreadable"
    pay(desk, key, amount, word.words or key, by)
    return None


def _answered(desk: ClaimDesk, status: ClaimStatus, by: Actor, words: str | None) -> None:
    desk.state.status, desk.state.escalated = status, False
    accepted = desk.state.accepted
    desk.note(Event.CLAIM_ANSWERED, by, status=status.value, accepted_minor=accepted.minor if accepted else None, words=words)


def owe(desk: ClaimDesk) -> None:
    """More came in than is due now, or a credit is still unpaid: somebody pays it and shows the proof."""
    state = desk.state
    state.status, state.closed_at = ClaimStatus.OWED, None
    desk.wait(WaitingOn.SUPERVISOR, ClaimWaitFor.REPAYMENT)
    desk.note(Event.CLAIM_OWED, owed_minor=state.owed_minor)


def _balance(desk: ClaimDesk) -> None:
    """Whether everything is paid by now, or too much."""
    state = desk.state
    if state.owed_minor and (state.status is not ClaimStatus.OWED):
        owe(desk)
    elif state.claim.kind is ClaimKind.CREDIT or state.status is ClaimStatus.OWED:
        if not state.owed_minor:
            desk.close(ClaimStatus.SETTLED)
    elif state.status is ClaimStatus.WRITTEN_OFF or state.received_minor >= state.claim.amount.minor:
        desk.close(ClaimStatus.SETTLED)  # paid after all, or in full whatever was said
    elif state.status is ClaimStatus.ACCEPTED and state.received_minor >= state.due_minor:
        desk.close(ClaimStatus.SETTLED)
    elif state.received_minor and state.status in ClaimStatus.unanswered() | {ClaimStatus.REJECTED}:
        _paid_without_a_word(desk)


def _paid_without_a_word(desk: ClaimDesk) -> None:
    """A part that is paid is accepted."""
    claim = desk.state.claim
    paid = Money(minor=desk.state.received_minor, currency=claim.currency)
    actor = Actor(role=Role(claim.kind.of.value), id=claim.who)
    accept_part(desk, Act(actor=actor, request_id="paid", body=AcceptPart(amount=paid, words="—")))


def _small(desk: ClaimDesk) -> bool:
    return desk.state.claim.amount.minor - desk.state.received_minor < desk.state.terms.write_off_below_minor


MOVES = {
    ClaimAction.ACCEPT: accept,
    ClaimAction.ACCEPT_PART: accept_part,
    ClaimAction.REJECT: reject,
    ClaimAction.DISPUTE: dispute,
    ClaimAction.REMIND: remind,
    ClaimAction.SETTLE: settle,
    ClaimAction.WRITE_OFF: write_off,
}
