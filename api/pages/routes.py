"""The route of every page: what is wrong is shown as a page. A form that is refused comes back with what was typed and why."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from api.http.language import language_of
from api.http.problems import FieldProblem, ProblemError, from_fault, from_http, invalid_fields, told_of
from api.pages.forms import Form, Tried, read_form
from api.pages.navigation import SIGN_IN
from api.pages.page import Visit
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType

OF_ROUTE = frozenset({"endpoint", "path_params", "route"})
"""What routing leaves in a request."""
Handled = (ProblemError, RedressError, RequestValidationError, HTTPException)


class PageRoute(APIRoute):
    """A page, or what a form of a page is sent to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                request.app.state.parts.sessions.refuse_other_sites(request)
                return await handle(request)
            except Handled as error:
                return await _refused(request, *_as_problem(request, error))

        return handled


def _as_problem(request: Request, error: Exception) -> tuple[ProblemError, list[FieldProblem]]:
    match error:
        case RequestValidationError():
            return invalid_fields(error.errors(), language_of(request))
        case HTTPException():
            return from_http(error), []
        case RedressError():
            return from_fault(error.fault), []
        case _:
            assert isinstance(error, ProblemError)  # noqa: S101 # one of `Handled`
            return error, []


async def _refused(request: Request, error: ProblemError, errors: list[FieldProblem]) -> Response:
    form = await _form_of(request)
    if error.fault.type is ErrorType.UNAUTHENTICATED:
        return _to_sign_in(request, form)
    problem = told_of(error, language_of(request)) | {"allowed": error.fault.allowed}
    if form is not None and form.name is not None and (again := await page_again(request, form, problem, errors)) is not None:
        return again
    page = getattr(request.state, "page", None) or Visit(request, request.app.state.parts, None)
    return page.show("problem.html", status=error.status, problem=problem, errors=errors)


async def _form_of(request: Request) -> Form | None:
    """The form that was sent; None: none, or one that cannot be read."""
    if request.method != "POST":
        return None
    try:
        return await read_form(request)
    except (ProblemError, HTTPException):
        return None


def _to_sign_in(request: Request, form: Form | None) -> Response:
    """To where one signs in, and from there back to the same page."""
    shown = urlsplit(request.headers.get("hx-current-url", ""))
    query = request.url.query
    here = form.page if form else request.url.path + (f"?{query}" if query else "")
    back = shown.path + (f"?{shown.query}" if shown.query else "") if shown.path else here
    address = f"{SIGN_IN}?to={quote(back)}"
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


async def page_again(
    request: Request, form: Form, problem: dict[str, Any] | None = None, errors: Sequence[FieldProblem] = ()
) -> Response | None:
    """The page that the form is on, as if it were asked for, with the form as it was filled in; None: it cannot be shown either."""
    split = urlsplit(form.page)
    scope = {
        **{name: value for name, value in request.scope.items() if name not in OF_ROUTE},
        "method": "GET",
        "path": split.path,
        "raw_path": split.path.encode(),
        "query_string": split.query.encode(),
        "state": {**request.scope.get("state", {}), "tried": Tried(form, problem, tuple(errors))},
    }
    said: list[Message] = []

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def keep(message: Message) -> None:
        said.append(message)

    await request.app.router(scope, nothing, keep)
    start = next(message for message in said if message["type"] == "http.response.start")
    if start["status"] != (problem["status"] if problem else 200):
        return None
    response = Response(b"".join(message.get("body", b"") for message in said), start["status"])
    response.raw_headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    response.headers["Content-Length"] = str(len(response.body))
    return response
