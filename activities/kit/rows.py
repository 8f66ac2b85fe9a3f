"""A row of a table, as columns and values."""

from typing import Any

Row = dict[str, Any]
