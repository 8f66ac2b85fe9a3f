"""Tables in which the most specific row wins: of the rows that fit, the one that names most; then the earlier one (DSP-1, SLA-1)."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from models.common.base import Frozen

RowT = TypeVar("RowT", bound=Frozen)


def named(row: Frozen, columns: Iterable[str]) -> dict[str, object]:
    """What a row asks for: its columns that are not empty."""
    return {column: value for column in columns if (value := getattr(row, column)) is not None}


def fits(row: Frozen, given: Mapping[str, object]) -> bool:
    """Whether everything the row names is as given; `given` has every column."""
    return all(getattr(row, column) in (None, value) for column, value in given.items())


def best(rows: Iterable[RowT], given: Mapping[str, object]) -> RowT | None:
    """The winning row, or None when no row fits."""
    fitting = [row for row in rows if fits(row, given)]
    return max(fitting, key=lambda row: len(named(row, given)), default=None)
