"""Pages of lists: in one order, from one row on, so that nothing is lost while rows come, go and move.

A cursor holds the order's name and what the last row of a page has in the columns that the list is sorted by. A row whose place changes while
somebody pages may move to where they have been: so whatever was saved since their first page is shown again after the last row, until
nothing new is there. The cursors of such a list hold that moment too.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy import ColumnElement, select, tuple_, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import saved_until_now
from adapters.database.planning import plan_lists
from api.http.lookup import CASE_ID
from api.http.problems import ProblemError, problem
from models.common.base import unfit
from models.common.vocabulary import ErrorType

LONGEST = 500
MOST = 2**63 - 1
"""The greatest number that a column takes."""
AGAIN = " again"
EMPTY_LAST = " empty last"
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
    """A column that a list is sorted by, and how its value is made out of JSON (or ValueError raised). `nullable`, of the first one alone: rows
    without a value come last. `label`: the name under which a row has its value, where that is not the column's.
    """

    column: Any
    read: Callable[[Any], Any]
    nullable: bool = False
    label: str | None = None

    @property
    def name(self) -> str:
        return self.label or self.column.key

    def value(self, plain: Any) -> Any:  # noqa: ANN401  # of JSON, and of the column's type
        return None if plain is None and self.nullable else self.read(plain)


@dataclass(frozen=True)
class Order:
    """How a list is sorted. The last key's column is unique. `saved`: when a row last was, where that may move it."""

    name: str
    keys: tuple[Key, ...]
    descending: bool = False
    saved: Any = None

    @property
    def by(self) -> tuple[ColumnElement[Any], ...]:
        """As an index of these columns has it. Rows without a value in the first one are read on their own (`Place.parts`)."""
        return tuple(key.column.desc() if self.descending else key.column.asc() for key in self.keys)

    @property
    def in_cursors(self) -> str:
        """Its name there. Rows without a value were first in descending order before there was this addition: those cursors are refused."""
        return f"{self.name}{EMPTY_LAST}" if self.descending and self.keys[0].nullable else self.name

    async def page(self, session: AsyncSession, chosen: Any, cursor: str | None, limit: int) -> "Page":  # noqa: ANN401  # a select
        """The rows of `chosen`, which selects columns, that follow that cursor; None: from the first on.

        422 unless it is a cursor of this list in this order.
        """
        await plan_lists(session)
        place = await self._place(session, cursor)
        found = await place.rows(session, chosen, limit + 1)
        rows = found[:limit]
        if len(found) > limit:
            return Page(rows, place.after(rows[-1]))
        moved = place.begin_again() if cursor is not None else None  # one page alone is of one moment
        news = moved is not None and await moved.rows(session, chosen, 1)
        return Page(rows, moved.cursor if moved is not None and news else None)

    @property
    def again(self) -> "Order":
        """Of what was saved meanwhile: in the order in which it was."""
        own = self.keys[-1]
        return Order(f"{self.name}{AGAIN}", (Key(self.saved, instant), own))

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
        if name != order.in_cursors:
            raise _unknown()
        return Place(order, last, since)


class Part(NamedTuple):
    """Rows of an order that an index has next to one another."""

    fits: list[ColumnElement[bool]]
    by: tuple[ColumnElement[Any], ...]


@dataclass(frozen=True)
class Place:
    """From where on a page is read: after the `last` row, if there is one."""

    order: Order
    last: tuple[Any, ...] = ()
    since: datetime | None = None
    """What was saved after this is not on the first page; None: rows of this list do not move, or it is shown again already."""

    @property
    def parts(self) -> list["Part"]:
        """Which rows follow: what has the last one's value in the first column, what has a later one, what has none.

        An index has the rows of a part next to one another, and PostgreSQL knows of each how many they are; of a comparison of several columns
        it does not, where many rows have the same value.
        """
        first, *others = self.order.keys
        by, column = self.order.by, first.column
        parts = [Part([column.is_(None)], by[1:])] if first.nullable else []
        if not self.last:
            return [Part([column.is_not(None)] if first.nullable else [], by), *parts]
        value, *rest = self.last
        further = _further([key.column for key in others], rest, descending=self.order.descending)
        if value is None:
            return [Part([column.is_(None), further], by[1:])]
        return [
            Part([column == value, further], by[1:]),
            Part([_further([column], [value], descending=self.order.descending)], by),
            *parts,
        ]

    async def rows(self, session: AsyncSession, chosen: Any, limit: int) -> list[Any]:  # noqa: ANN401  # a select
        """So many that follow, of one moment: PostgreSQL begins a part only where those before it leave room."""
        first, *others = [chosen.where(*part.fits).order_by(*part.by).limit(limit) for part in self.parts]
        whole: Any = union_all(*(select(part.subquery()) for part in (first, *others))).limit(limit) if others else first
        return list((await (await session.connection()).execute(whole)).mappings())

    @property
    def cursor(self) -> str:
        values = (*self.last, self.since) if self.since else self.last
        plain = (value.isoformat() if isinstance(value, datetime) else value for value in values)
        return base64.urlsafe_b64encode(json.dumps([self.order.in_cursors, *plain]).encode()).decode()

    def after(self, row: Any) -> str:  # noqa: ANN401  # of whatever was chosen
        """The cursor of the page after that row."""
        return Place(self.order, tuple(row[key.name] for key in self.order.keys), self.since).cursor

    def begin_again(self) -> "Place | None":
        """Where what was saved since the first page begins."""
        return Place(self.order.again, (self.since + timedelta(microseconds=1), LOWEST)) if self.since else None


@dataclass(frozen=True)
class Page:
    """Rows, by the names of their columns, and the cursor of the page that follows; None: there is none."""

    rows: list[Any]
    cursor: str | None


def following(path: str, given: Mapping[str, Any], cursor: str | None) -> str | None:
    """The address of the next page; None: there is none."""
    return f"{path}?" + urlencode({**given, "cursor": cursor}, doseq=True) if cursor else None


def _further(columns: Sequence[Any], values: Sequence[Any], *, descending: bool) -> ColumnElement[bool]:
    both = tuple_(*columns)
    return both < values if descending else both > values


def _unknown() -> ProblemError:
    return problem(
        ErrorType.INVALID,
        "cursor: this is not a cursor of this list and sort order as they are now; follow `next` as it was given, or begin at the first page.",
        "cursor：不是该列表与当前排序的游标，请原样使用返回的 next，或从第一页开始。",
        field="cursor",
        rule="cursor",
    )
