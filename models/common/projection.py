"""What every projection of a workflow into the database says of itself, and what the workflow is told of it."""

from models.common.base import Frozen, Instant


class Projected(Frozen):
    """Which workflow task saves, so that a later one wins over an earlier one whose worker was lost or is late."""

    at: Instant
    after: int | None = None
    """Up to this version the workflow knows the database to have its entries; None: up to the first entry that it carries."""
    run_id: str = ""
    events: int = 0
    """How long the history was when the task began: it grows from task to task, and with a task that was lost."""


class Saved(Frozen):
    """What a save tells its workflow. Histories of before have nothing in its place."""

    version: int | None = None
    """The newest that was ever given to an entry: the workflow goes on above it. None: in histories of before."""
    put_away: dict[str, int] = {}
    """As `CaseState.put_away`, what is whole in `case_texts` from now on, so that the workflow need not carry it."""
    late: bool = False
    """A later task, which was lost, had saved already: nothing of this was written, and the workflow goes on carrying it."""
    requests: int = 0
    """So many of the oldest `requests_seen` are in the table `requests` from now on."""
