"""Lists of cases: filters, one sort order, pages that follow a key and so neither skip nor repeat."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.auth import Caller
from api.http.cursor import Cursor, Key, Moment, Order, following, instant, number, row_id
from api.http.lookup import in_sight
from api.http.problems import problem
from api.http.schemas import CaseItem, CasePage
from models.case.views import CaseView
from models.common.base import Frozen, Identifier, Money
from models.common.vocabulary import ErrorType, Issue, Kind, Outcome, Priority, SlaState, Stage, WaitingOn
from models.tables.case import CaseRow
from rules.common.readers import sees

COLUMNS = [name for name in CaseItem.model_fields if name != "amount"]
ANY_OF = ("stage", "kind", "issue", "priority", "waiting_on", "outcome", "sla_state")
EMPTY = frozenset({"priority", "next_deadline"})
"""Sorted columns that a case may have nothing in."""
EQUAL = ("customer_id", "merchant_id", "order_id", "team", "handler", "review")


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
        sorted_by = Key(col(getattr(CaseRow, self.column)), read, self.descending, nullable=self.column in EMPTY)
        return Order(self.value, (sorted_by, Key(col(CaseRow.case_id), row_id, self.descending)))


Several = Field(default=(), max_length=30)


class CaseQuery(Frozen):
    """The list's query; a filter that may be repeated takes any of its values."""

    stage: Annotated[tuple[Stage, ...], Several]
    kind: Annotated[tuple[Kind, ...], Several]
    issue: Annotated[tuple[Issue, ...], Several]
    priority: Annotated[tuple[Priority, ...], Several]
    waiting_on: Annotated[tuple[WaitingOn, ...], Several]
    outcome: Annotated[tuple[Outcome, ...], Several]
    sla_state: Annotated[tuple[SlaState, ...], Several]
    customer_id: Identifier | None = None
    merchant_id: Identifier | None = None
    order_id: Identifier | None = None
    team: Identifier | None = None
    handler: Identifier | None = None
    review: Literal["due", "agreed", "disagreed"] | None = Field(
        default=None, description="Decisions without a person that were drawn for review (RES-10)."
    )
    reply_owed: bool | None = Field(default=None, description="Whether the customer waits for a person's answer (WRK-6).")
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    sort: Sort = Sort.OPENED_LAST
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


async def page(session: AsyncSession, caller: Caller, query: CaseQuery) -> CasePage:
    """One page of the cases in the caller's sight."""
    _refuse_what_is_hidden(caller, query)
    columns: list[Any] = [col(getattr(CaseRow, name)) for name in (*COLUMNS, "amount_minor", "currency")]
    select_columns: Any = select
    statement: Any = select_columns(*columns).where(in_sight(caller.actor), *_filters(query))
    order = query.sort.order
    if query.cursor is not None:
        statement = statement.where(order.after(query.cursor))
    execute: Any = session.exec
    answer = await execute(statement.order_by(*order.by).limit(query.limit + 1))
    found: list[Any] = list(answer.mappings())
    rows, more = found[: query.limit], len(found) > query.limit
    return CasePage(cases=tuple(item_of(row) for row in rows), next=_next(query, rows[-1]) if more else None)


def _refuse_what_is_hidden(caller: Caller, query: CaseQuery) -> None:
    """Whoever may not read a field learns nothing of it by a filter or an order either."""
    for name in (*(name for name in (*ANY_OF, *EQUAL) if getattr(query, name)), query.sort.column):
        shown = CaseItem if name in CaseItem.model_fields else CaseView
        if name in shown.model_fields and not sees(shown, name, caller.actor):
            raise problem(
                ErrorType.NOT_ALLOWED_FOR_ROLE,
                f"{name} is not shown to the role {caller.role}, so cases cannot be looked for or sorted by it.",
                f"{name} 不向 {caller.role} 显示，不能据此查询或排序。",
                field="sort" if name == query.sort.column else name,
                rule="TRU-5",
            )


def _filters(query: CaseQuery) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    for name in ANY_OF:
        values: tuple[StrEnum, ...] = getattr(query, name)
        if values:
            filters.append(col(getattr(CaseRow, name)).in_([value.value for value in values]))
    filters += [col(getattr(CaseRow, name)) == value for name in EQUAL if (value := getattr(query, name)) is not None]
    if query.reply_owed is not None:
        filters.append(col(CaseRow.reply_owed_since).is_not(None) == query.reply_owed)
    if query.opened_from is not None:
        filters.append(col(CaseRow.opened_at) >= query.opened_from)
    if query.opened_to is not None:
        filters.append(col(CaseRow.opened_at) < query.opened_to)
    return filters


def item_of(row: Any) -> CaseItem:  # noqa: ANN401 # a row mapping with COLUMNS, amount_minor, currency
    values = {name: row[name] for name in COLUMNS}
    return CaseItem(**values, amount=Money(minor=row["amount_minor"], currency=row["currency"]))


def _next(query: CaseQuery, last: Any) -> str:  # noqa: ANN401 # a row mapping
    cursor = query.sort.order.cursor((last[query.sort.column], last["case_id"]))
    given = query.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    return following("/v1/cases", {**given, "sort": query.sort.value}, cursor)
