"""The catalogue of root causes: what went wrong behind a case, by the marketplace's own table (docs/responsibility.md)."""

from typing import Annotated, Final

from pydantic import StringConstraints

from models.common.base import Bilingual, Frozen
from models.common.conditions import Condition
from models.common.vocabulary import Party
from models.policy.issues import Issues

NOT_ESTABLISHED: Final = "not_established"
"""The root cause of a case that no row of the catalogue fits."""

RootCauseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class RootCause(Frozen):
    """One row. It is a case's root cause when everything that it names holds; the first such row counts. A row that names nothing is never
    found by itself: people choose it.
    """

    id: RootCauseName
    name: Bilingual
    party: Party | None = None
    """Whom the finding names."""
    rows: tuple[str, ...] = ()
    """Rows of `liability` that the finding comes from, one of these."""
    issues: Issues = ()
    """One of these."""
    when: tuple[Condition, ...] = ()
    """Of facts, all of them."""
    words: tuple[str, ...] = ()
    """What the customer said, one of these, in any script and case."""
