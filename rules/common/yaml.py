"""Reading YAML, with the file and line of each field.

By libyaml where PyYAML was built with it, which takes a tenth of the time at every start of a process.
"""

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, Final, cast

import yaml

Loc = tuple[int | str, ...]
"""Where a field is: names and indices, from the outside in."""

Place = tuple[str, int]
"""The file and line where something is written."""

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def content_of(text: str | bytes) -> Any:  # noqa: ANN401  # whatever the file holds
    """What the text holds. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506  # a safe one


class _Named(StringIO):
    """A text that its marks know by the file's name."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def nodes_of(text: str, name: str) -> yaml.Node | None:
    """The same with the places of everything; `name`: the file's. Raises yaml.YAMLError."""
    return yaml.compose(_Named(text, name), Loader=LOADER)


def value_of(node: yaml.Node) -> Any:  # noqa: ANN401  # whatever the file holds
    """What nodes stand for."""
    return LOADER("").construct_document(node)


def place_of(node: yaml.Node) -> Place:
    return node.start_mark.name, node.start_mark.line + 1


def places_of(node: yaml.Node, loc: Loc = ()) -> dict[Loc, Place]:
    """The place of every field, which is where its name stands."""
    places = {loc: place_of(node)}
    for part, key, value in children(node):
        places |= places_of(value, (*loc, part))
        places[(*loc, part)] = place_of(key)
    return places


def nearest(places: Mapping[Loc, Place], loc: Loc) -> Place:
    """The place of a field, or of the nearest one around it that is written down."""
    known = tuple(part if isinstance(part, int) else str(part) for part in loc)
    while known not in places:
        known = known[:-1]
    return places[known]


def written_twice(node: yaml.Node, loc: Loc = ()) -> Iterator[tuple[Loc, Place]]:
    """Fields that stand twice in one table, with the place of the second."""
    seen: set[int | str] = set()
    for part, key, value in children(node):
        if part in seen:
            yield (*loc, part), place_of(key)
        seen.add(part)
        yield from written_twice(value, (*loc, part))


def children(node: yaml.Node) -> Iterator[tuple[int | str, yaml.Node, yaml.Node]]:
    """The name or index, the node where it stands, and the value of each field or row."""
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            yield str(key.value), key, value
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(cast("list[yaml.Node]", node.value)):
            yield index, value, value
