"""Resolution (RES-2…5, RES-10): what will be done, agreed or ruled, approved, and carried out."""

from datetime import timedelta
from math import ceil

from pydantic import JsonValue
from temporalio import workflow

from models.case.state import CaseState
from models.common.actors import SYSTEM, Actor
from models.common.base import Bilingual
from models.common.events import Event
from models.common.partners import RefundTo
from models.common.vocabulary import ClockName, Kind, Outcome, Party, Role, Tier, WaitFor, WaitingOn
from models.investigation.decisions import Review
from models.remedies.offers import Option, RemedyOffer
from models.remedies.remedy import Proposal, Remedy, Silence, Voided
from models.remedies.table import REMEDIES
from rules.case.appeals import last_moment
from rules.case.automatic import drawn_by_id, weigh
from rules.facts import liability
from rules.money.approvals import needs_approval
from rules.money.bonus import with_bonus
from rules.money.methods import with_wished_method
from rules.remedies.limits import currency_of, total
from rules.remedies.offers import freight_of, lay_out, most_deducted
from rules.remedies.rounds import GoesOn, goes_on, rounds_over
from rules.replacements.permissions import refund_instead
from workflows.claims import from_case as claims_from_case
from workflows.kit.assignment import answer_customer, wait_or_escalate
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.sla import PROMISES
from workflows.money import bonus, refund
from workflows.remedies.execution import carried_out, compensate, pay_for_kept_goods
from workflows.stages import self_service

DRAWN_BY_CHANCE = "review-drawn-by-chance"
"""Patch: before it, a decision was drawn for review by the case's id."""
ROUNDS = "rounds-whatever-ended-them"
"""Patch: before it, only refused proposals counted as rounds."""
VOIDED = "void-proposals-are-told"
"""Patch: before it, a proposal that another classification took off the table was on no timeline, and in no message."""
FREIGHT = "freight-as-it-was-shown"
"""Patch: before it, who pays the freight was worked out when an option was chosen, whatever the customer had been shown."""
PLANNED = (ClockName.FIRST_REPLY, ClockName.PLAN)


async def settle(context: CaseContext) -> None:
    """Answer an inquiry; else do what is clear, or negotiate; then carry it out. What came back of an earlier refund is given first."""
    await refund.pay_again(context)
    await bonus.follow(context)
    if context.case.kind is Kind.INQUIRY:
        await self_service.offer(context)
        await wait_or_escalate(context, WaitFor.REPLY, lambda: context.case.settled)
    while not await carried_out(context):
        await compensate(context, "another_solution")
        if not context.case.settled and not decide_at_once(context):
            offer_instead(context)
            agreed_in_vain(context)
            await negotiate(context)
    await pay_for_kept_goods(context)
    context.clocks.stop(*PROMISES)
    context.case.outcome = context.case.outcome or Outcome.RESOLVED
    await claims_from_case.open_claims(context)


def decide_at_once(context: CaseContext) -> bool:
    """RES-10: decisive facts, a small amount and a clean record need no person. What was weighed is kept; some are drawn for review."""
    case = context.case
    if case.proposals or case.automatic:
        return False
    offer, case.checks = weigh(case, context.policy)
    if offer is None:
        return False
    case.automatic = True
    row = case.finding.row if case.finding else None
    amount, currency = (offer.amount.minor, offer.amount.currency) if offer.amount else (0, context.policy.currency)
    context.note(Event.SETTLED_ALONE, kind=offer.kind.value, amount_minor=amount, currency=currency, row=row)
    if case.review is None and _drawn_for_review(case, context.policy.automatic.review_share):
        case.review = Review()
        context.note(Event.REVIEW_DUE, row=row)
    settle_on(context, (offer,))
    return True


def _drawn_for_review(case: CaseState, share: float) -> bool:
    """Whether a person looks at the decision afterwards: by a chance that nobody can see or steer, and that is the same at every replay."""
    return workflow.random().random() < share if patched(DRAWN_BY_CHANCE) else drawn_by_id(case.case_id, share)


def offer_instead(context: CaseContext) -> None:
    """RES-7: what was agreed on is out of stock, so a refund is proposed by itself; carried out at once where the customer chose it."""
    case = context.case
    option = refund_instead(case, context.policy)
    if option is None:
        return
    amount = total(option.remedies, currency_of(case, context.policy))
    number = len(case.proposals) + 1
    round_ = 1 + len(rounds_over(case))
    laid_out = lay_out(context.policy, case, option)
    waits = needs_approval(case, context.policy, SYSTEM, amount)
    proposal = Proposal(
        id=f"p{number}", round=round_, by=SYSTEM, at=context.now, options=(laid_out,), amount=amount, needs_approval=waits
    )
    case.proposals = (*case.proposals, proposal)
    if waits:
        until = context.deadline(WaitFor.APPROVAL).isoformat()
        data = {"amount_minor": amount.minor, "currency": amount.currency, "until": until}
        context.note(Event.APPROVAL_NEEDED, proposal_id=proposal.id, **data)
    elif any(remedy.undone == "refund_chosen" and remedy.settlement == case.settlements for remedy in case.remedies):
        case.proposals = (*case.proposals[:-1], proposal.model_copy(update={"accepted": 1}))
        tell_accepted(context, proposal, 1, Actor(role=Role.CUSTOMER, id=case.receipt.customer_id))
        settle_on(context, option.remedies)
    else:
        offer_out(context)


async def negotiate(context: CaseContext) -> None:
    """RES-2: whoever holds the case proposes; approval above the limit, choice; rounds until it is settled or a supervisor rules."""
    case = context.case
    if not case.settled:
        case.automatic = False  # what was begun without a person came to nothing: from here on people decide
    while not case.settled:
        proposal = case.standing_proposal
        if case.arbitration:
            await wait_or_escalate(context, WaitFor.ARBITRATION, lambda: case.settled, WaitingOn.SUPERVISOR)
        elif proposal is None:
            await wait_or_escalate(
                context, WaitFor.PLAN, lambda: case.standing_proposal is not None or case.arbitration or case.settled
            )
        elif proposal.needs_approval:
            await wait_or_escalate(context, WaitFor.APPROVAL, lambda: not awaits_approval(context), WaitingOn.SUPERVISOR)
        else:
            await choice(context, proposal)


def awaits_approval(context: CaseContext) -> bool:
    proposal = context.case.standing_proposal
    return proposal is not None and proposal.needs_approval


async def choice(context: CaseContext, proposal: Proposal) -> None:
    """The customer accepts, rejects or counters, or asks about it; silence has the outcome that the proposal named."""
    case = context.case

    def chosen() -> bool:
        return case.settled or case.standing_proposal != proposal

    moved = await context.wait_for(
        WaitingOn.CUSTOMER, WaitFor.CHOICE, lambda: chosen() or case.reply_owed_since is not None, proposal.until
    )
    if moved and not chosen():
        await answer_customer(context, chosen)
        if not chosen():  # the customer has the whole time after the answer
            end_proposal(context, until=context.deadline(WaitFor.CHOICE))
    if moved:
        return
    if proposal.if_silent is Silence.FIRST_OPTION:
        case.proposals = (*case.proposals[:-1], proposal.model_copy(update={"accepted": 1}))
        tell_accepted(context, proposal, 1, SYSTEM, silent=True)
        settle_on(context, proposal.options[0].remedies, proposal.options[0])
    else:
        case.proposals = (*case.proposals[:-1], proposal.model_copy(update={"lapsed": True}))
        context.note(Event.PROPOSAL_LAPSED, proposal_id=proposal.id)
        context.give_up("no_choice")


def offer_out(context: CaseContext) -> None:
    """Put the proposal before the customer; the first plan keeps two promises."""
    case = context.case
    proposal = case.proposals[-1].model_copy(update={"until": context.deadline(WaitFor.CHOICE)})
    case.proposals = (*case.proposals[:-1], proposal)
    context.note(
        Event.PROPOSED,
        proposal.by,
        proposal_id=proposal.id,
        round=proposal.round,
        options=[
            {
                **given(option.remedies, proposal.amount.currency),
                "amount_minor": sum(remedy.amount.minor for remedy in option.remedies if remedy.amount) or None,
                "days": ceil(option.within / timedelta(days=1)),
                "freight": option.freight.value if option.freight else None,
                **kept_back(option),
                "why": option.why,
            }
            for option in proposal.options
        ],
        until=proposal.until.isoformat() if proposal.until else None,
        if_silent=proposal.if_silent.value,
    )
    context.clocks.stop(*PLANNED)
    if proposal.by.role is not Role.SYSTEM:
        context.replied()


def kept_back(option: Option) -> dict[str, JsonValue]:
    """What the customer is told of before agreeing: what is kept of the refund, and what the way back costs at most (RES-8, RES-13)."""
    kept = sum(remedy.restocking.minor for remedy in option.remedies if remedy.restocking)
    most = option.freight_most.minor if option.freight_most else 0
    return {name: minor for name, minor in (("restocking_minor", kept), ("freight_most_minor", most)) if minor}


def given(remedies: tuple[RemedyOffer, ...], currency: str) -> dict[str, JsonValue]:
    """What is given, as timeline entries tell it: each remedy beside its own amount."""
    return {
        "remedies": [remedy.kind.value for remedy in remedies],
        "amounts": [remedy.amount.minor if remedy.amount else None for remedy in remedies],
        "currency": currency,
    }


def tell_accepted(context: CaseContext, proposal: Proposal, option: int, by: Actor, *, silent: bool = False) -> None:
    """`silent`: nobody chose, and the proposal had said what that means."""
    remedies = proposal.options[option - 1].remedies
    told = given(remedies, proposal.amount.currency)
    context.note(Event.ACCEPTED, by, proposal_id=proposal.id, option=option, silent=silent, **told)


def settle_on(context: CaseContext, offers: tuple[RemedyOffer, ...], shown: Option | None = None) -> None:
    """These remedies will be carried out; as the option was `shown`, where one was chosen: a finding may have moved since (WRK-5)."""
    case = context.case
    offers = tuple(with_wished_method(case, offer, context.policy.refund_only_back) for offer in offers)
    offers = with_bonus(context.policy, offers)
    freight = freight_of(context.policy, case, offers)
    if shown is not None and shown.freight is not freight and patched(FREIGHT):
        freight = shown.freight
    most = shown.freight_most if shown is not None else most_deducted(context.policy, case, freight)
    case.settlements += 1
    first = len(case.remedies) + 1
    fresh = tuple(
        Remedy(
            id=f"m{number}",
            kind=offer.kind,
            amount=offer.amount,
            lines=offer.lines,
            items=offer.items,
            change=offer.change,
            words=offer.words,
            settlement=case.settlements,
            freight=freight if REMEDIES[offer.kind].travels else None,
            freight_most=most if REMEDIES[offer.kind].travels else None,
            restocking=offer.restocking,
            refund_to=RefundTo.BALANCE if offer.method == RefundTo.BALANCE else REMEDIES[offer.kind].refund_to,
            method=offer.method if offer.method != RefundTo.BALANCE else None,
        )
        for number, offer in enumerate(offers, start=first)
    )
    case.remedies = (*case.remedies, *fresh)
    case.settled, case.settled_at = True, context.now
    case.liable = case.finding.party if case.finding and liability.decisive(context.policy, case.finding) else None
    tell_liable(context)
    context.withdraw_requests()
    context.clocks.stop(*PLANNED)
    context.mark()


def tell_liable(context: CaseContext) -> None:
    """INV-5: merchant and carrier hear that they were found responsible, and until when they may appeal."""
    finding, until = context.case.finding, last_moment(context.case, context.policy)
    if finding is None or until is None or context.case.liable not in {Party.MERCHANT, Party.CARRIER, Party.SHARED}:
        return
    basis = finding.basis
    context.note(Event.LIABLE, party=finding.party.value, basis_zh=basis.zh, basis_en=basis.en, until=until.isoformat())


def refused(context: CaseContext, event: Event, by: Actor, /, **data: JsonValue) -> None:
    """A rejected round, and who goes on."""
    case, rounds = context.case, rounds_over(context.case)
    then = goes_on(case, context.policy, rounds)
    before = goes_on(case, context.policy, tuple(proposal for proposal in rounds if proposal.refused is not None))
    if then is not before and not patched(ROUNDS):
        then = before
    tier = {GoesOn.RULING: Tier.SUPERVISOR, GoesOn.PLATFORM: Tier.PLATFORM}.get(then, case.tier)
    context.note(event, by, tier=tier.value, last=then is GoesOn.RULING, **data)
    hand_on(context, then, by)


def agreed_in_vain(context: CaseContext) -> None:
    """What was agreed on was not carried out: a round like one that is refused."""
    case = context.case
    in_vain = any(remedy.undone is not None and remedy.settlement == case.settlements for remedy in case.remedies)
    if case.settled or case.arbitration or case.standing_proposal is not None or not in_vain:
        return
    then = goes_on(case, context.policy, rounds_over(case))
    if then is not GoesOn.SAME and patched(ROUNDS):
        hand_on(context, then, SYSTEM)


def hand_on(context: CaseContext, to: GoesOn, by: Actor) -> None:
    """The platform after two of a merchant's rounds, a supervisor's ruling after the last (RES-2, DSP-5)."""
    case, rounds = context.case, len(rounds_over(context.case))
    if to is GoesOn.RULING:
        case.arbitration = True
        context.note(Event.ARBITRATION_NEEDED, by, rounds=rounds, until=context.deadline(WaitFor.ARBITRATION).isoformat())
        if case.tier is not Tier.SUPERVISOR:
            case.tier = Tier.SUPERVISOR
            context.clocks.hand_over(Tier.SUPERVISOR)
    elif to is GoesOn.PLATFORM:
        context.escalate("rejections", by, rounds=rounds)


def void_proposal(context: CaseContext, why: Voided) -> None:
    """Take the standing proposal off the table. A customer who has it before them is told, unless the end of the case says it."""
    proposal = context.case.standing_proposal
    if proposal is None:
        return
    end_proposal(context, lapsed=True, voided=why)
    if not proposal.needs_approval and why in {Voided.RECLASSIFIED, Voided.SPLIT} and patched(VOIDED):
        context.note(Event.PROPOSAL_VOIDED, proposal_id=proposal.id, why=why.value)


def end_proposal(context: CaseContext, **change: object) -> Proposal:
    """Replace the standing proposal by what became of it."""
    proposal = context.case.proposals[-1].model_copy(update=change)
    context.case.proposals = (*context.case.proposals[:-1], proposal)
    return proposal


def both(words: str) -> Bilingual:
    """A person's own words stand for themselves in either language."""
    return Bilingual(zh=words, en=words)
