"""What customers' words ask for (WRK-6)."""

from models.common.base import Frozen
from models.remedies.order_change import ChangeKind


class RepliesPolicy(Frozen):
    """Phrases in either language, in any case; those of Latin letters are found as whole words."""

    thanks: tuple[str, ...] = ()
    """Words of nothing else ask for no reply."""
    unsolved: tuple[str, ...] = ()
    """In follow-up they say that it is not solved: the matter is taken up again."""
    changes: dict[ChangeKind, tuple[str, ...]] = {}
    """What is to be changed of an order: another kind of change is another wish (WRK-4)."""
