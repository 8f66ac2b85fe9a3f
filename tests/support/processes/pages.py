"""People in front of pages, without a browser: what is shown is read, forms are filled in and sent as a browser without scripts does."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
from sqlmodel import delete

from adapters.database.sign_in import begin, make_link
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.case import AgentRow
from tests.support.processes.api import Web


@dataclass
class Form:
    """A form of a page: where it goes, and what is in its fields."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


class _Reader(HTMLParser):
    """Forms by their id, or else their action; and the words of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.words: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, str] = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").upper())
            self.forms[given.get("id", self._form.action)] = self._form
        elif self._form is not None and (name := given.get("name")):
            fields = self._form.fields
            if tag == "select":
                self._select = name
            elif tag == "textarea":
                self._area, fields[name] = name, [""]
            elif tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
                fields.setdefault(name, []).append(given.get("value", "on" if given.get("type") == "checkbox" else ""))
        if (
            tag == "option"
            and self._form is not None
            and self._select
            and ("selected" in given or self._select not in self._form.fields)
        ):
            self._form.fields[self._select] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._form = None
            case "select":
                self._select = None
            case "textarea":
                self._area = None
            case _:
                pass

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._form is not None and self._area is not None:
            self._form.fields[self._area][0] += data


@dataclass
class Shown:
    """A page as it came."""

    answer: httpx.Response
    forms: dict[str, Form]
    text: str
    """Its words, with single blanks."""

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    @property
    def html(self) -> str:
        return self.answer.text


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.page: Shown | None = None

    async def get(self, address: str, **headers: str) -> Shown:
        return self._shown(await self.http.get(address, headers=headers))

    async def submit(self, form: str, **fields: str | list[str]) -> Shown:
        """Fill in a form of the page, by its id, and send it."""
        assert self.page is not None
        found = self.page.forms[form]
        told: dict[str, Any] = {**found.fields, **fields}
        action = found.action or str(self.page.answer.url)
        return await self.post(action, told)

    async def post(self, address: str, fields: dict[str, Any], **headers: str) -> Shown:
        origin = {"Origin": str(self.http.base_url).rstrip("/")}
        return self._shown(await self.http.post(address, data=fields, headers=origin | headers))

    def _shown(self, answer: httpx.Response) -> Shown:
        reader = _Reader()
        if answer.headers.get("content-type", "").startswith("text/html"):
            reader.feed(answer.text)
        self.page = Shown(answer, reader.forms, " ".join(" ".join(reader.words).split()))
        return self.page


@dataclass
class Visitors:
    """Makes people who look at the pages of an API."""

    web: Web
    clients: AsyncExitStack

    async def stranger(self) -> Visitor:
        """Somebody who is not signed in."""
        http = httpx.AsyncClient(
            base_url=self.web.http.base_url, timeout=30, follow_redirects=True, headers={"Accept-Language": "en"}
        )
        return Visitor(await self.clients.enter_async_context(http))

    async def signed_in(self, role: Role, who: str, *teams: str) -> Visitor:
        """Somebody who is."""
        await self._let_in(role, who)
        actor = Actor(role=role, id=who, teams=teams)
        async with self.web.service.database.writing() as session:
            secret = await begin(session, actor, datetime.now(UTC) + timedelta(hours=1))
        somebody = await self.stranger()
        somebody.http.cookies.set("redress", secret)
        return somebody

    async def link(self, role: Role, who: str) -> str:
        """A link that signs them in."""
        await self._let_in(role, who)
        async with self.web.service.database.writing() as session:
            return f"/sign-in/link/{await make_link(session, role, who, timedelta(minutes=5))}"

    async def _let_in(self, role: Role, who: str) -> None:
        self.web.person(role, who)
        await self.web.http.get("/healthz")  # with the next request staff are in the table of people


@asynccontextmanager
async def visiting(web: Web) -> AsyncGenerator[Visitors]:
    """Visitors of these pages, who go in the end, and of whom nobody stays among the people."""
    async with AsyncExitStack() as clients:
        yield Visitors(web, clients)
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow))
