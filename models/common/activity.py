"""An activity as both sides know it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Request_contra = TypeVar("Request_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


@dataclass(frozen=True)
class Activity(Generic[Request_contra, Answer_co]):
    """`name` is written into histories and never changes; `queue`: one of `PARTNER_QUEUES`, None: the cases' own."""

    name: str
    request: type[Request_contra]
    answer: type[Answer_co]
    queue: str | None = None
    direct: bool = False
    """Whether it may be asked within a workflow task, too: asked again by a task that repeats a lost one, it does no harm."""

    def task_queue(self, cases: str) -> str:
        """The task queue that it waits on, beside the one of the cases."""
        return f"{cases}-{self.queue}" if self.queue else cases
