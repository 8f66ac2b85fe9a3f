"""Pages in a real browser, in front of the API and real cases."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeAlias

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from temporalio.testing import WorkflowEnvironment

from models.common.vocabulary import Role
from tests.api.conftest import whole
from tests.support.processes.api import Web
from tests.support.processes.browser import FLAGS, browser_program
from tests.support.processes.pages import Visitors, visiting

SignIn: TypeAlias = Callable[..., Coroutine[Any, Any, Page]]


@pytest.fixture(scope="session")
async def web(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    async with whole(temporal, tmp_path_factory.mktemp("pages")) as web:
        yield web


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_program(), args=list(FLAGS))
        expect.set_options(timeout=60_000)  # a machine that is busy shows it later, not otherwise
        yield browser
        expect.set_options()
        await browser.close()


@pytest.fixture
async def visitors(web: Web) -> AsyncIterator[Visitors]:
    async with visiting(web) as visitors:
        yield visitors


@pytest.fixture
async def sign_in(browser: Browser, visitors: Visitors) -> AsyncIterator[SignIn]:
    """Opens a browser of somebody who is signed in; what its console complains of fails the test."""
    complaints: list[str] = []

    async def open_page(role: Role, who: str, *, scripts: bool = True, lang: str = "en", **options: Any) -> Page:
        known = await visitors.signed_in(role, who)
        context = await browser.new_context(
            base_url=str(visitors.web.http.base_url), java_script_enabled=scripts, locale=lang, **options
        )
        address = str(visitors.web.http.base_url).rstrip("/")
        await context.add_cookies([{"name": "redress", "value": known.http.cookies["redress"], "url": address}])
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in browser.contexts:
        await context.close()
    assert [one for one in complaints if "Failed to load resource" not in one] == []
