"""How a workflow numbers its timeline entries beside the database, which may know more of them: those of a task that was lost."""

from datetime import timedelta
from typing import Any, Generic, Protocol, TypedDict, TypeVar

from temporalio import workflow


class Numbered(Protocol):
    @property
    def version(self) -> int: ...

    def model_copy(self, *, update: dict[str, Any]) -> Any: ...  # noqa: ANN401  # its own type


EntryT = TypeVar("EntryT", bound=Numbered)


class Carrying(Protocol[EntryT]):
    """The state of a case or a claim, with the entries that are not in the database yet."""

    version: int
    entries: tuple[EntryT, ...]


class Numbering(Generic[EntryT]):
    """Up to which version the database has what the workflow has."""

    def __init__(self, state: Carrying[EntryT]) -> None:
        self._state = state
        self.version = state.entries[0].version - 1 if state.entries else state.version

    def let_go(self, saving: int, saved: int | None) -> None:
        """Entries up to the version `saving` are carried no further; those noted meanwhile go on above `saved`, the database's newest."""
        state = self._state
        further = max(saved - saving, 0) if saved is not None else 0
        state.entries = tuple(
            entry.model_copy(update={"version": entry.version + further}) if further else entry
            for entry in state.entries
            if entry.version > saving
        )
        state.version += further
        self.version = saving + further


class Task(TypedDict):
    run_id: str
    events: int


def this_task() -> Task:
    """The workflow task that is being carried out, as `models/common/projection.py` tells it from others."""
    info = workflow.info()
    return Task(run_id=info.run_id, events=info.get_current_history_length())


async def a_task_later() -> None:
    """Wait until the history is longer, so that what came late is compared with what the lost task wrote when it is saved again."""
    await workflow.sleep(timedelta(seconds=1), summary="save again, above what a lost task wrote")
