"""What people do to a case: one function for each action, called after `rules/case/permissions.py` and `rules/case/validation.py` let it through.

Each changes the state at once and returns; the stage that waits for it takes it from there. Nothing here waits for anybody.
"""

from models.case.action_bodies import (
    AddWords,
    Answer,
    AppealFinding,
    Ask,
    Classify,
    Confirm,
    CorrectOrder,
    Dispute,
    Escalate,
    Find,
    Propose,
    Rate,
    RecordRefund,
    Reopen,
    Reply,
    RetryRefund,
    Take,
    Withdraw,
)
from models.case.actions import Act
from models.case.state import Classification
from models.common.actors import EvidenceRef
from models.common.events import Event
from models.common.vocabulary import ClockName, Kind, Outcome, Reimbursement, Role, Stage, Tier, WaitingOn
from models.investigation.findings import Finding, Saying
from workflows.kit.case_context import Desk
from workflows.money import refund
from workflows.stages import classification, investigation, resolution, self_service
from workflows.stages.resolution import lapse_proposal


def add_words(desk: Desk, act: Act[AddWords]) -> None:
    say(desk, act, act.body.words, act.body.evidence)
    desk.note(Event.WORDS_ADDED, act.actor, evidence=len(act.body.evidence))


def join(desk: Desk, act: Act[AddWords]) -> None:
    """REC-5: the same request came again; its words and evidence join this case."""
    say(desk, act, act.body.words, act.body.evidence)
    desk.note(Event.JOINED, act.actor, channel=desk.case.receipt.channel.value)


def correct_order(desk: Desk, act: Act[CorrectOrder]) -> None:
    desk.case.order_id = act.body.order_id
    desk.note(Event.ORDER_CORRECTED, act.actor, order_id=act.body.order_id)


def answer(desk: Desk, act: Act[Answer]) -> None:
    body = act.body
    saying = Saying(at=desk.now, by=act.actor, words=body.words, evidence=body.evidence)
    desk.case.requests = tuple(
        request.model_copy(update={"answer": saying, "admits": body.admits}) if request.id == body.request_id else request
        for request in desk.case.requests
    )
    desk.case.sayings = (*desk.case.sayings, saying)
    desk.note(Event.INFORMATION_GIVEN, act.actor, request_id=body.request_id, of=act.actor.role.value, admits=body.admits)
    if desk.case.stage is Stage.RESOLUTION:
        investigation.conclude(desk)  # the stage that asks concludes by itself


def classify(desk: Desk, act: Act[Classify]) -> None:
    """CLS-2, CLS-4: a person's word on issue and kind; a case that was dispatched already is dispatched anew."""
    case = desk.case
    before = (case.issue, case.kind)
    case.classification = Classification(issue=act.body.issue, confidence=1.0, by="agent")
    case.kind = act.body.kind or case.kind
    classification.tell_issue(desk)
    if case.stage in {Stage.DISPATCH, Stage.INVESTIGATION, Stage.RESOLUTION} and before != (case.issue, case.kind):
        classification.grade_case(desk)
        lapse_proposal(desk)
        desk.withdraw_requests()
        desk.turn(Stage.DISPATCH)


def take(desk: Desk, act: Act[Take]) -> None:
    if desk.case.tier is Tier.MERCHANT:
        desk.escalate("taken", act.actor)
    desk.case.handler, desk.case.transfer, desk.case.unstaffed = act.actor, None, False
    desk.note(Event.TAKEN, act.actor, handler=act.actor.id)


def escalate(desk: Desk, act: Act[Escalate]) -> None:
    desk.escalate(act.body.reason, act.actor)


def reply(desk: Desk, act: Act[Reply]) -> None:
    case = desk.case
    say(desk, act, act.body.words, ())
    desk.note(Event.REPLIED, act.actor, words=act.body.words)
    first_contact(desk, act)
    if case.kind is Kind.INQUIRY and act.body.solves and case.stage in Stage.before_follow_up():
        self_service.answered(desk)


def ask(desk: Desk, act: Act[Ask]) -> None:
    investigation.ask(desk, act.body.of, resolution.both(act.body.question), act.actor)
    if act.body.of is WaitingOn.CUSTOMER:
        first_contact(desk, act)


def find(desk: Desk, act: Act[Find]) -> None:
    basis = resolution.both(act.body.basis)
    desk.case.finding = Finding(party=act.body.party, confidence=1.0, basis=basis, by=act.actor, at=desk.now)
    investigation.tell_finding(desk, act.body.party, basis, 1.0, act.actor)


def retry_refund(desk: Desk, act: Act[RetryRefund]) -> None:
    """What the provider refused is asked for again, under new keys; what it took stays."""
    remedy = refund.find(desk, act.body.remedy_id)
    kept = tuple(part for part in remedy.parts if part.reimbursement is not Reimbursement.FAILED)
    change = {"reimbursement": Reimbursement.PENDING, "attempt": remedy.attempt + 1, "parts": kept, "refund_to": act.body.to}
    refund.replace(desk, remedy.model_copy(update=change))


def record_refund(desk: Desk, act: Act[RecordRefund]) -> None:
    """Paid another way, with its proof on the case."""
    say(desk, act, act.body.proof, ())
    refund.finish(desk, act.body.remedy_id)


def confirm(desk: Desk, act: Act[Confirm]) -> None:
    desk.case.confirmed = True
    desk.note(Event.CONFIRMED, act.actor)
    if act.body.rating is not None:
        rated(desk, act, act.body.rating)


def dispute(desk: Desk, act: Act[Dispute]) -> None:
    """It is not solved: people look for another solution, from the platform upwards."""
    case = desk.case
    case.disputed, case.settled, case.outcome, case.automatic = True, False, None, False
    say(desk, act, act.body.reason, ())
    desk.note(Event.DISPUTED, act.actor, reason=act.body.reason)
    desk.clocks.start()
    desk.escalate("disputed", act.actor)
    desk.turn(Stage.RESOLUTION)


def rate(desk: Desk, act: Act[Rate]) -> None:
    rated(desk, act, act.body)


def withdraw(desk: Desk, act: Act[Withdraw]) -> None:
    desk.note(Event.WITHDRAWN, act.actor, reason=act.body.reason)
    lapse_proposal(desk)
    desk.end(Outcome.WITHDRAWN)


def reopen(desk: Desk, act: Act[Reopen]) -> None:
    """FUP-4: the same case goes on with its history, owner and evidence, and new clocks."""
    case = desk.case
    case.reopened += 1
    case.confirmed, case.settled, case.outcome, case.automatic = False, False, None, False
    case.arbitration, case.survey, case.closed_at = False, None, None
    say(desk, act, act.body.reason, ())
    desk.note(Event.REOPENED, act.actor, reason=act.body.reason)
    desk.clocks.start()
    desk.turn(where_it_was_left(desk))


def where_it_was_left(desk: Desk) -> Stage:
    """A case that ended before its order was looked up, or before its issue was sure, takes that up first."""
    if desk.case.grade is None:
        return Stage.RECEIPT
    return Stage.DISPATCH if classification.sure(desk) else Stage.CLASSIFICATION


def say(
    desk: Desk,
    act: Act[AddWords] | Act[AppealFinding] | Act[Reply] | Act[Dispute] | Act[Reopen] | Act[RecordRefund],
    words: str,
    evidence: tuple[EvidenceRef, ...],
) -> None:
    desk.case.sayings = (*desk.case.sayings, Saying(at=desk.now, by=act.actor, words=words, evidence=evidence))


def rated(desk: Desk, act: Act[Rate] | Act[Confirm], rating: Rate) -> None:
    """FUP-2: a low score goes to a supervisor."""
    desk.case.survey = rating
    desk.note(Event.RATED, act.actor, speed=rating.speed, solution=rating.solution, attitude=rating.attitude)
    if rating.lowest <= desk.policy.low_score:
        desk.note(Event.LOW_SCORE, lowest=rating.lowest)


def first_contact(desk: Desk, act: Act[Reply] | Act[Ask] | Act[Propose]) -> None:
    """DSP-3: whoever first answers the customer owns the case; the first promise is kept (SLA-1)."""
    case = desk.case
    if act.actor.role in {Role.AGENT, Role.SUPERVISOR, Role.MERCHANT}:
        case.owner = case.owner or act.actor
        if act.actor.role in Role.platform():
            case.handler = case.handler or act.actor
        desk.clocks.stop(ClockName.FIRST_REPLY)
