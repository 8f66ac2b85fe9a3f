"""Several people at one case: who else is there, words that outlive the browser, and what was sent taken back."""

import pytest
from playwright.async_api import Page, expect

from models.common.vocabulary import Role
from tests.pages.conftest import SignIn
from tests.pages.test_case import opened
from tests.support.processes.api import Web

pytestmark = [pytest.mark.slow, pytest.mark.long]


async def at(page: Page, case_id: str) -> Page:
    await page.goto(f"/console/cases/{case_id}")
    return page


async def test_who_else_has_the_case_open_is_seen_on_it_and_in_the_queue(web: Web, sign_in: SignIn) -> None:
    case_id = await opened(web)
    first, second = await sign_in(Role.SUPERVISOR, "sun"), await sign_in(Role.SUPERVISOR, "li")
    await at(first, case_id)
    await at(second, case_id)
    await expect(first.locator("#case-head")).to_contain_text("li has it open")
    await second.keyboard.press("c")
    await second.locator("#form-note textarea").fill("Half a thought")
    await expect(first.locator("#case-head")).to_contain_text("li is writing")
    await first.goto("/console/queue?sort=-opened_at&kind=complaint")
    await expect(first.locator(f"[data-present='{case_id}']")).to_contain_text("li has it open")
    await second.goto("/console/queue")
    await expect(first.locator(f"[data-present='{case_id}']")).not_to_contain_text("li")


async def test_words_outlive_the_browser_and_are_nobody_elses(web: Web, sign_in: SignIn) -> None:
    case_id = await opened(web)
    page = await at(await sign_in(Role.SUPERVISOR, "sun"), case_id)
    await page.keyboard.press("p")
    await page.locator("#form-propose [name='options.0.remedies.0.amount$CNY']").fill("12.90")
    await page.locator("#form-propose [name='options.0.why']").fill("A part of it")
    await expect(page.locator("#form-propose [name=_revision]")).not_to_have_value("0")
    await page.context.close()
    again = await at(await sign_in(Role.SUPERVISOR, "sun"), case_id)
    assert await again.locator("#form-propose [name='options.0.why']").input_value() == "A part of it"
    assert await again.locator("#form-propose [name='options.0.remedies.0.amount$CNY']").input_value() == "12.90"
    colleague = await at(await sign_in(Role.SUPERVISOR, "li"), case_id)
    assert await colleague.locator("#form-propose [name='options.0.why']").input_value() == ""


async def test_what_was_just_sent_is_taken_back_and_is_a_draft_again(web: Web, sign_in: SignIn) -> None:
    case_id = await opened(web)
    page = await at(await sign_in(Role.SUPERVISOR, "sun"), case_id)
    await page.keyboard.press("t")
    await expect(page.locator(".told")).to_contain_text("Done:")
    await page.keyboard.press("r")
    await page.locator("#form-reply textarea").fill("Too early")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#form-reply textarea")).to_be_hidden()  # news may show it before the answer closes the form
    await expect(page.locator("#case-held time")).to_contain_text("seconds")
    await page.keyboard.press("u")
    await expect(page.locator("#case-held .held")).to_have_count(0)
    await expect(page.locator("#form-reply textarea")).to_have_value("Too early")
    await expect(page.locator("#case-talk")).not_to_contain_text("Too early")
