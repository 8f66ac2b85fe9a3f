"""What customers' words ask for (WRK-6), and how long ours may be taken back (WRK-5)."""

from datetime import timedelta

from models.common.base import Duration, Frozen
from models.remedies.order_change import ChangeKind


class RepliesPolicy(Frozen):
    """Phrases in either language, in any case; those of Latin letters are found as whole words."""

    thanks: tuple[str, ...] = ()
    """Words of nothing else ask for no reply."""
    unsolved: tuple[str, ...] = ()
    """In follow-up they say that it is not solved: the matter is taken up again."""
    changes: dict[ChangeKind, tuple[str, ...]] = {}
    """What is to be changed of an order: another kind of change is another wish (WRK-4)."""
    undo_within: Duration = timedelta(seconds=10)
    """How long a reply or proposal that was sent as `undoable` may be taken back; it is said then (WRK-5)."""
