"""A policy file that says only what differs from another one (`extends: default.yaml`); docs/policy.md.

Tables are taken together field by field, rows of a table of rules by their `id`; any other value stands instead of the one before. Figures of
money cannot be taken over into another currency: a file that changes `currency` writes all of them.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import yaml

from rules.common.policy_fault import PolicyError, PolicyFault, field_of
from rules.common.yaml import Loc, children, nodes_of, place_of, written_twice

EXTENDS, CURRENCY = "extends", "currency"
WHOLE: frozenset[Loc] = frozenset(
    {
        ("rates",),
        ("languages",),
        ("calendars",),
        ("agents",),
        ("eligibility", "counting"),
        ("claims", "carriers"),
    }
)
"""Tables whose names are each market's own: a file that writes one writes all of it."""
ROWS: frozenset[Loc] = frozenset(
    {("routing",), ("liability",), ("root_causes",), ("eligibility", "rules"), ("eligibility", "freight")}
)
"""Tables of rules. A row of a known id changes that row; a new one comes before those of the other file."""
MONEY: frozenset[Loc] = frozenset(
    {
        ("rates",),
        ("approval", "automatic"),
        ("approval", "merchant"),
        ("approval", "agent"),
        ("automatic", "max_minor_a_day"),
        ("grading", "money"),
        ("eligibility", "rules", "*", "most"),
        ("eligibility", "rules", "*", "whole_up_to"),
        ("returns", "most_freight_minor"),
        ("returns", "freight_most_minor"),
        ("store_credit", "bonus", "most_minor"),
        ("claims", "carriers"),
        ("claims", "write_off_below_minor"),
    }
)
"""Figures in the policy's currency."""
NOTHING = "tag:yaml.org,2002:null"


def text_of(name: str) -> str:
    """A policy file's text. Raises PolicyError."""
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise _unusable((name, 1), f"the policy cannot be read: {reason}; set REDRESS_POLICY to a policy file") from error


def composed(text: str, name: str, above: tuple[str, ...] = ()) -> tuple[yaml.MappingNode, list[PolicyFault]]:
    """The whole policy of a text, with what it extends, and what is wrong with that. `above`: the files that extend it.

    Raises PolicyError when a file is no policy at all.
    """
    root = _root(text, name)
    faults = [PolicyFault(*place, field_of(loc), "is written twice; keep one") for loc, place in written_twice(root)]
    other = _field(root, EXTENDS)
    if other is None:
        return root, faults
    base_name = os.path.normpath(Path(name).parent / str(other.value))
    if base_name in {*above, name}:
        raise _unusable(place_of(other), f"{base_name} extends this file; extend another one")
    try:
        base_text = text_of(base_name)
    except PolicyError as error:
        detail = f"there is no policy {base_name} that could be read; name one beside this file, as default.yaml"
        raise _unusable(place_of(other), detail) from error
    base, of_base = composed(base_text, base_name, (*above, name))
    own = yaml.MappingNode(root.tag, [pair for pair in root.value if pair[1] is not other], root.start_mark, root.end_mark)
    merged = _merged(base, own, ())
    return merged, [*faults, *of_base, *_other_money(base, merged, name)]


def _root(text: str, name: str) -> yaml.MappingNode:
    try:
        root = nodes_of(text, name)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = f"this is no YAML: {getattr(error, 'problem', None) or error}; see the file's indentation and quotes"
        raise _unusable((name, mark.line + 1 if mark else 1), detail) from error
    if not isinstance(root, yaml.MappingNode):
        raise _unusable((name, 1), "a policy is a table of fields; begin with policies/default.yaml")
    return root


def _merged(base: yaml.MappingNode, own: yaml.MappingNode, loc: Loc) -> yaml.MappingNode:
    fields = {str(key.value): (key, value) for key, value in base.value}
    for key, value in own.value:
        name, before = str(key.value), fields.get(str(key.value))
        fields[name] = (key, value if before is None else _value(before[1], value, (*loc, name)))
    return yaml.MappingNode(base.tag, list(fields.values()), own.start_mark, own.end_mark)


def _value(base: yaml.Node, own: yaml.Node, loc: Loc) -> yaml.Node:
    if isinstance(base, yaml.MappingNode) and isinstance(own, yaml.MappingNode) and loc not in WHOLE:
        return _merged(base, own, loc)
    if isinstance(base, yaml.SequenceNode) and isinstance(own, yaml.SequenceNode) and loc in ROWS:
        return _rows(base, own, loc)
    return own


def _rows(base: yaml.SequenceNode, own: yaml.SequenceNode, loc: Loc) -> yaml.SequenceNode:
    changed = {id_: row for row in own.value if (id_ := _id(row)) is not None}
    known = {_id(row) for row in base.value}
    kept = [_value(row, changed[id_], (*loc, "*")) if (id_ := _id(row)) in changed else row for row in base.value]
    new = [row for row in own.value if _id(row) not in known]
    return yaml.SequenceNode(base.tag, [*new, *kept], own.start_mark, own.end_mark)


def _other_money(base: yaml.MappingNode, merged: yaml.MappingNode, name: str) -> Iterator[PolicyFault]:
    """Figures that would count in another currency than they were written in."""
    before, now = _field(base, CURRENCY), _field(merged, CURRENCY)
    if before is None or now is None or before.value == now.value:
        return
    for loc, key, value in _figures(merged, (), ()):
        if place_of(value)[0] != name and value.tag != NOTHING:
            file, line = place_of(key)
            detail = f"is written in {before.value} ({file}:{line}); write it in {now.value}"
            yield PolicyFault(*place_of(now), field_of(loc), detail)


def _figures(node: yaml.Node, loc: Loc, path: Loc) -> Iterator[tuple[Loc, yaml.Node, yaml.Node]]:
    for part, key, value in children(node):
        name = _id(value) if isinstance(part, int) else part
        here, steps = (*loc, name or part), (*path, "*" if isinstance(part, int) else part)
        if steps in MONEY:
            yield here, key, value
        else:
            yield from _figures(value, here, steps)


def _field(node: yaml.Node, name: str) -> yaml.Node | None:
    return next((value for part, _, value in children(node) if part == name), None)


def _id(row: yaml.Node) -> str | None:
    found = _field(row, "id")
    return None if found is None else str(found.value)


def _unusable(place: tuple[str, int], detail: str) -> PolicyError:
    return PolicyError((PolicyFault(*place, "", detail),))
