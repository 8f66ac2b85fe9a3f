"""The activities as workflows call them: one function each, with its time-outs and retries.

Our own database is a local activity (one history event); partners are regular activities, which cost nothing while they are
retried (docs/architecture.md, Temporal).
"""

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as Expired

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
from models.common.activity import Activity
from models.common.base import Money
from models.common.projection import Saved
from models.reconciliation.difference import Reported
from workflows.kit.patches import generation_of_this

Request = TypeVar("Request")
Answer = TypeVar("Answer")

PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=5))
"""For partners: retried without end; a permanent refusal ends it by its error type."""
OWN = RetryPolicy(initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(minutes=1))
"""For our database: retried soon, and for as long as it is down."""
PARTNER_CALL = timedelta(seconds=30)
"""Also how long a call waits for another worker when its own was killed."""
A_NOTICE = timedelta(minutes=10)
"""So long a provider is asked about what a notice tells; what was missed then is found by polling and by reconciliation."""
UNDELIVERABLE_AFTER = timedelta(days=3)
"""A party's system that is down for so long: a person is told, and the party may still act through the API."""
AT_ONCE = timedelta(seconds=1)
"""So long a workflow task waits for a partner that is asked directly."""
DIRECT = 1
"""The generation since which partners are asked so."""
OWN_CALL = timedelta(seconds=60)
"""Long enough to stand in line behind many writers: a call that is given up half-way would hold SQLite's lock for nothing."""


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
    whom = ", ".join(statement.recipient for statement in (*request.merchant, *request.carrier))
    await call_partner(ASK_PARTNERS, request, patience=patience, summary=whom)


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


async def call_partner(
    entry: Activity[Request, Answer],
    request: Request,
    *,
    patience: timedelta | None = None,
    cancellation: workflow.ActivityCancellationType = workflow.ActivityCancellationType.TRY_CANCEL,
    summary: str | None = None,
) -> Answer:
    """An activity that calls a partner, on the partner's own queue. Raises ActivityError for a no, or after `patience` of silence."""
    return await workflow.execute_activity(
        entry.name,
        request,
        result_type=entry.answer,
        task_queue=entry.task_queue(workflow.info().task_queue),
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=patience,
        retry_policy=PATIENT,
        cancellation_type=cancellation,
        summary=summary,
    )


async def call_directly(entry: Activity[Request, Answer], request: Request) -> Answer | None:
    """Ask a partner within the workflow task, once, for what a lost task may ask again: one event instead of six, and no task more.

    None: it is not to be asked so now (activities/kit/direct.py), or does not answer at once; it is asked by its queue then.
    """
    if generation_of_this() < DIRECT:
        return None
    try:
        return await workflow.execute_local_activity(
            entry.name,
            request,
            result_type=entry.answer,
            schedule_to_close_timeout=AT_ONCE,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
    except (ActivityError, ApplicationError, Expired):  # the SDK raises what a local activity failed with as it is
        return None


async def call_case(entry: Activity[Request, Answer], request: Request, case_id: str) -> Answer:
    """Ask another case, which may take its time: no local activity, for that would hold up this one's workflow task."""
    return await workflow.execute_activity(
        entry.name,
        request,
        result_type=entry.answer,
        task_queue=entry.task_queue(workflow.info().task_queue),
        start_to_close_timeout=PARTNER_CALL,
        retry_policy=OWN,
        summary=case_id,
    )


async def call_own(entry: Activity[Request, Answer], request: Request, summary: str | None = None) -> Answer:
    """A local activity on our own database, retried for as long as that is away."""
    return await workflow.execute_local_activity(
        entry.name,
        request,
        result_type=entry.answer,
        start_to_close_timeout=OWN_CALL,
        retry_policy=OWN,
        local_retry_threshold=timedelta(seconds=10),
        summary=summary,
    )
