"""The browser of the tests: whatever Chromium the machine has; and axe-core, which npm gets when a test first needs it."""

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from settings import ROOT
from tests.support.processes.npm import npm_packages

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
MISSING = "no Chromium is installed (Debian: apt-get install chromium)"


def browser_program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def pytest_configure() -> None:
    if browser_program() is None and os.environ.get("REDRESS_REQUIRE_BROWSER") == "1":
        message = f"REDRESS_REQUIRE_BROWSER=1, but {MISSING}"
        raise pytest.UsageError(message)


def pytest_ignore_collect(collection_path: os.PathLike[str]) -> bool | None:
    """Without a browser its tests are left out, and the last lines say so."""
    path = Path(collection_path)
    needs_one = path.name in {"test_browser.py", "test_web_ui.py"} or path == ROOT / "tests" / "pages"
    return True if needs_one and browser_program() is None else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if browser_program() is None:
        terminalreporter.section(f"left out: {MISSING}")
        terminalreporter.line("tests/end_to_end/test_browser.py, tests/end_to_end/test_web_ui.py, tests/pages")


@cache
def axe() -> str:
    """axe-core, which finds what keeps people from using a page."""
    return (npm_packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


async def weight(page: Page, address: str, *, warm: bool = False) -> int:
    """Bytes that come over the wire for the page, with nothing kept from before; `warm`: with what a browser keeps."""
    wire = await page.context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": not warm})
    loaded: list[float] = []

    def add(event: dict[str, Any]) -> None:
        loaded.append(event["encodedDataLength"])

    wire.on("Network.loadingFinished", add)
    await page.goto(address, wait_until="load")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": False})
    await wire.detach()
    return round(sum(loaded))
