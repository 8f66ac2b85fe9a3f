"""What people do to a case: one function for each action, called after `rules/actions.py` and `rules/checks.py` let it through.

Each changes the state at once and returns; the stage that waits for it takes it from there. Nothing here waits for anybody.
"""

from models.actions import Act
from models.base import Money
from models.bodies import (
    Accept,
    AddWords,
    Answer,
    AppealFinding,
    Approve,
    Arbitrate,
    Ask,
    Classify,
    Confirm,
    CorrectOrder,
    Counter,
    DecideAppeal,
    Decline,
    Dispute,
    Escalate,
    Find,
    Propose,
    Rate,
    RecordRefund,
    Reject,
    Reopen,
    Reply,
    RetryRefund,
    ReviewDecision,
    Take,
    Withdraw,
)
from models.case import Classification
from models.decisions import Appeal, Review
from models.events import Event
from models.findings import Finding, Saying
from models.people import Actor, EvidenceRef
from models.remedies import Proposal
from models.vocabulary import ClockName, Kind, Outcome, Reimbursement, Role, Stage, Tier, WaitFor, WaitingOn
from rules.approvals import needs_approval
from rules.offers import lay_out
from rules.remedies import currency_of, total
from workflows import classification, first_answer, investigation, refund, resolution
from workflows.desk import Desk


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
        first_answer.answered(desk)


def ask(desk: Desk, act: Act[Ask]) -> None:
    investigation.ask(desk, act.body.of, act.body.question, act.actor)
    if act.body.of is WaitingOn.CUSTOMER:
        first_contact(desk, act)


def find(desk: Desk, act: Act[Find]) -> None:
    basis = resolution.both(act.body.basis)
    desk.case.finding = Finding(party=act.body.party, confidence=1.0, basis=basis, by=act.actor, at=desk.now)
    investigation.tell_finding(desk, act.body.party, basis, 1.0, act.actor)


def propose(desk: Desk, act: Act[Propose]) -> None:
    """RES-2; above the proposer's limit it waits for another person first (RES-4)."""
    case = desk.case
    currency = currency_of(case, desk.policy)
    dearest = max(total(option.remedies, currency).minor for option in act.body.options)
    amount = Money(minor=dearest, currency=currency)
    waits = needs_approval(case, desk.policy, act.actor, amount)
    proposal = Proposal(
        id=f"p{len(case.proposals) + 1}",
        round=1 + sum(1 for known in case.proposals if known.refused is not None),
        by=act.actor,
        at=desk.now,
        options=tuple(lay_out(desk.policy, case, option) for option in act.body.options),
        amount=amount,
        if_silent=act.body.if_silent,
        needs_approval=waits,
    )
    case.proposals = (*case.proposals, proposal)
    if waits:
        desk.note(
            Event.APPROVAL_NEEDED,
            act.actor,
            proposal_id=proposal.id,
            amount_minor=amount.minor,
            currency=currency,
            until=desk.deadline(WaitFor.APPROVAL).isoformat(),
        )
    else:
        resolution.offer_out(desk)
    first_contact(desk, act)


def approve(desk: Desk, act: Act[Approve]) -> None:
    proposal = end_proposal(desk, needs_approval=False, approved_by=act.actor)
    desk.note(Event.APPROVED, act.actor, proposal_id=proposal.id)
    resolution.offer_out(desk)


def decline(desk: Desk, act: Act[Decline]) -> None:
    proposal = end_proposal(desk, needs_approval=False, declined=act.body.reason)
    desk.note(Event.DECLINED, act.actor, proposal_id=proposal.id, reason=act.body.reason)


def accept(desk: Desk, act: Act[Accept]) -> None:
    proposal = end_proposal(desk, accepted=act.body.option)
    desk.note(Event.ACCEPTED, act.actor, proposal_id=proposal.id, option=act.body.option)
    resolution.settle_on(desk, proposal.options[act.body.option - 1].remedies)


def reject(desk: Desk, act: Act[Reject]) -> None:
    proposal = end_proposal(desk, refused=act.body.reason)
    desk.note(Event.REFUSED, act.actor, proposal_id=proposal.id, reason=act.body.reason)
    resolution.refused(desk, act.actor)


def counter(desk: Desk, act: Act[Counter]) -> None:
    body = act.body
    proposal = end_proposal(desk, refused=body.reason, counter_amount=body.amount, counter_remedy=body.remedy)
    desk.note(
        Event.COUNTERED,
        act.actor,
        proposal_id=proposal.id,
        reason=body.reason,
        amount_minor=body.amount.minor if body.amount else None,
        currency=currency_of(desk.case, desk.policy),
    )
    resolution.refused(desk, act.actor)


def arbitrate(desk: Desk, act: Act[Arbitrate]) -> None:
    """RES-2: final. Without remedies the demand is turned down."""
    body = act.body
    currency = currency_of(desk.case, desk.policy)
    desk.case.arbitration = False
    desk.note(
        Event.RULED,
        act.actor,
        reason=body.reason,
        remedies=[remedy.kind.value for remedy in body.remedies],
        amount_minor=total(body.remedies, currency).minor,
        currency=currency,
    )
    if body.party is not None:
        basis = resolution.both(body.reason)
        desk.case.finding = Finding(party=body.party, confidence=1.0, basis=basis, by=act.actor, at=desk.now)
        investigation.tell_finding(desk, body.party, basis, 1.0, act.actor)
    if not body.remedies:
        desk.case.outcome = Outcome.REJECTED
    resolution.settle_on(desk, body.remedies)


def appeal(desk: Desk, act: Act[AppealFinding]) -> None:
    """INV-5: heard once, with new evidence; what was decided for the customer goes on meanwhile."""
    case, body = desk.case, act.body
    assert case.finding is not None  # noqa: S101  # rules/appeals.py saw to it
    due = desk.deadline(WaitFor.APPEAL)
    case.appeal = Appeal(
        by=act.actor, at=desk.now, words=body.words, evidence=body.evidence, against=case.finding.party, due=due
    )
    say(desk, act, body.words, body.evidence)
    desk.note(Event.APPEALED, act.actor, party=act.actor.role.value, due=due.isoformat(), words=body.words)
    if case.stage is Stage.CLOSED:
        desk.turn(Stage.FOLLOW_UP)


def decide_appeal(desk: Desk, act: Act[DecideAppeal]) -> None:
    """INV-5: the finding stands or moves. The parties settle between them what was done on the earlier one; the customer keeps it."""
    case, body = desk.case, act.body
    assert case.appeal is not None  # noqa: S101  # rules/appeals.py saw to it
    case.appeal = case.appeal.model_copy(
        update={
            "granted": body.granted,
            "decided_by": act.actor,
            "decided_at": desk.now,
            "reason": body.reason,
            "party": body.party,
        }
    )
    party = body.party or case.appeal.against
    desk.note(Event.APPEAL_DECIDED, act.actor, granted=body.granted, party=party.value, reason=body.reason)
    if body.party is not None:
        basis = resolution.both(body.reason)
        case.finding = Finding(party=body.party, confidence=1.0, basis=basis, by=act.actor, at=desk.now)
    if body.granted and case.appeal.by.role is Role.CUSTOMER:
        look_again(desk, act.actor)


def look_again(desk: Desk, by: Actor) -> None:
    """The customer was right after all: another solution is looked for, by whoever may rule."""
    desk.case.settled, desk.case.outcome, desk.case.closed_at = False, None, None
    desk.case.confirmed, desk.case.automatic = False, False
    desk.clocks.start()
    desk.escalate("appeal_granted", by)
    desk.turn(Stage.RESOLUTION)


def review(desk: Desk, act: Act[ReviewDecision]) -> None:
    """RES-10: a person's word on what was decided without one; what the customer was given stays."""
    desk.case.review = Review(agrees=act.body.agrees, by=act.actor, at=desk.now, note=act.body.note)
    desk.note(Event.REVIEWED, act.actor, agrees=act.body.agrees, note=act.body.note)


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
    desk.turn(Stage.RECEIPT if case.issue is None else Stage.DISPATCH)


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


def lapse_proposal(desk: Desk) -> None:
    if desk.case.standing_proposal is not None:
        end_proposal(desk, lapsed=True)


def end_proposal(desk: Desk, **change: object) -> Proposal:
    """Replace the standing proposal by what became of it."""
    proposal = desk.case.proposals[-1].model_copy(update=change)
    desk.case.proposals = (*desk.case.proposals[:-1], proposal)
    return proposal
