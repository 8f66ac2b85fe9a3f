"""The policy file, read and checked; and the slice of it that travels with a case.

A wrong file is refused with every fault at once, each with its line, its field and what to do (`PolicyError`).
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml
from pydantic import BaseModel, ValidationError

from models.policy.policy import Policy, PolicySlice
from rules.common.holidays import resolve
from rules.common.yaml import content_of, nodes_of
from rules.policy.checks import faults_of

Loc = tuple[int | str, ...]

LOOK_BACK = timedelta(days=30)
LOOK_AHEAD = timedelta(days=400)


class PolicyFault(NamedTuple):
    """One thing that is wrong with a policy file."""

    file: str
    line: int
    field: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.field}: {self.detail}" if self.field else f"{self.file}:{self.line} {self.detail}"


class PolicyError(Exception):
    """A policy that cannot be used; its text has a line for each fault."""

    def __init__(self, faults: tuple[PolicyFault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@cache
def load_policy(path: Path | str) -> Policy:
    """The policy of a file, read once per process. Raises PolicyError."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        detail = f"the policy cannot be read: {reason}; set REDRESS_POLICY to a policy file"
        raise PolicyError((PolicyFault(str(path), 1, "", detail),)) from error
    relative = os.path.relpath(path)
    return parse_policy(text, str(path) if relative.startswith("..") else relative)


def parse_policy(text: str, name: str) -> Policy:
    """A policy from its text; `name` is what the faults call it. Raises PolicyError."""
    try:
        root = nodes_of(text)
        content = content_of(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = f"this is no YAML: {getattr(error, 'problem', None) or error}; see the file's indentation and quotes"
        raise PolicyError((PolicyFault(name, mark.line + 1 if mark else 1, "", detail),)) from error
    if not isinstance(root, yaml.MappingNode):
        detail = "a policy is a table of fields; begin with policies/default.yaml"
        raise PolicyError((PolicyFault(name, 1, "", detail),))
    lines = _lines(root)
    faults = [PolicyFault(name, line, field, "is written twice; keep one") for field, line in _twice(root)]
    policy: Policy | None = None
    try:
        policy = Policy.model_validate(content)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            loc = tuple(part for part in problem["loc"] if part != "[key]")
            faults.append(PolicyFault(name, _line(lines, loc), _field(loc), _mend(cast("Mapping[str, Any]", problem), loc)))
    if policy is not None:
        faults += [PolicyFault(name, _line(lines, loc), _field(loc), detail) for loc, detail in faults_of(policy)]
    if policy is None or faults:
        raise PolicyError(tuple(sorted(faults, key=lambda fault: fault.line)))
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


def _lines(node: yaml.Node, loc: Loc = ()) -> dict[Loc, int]:
    """The line of every field; a field's line is where its name stands."""
    lines = {loc: node.start_mark.line + 1}
    for part, key, value in _children(node):
        lines |= _lines(value, (*loc, part))
        lines[(*loc, part)] = key.start_mark.line + 1
    return lines


def _children(node: yaml.Node) -> Iterator[tuple[int | str, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            yield str(key.value), key, value
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(cast("list[yaml.Node]", node.value)):
            yield index, value, value


def _twice(node: yaml.Node, loc: Loc = ()) -> Iterator[tuple[str, int]]:
    seen: set[int | str] = set()
    for part, key, value in _children(node):
        if part in seen:
            yield _field((*loc, part)), key.start_mark.line + 1
        seen.add(part)
        yield from _twice(value, (*loc, part))


def _line(lines: dict[Loc, int], loc: Loc) -> int:
    """The line of a field, or of the nearest one around it that is written down."""
    known = tuple(part if isinstance(part, int) else str(part) for part in loc)
    while known not in lines:
        known = known[:-1]
    return lines[known]


def _field(loc: Loc) -> str:
    """`routing[3].team`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


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
