"""The case's side of claims (RES-9): opened when what was given is done, changed when the responsibility moves (INV-5).

Nothing here touches the customer: what was executed stays, and the parties settle it between them.
"""

import asyncio

from models.claims.policy import ClaimsPolicy, ClaimTerms, ClaimWaitFor
from models.claims.state import (
    Claim,
    ClaimAdjustment,
    ClaimCause,
    ClaimKind,
    ClaimOver,
    ClaimRef,
    ClaimStart,
    ClaimState,
    ClaimStatus,
    ClaimWait,
    ParcelClaimed,
)
from models.common.events import Event
from models.common.vocabulary import WaitingOn
from models.investigation.findings import Finding
from rules.claims import deadlines
from rules.claims.found import PARCEL_FOUND
from rules.claims.receivables import NOBODY, Receivable, excessive, if_late, missing, policy_in, proofs, receivables
from rules.remedies.limits import currency_of
from workflows.kit import activities, search_attributes
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched

MOVED = "responsibility_moved"
ONE_LIMIT = "cases-share-the-carriers-limit"
"""Patch: before it, each case claimed up to the whole limit of a parcel."""


async def open_claims(context: CaseContext, why: str = MOVED) -> None:
    """Claim what is due for everything that was given, and give up what is not due any more, for the reason `why`.

    Safe to call again whenever a case is solved.
    """
    policy = policy_in(context.policy, currency_of(context.case, context.policy))
    elsewhere = await _claimed_elsewhere(context, policy)
    wanted = receivables(context.case, policy, moved=context.case.claims_moved, elsewhere=elsewhere)
    opening = [_open(context, due) for due in missing(wanted, context.case.claims)]
    for change in tuple(excessive(wanted, context.case.claims)):
        cause = ClaimCause.LATE if why == PARCEL_FOUND and change.items else None
        await _adjust(context, ClaimAdjustment(claim_id=change.claim_id, items=change.items, why=why, cause=cause))
    for begun in opening:
        await asyncio.shield(begun)


async def _claimed_elsewhere(context: CaseContext, policy: ClaimsPolicy) -> dict[str, int]:
    """What other cases have claimed for the parcels of this one, whose carriers are liable up to their limit once."""
    case, elsewhere = context.case, dict[str, int]()
    for due in receivables(case, policy, moved=case.claims_moved):
        if due.kind is ClaimKind.CARRIER and due.tracking and case.order and patched(ONE_LIMIT):
            asked = ParcelClaimed(
                case_id=case.case_id, order_id=case.order.order_id, who=due.who, tracking=due.tracking, currency=due.currency
            )
            elsewhere[due.tracking] = (await activities.claimed_elsewhere(asked)).minor
    return elsewhere


def settle_between(context: CaseContext, before: Finding, after: Finding) -> None:
    """An appeal moved the responsibility: what was executed on the earlier finding is settled between the parties, beside the case."""
    if before.party is after.party:
        return
    context.case.claims_moved = context.case.claims_moved or before.party not in NOBODY
    if context.case.claims or any(remedy.done_at is not None for remedy in context.case.remedies):
        context.in_background(open_claims(context))


def note_claim_over(context: CaseContext, over: ClaimOver) -> None:
    """The case's signal `claim_over`: the claim's end is on the timeline of a case that still runs."""
    ref = next((ref for ref in context.case.claims if ref.claim_id == over.claim_id), None)
    if ref is None or ref.status is over.status:
        return
    _replace(context, ref.model_copy(update={"status": over.status}))
    _note(context, Event.CLAIM_OVER, ref, status=over.status.value, recovered_minor=over.received.minor)


def _open(context: CaseContext, due: Receivable) -> asyncio.Task[None]:
    """Written down and begun in one go: whatever turn the case takes meanwhile, a claim is opened once."""
    case = context.case
    claim_id = f"{case.case_id}.claim.{len(case.claims) + 1}"
    ref = ClaimRef(claim_id=claim_id, kind=due.kind, who=due.who, items=due.items, currency=due.currency)
    case.claims = (*case.claims, ref)
    _note(context, Event.CLAIM_RAISED, ref, cause=due.cause.value)
    policy = policy_in(context.policy, due.currency)
    claim = _claim(context, ref, due, policy)
    terms = policy.terms(claim.kind.of, claim.who)
    start = ClaimStart(state=ClaimState(claim=claim, terms=terms), shown=_shown(context, claim, terms))
    return asyncio.create_task(activities.open_claim(start))


def _shown(context: CaseContext, claim: Claim, terms: ClaimTerms) -> dict[str, str | int]:
    """What lists show of a claim that waits for its party's answer; it corrects what has become otherwise."""
    until = context.now + terms.waits[ClaimWaitFor.ANSWER].within
    wait = ClaimWait(on=WaitingOn(claim.kind.of.value), for_=ClaimWaitFor.ANSWER, since=context.now, until=until)
    begun = ClaimState(claim=claim, terms=terms, wait=wait)
    return search_attributes.written(search_attributes.of_claim(begun, deadlines.waiting(begun)))


def _claim(context: CaseContext, ref: ClaimRef, due: Receivable, policy: ClaimsPolicy) -> Claim:
    """The claim with its proofs: the finding, the facts, everybody's evidence."""
    case = context.case
    assert case.order is not None  # noqa: S101
    assert case.finding is not None  # noqa: S101
    pieces = [*case.receipt.evidence, *(piece for saying in case.sayings for piece in saying.evidence)]
    return Claim(
        claim_id=ref.claim_id,
        case_id=case.case_id,
        order_id=case.order.order_id,
        kind=due.kind,
        who=due.who,
        merchant_id=case.order.merchant_id,
        cause=due.cause,
        issue=case.issue,
        tracking=due.tracking,
        items=due.items,
        currency=due.currency,
        limit=due.limit,
        if_late=if_late(case, due, policy),
        promised_at=case.order.promised_at,
        finding=case.finding,
        facts=proofs(case.facts),
        evidence=tuple(dict.fromkeys(pieces)),
        team=case.team,
        handler=case.handler,
        opened_at=context.now,
    )


async def _adjust(context: CaseContext, change: ClaimAdjustment) -> None:
    ref = next(ref for ref in context.case.claims if ref.claim_id == change.claim_id)
    status = ref.status if change.items else ClaimStatus.WITHDRAWN
    after = ref.model_copy(update={"items": change.items, "status": status})
    _replace(context, after)
    told = await activities.adjust_claim(change)  # one that was over too long ago is a person's to settle
    _note(context, Event.CLAIM_MOVED, after, why=change.why, told=told.told)


def _replace(context: CaseContext, ref: ClaimRef) -> None:
    context.case.claims = tuple(ref if known.claim_id == ref.claim_id else known for known in context.case.claims)
    context.mark()


def _note(context: CaseContext, event: Event, ref: ClaimRef, **data: str | int | bool) -> None:
    amount = sum(item.amount.minor for item in ref.items)
    context.note(
        event, claim_id=ref.claim_id, kind=ref.kind.value, who=ref.who, amount_minor=amount, currency=ref.currency, **data
    )
