"""Pages of lists: in one order, from one row on, so that nothing is lost while rows come, go and move.

A cursor holds the order's name and what the last row of a page has in the columns that the list is sorted by. A row whose place changes while
somebody pages may move to where they have been: so whatever was saved since their first page is shown again after the last row, until
nothing new is there. The cursors of such a list hold that moment too.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from adapters.database.engine import saved_until_now
from api.http.lookup import CASE_ID
from api.http.problems import ProblemError, problem
from models.common.base import unfit
from models.common.vocabulary import ErrorType

LONGEST = 500
MOST = 2**63 - 1
"""The greatest number that a column takes."""
AGAIN = " again"
LOWEST = "0"
"""An id that comes before all others."""
ABOUT = "From the page before; see its `next`."
Cursor = Annotated[str | None, Field(max_length=LONGEST, description=ABOUT)]


def storable(moment: datetime) -> datetime:
    """In UTC; the calendar ends at the years 1 and 9999, in every zone."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise unfit(rule="calendar", zh="超出日历范围", en="outside of the calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(storable)]


def instant(value: Any) -> datetime:  # noqa: ANN401  # of JSON
    """An aware instant that both databases can hold."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return storable(moment)


def number(value: Any) -> int:  # noqa: ANN401  # of JSON
    """A number that both databases can hold."""
    if not isinstance(value, int) or abs(value) > MOST:
        raise ValueError(value)
    return value


def row_id(value: Any) -> str:  # noqa: ANN401  # of JSON
    """An id as rows have it."""
    if not CASE_ID.fullmatch(value):
        raise ValueError(value)
    return value


@dataclass(frozen=True)
class Key:
    """A column that a list is sorted by. `read` makes its value out of JSON, or raises ValueError; `nullable`: rows without one come last, or
    first when descending. `label`: the name under which a row has its value, where that is not the column's.
    """

    column: Any
    read: Callable[[Any], Any]
    descending: bool = False
    nullable: bool = False
    label: str | None = None

    @property
    def name(self) -> str:
        return self.label or self.column.key

    @property
    def order(self) -> ColumnElement[Any]:
        by: Any = self.column.desc() if self.descending else self.column.asc()
        if not self.nullable:
            return by
        return by.nulls_first() if self.descending else by.nulls_last()

    def value(self, plain: Any) -> Any:  # noqa: ANN401  # of JSON, and of the column's type
        return None if plain is None and self.nullable else self.read(plain)


@dataclass(frozen=True)
class Order:
    """How a list is sorted. The last key's column is unique. `saved`: when a row last was, where that may move it."""

    name: str
    keys: tuple[Key, ...]
    saved: Any = None

    @property
    def by(self) -> tuple[ColumnElement[Any], ...]:
        return tuple(key.order for key in self.keys)

    async def page(self, session: AsyncSession, chosen: Any, cursor: str | None, limit: int) -> "Page":  # noqa: ANN401  # a select
        """The rows of `chosen` that follow that cursor; None: from the first on. 422 unless it is a cursor of this list in this order."""
        place = await self._place(session, cursor)
        found = await _rows(session, chosen.where(*place.follows).order_by(*place.order.by).limit(limit + 1))
        rows = found[:limit]
        if len(found) > limit:
            return Page(rows, place.after(rows[-1]))
        moved = place.begin_again() if cursor is not None else None  # one page alone is of one moment
        news = moved is not None and await _rows(session, chosen.where(*moved.follows).limit(1))
        return Page(rows, moved.cursor if moved is not None and news else None)

    @property
    def again(self) -> "Order":
        """Of what was saved meanwhile: in the order in which it was."""
        own = self.keys[-1]
        return Order(f"{self.name}{AGAIN}", (Key(self.saved, instant), Key(own.column, own.read)))

    async def _place(self, session: AsyncSession, cursor: str | None) -> "Place":
        if cursor is None:
            return Place(self, since=await saved_until_now(session, self.saved) if self.saved is not None else None)
        try:
            name, *plain = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            order = self.again if self.saved is not None and name == self.again.name else self
            moves = order is self and self.saved is not None and len(plain) > len(self.keys)
            since = instant(plain.pop()) if moves else None
            last = tuple(key.value(value) for key, value in zip(order.keys, plain, strict=True))
        except (ValueError, TypeError, UnicodeError, binascii.Error) as error:
            raise _unknown() from error
        if name != order.name:
            raise _unknown()
        return Place(order, last, since)


@dataclass(frozen=True)
class Place:
    """From where on a page is read: after the `last` row, if there is one."""

    order: Order
    last: tuple[Any, ...] = ()
    since: datetime | None = None
    """What was saved after this is not on the first page; None: rows of this list do not move, or it is shown again already."""

    @property
    def follows(self) -> tuple[ColumnElement[bool], ...]:
        return (_after(tuple(zip(self.order.keys, self.last, strict=True))),) if self.last else ()

    @property
    def cursor(self) -> str:
        values = (*self.last, self.since) if self.since else self.last
        plain = (value.isoformat() if isinstance(value, datetime) else value for value in values)
        return base64.urlsafe_b64encode(json.dumps([self.order.name, *plain]).encode()).decode()

    def after(self, row: Any) -> str:  # noqa: ANN401  # of whatever was chosen
        """The cursor of the page after that row."""
        return Place(self.order, tuple(_value(row, key.name) for key in self.order.keys), self.since).cursor

    def begin_again(self) -> "Place | None":
        """Where what was saved since the first page begins."""
        return Place(self.order.again, (self.since + timedelta(microseconds=1), LOWEST)) if self.since else None


@dataclass(frozen=True)
class Page:
    """Rows, and the cursor of the page that follows; None: there is none."""

    rows: list[Any]
    cursor: str | None


async def _rows(session: AsyncSession, chosen: Any) -> list[Any]:  # noqa: ANN401  # a select
    """Rows of tables as they are, of several columns by their names."""
    execute: Any = session.exec
    answer = await execute(chosen)
    return list(answer.all()) if isinstance(chosen, SelectOfScalar) else list(answer.mappings())


def _value(row: Any, name: str) -> Any:  # noqa: ANN401  # of whatever was chosen
    return getattr(row, name) if isinstance(row, SQLModel) else row[name]


def following(path: str, given: Mapping[str, Any], cursor: str | None) -> str | None:
    """The address of the next page; None: there is none."""
    return f"{path}?" + urlencode({**given, "cursor": cursor}, doseq=True) if cursor else None


def _after(last: tuple[tuple[Key, Any], ...]) -> ColumnElement[bool]:
    """What comes after a row with these values. A plain bound comes first, so that an index can be entered there."""
    (key, value), *others = last
    same = _after(tuple(others)) if others else false()
    by = key.column
    if value is None:
        equal = and_(by.is_(None), same)
        return or_(equal, by.is_not(None)) if key.descending else equal
    bound, beyond = (by <= value, by < value) if key.descending else (by >= value, by > value)
    further = and_(bound, or_(beyond, same)) if others else beyond
    return or_(further, by.is_(None)) if key.nullable and not key.descending else further


def _unknown() -> ProblemError:
    return problem(
        ErrorType.INVALID,
        "cursor: this is not a cursor of this list and sort order; follow `next` as it was given.",
        "cursor：不是该列表与排序的游标，请原样使用返回的 next。",
        field="cursor",
        rule="cursor",
    )
