"""What workflows ask the world to do: activities by name and signature, with their time-outs and retries named once.

Our own database is a local activity (one history event); partners are regular activities, which cost nothing while they are
retried (docs/architecture.md, Temporal).
"""

from datetime import timedelta
from typing import TypeVar, overload

from temporalio import workflow
from temporalio.common import RetryPolicy

from models.case.activities import (
    AskPartner,
    Assigned,
    AssignRequest,
    Classified,
    CouponRequest,
    CouponState,
    HelpedReport,
    Improvement,
    LookedUp,
    LookUp,
    PaidBack,
    PayBack,
    Projection,
    Recall,
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
from models.case.state import Classification
from models.claims.partner import ClaimSent, SendClaim
from models.claims.state import ClaimAdjustment, ClaimOver, ClaimProjection, ClaimStart, Told
from models.common.queues import queue_of

T = TypeVar("T")

PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=5))
"""Partners: as long as it takes; a permanent no ends it by its type."""
OWN = RetryPolicy(initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(minutes=1))
"""Our database: soon again, and for as long as it is down."""
PARTNER_CALL = timedelta(seconds=30)
"""Also how long a call waits for another worker when its own was killed."""
UNDELIVERABLE_AFTER = timedelta(days=3)
"""A party's system that is down for so long: a person is told, and the party may still act through the API."""
OWN_CALL = timedelta(seconds=60)
"""Long enough to stand in line behind many writers: a call that is given up half-way would hold SQLite's lock for nothing."""


async def save_case(projection: Projection, headline: str) -> None:
    """Write the case, its new timeline entries and the messages they cause, in one transaction."""
    await _ours("save_case", projection, None, headline)


async def classify(text: str) -> Classification:
    """CLS-2: what the words are about, and how sure that is."""
    return (await _ours("classify", text, Classified)).classification


async def renew_calendars(request: RenewRequest) -> Renewed:
    """Holidays of the days ahead, for a case that outlives those it was opened with (SLA-2)."""
    return await _ours("renew_calendars", request, Renewed)


async def assign_handler(request: AssignRequest) -> Assigned:
    """Find a handler, exactly one, also when many cases are dispatched at once (DSP-2)."""
    return await _ours("assign_handler", request, Assigned)


async def suggest_answer(request: SuggestRequest) -> Suggested:
    """Look into the knowledge base (REC-6)."""
    return await _ours("suggest_answer", request, Suggested)


async def count_helped(report: HelpedReport) -> None:
    """Tell the knowledge base whether its answer helped (REC-6)."""
    await _ours("count_helped", report, None)


async def intend_refund(intent: RefundIntent) -> RefundPlan:
    """Set the money aside (RES-5)."""
    return await _ours("intend_refund", intent, RefundPlan)


async def recall(request: Recall) -> OrderHistory:
    """What earlier cases of the order and its customer took and gave (RES-1)."""
    return await _ours("recall", request, OrderHistory)


async def take_goods(request: ReserveItems) -> Taken:
    """Keep the pieces of a remedy of goods for it, or say why not (RES-1)."""
    return await _ours("take_goods", request, Taken)


async def release_goods(request: ReleaseItems) -> None:
    """Give the pieces of a remedy back (RES-11); the same twice is once."""
    await _ours("release_goods", request, None)


async def seal_case(projection: Projection, headline: str) -> Sealed:
    """Save the case and write its archive record (ARC-1), in one transaction."""
    return await _ours("seal_case", projection, Sealed, headline)


async def look_up(request: LookUp, patience: timedelta) -> LookedUp:
    """Order, parcels and payments. Raises ActivityError when the partners stay silent for all of `patience`."""
    return await call_partner("look_up", request, LookedUp, patience=patience, summary=f"order {request.order_id}")


async def ask_partners(request: AskPartner, patience: timedelta) -> None:
    """Send requests for statements to merchants' and carriers' systems."""
    whom = ", ".join(statement.recipient for statement in (*request.merchant, *request.carrier))
    await call_partner("ask_partners", request, None, patience=patience, summary=whom)


async def pay_back(request: PayBack) -> PaidBack:
    """Ask the provider for every part that is not asked yet. Retried until the provider says yes or no."""
    whole = sum(part.amount.minor for part in request.parts)
    return await call_partner("pay_back", request, PaidBack, summary=f"{request.remedy_id}: {whole}")


async def begin_improvement(improvement: Improvement) -> None:
    """Write a task to make a service better down (RES-3)."""
    await _ours("begin_improvement", improvement, None)


async def issue_coupon(request: CouponRequest) -> CouponState:
    """Asked until the promotion system says yes or no. Given up, it ends when the call that is under way has: only then can it be revoked."""
    return await workflow.execute_activity(
        "issue_coupon",
        request,
        result_type=CouponState,
        task_queue=queue_of(workflow.info().task_queue, "issue_coupon"),
        start_to_close_timeout=PARTNER_CALL,
        retry_policy=PATIENT,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=_of_coupon(request),
    )


async def revoke_coupon(request: CouponRequest) -> CouponState:
    """Take it back unless it was used (RES-11)."""
    return await call_partner("revoke_coupon", request, CouponState, summary=_of_coupon(request))


def _of_coupon(request: CouponRequest) -> str:
    return f"{request.remedy_id}: {request.amount.minor}"


async def refund_states(request: RefundQuery) -> PaidBack:
    """What became of the parts, when no webhook came."""
    return await call_partner("refund_states", request, PaidBack)


async def save_claim(projection: ClaimProjection, headline: str) -> None:
    """Write the claim, its history, the messages these cause, and its payments into the ledger, in one transaction (RES-9)."""
    await _ours("save_claim", projection, None, headline)


async def open_claim(start: ClaimStart) -> None:
    """Start a claim's workflow (RES-9): no child, for it outlives its case, and a child would cost the case's history five events or more."""
    await _ours("open_claim", start, None)


async def adjust_claim(change: ClaimAdjustment) -> Told:
    """Tell a claim that less is claimed; one that is over for good hears nothing (RES-9)."""
    return await _ours("adjust_claim", change, Told)


async def tell_claim_over(over: ClaimOver) -> None:
    """Tell the case, while it runs, that a claim came to its end (RES-9)."""
    await _ours("tell_claim_over", over, None)


async def send_claim(request: SendClaim) -> ClaimSent:
    """Hand a message about a claim over to the party's system. Raises ActivityError when that will not take it (RES-9)."""
    what = f"{request.message.move} {request.message.recipient}"
    return await call_partner("send_claim", request, ClaimSent, patience=UNDELIVERABLE_AFTER, summary=what)


@overload
async def call_partner(
    name: str, request: object, answer: type[T], *, patience: timedelta | None = None, summary: str | None = None
) -> T: ...
@overload
async def call_partner(
    name: str, request: object, answer: None, *, patience: timedelta | None = None, summary: str | None = None
) -> None: ...
async def call_partner(
    name: str, request: object, answer: type[T] | None, *, patience: timedelta | None = None, summary: str | None = None
) -> T | None:
    """An activity that calls a partner, on the partner's own queue. Raises ActivityError for a no, or after `patience` of silence."""
    return await workflow.execute_activity(
        name,
        request,
        result_type=answer,
        task_queue=queue_of(workflow.info().task_queue, name),
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=patience,
        retry_policy=PATIENT,
        summary=summary,
    )


@overload
async def _ours(name: str, request: object, answer: type[T], summary: str | None = None) -> T: ...
@overload
async def _ours(name: str, request: object, answer: None, summary: str | None = None) -> None: ...
async def _ours(name: str, request: object, answer: type[T] | None, summary: str | None = None) -> T | None:
    """A local activity on our own database, retried for as long as that is away."""
    return await workflow.execute_local_activity(
        name,
        request,
        result_type=answer,
        start_to_close_timeout=OWN_CALL,
        retry_policy=OWN,
        local_retry_threshold=timedelta(seconds=10),
        summary=summary,
    )
