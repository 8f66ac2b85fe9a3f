"""Variables of saved replies (WRK-2): `{{ name }}`, filled from the case. The words stay a person's: nothing else of them is a template."""

import re
from collections.abc import Mapping

VARIABLES = (
    "customer_name",
    "case_id",
    "order_id",
    "issue",
    "products",
    "tracking",
    "amount",
    "deadline",
    "agent_name",
)
"""What each is: docs/desk.md."""
_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown_variables(text: str) -> list[str]:
    """What stands in double braces and is no variable."""
    return [name for name in used_variables(text) if name not in VARIABLES]


def used_variables(text: str) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str | None]) -> tuple[str, tuple[str, ...]]:
    """The text with what is known; variables without a value stay as they are, and are named."""
    missing = tuple(name for name in used_variables(text) if not values.get(name))
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text), missing


def left_open(text: str) -> list[str]:
    """Variables that nobody has filled."""
    return [name for name in used_variables(text) if name in VARIABLES]
