"""The one way in which cases, returns, replacements and claims wait: do what is due, tell what changed, sleep until the nearest deadline."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime

from temporalio import workflow

from models.common.deadline import Deadline
from workflows.kit.timer import Timer


class WaitLoop(ABC):
    """What a workflow's context needs so that it can wait."""

    def __init__(self, *, dirty: bool = False) -> None:
        self._timer = Timer()
        self._dirty = dirty
        """Something changed that nobody outside was told yet."""

    @property
    def now(self) -> datetime:
        return workflow.now()

    def mark(self) -> None:
        """Something that others see has changed: tell them at the next pause."""
        self._dirty = True

    @abstractmethod
    def deadlines(self) -> tuple[Deadline, ...]:
        """Every pending deadline, from `rules/*/deadlines.py`."""

    @abstractmethod
    async def act(self, deadline: Deadline) -> bool:
        """Do what is due: the warning, or what happens by itself. False: that is for whoever waits."""

    @abstractmethod
    async def publish(self) -> None:
        """Tell others what changed: the database, the case."""

    async def continue_as_new_when_long(self) -> None:  # noqa: B027  # the other histories are short
        """Start a fresh history before this one grows long."""

    async def pause(self, moved: Callable[[], bool], until: datetime | None = None) -> None:
        """Wait until it `moved`, or until that instant."""
        while True:
            await self._act_on_due()
            if moved() or (until is not None and self.now >= until):
                return
            await self.publish()
            if moved() or self._dirty:
                continue
            await self.continue_as_new_when_long()
            self._set_timer(until)
            await workflow.wait_condition(lambda: moved() or self._dirty or self._timer.fired)

    async def _act_on_due(self) -> None:
        """Each may change the others, so they are listed anew after it."""
        while True:
            for deadline in self.deadlines():
                if deadline.due(self.now) and await self.act(deadline):
                    break
            else:
                return

    def _set_timer(self, until: datetime | None) -> None:
        moments = [(deadline.next, deadline.what) for deadline in self.deadlines()]
        moments += [(until, "look again")] if until is not None else []
        if moments:
            self._timer.fire_by(*min(moments))
