"""A newcomer opens the first case from the API's own page, in a real browser: the example runs as it stands there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from api.http.auth import make_token
from models.common.vocabulary import Role
from tests.support.processes.browser import browser_program
from tests.support.processes.redress import Redress

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


@pytest.fixture
def page(redress: Redress) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=list(FLAGS))
        page = browser.new_page()
        page.goto(f"{redress.settings.api_url}/docs")
        yield page
        browser.close()


def test_the_first_case_is_opened_from_the_page(redress: Redress, page: Page) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".modal-ux input").fill(make_token(redress.settings, Role.CUSTOMER, "C-1"))
    page.locator(".modal-ux button.authorize").click()
    page.locator(".modal-ux button.btn-done").click()
    opening = page.locator(".opblock-post", has_text="Open a case").first
    opening.locator(".opblock-summary-control").click()
    opening.get_by_role("button", name="Execute").click()
    answer = opening.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_have_text("201", timeout=20_000)
    expect(answer).to_contain_text("RD-")


def test_the_page_speaks_both_languages(page: Page) -> None:
    expect(page.locator(".opblock-post", has_text="开立工单").first).to_be_visible(timeout=20_000)
    expect(page.locator(".opblock-post", has_text="Open a case").first).to_be_visible(timeout=20_000)
