"""The one door by which values leave the API: each caller gets of an answer what its fields name them for (TRU-5)."""

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Body as RequestBody
from fastapi.routing import APIRoute

from api.http.auth import Caller
from api.http.responses import ACTING, Responses
from models.common.base import Body
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


def add_action(
    router: APIRouter,
    path: str,
    endpoint: Callable[..., Any],
    shape: type[Body],
    *,
    name: str,
    summary: str,
    example: tuple[str, object],
    description: str,
    responses: Responses = ACTING,
    dependencies: Sequence[Any] = (),
) -> None:
    """Add the endpoint of an action, whose parameters are `body` and `key`. `example`: its title and a body.

    The body is of this shape, and may be left out when nothing in it has to be said.
    """
    title, value = example
    examples: Any = {"example": {"summary": title, "value": value}}
    endpoint.__annotations__["body"] = Annotated[shape, RequestBody(openapi_examples=examples)]
    if not any(field.is_required() for field in shape.model_fields.values()):
        endpoint.__kwdefaults__ = {"body": shape(), "key": None}
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        name=name,
        operation_id=name,
        summary=summary,
        description=description,
        responses=responses,
        dependencies=dependencies,
    )
