"""When a partner may be asked within a workflow task: while it answers soon, and no rate holds its calls back (docs/architecture.md, Temporal).

Whoever waits for a slow partner keeps a place that other cases need. Such a call is refused at once; the workflow asks by the partner's queue.
"""

import time
from collections.abc import Collection
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.kit.carries_out import entry_of

log = structlog.stdlib.get_logger(__name__)

SOON = 0.5
"""Seconds in which it answers."""
AVOIDED_FOR = 10.0
"""Seconds in which a partner that did not is asked by its queue only."""


class Directly(Interceptor):
    """Give it to the worker of the cases' queue. `limited`: the partners' queues that have a rate."""

    def __init__(self, limited: Collection[str] = ()) -> None:
        self.limited = limited
        self.avoided: dict[str, float] = {}
        """By activity: until when, by the monotonic clock."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        return _Activity(next, self)


class _Activity(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, directly: Directly) -> None:  # noqa: A002
        super().__init__(next)
        self._directly = directly

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        name, directly = activity.info().activity_type, self._directly
        entry = entry_of(input.fn)
        if not activity.info().is_local or entry is None or not entry.direct:
            return await super().execute_activity(input)
        begun = time.monotonic()
        if entry.queue in directly.limited or begun < directly.avoided.get(name, 0.0):
            told = f"{name} is asked by its queue now"
            raise ApplicationError(told, type="not_directly", non_retryable=True, category=ApplicationErrorCategory.BENIGN)
        soon = False
        try:
            answer = await super().execute_activity(input)
            log.info("activity.done")
            soon = time.monotonic() - begun <= SOON
        finally:
            if not soon:
                directly.avoided[name] = begun + AVOIDED_FOR
        return answer
