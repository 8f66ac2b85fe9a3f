"""What people do to a case: one function for each action, called after `rules/case/permissions.py` and `rules/case/validation.py` let it through.

Each changes the state and returns at once; the stage that waits for it goes on.
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
    Join,
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
from models.case.desk_bodies import Note
from models.case.state import Classification
from models.common.actors import EvidenceRef
from models.common.events import Event
from models.common.vocabulary import ClockName, Kind, Outcome, RefundStatus, Role, Stage, Tier, WaitingOn
from models.investigation.findings import Finding, Saying
from models.remedies.remedy import Voided
from models.remedies.table import REMEDIES
from rules.case.replies import ANSWERING
from rules.case.timeline import REQUESTED
from rules.case.wishes import takes_up_wish
from rules.money.refund_state import standing
from workflows.kit.assignment import HELD
from workflows.kit.case_context import CaseContext
from workflows.kit.grading import grade_case
from workflows.kit.patches import patched
from workflows.kit.remedies import find as find_remedy
from workflows.kit.remedies import replace
from workflows.money.refund_progress import finish_otherwise
from workflows.stages import classification, investigation, resolution, self_service
from workflows.stages.resolution import void_proposal
from workflows.updates.replies import hear, take_up_unsolved


def add_words(context: CaseContext, act: Act[AddWords]) -> None:
    say(context, act, act.body.words, act.body.evidence)
    context.note(Event.WORDS_ADDED, act.actor, evidence=len(act.body.evidence), words=act.body.words)
    hear(context, act, act.body.words)


def join(context: CaseContext, act: Act[Join]) -> None:
    """REC-5: the same request came again; its words and evidence join this case, and its wish where the case had none."""
    case, wanted = context.case, act.body.wanted
    say(context, act, act.body.words, act.body.evidence)
    if wanted is not None and takes_up_wish(case):
        case.receipt = case.receipt.model_copy(update={"wanted": wanted})
    amount = wanted.amount if wanted else None
    context.note(
        Event.JOINED,
        act.actor,
        channel=case.receipt.channel.value,
        words=act.body.words,
        remedy=wanted.remedy.value if wanted else None,
        amount_minor=amount.minor if amount else None,
        currency=amount.currency if amount else None,
    )
    hear(context, act, act.body.words)


def correct_order(context: CaseContext, act: Act[CorrectOrder]) -> None:
    context.case.order_id = act.body.order_id
    context.note(Event.ORDER_CORRECTED, act.actor, order_id=act.body.order_id)


def answer(context: CaseContext, act: Act[Answer]) -> None:
    body = act.body
    saying = Saying(at=context.now, by=act.actor, words=body.words, evidence=body.evidence)
    asker = next(request.by.role.value for request in context.case.requests if request.id == body.request_id)
    context.case.requests = tuple(
        request.model_copy(update={"answer": saying, "admits": body.admits}) if request.id == body.request_id else request
        for request in context.case.requests
    )
    context.case.sayings = (*context.case.sayings, saying)
    context.note(
        Event.INFORMATION_GIVEN, act.actor, request_id=body.request_id, of=act.actor.role.value, asker=asker, admits=body.admits
    )
    if asker in ANSWERING:
        hear(context, act, body.words)
    if context.case.stage is Stage.RESOLUTION:
        investigation.conclude(context)  # the stage that asks concludes by itself


def classify(context: CaseContext, act: Act[Classify]) -> None:
    """CLS-2, CLS-4: a person sets issue and kind; a case that was dispatched already is dispatched again."""
    case = context.case
    before = (case.issue, case.kind)
    case.classification = Classification(issue=act.body.issue, confidence=1.0, by="agent")
    case.kind = act.body.kind or case.kind
    classification.tell_issue(context)
    if case.stage in {Stage.DISPATCH, Stage.INVESTIGATION, Stage.RESOLUTION} and before != (case.issue, case.kind):
        grade_case(context)
        void_proposal(context, Voided.RECLASSIFIED)
        context.withdraw_requests()
        context.change_stage(Stage.DISPATCH)


def take(context: CaseContext, act: Act[Take]) -> None:
    if context.case.tier is Tier.MERCHANT:
        context.escalate("taken", act.actor)
    context.case.handler, context.case.transfer, context.case.unstaffed = act.actor, None, False
    context.note(Event.TAKEN, act.actor, handler=act.actor.id)


def escalate(context: CaseContext, act: Act[Escalate]) -> None:
    context.escalate(REQUESTED, act.actor, words=act.body.reason)


def reply(context: CaseContext, act: Act[Reply]) -> None:
    case = context.case
    say(context, act, act.body.words, ())
    context.note(Event.REPLIED, act.actor, words=act.body.words)
    first_contact(context, act)
    context.replied()
    if case.kind is Kind.INQUIRY and act.body.solves and case.stage in Stage.before_follow_up():
        self_service.answered(context)


def ask(context: CaseContext, act: Act[Ask]) -> None:
    investigation.ask(context, act.body.of, resolution.both(act.body.question), act.actor)
    if act.body.of is WaitingOn.CUSTOMER:
        first_contact(context, act)
        context.replied()


def find(context: CaseContext, act: Act[Find]) -> None:
    basis = resolution.both(act.body.basis)
    context.case.finding = Finding(party=act.body.party, confidence=1.0, basis=basis, by=act.actor, at=context.now)
    investigation.tell_finding(context, act.body.party, basis, 1.0, act.actor)


def note(context: CaseContext, act: Act[Note]) -> None:
    """WRK-1: it is on the timeline alone, so that the state does not grow with it."""
    context.note(Event.NOTED, act.actor, words=act.body.words, mentions=list(act.body.mentions))


def retry_refund(context: CaseContext, act: Act[RetryRefund]) -> None:
    """What the provider refused is asked for again, under new keys; what it took stays."""
    remedy = find_remedy(context, act.body.remedy_id)
    kept = standing(remedy.parts)
    to = act.body.to or REMEDIES[remedy.kind].refund_to
    change = {"refund_status": RefundStatus.PENDING, "attempt": remedy.attempt + 1, "parts": kept, "refund_to": to}
    replace(context, remedy.model_copy(update={**change, "account_id": act.body.account_id}))


def record_refund(context: CaseContext, act: Act[RecordRefund]) -> None:
    """Paid another way, with its proof on the case."""
    say(context, act, act.body.proof, ())
    finish_otherwise(context, act.body.remedy_id)


def confirm(context: CaseContext, act: Act[Confirm]) -> None:
    context.case.confirmed = True
    context.replied()  # nothing is left to be answered
    context.note(Event.CONFIRMED, act.actor)
    if act.body.rating is not None:
        rated(context, act, act.body.rating)


def dispute(context: CaseContext, act: Act[Dispute]) -> None:
    """It is not solved: people look for another solution, from the platform upwards."""
    say(context, act, act.body.reason, ())
    take_up_unsolved(context, act.actor, act.body.reason)


def rate(context: CaseContext, act: Act[Rate]) -> None:
    rated(context, act, act.body)


def withdraw(context: CaseContext, act: Act[Withdraw]) -> None:
    context.note(Event.WITHDRAWN, act.actor, reason=act.body.reason)
    void_proposal(context, Voided.WITHDRAWN)
    context.end(Outcome.WITHDRAWN)


def reopen(context: CaseContext, act: Act[Reopen]) -> None:
    """FUP-4: the same case goes on with its history, owner and evidence, and new clocks."""
    say(context, act, act.body.reason, ())
    context.note(Event.REOPENED, act.actor, reason=act.body.reason)
    if context.case.unstaffed and patched(HELD):
        context.case.unstaffed = False  # somebody may have come since
    context.take_up_again(where_it_was_left(context))


def where_it_was_left(context: CaseContext) -> Stage:
    """A case that ended before its order was looked up, or before its issue was sure, takes that up first."""
    if context.case.grade is None:
        return Stage.RECEIPT
    return Stage.DISPATCH if self_service.sure(context) else Stage.CLASSIFICATION


def say(
    context: CaseContext,
    act: Act[AddWords] | Act[AppealFinding] | Act[Reply] | Act[Dispute] | Act[Reopen] | Act[RecordRefund],
    words: str,
    evidence: tuple[EvidenceRef, ...],
) -> None:
    context.case.sayings = (*context.case.sayings, Saying(at=context.now, by=act.actor, words=words, evidence=evidence))


def rated(context: CaseContext, act: Act[Rate] | Act[Confirm], rating: Rate) -> None:
    """FUP-2: a low score goes to a supervisor."""
    context.case.survey = rating
    context.note(Event.RATED, act.actor, speed=rating.speed, solution=rating.solution, attitude=rating.attitude)
    if rating.lowest <= context.policy.low_score:
        context.note(Event.LOW_SCORE, lowest=rating.lowest)


def first_contact(context: CaseContext, act: Act[Reply] | Act[Ask] | Act[Propose]) -> None:
    """DSP-3: whoever first answers the customer owns the case; the first promise is kept (SLA-1)."""
    case = context.case
    if act.actor.role in ANSWERING:
        case.owner = case.owner or act.actor
        at_the_merchant = case.tier is Tier.MERCHANT
        if act.actor.role in Role.platform() and case.handler is None and not (at_the_merchant and patched(HELD)):
            case.handler = act.actor
        context.clocks.stop(ClockName.FIRST_REPLY)
