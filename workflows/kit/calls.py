"""How workflows call activities, with time-outs and retries (docs/architecture.md, Temporal).

Our own database is a local activity (one history event); partners are regular activities, which cost nothing while they are retried, or asked
directly.
"""

from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as Expired

from models.common.activity import Activity
from workflows.kit.patches import generation_of_this

Request = TypeVar("Request")
Answer = TypeVar("Answer")

PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=5))
"""For partners: retried without end; a permanent refusal ends it by its error type."""
OWN = RetryPolicy(initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(minutes=1))
"""For our database: retried soon, and for as long as it is down."""
PARTNER_CALL = timedelta(seconds=30)
"""Also how long a call waits for another worker when its own was killed."""
AT_ONCE = timedelta(seconds=1)
"""So long a workflow task waits for a partner that is asked directly."""
DIRECT = 1
"""The generation since which partners are asked so."""
MORE_DIRECT = 2
"""The generation since which requests for statements and for a return's address are asked so, too."""
OWN_CALL = timedelta(seconds=60)
"""Long enough to stand in line behind many writers: a call that is given up half-way would hold SQLite's lock for nothing."""


class NotDirectlyError(Exception):
    """A partner is asked by its queue instead."""


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


async def call_directly(entry: Activity[Request, Answer], request: Request, since: int = DIRECT) -> Answer | None:
    """The answer of a partner that is asked directly; None: it is asked by its queue then."""
    with suppress(NotDirectlyError):
        return await ask_directly(entry, request, since)
    return None


async def ask_directly(entry: Activity[Request, Answer], request: Request, since: int = DIRECT) -> Answer:
    """Ask a partner within the workflow task, once, for what a lost task may ask again: one event instead of six, and no task more.

    `since`: the generation that does so first. Raises NotDirectlyError when it is not to be asked so now (activities/kit/direct.py), or does not
    answer at once.
    """
    if generation_of_this() < since:
        raise NotDirectlyError
    try:
        return await workflow.execute_local_activity(
            entry.name,
            request,
            result_type=entry.answer,
            schedule_to_close_timeout=AT_ONCE,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
    except (ActivityError, ApplicationError, Expired) as error:  # the SDK raises what a local activity failed with as it is
        raise NotDirectlyError from error


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
