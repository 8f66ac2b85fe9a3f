"""What people do to agree on a solution (RES-2, RES-4): propose, approve, accept, counter, rule. Each changes the state and returns at once."""

from models.case.action_bodies import (
    Accept,
    Approve,
    Arbitrate,
    Counter,
    Decline,
    Propose,
    Reject,
)
from models.case.actions import Act
from models.common.base import Money
from models.common.events import Event
from models.common.vocabulary import Outcome, WaitFor
from models.investigation.findings import Finding
from models.remedies.remedy import Proposal
from rules.money.approvals import needs_approval
from rules.remedies.limits import currency_of, total
from rules.remedies.offers import lay_out
from rules.remedies.rounds import rounds_over
from workflows.kit.case_context import CaseContext
from workflows.stages import investigation, resolution
from workflows.stages.resolution import end_proposal
from workflows.updates.case import first_contact
from workflows.updates.replies import hear


def propose(context: CaseContext, act: Act[Propose]) -> None:
    """RES-2; above the proposer's limit it waits for another person first (RES-4)."""
    case = context.case
    currency = currency_of(case, context.policy)
    dearest = max(total(option.remedies, currency).minor for option in act.body.options)
    amount = Money(minor=dearest, currency=currency)
    waits = needs_approval(case, context.policy, act.actor, amount)
    proposal = Proposal(
        id=f"p{len(case.proposals) + 1}",
        round=1 + len(rounds_over(case)),
        by=act.actor,
        at=context.now,
        options=tuple(lay_out(context.policy, case, option) for option in act.body.options),
        amount=amount,
        if_silent=act.body.if_silent,
        needs_approval=waits,
    )
    case.proposals = (*case.proposals, proposal)
    if waits:
        context.note(
            Event.APPROVAL_NEEDED,
            act.actor,
            proposal_id=proposal.id,
            amount_minor=amount.minor,
            currency=currency,
            until=context.deadline(WaitFor.APPROVAL).isoformat(),
        )
    else:
        resolution.offer_out(context)
    first_contact(context, act)


def approve(context: CaseContext, act: Act[Approve]) -> None:
    proposal = end_proposal(context, needs_approval=False, approved_by=act.actor)
    context.note(Event.APPROVED, act.actor, proposal_id=proposal.id)
    resolution.offer_out(context)


def decline(context: CaseContext, act: Act[Decline]) -> None:
    proposal = end_proposal(context, needs_approval=False, declined=act.body.reason)
    context.note(Event.DECLINED, act.actor, proposal_id=proposal.id, reason=act.body.reason)


def accept(context: CaseContext, act: Act[Accept]) -> None:
    proposal = end_proposal(context, accepted=act.body.option)
    resolution.tell_accepted(context, proposal, act.body.option, act.actor)
    chosen = proposal.options[act.body.option - 1]
    resolution.settle_on(context, chosen.remedies, chosen)


def reject(context: CaseContext, act: Act[Reject]) -> None:
    proposal = end_proposal(context, refused=act.body.reason)
    resolution.refused(context, Event.REFUSED, act.actor, proposal_id=proposal.id, reason=act.body.reason)
    hear(context, act, act.body.reason)


def counter(context: CaseContext, act: Act[Counter]) -> None:
    body = act.body
    proposal = end_proposal(context, refused=body.reason, counter_amount=body.amount, counter_remedy=body.remedy)
    resolution.refused(
        context,
        Event.COUNTERED,
        act.actor,
        proposal_id=proposal.id,
        reason=body.reason,
        remedy=body.remedy.value if body.remedy else None,
        amount_minor=body.amount.minor if body.amount else None,
        currency=currency_of(context.case, context.policy),
    )
    hear(context, act, body.reason)


def arbitrate(context: CaseContext, act: Act[Arbitrate]) -> None:
    """RES-2: final. Without remedies the demand is turned down."""
    body = act.body
    currency = currency_of(context.case, context.policy)
    context.case.arbitration = False
    context.replied()
    context.note(
        Event.RULED,
        act.actor,
        reason=body.reason,
        amount_minor=total(body.remedies, currency).minor,
        **resolution.given(body.remedies, currency),
    )
    if body.party is not None:
        basis = resolution.both(body.reason)
        context.case.finding = Finding(party=body.party, confidence=1.0, basis=basis, by=act.actor, at=context.now)
        investigation.tell_finding(context, body.party, basis, 1.0, act.actor)
    if not body.remedies:
        context.case.outcome = Outcome.REJECTED
    resolution.settle_on(context, body.remedies)
