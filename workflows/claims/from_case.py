"""The case's side of claims (RES-9): opened when what was given is done, changed when the responsibility moves (INV-5).

Nothing here touches the customer: what was executed stays, and the parties settle it between them.
"""

import asyncio

from models.claims.state import Claim, ClaimAdjustment, ClaimOver, ClaimRef, ClaimStart, ClaimState, ClaimStatus
from models.common.events import Event
from models.investigation.findings import Finding
from rules.claims.receivables import NOBODY, Due, dues, excessive, missing, proofs
from workflows.kit import activities
from workflows.kit.case_context import Desk

MOVED = "responsibility_moved"


async def open_claims(desk: Desk) -> None:
    """Claim what is due for everything that was given, and give up what is not due any more. Safe to call again whenever a case is solved."""
    wanted = dues(desk.case, desk.policy.claims, moved=desk.case.claims_moved)
    opening = [_open(desk, due) for due in missing(wanted, desk.case.claims)]
    for change in tuple(excessive(wanted, desk.case.claims)):
        await _adjust(desk, ClaimAdjustment(claim_id=change.claim_id, items=change.items, why=MOVED))
    for begun in opening:
        await asyncio.shield(begun)


def settle_between(desk: Desk, before: Finding, after: Finding) -> None:
    """An appeal moved the responsibility: what was executed on the earlier finding is settled between the parties, beside the case."""
    if before.party is after.party:
        return
    desk.case.claims_moved = desk.case.claims_moved or before.party not in NOBODY
    if desk.case.claims or any(remedy.done_at is not None for remedy in desk.case.remedies):
        desk.in_background(open_claims(desk))


def take_in(desk: Desk, over: ClaimOver) -> None:
    """The case's signal `claim_over`: the claim's end is on the timeline of a case that still runs."""
    ref = next((ref for ref in desk.case.claims if ref.claim_id == over.claim_id), None)
    if ref is None or ref.status is over.status:
        return
    _replace(desk, ref.model_copy(update={"status": over.status}))
    _note(desk, Event.CLAIM_OVER, ref, status=over.status.value, recovered_minor=over.received.minor)


def _open(desk: Desk, due: Due) -> asyncio.Task[None]:
    """Written down and begun in one go: whatever turn the case takes meanwhile, a claim is opened once."""
    case = desk.case
    claim_id = f"{case.case_id}.claim.{len(case.claims) + 1}"
    ref = ClaimRef(claim_id=claim_id, kind=due.kind, who=due.who, items=due.items, currency=due.currency)
    case.claims = (*case.claims, ref)
    _note(desk, Event.CLAIM_RAISED, ref, cause=due.cause.value)
    claim = _claim(desk, ref, due)
    terms = desk.policy.claims.terms(claim.kind.of, claim.who)
    return asyncio.create_task(activities.open_claim(ClaimStart(state=ClaimState(claim=claim, terms=terms))))


def _claim(desk: Desk, ref: ClaimRef, due: Due) -> Claim:
    """The claim with its proofs: the finding, the facts, everybody's evidence."""
    case = desk.case
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
        finding=case.finding,
        facts=proofs(case.facts),
        evidence=tuple(dict.fromkeys(pieces)),
        team=case.team,
        handler=case.handler,
        opened_at=desk.now,
    )


async def _adjust(desk: Desk, change: ClaimAdjustment) -> None:
    ref = next(ref for ref in desk.case.claims if ref.claim_id == change.claim_id)
    status = ref.status if change.items else ClaimStatus.WITHDRAWN
    after = ref.model_copy(update={"items": change.items, "status": status})
    _replace(desk, after)
    told = await activities.adjust_claim(change)  # one that was over too long ago is a person's to settle
    _note(desk, Event.CLAIM_MOVED, after, why=change.why, told=told.told)


def _replace(desk: Desk, ref: ClaimRef) -> None:
    desk.case.claims = tuple(ref if known.claim_id == ref.claim_id else known for known in desk.case.claims)
    desk.mark()


def _note(desk: Desk, event: Event, ref: ClaimRef, **data: str | int | bool) -> None:
    amount = sum(item.amount.minor for item in ref.items)
    desk.note(event, claim_id=ref.claim_id, kind=ref.kind.value, who=ref.who, amount_minor=amount, currency=ref.currency, **data)
