"""The browser of the tests: whatever Chromium the machine has."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium is installed (Debian: apt-get install chromium)"


def browser_program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def pytest_configure() -> None:
    if browser_program() is None and os.environ.get("REDRESS_REQUIRE_BROWSER") == "1":
        message = f"REDRESS_REQUIRE_BROWSER=1, but {MISSING}"
        raise pytest.UsageError(message)


def pytest_ignore_collect(collection_path: os.PathLike[str]) -> bool | None:
    """Without a browser its tests are left out, and the last lines say so."""
    return True if os.fspath(collection_path).endswith("test_browser.py") and browser_program() is None else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if browser_program() is None:
        terminalreporter.section(f"left out: {MISSING}")
        terminalreporter.line("tests/end_to_end/test_browser.py")
