"""A page: for whom, in which language and zone, and how it is shown, whole or as the piece that htmx asked for."""

import gzip
import uuid
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_origin
from urllib.parse import parse_qsl, urlencode, urlsplit
from zlib import crc32
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel
from starlette.datastructures import QueryParams

from api.http.auth import Caller
from api.http.dependencies import CallerOf, Parts, PartsOf
from api.http.language import language_of
from api.pages import filters
from api.pages.assets import asset
from api.pages.forms import INSTANT, Tried, checked, instant_of
from api.pages.navigation import Place, places_of, sections_of
from api.pages.preferences import COMMON_ZONES, Theme, theme_of, zone_of
from api.pages.texts import page_text, page_texts
from models.common.vocabulary import Locale
from rules.common.readers import as_seen

TEMPLATES = Path(__file__).parent / "templates"
BEHIND = "redress-behind"
"""The header of a page that is asked for behind the one that is shown, for some of its parts."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",  # with less, a browser's form has no Origin
    "Vary": "Accept-Encoding, Cookie, HX-Request, HX-Target",
}
MAIN = "main"
EARLIER = timedelta(seconds=2)
"""Clocks differ, and a page takes a while."""
T = TypeVar("T")
R = TypeVar("R", bound=Response)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Visit:
    """A page that is asked for, by whoever may not be signed in."""

    request: Request
    parts: Parts
    caller: Caller | None

    @cached_property
    def locale(self) -> Locale:
        return language_of(self.request)

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self.request)

    @property
    def common_zones(self) -> Sequence[str]:
        return COMMON_ZONES

    @property
    def theme(self) -> Theme:
        return theme_of(self.request)

    @property
    def address(self) -> str:
        """Of this page, with its query."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def query_with(self, **values: object) -> str:
        """The query of this page with other values; None: without."""
        kept = [(name, text) for name, text in self.request.query_params.multi_items() if text and name not in values]
        return urlencode([*kept, *((name, value) for name, value in values.items() if value is not None)])

    @property
    def tried(self) -> Tried | None:
        """The form of this page that was just refused."""
        return getattr(self.request.state, "tried", None)

    @property
    def places(self) -> Sequence[Place]:
        return places_of(self.caller.role) if self.caller else ()

    def asked(self, model: type[M], address: str | None = None, **given: object) -> M:
        """The query of this page, or of the one at `address`, as an endpoint takes it; what a form left empty is not in it.

        Raises RequestValidationError.
        """
        asked = self.request.query_params if address is None else QueryParams(urlsplit(address).query)
        query: dict[str, object] = {}
        for name in asked:
            texts = [text for text in asked.getlist(name) if text.strip()]
            if texts and name.endswith(INSTANT):
                query[name.removesuffix(INSTANT)] = instant_of(texts[-1], self.zone)
            elif texts:
                several = name in model.model_fields and get_origin(model.model_fields[name].annotation) is tuple
                query[name] = texts if several else texts[-1]
        return checked(model, query | given, "query")

    @property
    def sections(self) -> Sequence[Place]:
        """The pages beside this one."""
        return sections_of(self.caller.role, self.request.url.path) if self.caller else ()

    @property
    def by_htmx(self) -> bool:
        return "hx-request" in self.request.headers

    @property
    def part(self) -> str | None:
        """The block of the template that htmx asks for: it is named as the element that it is put into. None: the whole page."""
        return self.request.headers.get("hx-target", "").partition("#")[2] or MAIN if self.by_htmx else None

    @cached_property
    def told(self) -> str | None:
        """What was done before this page was shown."""
        if BEHIND in self.request.headers:
            return None
        told = dict(parse_qsl(self.request.cookies.get(_told_on(self.request.url.path), "")))
        text = told.pop("text", "")
        try:
            return page_text(text, self.locale, **told) if text in page_texts() else None
        except (KeyError, IndexError, ValueError):
            return None

    @property
    def moment(self) -> int:
        """From when on the page follows what happens: a little before it was made, in microseconds."""
        return int((datetime.now(UTC) - EARLIER).timestamp() * 1_000_000)

    @staticmethod
    def key() -> str:
        """An Idempotency-Key for a form."""
        return uuid.uuid4().hex

    def show(self, template: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
        """The page, or of it the part that htmx asked for."""
        found = environment().get_template(template)
        part = self.part if self.part in found.blocks else MAIN
        layout = "part.html" if self.by_htmx else "base.html"
        tried = self.tried
        content = found.render(page=self, layout=layout, part=part, tried=tried, **values)
        if tried and tried.problem and f'id="form-{tried.form.name}"' not in content:  # it is not open any more
            lost = environment().get_template("problem.html")
            part = MAIN if self.by_htmx else part
            content = lost.render(page=self, layout=layout, part=part, tried=tried, problem=tried.problem, errors=tried.errors)
        zipped = "gzip" in self.request.headers.get("accept-encoding", "")
        body = gzip.compress(content.encode(), 6) if zipped else content
        headers = {**HEADERS, "Content-Encoding": "gzip"} if zipped else HEADERS
        response = HTMLResponse(body, tried.problem["status"] if tried and tried.problem else status, headers)
        response.headers["Content-Language"] = self.locale.value
        if self.told is not None:
            response.delete_cookie(_told_on(self.request.url.path), path="/")
        return response

    def to(self, address: str, told: str | None = None, **values: object) -> Response:
        """Go on to another page, which says what was done; htmx follows as well."""
        response = RedirectResponse(address, 303)
        if told is not None:
            secure = self.parts.sessions.secure(self.request)
            content = urlencode({"text": told, **values})
            cookie = _told_on(urlsplit(address).path)
            response.set_cookie(cookie, content, max_age=60, path="/", secure=secure, httponly=True, samesite="lax")
        return response


def _told_on(path: str) -> str:
    """The cookie that carries what was done to the page that is shown next, and to no other tab of the same person."""
    return f"redress_told_{crc32(path.encode()):08x}"


@dataclass(frozen=True)
class Page(Visit):
    """A page of somebody who is signed in: the same caller as of the API."""

    caller: Caller

    @staticmethod
    async def file(answer: Awaitable[R]) -> R:
        """A file, of which an endpoint's function gives the whole to whoever may have it."""
        return await answer

    async def ask(self, answer: Awaitable[T]) -> T:
        """What an endpoint's function answers, as far as it is the caller's (as `SeenRoute` does for the API)."""
        said = await answer
        return said if said is None else as_seen(said, self.caller.actor)


def _page(request: Request, parts: PartsOf, caller: CallerOf) -> Page:
    request.state.page = Page(request, parts, caller)
    return request.state.page


PageOf = Annotated[Page, Depends(_page)]


def _visit(request: Request, parts: PartsOf) -> Visit:
    return Visit(request, parts, None)


VisitOf = Annotated[Visit, Depends(_visit)]


@cache
def environment() -> Environment:
    """Of all templates."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    own: dict[str, Any] = environment.globals
    own.update(t=filters.text, asset=asset)
    named: dict[str, Any] = environment.filters
    named.update(filters.FILTERS)
    return environment
