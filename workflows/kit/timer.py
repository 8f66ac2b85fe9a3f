"""One timer for a whole workflow (docs/architecture.md, Temporal)."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class Timer:
    """Rings at the nearest moment it was asked for.

    It is set anew only for a nearer moment; a later one finds it ringing early, which costs one empty turn in days instead of a
    timer for every pause.
    """

    def __init__(self) -> None:
        self._moment: datetime | None = None
        self._sleep: asyncio.Task[None] | None = None

    @property
    def fired(self) -> bool:
        return self._sleep is not None and self._sleep.done()

    def fire_by(self, moment: datetime, summary: str) -> None:
        """Ring at the latest at that moment; the summary says in the Web UI what is due then."""
        asleep = self._sleep is not None and not self._sleep.done()
        if asleep and self._moment is not None and self._moment <= moment:
            return
        if self._sleep is not None:
            self._sleep.cancel()
        self._moment = moment
        span = max(moment - workflow.now(), timedelta(seconds=1))
        self._sleep = asyncio.create_task(workflow.sleep(span, summary=summary))
