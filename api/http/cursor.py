"""Pages of lists: in one order, from one row on, so that nothing is skipped or repeated while rows come and go.

A cursor holds the order's name and what the last row of a page has in the columns that the list is sorted by.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy import ColumnElement, and_, false, or_

from api.http.lookup import CASE_ID
from api.http.problems import ProblemError, problem
from models.common.base import unfit
from models.common.vocabulary import ErrorType

LONGEST = 500
MOST = 2**63 - 1
"""The greatest number that a column takes."""
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
    first when descending.
    """

    column: Any
    read: Callable[[Any], Any]
    descending: bool = False
    nullable: bool = False

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
    """How a list is sorted. The last key's column is unique."""

    name: str
    keys: tuple[Key, ...]

    @property
    def by(self) -> tuple[ColumnElement[Any], ...]:
        return tuple(key.order for key in self.keys)

    def after(self, cursor: str) -> ColumnElement[bool]:
        """The rows that follow that page. 422 unless it is a cursor of this list in this order."""
        return _after(tuple(zip(self.keys, self._read(cursor), strict=True)))

    def cursor(self, last: Sequence[Any]) -> str:
        """For the page after a row with these values."""
        plain = (value.isoformat() if isinstance(value, datetime) else value for value in last)
        return base64.urlsafe_b64encode(json.dumps([self.name, *plain]).encode()).decode()

    def _read(self, cursor: str) -> list[Any]:
        try:
            name, *plain = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            values = [key.value(value) for key, value in zip(self.keys, plain, strict=True)]
        except (ValueError, TypeError, UnicodeError, binascii.Error) as error:
            raise _unknown() from error
        if name != self.name:
            raise _unknown()
        return values


def following(path: str, given: Mapping[str, Any], cursor: str) -> str:
    """The address of the next page."""
    return f"{path}?" + urlencode({**given, "cursor": cursor}, doseq=True)


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
