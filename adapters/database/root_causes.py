"""Root causes as they are read: one that was merged counts as the other (docs/responsibility.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.tables.case import CaseRow
from models.tables.figures import FigureRow
from models.tables.root_causes import RootCauseMergeRow

_choose: Any = select
_merge: Any = RootCauseMergeRow


def as_it_counts(table: type[CaseRow] | type[FigureRow]) -> ColumnElement[str]:
    """The root cause of its rows, or the one that it was merged into."""
    into = _choose(_merge.into).where(_merge.root_cause == table.root_cause).correlate(table).scalar_subquery()
    return func.coalesce(into, col(table.root_cause))


READ: ColumnElement[str] = as_it_counts(CaseRow).label("root_cause")
"""A case's root cause as it counts now, among the columns of a query of cases."""


def is_any_of(names: Sequence[str]) -> ColumnElement[bool]:
    """Cases of these root causes, and of those that were merged into them."""
    merged = _choose(_merge.root_cause).where(_merge.into.in_(names))
    return or_(col(CaseRow.root_cause).in_(names), col(CaseRow.root_cause).in_(merged))


async def merges(session: AsyncSession) -> Mapping[str, str]:
    """Each merged cause → the one that it counts as."""
    return {row.root_cause: row.into for row in (await session.exec(select(RootCauseMergeRow))).all()}
