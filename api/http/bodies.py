"""What every JSON body must be before its fields are looked at: not too many values, and texts that are texts."""

import asyncio
import json
import re

from fastapi import Request
from pydantic import JsonValue

from api.http.problems import problem
from models.common.vocabulary import ErrorType

MOST_VALUES = 5_000
"""No request needs more: the longest lists take a hundred items of a few fields each."""

SMALL = 16 * 1024
"""Bytes up to which a body is looked through at once; a larger one waits for a thread, so that nobody waits for it."""

NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of a character (lone surrogates)."""


async def check_body(request: Request) -> None:
    """422 for a body of more than `MOST_VALUES` values, each of which would be validated and told; and for control characters in its texts:
    no person means one, and no database takes NUL or half a character.
    """
    body = await request.body()
    if len(body) <= SMALL:
        _check(body)
    else:
        await asyncio.to_thread(_check, body)


def _check(body: bytes) -> None:
    """What is no JSON at all is refused where the body is read."""
    try:
        left: list[tuple[str, JsonValue]] = [("", json.loads(body))]
    except (ValueError, RecursionError):
        return
    values = 0
    while left:
        path, value = left.pop()
        inner: list[tuple[str, JsonValue]] = []
        match value:
            case str():
                refuse_control_characters(value, path)
            case dict():
                for key in value:
                    refuse_control_characters(key, path)
                inner = [(f"{path}.{key}" if path else key, item) for key, item in value.items()]
            case list():
                inner = [(f"{path}.{index}" if path else str(index), item) for index, item in enumerate(value[: MOST_VALUES + 1])]
            case _:
                pass
        values += len(inner)
        if values > MOST_VALUES:
            raise problem(
                ErrorType.INVALID,
                f"The body has more than {MOST_VALUES} values in it. Send less at once.",
                f"请求体包含的值超过 {MOST_VALUES} 个，请分次提交。",
                field=path or "body",
                rule="size",
            )
        left += reversed(inner)


def refuse_control_characters(text: str, path: str) -> None:
    """422 for a text of the field `path` that has one."""
    if NO_TEXT.search(text):
        field = path or "body"
        raise problem(
            ErrorType.INVALID,
            f"{field} has a control character, or half of a character, in it; take it out.",
            f"{field} 含有控制字符或不完整的字符，请去除。",
            field=field,
            rule="characters",
        )
