"""People in front of pages, without a browser: what is shown is read, forms are filled in and sent as a browser without scripts does."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
from sqlmodel import delete

from adapters.database.engine import Database
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
    buttons: set[str] = field(default_factory=set[str])
    """Names of what is said by pressing one button or another."""
    options: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Of fields that are chosen from a list, what may be chosen."""


class _Reader(HTMLParser):
    """Forms by their id, or else their action; and the words of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.words: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None
        self._closed: list[bool] = []
        self.alerts: list[bool] = []
        """Of each, whether it is seen."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, str] = {name: value or "" for name, value in attrs}
        if tag == "details":
            self._closed.append("open" not in given)
        if given.get("role") == "alert":
            self.alerts.append(not any(self._closed))
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").upper())
            self.forms[given.get("id", self._form.action)] = self._form
        elif self._form is not None and (name := given.get("name")):
            fields = self._form.fields
            if tag == "select":
                self._select = name
            elif tag == "button":
                self._form.buttons.add(name)
            elif tag == "textarea":
                self._area, fields[name] = name, [""]
            elif tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
                fields.setdefault(name, []).append(given.get("value", "on" if given.get("type") == "checkbox" else ""))
        if tag == "option" and self._form is not None and self._select:
            self._offer(self._form, self._select, given)

    @staticmethod
    def _offer(form: Form, name: str, given: dict[str, str]) -> None:
        """An option of a list; the first counts as chosen until another one is."""
        form.options.setdefault(name, []).append(given.get("value", ""))
        if "selected" in given or name not in form.fields:
            form.fields[name] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._form = None
            case "details":
                self._closed.pop()
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
    alerts: list[bool]
    """Of each word of what is wrong, whether it is seen: not in what is closed."""

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

    async def sign_in(self, database: Database, actor: Actor) -> None:
        async with database.writing() as session:
            secret = await begin(session, actor, datetime.now(UTC) + timedelta(hours=1))
        self.http.cookies.set("redress", secret)

    async def get(self, address: str, **headers: str) -> Shown:
        return self._shown(await self.http.get(address, headers=headers))

    async def submit(self, form: str, **fields: Any) -> Shown:
        """Fill in a form of the page, by its id, and send it. A field of a file has its name, bytes and type."""
        assert self.page is not None
        found = self.page.forms[form]
        told: dict[str, Any] = {**found.fields, **fields}
        action = found.action or str(self.page.answer.url)
        return await self.post(action, told)

    async def post(self, address: str, fields: dict[str, Any], **headers: str) -> Shown:
        origin = {"Origin": str(self.http.base_url).rstrip("/")}
        files: dict[str, Any] = {name: value for name, value in fields.items() if isinstance(value, tuple)}
        typed = {name: value for name, value in fields.items() if name not in files}
        return self._shown(await self.http.post(address, data=typed, files=files or None, headers=origin | headers))

    async def refused(self, status: int, form: str, **fields: Any) -> Shown:
        """What they filled in is not taken: the page says why, and has it in the form still."""
        assert self.page is not None
        said = {name: text for name, text in fields.items() if name not in self.page.forms[form].buttons}
        shown = await self.submit(form, **fields)
        assert shown.status == status, shown.text
        assert any(shown.alerts), "nobody sees what is wrong"
        kept, options = shown.forms[form].fields, shown.forms[form].options
        typed = {
            name: [text] if isinstance(text, str) else text
            for name, text in said.items()
            if not isinstance(text, tuple) and text in options.get(name, [text])  # no list keeps what it does not offer
        }
        assert {name: kept.get(name) for name in typed} == typed
        return shown

    async def overtaken(self, form: str, *decided: str, **fields: Any) -> Shown:
        """They decide on something else than what stands: their words are kept, and the form is about what stands."""
        assert self.page is not None
        now = {name: self.page.forms[form].fields[name][0] for name in decided}
        stale = {name: str(int(text) + 7) if text.isdecimal() else f"{text}9" for name, text in now.items()}
        self.page.forms[form].fields |= {name: [text] for name, text in stale.items()}
        shown = await self.refused(409, form, **fields)
        assert {name: shown.forms[form].fields[name][0] for name in decided} == now
        return shown

    def _shown(self, answer: httpx.Response) -> Shown:
        reader = _Reader()
        if answer.headers.get("content-type", "").startswith("text/html"):
            reader.feed(answer.text)
        self.page = Shown(answer, reader.forms, " ".join(" ".join(reader.words).split()), reader.alerts)
        return self.page


@asynccontextmanager
async def stranger(base_url: httpx.URL) -> AsyncGenerator[Visitor]:
    """Somebody who is not signed in, and reads English."""
    headers = {"Accept-Language": "en"}
    async with httpx.AsyncClient(base_url=base_url, timeout=30, follow_redirects=True, headers=headers) as http:
        yield Visitor(http)


@dataclass
class Visitors:
    """Makes people who look at the pages of an API."""

    web: Web
    clients: AsyncExitStack

    async def stranger(self) -> Visitor:
        """Somebody who is not signed in."""
        return await self.clients.enter_async_context(stranger(self.web.http.base_url))

    async def signed_in(self, role: Role, who: str, *teams: str) -> Visitor:
        """Somebody who is."""
        await self._let_in(role, who)
        somebody = await self.stranger()
        await somebody.sign_in(self.web.service.database, Actor(role=role, id=who, teams=teams))
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
