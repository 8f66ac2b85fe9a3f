"""What people do while a solution is agreed on (RES-2, RES-4): propose, approve, accept, counter, rule. Nothing here waits for anybody."""

from models.case.action_bodies import Accept, Approve, Arbitrate, Counter, Decline, Propose, Reject
from models.case.actions import Act
from models.common.base import Money
from models.common.events import Event
from models.common.vocabulary import Outcome, WaitFor
from models.investigation.findings import Finding
from models.remedies.remedy import Proposal
from rules.money.approvals import needs_approval
from rules.remedies.limits import currency_of, total
from rules.remedies.offers import lay_out
from workflows.kit.case_context import Desk
from workflows.stages import investigation, resolution
from workflows.stages.resolution import end_proposal
from workflows.updates.case import first_contact


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
    resolution.tell_accepted(desk, proposal, act.body.option, act.actor)
    resolution.settle_on(desk, proposal.options[act.body.option - 1].remedies)


def reject(desk: Desk, act: Act[Reject]) -> None:
    proposal = end_proposal(desk, refused=act.body.reason)
    resolution.refused(desk, Event.REFUSED, act.actor, proposal_id=proposal.id, reason=act.body.reason)


def counter(desk: Desk, act: Act[Counter]) -> None:
    body = act.body
    proposal = end_proposal(desk, refused=body.reason, counter_amount=body.amount, counter_remedy=body.remedy)
    resolution.refused(
        desk,
        Event.COUNTERED,
        act.actor,
        proposal_id=proposal.id,
        reason=body.reason,
        remedy=body.remedy.value if body.remedy else None,
        amount_minor=body.amount.minor if body.amount else None,
        currency=currency_of(desk.case, desk.policy),
    )


def arbitrate(desk: Desk, act: Act[Arbitrate]) -> None:
    """RES-2: final. Without remedies the demand is turned down."""
    body = act.body
    currency = currency_of(desk.case, desk.policy)
    desk.case.arbitration = False
    desk.note(
        Event.RULED,
        act.actor,
        reason=body.reason,
        amount_minor=total(body.remedies, currency).minor,
        **resolution.given(body.remedies, currency),
    )
    if body.party is not None:
        basis = resolution.both(body.reason)
        desk.case.finding = Finding(party=body.party, confidence=1.0, basis=basis, by=act.actor, at=desk.now)
        investigation.tell_finding(desk, body.party, basis, 1.0, act.actor)
    if not body.remedies:
        desk.case.outcome = Outcome.REJECTED
    resolution.settle_on(desk, body.remedies)
