"""One timer for a whole workflow (docs/architecture.md, Temporal)."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class Timer:
    """Fires at the nearest moment that was asked for.

    It is set again only for a nearer moment. For a later one it fires early, which costs one empty pass of the wait loop instead of
    a timer for every pause.
    """

    def __init__(self) -> None:
        self._moment: datetime | None = None
        self._sleep: asyncio.Task[None] | None = None

    @property
    def fired(self) -> bool:
        return self._sleep is not None and self._sleep.done()

    def fire_by(self, moment: datetime, summary: str) -> None:
        """Fire at that moment at the latest; the summary says in the Web UI what is due then."""
        asleep = self._sleep is not None and not self._sleep.done()
        if asleep and self._moment is not None and self._moment <= moment:
            return
        if self._sleep is not None:
            self._sleep.cancel()
        self._moment = moment
        span = max(moment - workflow.now(), timedelta(seconds=1))
        self._sleep = asyncio.create_task(workflow.sleep(span, summary=summary))
