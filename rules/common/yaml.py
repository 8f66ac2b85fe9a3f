"""Reading YAML, with the lines of its fields.

By libyaml where PyYAML was built with it, which takes a tenth of the time at every start of a process.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import yaml

Loc = tuple[int | str, ...]
"""Where a field is: names and indices, from the outside in."""

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def content_of(text: str | bytes) -> Any:  # noqa: ANN401  # whatever the file holds
    """What the text holds. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506  # a safe one


def nodes_of(text: str) -> yaml.Node | None:
    """The same with the places of everything. Raises yaml.YAMLError."""
    return yaml.compose(text, Loader=LOADER)


def lines_of(node: yaml.Node, loc: Loc = ()) -> dict[Loc, int]:
    """The line of every field; a field's line is where its name stands."""
    lines = {loc: node.start_mark.line + 1}
    for part, key, value in _children(node):
        lines |= lines_of(value, (*loc, part))
        lines[(*loc, part)] = key.start_mark.line + 1
    return lines


def line_of(lines: Mapping[Loc, int], loc: Loc) -> int:
    """The line of a field, or of the nearest one around it that is written down."""
    known = tuple(part if isinstance(part, int) else str(part) for part in loc)
    while known not in lines:
        known = known[:-1]
    return lines[known]


def written_twice(node: yaml.Node, loc: Loc = ()) -> Iterator[tuple[Loc, int]]:
    """Fields that stand twice in one table, with the line of the second."""
    seen: set[int | str] = set()
    for part, key, value in _children(node):
        if part in seen:
            yield (*loc, part), key.start_mark.line + 1
        seen.add(part)
        yield from written_twice(value, (*loc, part))


def _children(node: yaml.Node) -> Iterator[tuple[int | str, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            yield str(key.value), key, value
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(cast("list[yaml.Node]", node.value)):
            yield index, value, value
