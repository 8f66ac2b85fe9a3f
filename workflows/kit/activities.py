"""The activities as workflows call them: one function each; how they are called is in `calls.py`."""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from models.activities import (
    ABSORB_CASE,
    ADJUST_CLAIM,
    ASK_PARTNERS,
    ASSIGN_HANDLER,
    BEGIN_IMPROVEMENT,
    CLAIMED_ELSEWHERE,
    CLASSIFY,
    COUNT_HELPED,
    INTEND_REFUND,
    ISSUE_COUPON,
    LOOK_UP,
    OPEN_CLAIM,
    PART_CASE,
    PAY_BACK,
    RECALL,
    REFUND_BY_KEY,
    REFUND_STATES,
    RELATE_CASES,
    RELEASE_GOODS,
    RENEW_CALENDARS,
    REPORT_DIFFERENCE,
    REVOKE_COUPON,
    SAVE_CASE,
    SAVE_CLAIM,
    SEAL_CASE,
    SEND_CLAIM,
    START_SPLIT_CASE,
    SUGGEST_ANSWER,
    TAKE_GOODS,
    TELL_CLAIM_OVER,
)
from models.case.activities import (
    AskPartner,
    Assigned,
    AssignRequest,
    CouponRequest,
    CouponState,
    HeldRefund,
    HelpedReport,
    Improvement,
    LookedUp,
    LookUp,
    PaidBack,
    PayBack,
    Projection,
    Recall,
    RefundByKey,
    RefundIntent,
    RefundPlan,
    RefundQuery,
    ReleaseItems,
    Renewed,
    RenewRequest,
    ReserveItems,
    Sealed,
    Suggested,
    SuggestRequest,
    Taken,
)
from models.case.history import OrderHistory
from models.case.known import Words
from models.case.linking import Relate, WasLinked
from models.case.merging import AbsorbCase, OtherCase, PartCase
from models.case.state import CaseStart, Classification
from models.claims.partner import ClaimSent, SendClaim
from models.claims.state import ClaimAdjustment, ClaimOver, ClaimProjection, ClaimStart, ParcelClaimed, Told
from models.common.base import Money
from models.common.projection import Saved
from models.reconciliation.difference import Reported
from workflows.kit.calls import MORE_DIRECT, NotDirectlyError, ask_directly, call_case, call_directly, call_own, call_partner

A_NOTICE = timedelta(minutes=10)
"""So long a provider is asked about what a notice tells; what was missed then is found by polling and by reconciliation."""
UNDELIVERABLE_AFTER = timedelta(days=3)
"""A party's system that is down for so long: a person is told, and the party may still act through the API."""


async def save_case(projection: Projection, headline: str) -> Saved | None:
    """Write the case, its new timeline entries and the messages they cause, in one transaction. None: a history of before tells nothing."""
    return await call_own(SAVE_CASE, projection, headline)


async def classify(words: Words) -> Classification:
    """CLS-2: what the words are about, and how sure that is."""
    return (await call_own(CLASSIFY, words)).classification


async def renew_calendars(request: RenewRequest) -> Renewed:
    """Holidays of the days ahead, for a case that outlives those it was opened with (SLA-2)."""
    return await call_own(RENEW_CALENDARS, request)


async def assign_handler(request: AssignRequest) -> Assigned:
    """Find a handler, exactly one, also when many cases are dispatched at once (DSP-2)."""
    return await call_own(ASSIGN_HANDLER, request)


async def suggest_answer(request: SuggestRequest) -> Suggested:
    """Look into the knowledge base (REC-6)."""
    return await call_own(SUGGEST_ANSWER, request)


async def count_helped(report: HelpedReport) -> None:
    """Tell the knowledge base whether its answer helped (REC-6)."""
    await call_own(COUNT_HELPED, report)


async def intend_refund(intent: RefundIntent) -> RefundPlan:
    """Reserve the money of a refund (RES-5)."""
    return await call_own(INTEND_REFUND, intent)


async def recall(request: Recall) -> OrderHistory:
    """What earlier cases of the order and its customer reserved and gave (RES-1)."""
    return await call_own(RECALL, request)


async def take_goods(request: ReserveItems) -> Taken:
    """Reserve the items of a remedy, or say why not (RES-1)."""
    return await call_own(TAKE_GOODS, request)


async def release_goods(request: ReleaseItems) -> None:
    """Release the items of a remedy (RES-11). Safe to repeat."""
    await call_own(RELEASE_GOODS, request)


async def seal_case(projection: Projection, headline: str) -> Sealed:
    """Save the case and write its archive record (ARC-1), in one transaction."""
    return await call_own(SEAL_CASE, projection, headline)


async def look_up_directly(request: LookUp) -> LookedUp | None:
    """Order, parcels and payments, at once or not at all."""
    return await call_directly(LOOK_UP, request)


async def look_up(request: LookUp, patience: timedelta) -> LookedUp:
    """Order, parcels and payments. Raises ActivityError when the partners stay silent for all of `patience`."""
    return await call_partner(LOOK_UP, request, patience=patience, summary=f"order {request.order_id}")


async def ask_partners(request: AskPartner, patience: timedelta) -> None:
    """Send requests for statements to merchants' and carriers' systems."""
    with suppress(NotDirectlyError):
        return await ask_directly(ASK_PARTNERS, request, MORE_DIRECT)
    whom = ", ".join(statement.recipient for statement in (*request.merchant, *request.carrier))
    return await call_partner(ASK_PARTNERS, request, patience=patience, summary=whom)


async def pay_back(request: PayBack) -> PaidBack:
    """Ask the provider for every part that is not asked yet. Retried until the provider says yes or no."""
    whole = sum(part.amount.minor for part in request.parts)
    return await call_partner(PAY_BACK, request, summary=f"{request.remedy_id}: {whole}")


async def begin_improvement(improvement: Improvement) -> None:
    """Record a service improvement as a task (RES-3)."""
    await call_own(BEGIN_IMPROVEMENT, improvement)


async def issue_coupon(request: CouponRequest) -> CouponState:
    """Asked until the promotion system says yes or no. Cancelled, it ends when the call under way has ended: only then can it be revoked."""
    wait = workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
    return await call_partner(ISSUE_COUPON, request, cancellation=wait, summary=_of_coupon(request))


async def revoke_coupon(request: CouponRequest) -> CouponState:
    """Take it back unless it was used (RES-11)."""
    return await call_partner(REVOKE_COUPON, request, summary=_of_coupon(request))


def _of_coupon(request: CouponRequest) -> str:
    return f"{request.remedy_id}: {request.amount.minor}"


async def refund_states(request: RefundQuery) -> PaidBack:
    """What became of the parts, when no webhook came."""
    return await call_partner(REFUND_STATES, request)


async def refund_by_key(request: RefundByKey) -> HeldRefund:
    """What the provider says of a refund of which a notice told. Raises ActivityError when it stays silent for `A_NOTICE`."""
    held = await call_directly(REFUND_BY_KEY, request)
    return held or await call_partner(REFUND_BY_KEY, request, patience=A_NOTICE)


async def save_claim(projection: ClaimProjection, headline: str) -> Saved | None:
    """Write the claim, its history, the messages these cause, and its payments into the ledger, in one transaction (RES-9)."""
    return await call_own(SAVE_CLAIM, projection, headline)


async def open_claim(start: ClaimStart) -> None:
    """Start a claim's workflow (RES-9): no child, for it outlives its case, and a child would cost the case's history five events or more."""
    await call_own(OPEN_CLAIM, start)


async def claimed_elsewhere(parcel: ParcelClaimed) -> Money:
    """What other cases have claimed of the carrier for the same parcel (RES-9)."""
    return await call_own(CLAIMED_ELSEWHERE, parcel)


async def adjust_claim(change: ClaimAdjustment) -> Told:
    """Tell a claim that less is claimed; a claim that has ended is not told (RES-9)."""
    return await call_own(ADJUST_CLAIM, change)


async def tell_claim_over(over: ClaimOver) -> None:
    """Tell the case, while it runs, that a claim came to its end (RES-9)."""
    await call_own(TELL_CLAIM_OVER, over)


async def absorb_case(request: AbsorbCase) -> OtherCase:
    """Have another case take this one up (WRK-7), until it says yes or no."""
    return await call_case(ABSORB_CASE, request, request.into)


async def part_case(request: PartCase) -> OtherCase:
    """Have another case let this one go (WRK-7), until it says yes or no."""
    return await call_case(PART_CASE, request, request.into)


async def start_split_case(start: CaseStart) -> None:
    """Start the case of lines that left this one (WRK-7); twice is once."""
    await call_own(START_SPLIT_CASE, start)


async def relate_cases(asked: Relate) -> WasLinked:
    """Write a link down on both sides, or take it off, and tell the other case (WRK-7)."""
    return await call_own(RELATE_CASES, asked)


async def report_difference(reported: Reported) -> None:
    """Write a difference down and make it a task of the supervisors (docs/money.md)."""
    await call_own(REPORT_DIFFERENCE, reported)


async def send_claim_directly(request: SendClaim) -> ClaimSent | None:
    """Hand a message over at once, or not at all (RES-9)."""
    return await call_directly(SEND_CLAIM, request)


async def send_claim(request: SendClaim) -> ClaimSent:
    """Hand a message about a claim over to the party's system. Raises ActivityError when that will not take it (RES-9)."""
    what = f"{request.message.move} {request.message.recipient}"
    return await call_partner(SEND_CLAIM, request, patience=UNDELIVERABLE_AFTER, summary=what)
