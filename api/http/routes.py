"""The one door by which values leave the API: each caller gets of an answer what its fields name them for (TRU-5)."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from fastapi import Response
from fastapi.routing import APIRoute

from api.http.auth import Caller
from rules.common.readers import as_seen


class SeenRoute(APIRoute):
    """The route of every endpoint that has a `caller`: what it returns is shown as far as it is theirs.

    That is a model, or several in a tuple or list. Nothing, a file and a stream pass as they are; anything else fails (500).
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401  # FastAPI's own
        super().__init__(path, _seen(endpoint), **options)


def _seen(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if not inspect.iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def shown(*args: Any, **values: Any) -> Any:  # noqa: ANN401
        answer = await endpoint(*args, **values)
        caller = values.get("caller")
        if not isinstance(caller, Caller) or answer is None or isinstance(answer, Response):
            return answer
        return as_seen(answer, caller.actor)

    return shown
