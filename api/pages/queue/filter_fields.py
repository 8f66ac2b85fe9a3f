"""The fields by which cases are filtered on the page, made from the filters of the API: a filter that is added there is found here."""

from collections.abc import Sequence
from enum import StrEnum
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, cast, get_args, get_origin

from api.cases.filters import BEFORE, SINCE, CaseFilters
from api.pages.forms import INSTANT
from api.reports.filters import FiguresOfCases

FIRST = ("text", "issue", "priority", "waiting_on", "sla_state", "stage", "handler", "tag")
"""What is looked for most often stands first, what comes of figures last."""


class FilterField(NamedTuple):
    """`kind`: how it is asked for: several, choice, yes_no, check, moment or line. `codes`: what may be chosen."""

    name: str
    field: str
    kind: str
    codes: Sequence[str]
    chosen: Sequence[str]


def filter_fields(filters: CaseFilters) -> Sequence[FilterField]:
    """Every filter, with what is chosen of it. The platform's people may use them all."""
    others = sorted(
        (name for name in CaseFilters.model_fields if name not in FIRST), key=lambda name: name in FiguresOfCases.model_fields
    )
    names = [*FIRST, *others]
    return [_field(name, getattr(filters, name)) for name in names]


def _field(name: str, value: Any) -> FilterField:  # noqa: ANN401  # whatever a filter holds
    kind, codes = _kind(name)
    chosen = [str(one).lower() if isinstance(one, bool) else str(one) for one in _values(kind, value)]
    return FilterField(name, name + INSTANT if kind == "moment" else name, kind, codes, chosen)


def _values(kind: str, value: Any) -> Sequence[Any]:  # noqa: ANN401
    """What is chosen: a field that is to be marked says nothing when it is not."""
    if isinstance(value, tuple):
        return cast("tuple[Any, ...]", value)
    return () if value is None or (kind == "check" and not value) else (value,)


def _kind(name: str) -> tuple[str, Sequence[str]]:
    if name in SINCE or name in BEFORE:
        return "moment", ()
    annotation = CaseFilters.model_fields[name].annotation
    parts = [part for part in get_args(annotation) if part is not type(None)]
    inner = parts[0] if get_origin(annotation) in {Union, UnionType} else annotation
    while get_origin(inner) is not None and get_origin(inner) not in {tuple, Literal}:  # Annotated
        inner = get_args(inner)[0]
    if get_origin(inner) is tuple:
        codes = _codes(get_args(inner)[0])
        return ("several" if codes else "line"), codes
    if get_origin(inner) is Literal:
        return "choice", [str(one) for one in get_args(inner)]
    if inner is bool:
        return ("yes_no" if parts else "check"), ()
    codes = _codes(inner)
    return ("choice" if codes else "line"), codes


def _codes(held: object) -> Sequence[str]:
    """The values of an enumeration; none of anything else."""
    return [one.value for one in held] if isinstance(held, type) and issubclass(held, StrEnum) else ()
