"""What the sweep found: cases and claims whose workflow and whose row do not go together (docs/running.md)."""

from models.common.base import Frozen, Identifier


class SweepReport(Frozen):
    """Ids of cases and claims, sorted. Each is a difference of the kind that is named here."""

    stopped: tuple[Identifier, ...] = ()
    """`case_stopped`: open by our database, and no workflow runs."""
    stuck: tuple[Identifier, ...] = ()
    """`case_stuck`: the workflow task fails again and again."""
    unsaved: tuple[Identifier, ...] = ()
    """`case_unsaved`: the workflow runs, and our database has no such case."""
    solved: int = 0
    """So many of those found before are well again."""
