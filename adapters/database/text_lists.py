"""Finding rows by a column of several texts (`TextList`): by PostgreSQL's arrays, which a GIN index serves, and by SQLite's JSON."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import array


def has_any(column: Any, values: Sequence[str], dialect: str) -> ColumnElement[bool]:  # noqa: ANN401  # a column
    """Rows that have at least one of them."""
    if dialect == "postgresql":
        return column.op("&&")(_array(values))
    return or_(*(_has(column, value) for value in values))


def has_all(column: Any, values: Sequence[str], dialect: str) -> ColumnElement[bool]:  # noqa: ANN401  # a column
    """Rows that have every one of them."""
    if dialect == "postgresql":
        return column.op("@>")(_array(values))
    return and_(*(_has(column, value) for value in values))


def is_one_of(column: Any, values: Sequence[str], dialect: str) -> ColumnElement[bool]:  # noqa: ANN401  # a column of one text
    """Rows whose text is among many: PostgreSQL takes these as one value, which costs a fraction of a list of them."""
    if dialect == "postgresql":
        return column == any_(bindparam(None, [*values], type_=ARRAY(Text)))
    return column.in_(values)


def _array(values: Sequence[str]) -> ColumnElement[Any]:
    return cast(array(values), ARRAY(Text))


def _has(column: Any, value: str) -> ColumnElement[bool]:  # noqa: ANN401  # a column
    each = func.json_each(column).table_valued("value")
    return select(1).select_from(each).where(each.c.value == value).exists()
