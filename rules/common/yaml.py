"""Reading YAML: by libyaml where PyYAML was built with it, which takes a tenth of the time at every start of a process."""

from typing import Any, Final

import yaml

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def content_of(text: str | bytes) -> Any:  # noqa: ANN401  # whatever the file holds
    """What the text holds. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506  # a safe one


def nodes_of(text: str) -> yaml.Node | None:
    """The same with the places of everything. Raises yaml.YAMLError."""
    return yaml.compose(text, Loader=LOADER)
