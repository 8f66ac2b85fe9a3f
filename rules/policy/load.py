"""The policy file, read and checked; and the slice of it that travels with a case.

A wrong file is refused with every fault at once, each with its line, its field and what to do (`PolicyError`).
"""

import difflib
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from models.policy.policy import Policy, PolicySlice
from rules.common.holidays import resolve
from rules.common.policy_fault import PolicyError, PolicyFault, field_of
from rules.common.yaml import Loc, nearest, places_of, value_of
from rules.policy.checks import faults_of
from rules.policy.extends import composed, text_of
from rules.policy.figures import Figures
from rules.policy.shared_limits import with_limits

LOOK_BACK = timedelta(days=30)
LOOK_AHEAD = timedelta(days=400)


@cache
def load_policy(path: Path | str) -> Policy:
    """The policy of a file, read once per process. Raises PolicyError."""
    relative = os.path.relpath(path)
    name = str(path) if relative.startswith("..") else relative
    return parse_policy(text_of(name), name)


def parse_policy(text: str, name: str) -> Policy:
    """A policy from its text; `name` is what the faults call it, and from where `extends` is read. Raises PolicyError."""
    root, faults = composed(text, name)
    places = places_of(root)

    def fault(loc: Loc, detail: str) -> PolicyFault:
        return PolicyFault(*nearest(places, loc), field_of(loc), detail)

    policy: Policy | None = None
    try:
        policy = Policy.model_validate(value_of(root))
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            loc = tuple(part for part in problem["loc"] if part != "[key]")
            faults.append(fault(loc, _mend(cast("Mapping[str, Any]", problem), loc)))
    if policy is not None:
        policy, unlimited = with_limits(policy)
        written, unwritten = Figures(policy).written(policy)
        faults += [fault(loc, detail) for loc, detail in (*unlimited, *faults_of(policy), *unwritten)]
        policy = written
    if policy is None or faults:
        raise PolicyError(tuple(sorted(faults, key=lambda found: (found.file != name, found.file, found.line))))
    return policy


def slice_policy(policy: Policy, now: datetime) -> PolicySlice:
    """What a case opened (or renewed) at `now` carries: calendars from 30 days before to 400 days after, in whole months.

    Cases of one month share one object, and their workers one copy of it.
    """
    return _slice(_Same(policy), now.astimezone(UTC).date().replace(day=1))


class _Same:
    """A policy as a key: the object itself, for it is too large to be compared each time."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.policy is self.policy

    def __hash__(self) -> int:
        return id(self.policy)


@lru_cache(maxsize=32)
def _slice(same: _Same, month: date) -> PolicySlice:
    policy = same.policy
    first, last = month - LOOK_BACK, month + timedelta(days=31) + LOOK_AHEAD
    carried = {field: getattr(policy, field) for field in PolicySlice.model_fields if field not in {"digest", "calendars"}}
    calendars = {name: resolve(calendar, first, last) for name, calendar in policy.calendars.items()}
    return PolicySlice(digest="", calendars=calendars, **carried).changed()


def _mend(problem: Mapping[str, Any], loc: Loc) -> str:
    """What pydantic found, in words of the file, with what to do."""
    kind, written = str(problem["type"]), problem.get("input")
    if kind == "extra_forbidden":
        name = str(loc[-1])
        hint = "; put a text with a comma in quotes" if " " in name else _like(name, _field_names(Policy))
        return f"there is no such field{hint}; correct or remove it"
    if kind in {"enum", "literal_error"}:
        choices = str(problem["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
        return f'no such value "{written}"; name one of {choices}'
    if kind == "string_type" and isinstance(written, bool):
        return "YAML reads this as yes or no; put it in quotes"
    if kind == "inheritance":
        return str(problem["msg"])
    if kind in _MENDS:
        return _MENDS[kind].replace("…", repr(written))
    message = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
    return f"{message}; it is {written!r}"


_MENDS = {
    "missing": "is missing; add it",
    "string_type": "must be a text, is …; put it in quotes",
    "tuple_type": "must be a list, is …; write it in square brackets",
    "model_type": "must be a table of fields, is …; write name: value",
    "dict_type": "must be a table of fields, is …; write name: value",
}


def _like(name: str, known: frozenset[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


@cache
def _field_names(model: type[BaseModel]) -> frozenset[str]:
    schema = model.model_json_schema()
    tables = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for table in tables for name in table.get("properties", {}))
