"""Lists of cases: filters, one sort order, pages that follow a key and so neither skip nor repeat."""

import base64
import binascii
import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import Field
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.auth import Caller
from api.http.cursor import Moment, instant_of
from api.http.lookup import CASE_ID, in_sight
from api.http.problems import ProblemError, problem
from api.http.schemas import CaseItem, CasePage
from models.common.base import Frozen, Identifier, Money
from models.common.vocabulary import ErrorType, Issue, Kind, Outcome, Priority, Role, SlaState, Stage, WaitingOn
from models.tables.case import CaseRow
from rules.case.access import MASK

COLUMNS = [name for name in CaseItem.model_fields if name != "amount"]
ANY_OF = ("stage", "kind", "issue", "priority", "waiting_on", "outcome", "sla_state")
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


Several = Field(default=(), max_length=30)
MOST = 2**63 - 1
"""The greatest amount that the table's column takes."""


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
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    sort: Sort = Sort.OPENED_LAST
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=500, description="From the page before; see its `next`.")


async def page(session: AsyncSession, caller: Caller, query: CaseQuery) -> CasePage:
    """One page of the cases in the caller's sight."""
    if caller.role is Role.ANALYST and query.customer_id is not None:
        raise problem(
            ErrorType.NOT_ALLOWED_FOR_ROLE,
            "Analysts work without personal data: customer_id cannot be asked for.",
            "分析人员不接触个人数据，不能按客户查询。",
            field="customer_id",
            rule="role",
        )
    columns: list[Any] = [col(getattr(CaseRow, name)) for name in (*COLUMNS, "amount_minor", "currency")]
    select_columns: Any = select
    statement: Any = select_columns(*columns).where(in_sight(caller.actor), *_filters(query))
    if query.cursor is not None:
        statement = statement.where(_after(query.sort, *_read(query.sort, query.cursor)))
    by, last = col(getattr(CaseRow, query.sort.column)), col(CaseRow.case_id)
    order = (by.desc().nulls_first(), last.desc()) if query.sort.descending else (by.asc().nulls_last(), last.asc())
    execute: Any = session.exec
    answer = await execute(statement.order_by(*order).limit(query.limit + 1))
    found: list[Any] = list(answer.mappings())
    rows, more = found[: query.limit], len(found) > query.limit
    return CasePage(cases=tuple(item_of(row, caller) for row in rows), next=_next(query, rows[-1]) if more else None)


def _filters(query: CaseQuery) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    for name in ANY_OF:
        values: tuple[StrEnum, ...] = getattr(query, name)
        if values:
            filters.append(col(getattr(CaseRow, name)).in_([value.value for value in values]))
    filters += [col(getattr(CaseRow, name)) == value for name in EQUAL if (value := getattr(query, name)) is not None]
    if query.opened_from is not None:
        filters.append(col(CaseRow.opened_at) >= query.opened_from)
    if query.opened_to is not None:
        filters.append(col(CaseRow.opened_at) < query.opened_to)
    return filters


def _after(sort: Sort, value: Any, case_id: str) -> ColumnElement[bool]:  # noqa: ANN401 # of the column's type
    """What comes after that row in that order. The plain bound comes first, so that an index can be entered there."""
    by: Any = col(getattr(CaseRow, sort.column))
    last: Any = col(CaseRow.case_id)
    beyond = last < case_id if sort.descending else last > case_id
    if value is None:
        rest = and_(by.is_(None), beyond)
        return or_(rest, by.is_not(None)) if sort.descending else rest
    if sort.descending:
        return and_(by <= value, or_(by < value, beyond))
    return or_(and_(by >= value, or_(by > value, beyond)), by.is_(None))


def item_of(row: Any, caller: Caller) -> CaseItem:  # noqa: ANN401 # a row mapping with COLUMNS, amount_minor, currency
    values = {name: row[name] for name in COLUMNS}
    if caller.role is Role.ANALYST:
        values["customer_id"] = MASK
    return CaseItem(**values, amount=Money(minor=row["amount_minor"], currency=row["currency"]))


def _next(query: CaseQuery, last: Any) -> str:  # noqa: ANN401 # a row mapping
    value = last[query.sort.column]
    plain = value.isoformat() if isinstance(value, datetime) else value
    cursor = base64.urlsafe_b64encode(json.dumps([query.sort, plain, last["case_id"]]).encode()).decode()
    given = query.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    return "/v1/cases?" + urlencode({**given, "sort": query.sort.value, "cursor": cursor}, doseq=True)


def _read(sort: Sort, cursor: str) -> tuple[datetime | str | int | None, str]:
    try:
        sorted_by, value, case_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if sort.column.endswith(("_at", "_deadline")) and value is not None:
            value = instant_of(value)
        known = CASE_ID.fullmatch(case_id) and (value is None or _fits(sort, value))
    except (ValueError, TypeError, UnicodeError, binascii.Error) as error:
        raise _bad_cursor() from error
    if sorted_by != sort or not known:
        raise _bad_cursor()
    return value, case_id


def _fits(sort: Sort, value: object) -> bool:
    """Whether the sorted column may hold it."""
    match sort.column:
        case "amount_minor":
            return isinstance(value, int) and abs(value) <= MOST
        case "priority":
            return value in set(Priority)
        case _:
            return isinstance(value, datetime)


def _bad_cursor() -> ProblemError:
    return problem(
        ErrorType.INVALID,
        "cursor: this is not a cursor of this list and sort order; follow `next` as it was given.",
        "cursor：不是该列表与排序的游标，请原样使用返回的 next。",
        field="cursor",
        rule="cursor",
    )
