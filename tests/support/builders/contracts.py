"""The published partner contracts, and whether a body keeps to them."""

from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, FormatChecker

FOLDER = Path(__file__).parents[3] / "docs" / "partners"


@cache
def contract(partner: str) -> dict[str, Any]:
    """Read once: to parse the largest takes the better part of a second."""
    return cast("dict[str, Any]", yaml.safe_load((FOLDER / f"{partner}.yaml").read_text(encoding="utf-8")))


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    whole = schema | {"components": document["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def answer_schema(document: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any] | None:
    """What the contract says of that answer; None: it has no body. Fails where the contract does not know the status."""
    answer = document["paths"][path][method]["responses"][str(status)]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return answer["content"]["application/json"]["schema"] if "content" in answer else None
