"""Reviews of decisions: appeals (INV-5), and decisions without a person that were drawn for review (RES-10)."""

from models.case.action_bodies import AppealFinding, DecideAppeal, ReviewDecision
from models.case.actions import Act
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Role, Stage, WaitFor
from models.investigation.decisions import Appeal, Review
from models.investigation.findings import Finding
from workflows.claims.from_case import settle_between
from workflows.kit.case_context import CaseContext
from workflows.stages import resolution
from workflows.updates.case import say


def appeal(context: CaseContext, act: Act[AppealFinding]) -> None:
    """INV-5: each party is heard once, with new evidence; what was decided for the customer goes on meanwhile."""
    case, body = context.case, act.body
    assert case.liable is not None  # noqa: S101  # rules/case/appeals.py saw to it
    due = context.deadline(WaitFor.APPEAL)
    case.appeals_before = case.appeals
    case.appeal = Appeal(
        id=f"a{len(case.appeals_before) + 1}",
        by=act.actor,
        at=context.now,
        words=body.words,
        evidence=body.evidence,
        against=case.liable,
        due=due,
    )
    say(context, act, body.words, body.evidence)
    context.note(Event.APPEALED, act.actor, party=act.actor.role.value, due=due.isoformat(), words=body.words)
    if case.stage is Stage.CLOSED:
        context.change_stage(Stage.FOLLOW_UP)


def decide_appeal(context: CaseContext, act: Act[DecideAppeal]) -> None:
    """INV-5: the finding stands or moves. The parties settle between them what was done on the earlier one; the customer keeps it."""
    case, body = context.case, act.body
    assert case.appeal is not None  # noqa: S101  # rules/case/appeals.py saw to it
    case.appeal = case.appeal.model_copy(
        update={
            "granted": body.granted,
            "decided_by": act.actor,
            "decided_at": context.now,
            "reason": body.reason,
            "party": body.party,
        }
    )
    party = body.party or case.appeal.against
    appellant = case.appeal.by.role.value
    context.note(
        Event.APPEAL_DECIDED, act.actor, granted=body.granted, appellant=appellant, party=party.value, reason=body.reason
    )
    if body.party is not None:
        basis = resolution.both(body.reason)
        before, case.liable = case.finding, body.party
        case.finding = Finding(party=body.party, confidence=1.0, basis=basis, by=act.actor, at=context.now)
        if before is not None:
            settle_between(context, before, case.finding)
        resolution.tell_liable(context)
    if body.granted and case.appeal.by.role is Role.CUSTOMER:
        look_again(context, act.actor)


def look_again(context: CaseContext, by: Actor) -> None:
    """The customer was right after all: another solution is looked for, by whoever may rule."""
    context.case.settled, context.case.outcome, context.case.closed_at = False, None, None
    context.case.confirmed, context.case.automatic = False, False
    context.clocks.start()
    context.escalate("appeal_granted", by)
    context.change_stage(Stage.RESOLUTION)


def review(context: CaseContext, act: Act[ReviewDecision]) -> None:
    """RES-10: a person reviews what was decided without one; what the customer was given stays."""
    context.case.review = Review(agrees=act.body.agrees, by=act.actor, at=context.now, note=act.body.note)
    context.note(Event.REVIEWED, act.actor, agrees=act.body.agrees, note=act.body.note)
