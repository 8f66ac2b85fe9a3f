"""A policy that somebody thinks of using: is it right, and what does it change (docs/policy.md)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, cast

import yaml

from models.policy.policy import Policy
from rules.common.policy_fault import PolicyError, PolicyFault
from rules.common.yaml import children, nodes_of
from rules.policy.extends import EXTENDS
from rules.policy.load import parse_policy

MOST_CHARACTERS, MOST_NODES = 1_000_000, 200_000
"""The shipped policy has a tenth of these."""
NAME = "policy.yaml"
BESIDE = re.compile(r"[\w-][\w.-]*\.ya?ml")


class Change(NamedTuple):
    """A figure that is another one. None: it is not there."""

    field: str
    before: str | None
    after: str | None


def proposed(text: str, beside: Path) -> Policy:
    """The policy of a text that nobody vouches for: it may extend a file of the folder `beside`, and no other. Raises PolicyError."""
    if len(text) > MOST_CHARACTERS:
        raise _refused(1, "", f"is longer than {MOST_CHARACTERS} characters; a policy is a tenth of that")
    try:
        root = nodes_of(text, NAME)
    except yaml.YAMLError:
        root = None  # `parse_policy` says what is wrong with it
    if root is not None:
        _refuse_other_files(root, beside)
        if _too_large(root):
            raise _refused(1, "", "says too much by its anchors and aliases; write it out")
    return parse_policy(text, str(beside / NAME))


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Every figure that differs, by its field; rows of a table are known by their `id`, not by their place."""
    old, new = dict(_figures(before.model_dump(), "")), dict(_figures(after.model_dump(), ""))
    fields = [*old, *(field for field in new if field not in old)]
    return tuple(Change(field, old.get(field), new.get(field)) for field in fields if old.get(field) != new.get(field))


def _figures(value: object, field: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, inner in cast("dict[object, object]", value).items():
                yield from _figures(inner, f"{field}.{name}" if field else str(name))
        case list() | tuple() if value and all(isinstance(one, dict) for one in cast("list[object]", value)):
            for place, row in enumerate(cast("list[dict[str, object]]", value)):
                yield from _figures(cast("object", row), f"{field}[{row.get('id', place)}]")
        case list() | tuple():
            yield field, ", ".join(str(one) for one in cast("list[object]", value))
        case timedelta():
            yield field, str(value)
        case None:
            return
        case _:
            yield field, str(value)


def _refuse_other_files(root: yaml.Node, beside: Path) -> None:
    for part, key, value in children(root):
        name = value.value if isinstance(value, yaml.ScalarNode) else ""
        if part == EXTENDS and not (BESIDE.fullmatch(name) and (beside / name).is_file()):
            line = key.start_mark.line + 1
            raise _refused(line, EXTENDS, "names a file beside the policy in use, as default.yaml, without a folder")


def _too_large(root: yaml.Node) -> bool:
    """Whether it stands for more than a policy can: what an alias names counts each time."""
    left, seen = [root], 0
    while left:
        node, seen = left.pop(), seen + 1
        if seen + len(left) > MOST_NODES:
            return True
        if isinstance(node, yaml.MappingNode):
            left += [part for pair in cast("list[tuple[yaml.Node, yaml.Node]]", node.value) for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            left += cast("list[yaml.Node]", node.value)
    return False


def _refused(line: int, field: str, detail: str) -> PolicyError:
    return PolicyError((PolicyFault(NAME, line, field, detail),))
