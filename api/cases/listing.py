"""Lists of cases: filters, one sort order, pages that lose no case while these move (api/http/cursor.py)."""

from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.presence import present_on
from adapters.database.root_causes import READ
from api.cases.filters import CaseFilters, conditions, hidden, refuse_hidden, shown_to
from api.http.auth import Caller
from api.http.cursor import Cursor, Key, Order, instant, number, row_id
from api.http.lookup import in_sight
from api.http.schemas import CaseItem, CasePage
from models.common.base import Money
from models.common.vocabulary import Priority
from models.policy.policy import Policy
from models.tables.case import CaseRow

PLAIN = [name for name in CaseItem.model_fields if name not in {"amount", "root_cause", "present"}]
COLUMNS: list[Any] = [*(col(getattr(CaseRow, name)) for name in (*PLAIN, "amount_minor", "currency", "saved_at")), READ]
"""What items are made of."""
EMPTY = frozenset({"priority", "next_deadline"})
"""Sorted columns that a case may have nothing in."""


class Sort(StrEnum):
    """`-` puts the greatest first. A case without a deadline or priority comes after those with one."""

    OPENED = "opened_at"
    OPENED_LAST = "-opened_at"
    UPDATED = "updated_at"
    UPDATED_LAST = "-updated_at"
    DEADLINE = "next_deadline"
    DEADLINE_LAST = "-next_deadline"
    PRIORITY = "priority"
    PRIORITY_LAST = "-priority"
    AMOUNT = "amount"
    AMOUNT_LAST = "-amount"

    @property
    def descending(self) -> bool:
        return self.startswith("-")

    @property
    def column(self) -> str:
        name = self.removeprefix("-")
        return "amount_minor" if name == "amount" else name

    @property
    def order(self) -> Order:
        read = {"amount_minor": number, "priority": Priority}.get(self.column, instant)
        keys = (Key(col(getattr(CaseRow, self.column)), read, nullable=self.column in EMPTY), Key(col(CaseRow.case_id), row_id))
        return Order(self.value, keys, self.descending, saved=None if self.column == "opened_at" else col(CaseRow.saved_at))


class CaseQuery(CaseFilters):
    """The list's query."""

    sort: Sort = Sort.OPENED_LAST
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


async def page(session: AsyncSession, caller: Caller, query: CaseQuery, policy: Policy) -> CasePage:
    """One page of the cases in the caller's sight."""
    refuse_hidden(caller, query)
    if not shown_to(caller, query.sort.column):
        raise hidden(caller, query.sort.column, field="sort")
    select_columns: Any = select
    statement: Any = select_columns(*COLUMNS).where(
        in_sight(caller.actor, query.team), *conditions(query, caller, session.get_bind().dialect.name, policy)
    )
    shown = await query.sort.order.page(session, statement, query.cursor, query.limit)
    more = listed_at(query, cursor=shown.cursor) if shown.cursor else None
    items = [item_of(row) for row in shown.rows]
    there = await present_on(session, caller.role, [item.case_id for item in items])
    return CasePage(
        cases=tuple(
            item.model_copy(update={"present": there[item.case_id]}) if item.case_id in there else item for item in items
        ),
        next=more,
    )


def item_of(row: Any) -> CaseItem:  # noqa: ANN401 # a row mapping of COLUMNS
    values: dict[str, Any] = {name: row[name] for name in (*PLAIN, "root_cause")} | {"tags": tuple(row["tags"] or ())}
    return CaseItem(**values, amount=Money(minor=row["amount_minor"], currency=row["currency"]))


def listed_at(query: CaseQuery, **more: str) -> str:
    """Where the cases of a query are listed."""
    given = query.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    return "/v1/cases?" + urlencode({**given, "sort": query.sort.value, **more}, doseq=True)
