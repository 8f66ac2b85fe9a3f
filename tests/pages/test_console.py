"""The console in a browser: keys, pieces by htmx, no scripts, narrow screens, and nothing that keeps people from using it."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from models.common.vocabulary import Role
from tests.pages.conftest import SignIn
from tests.support.processes.api import Web
from tests.support.processes.browser import axe

pytestmark = pytest.mark.slow

QUEUE = "/console/queue?sort=-opened_at&kind=after_sales"


@pytest.fixture(scope="module")
async def case_id(web: Web) -> str:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived", description="退款一直没有到账")
    await web.row(case_id, lambda row: row.waiting_on == "agent")
    return case_id


async def violations(page: Page) -> list[str]:
    """What axe finds."""
    found: Any = await page.evaluate(f"{axe()}; axe.run().then(found => found.violations)")
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


async def look(page: Page, name: str) -> None:
    """Keep a picture of the page, for whoever sets REDRESS_SCREENSHOTS to a folder."""
    if folder := os.environ.get("REDRESS_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_queue_is_for_everybody_and_on_every_screen(sign_in: SignIn, case_id: str, lang: str, theme: Any) -> None:
    page = await sign_in(Role.SUPERVISOR, "sun", lang=lang, color_scheme=theme, bypass_csp=True)
    await page.goto(QUEUE)
    await expect(page.get_by_text(case_id)).to_be_visible()
    await page.locator("summary[data-key=b]").click()
    await look(page, f"queue-{lang}-{theme}")
    assert await violations(page) == []
    await page.set_viewport_size({"width": 360, "height": 800})
    await look(page, f"queue-{lang}-{theme}-360")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_keys_go_from_row_to_row_choose_and_find(sign_in: SignIn, case_id: str) -> None:
    page = await sign_in(Role.SUPERVISOR, "sun")
    await page.goto(QUEUE)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.locator("tbody input[type=checkbox]").first).to_be_checked()
    await page.keyboard.press("?")
    await page.keyboard.type("my cases")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url("http://" + str(page.url).split("/")[2] + "/console/queue")
    await page.keyboard.press("/")
    await expect(page.locator("input[name=text]")).to_be_focused()
    assert case_id


async def test_one_key_takes_the_next_case(sign_in: SignIn, case_id: str) -> None:
    page = await sign_in(Role.AGENT, "nia")
    await page.goto("/console/queue?queue=payments")
    await expect(page.get_by_text(case_id)).to_be_visible()
    async with page.expect_response(lambda answer: answer.url.endswith("/console/queue/next")) as taken:
        await page.keyboard.press("n")
    assert (await taken.value).status == 303


async def test_many_cases_at_once_without_leaving_the_page_and_what_is_wrong_stays_in_the_form(
    sign_in: SignIn, case_id: str
) -> None:
    page = await sign_in(Role.SUPERVISOR, "sun")
    await page.goto(QUEUE)
    await page.evaluate("window.same = true")
    await page.locator(f"input[value={case_id}]").check()
    await page.locator("summary[data-key=b]").click()
    await page.get_by_role("button", name="Write a note").click()
    await expect(page.get_by_role("alert")).to_contain_text("note.words")
    await expect(page.locator(f"input[value={case_id}]")).to_be_checked()
    await page.locator("textarea").fill("asked the bank")
    await page.get_by_role("button", name="Write a note").click()
    await expect(page.get_by_role("status").first).to_contain_text("Done with 1 cases.")
    assert await page.evaluate("window.same") is True


async def test_what_was_done_stays_said_while_the_list_renews_itself(web: Web, sign_in: SignIn, case_id: str) -> None:
    page = await sign_in(Role.SUPERVISOR, "sun")
    await page.goto(QUEUE)
    await page.locator(f"input[value={case_id}]").check()
    await page.locator("summary[data-key=b]").click()
    await page.locator("textarea").fill("asked again")
    async with page.expect_response(
        lambda answer: answer.request.method == "GET" and "/console/queue" in answer.url
    ):  # it renews itself
        await page.get_by_role("button", name="Write a note").click()
    for number in range(3):
        async with page.expect_response(lambda answer: answer.request.method == "GET" and "/console/queue" in answer.url):
            await web.person(Role.SUPERVISOR, "sun").post(f"/v1/cases/{case_id}/note", {"words": f"once more, {number}"})
        await expect(page.get_by_role("status").first).to_contain_text("Done with 1 cases.")


async def test_news_of_a_case_do_not_take_a_form_away_that_was_opened_meanwhile(web: Web, sign_in: SignIn, case_id: str) -> None:
    page = await sign_in(Role.SUPERVISOR, "sun")
    await page.goto(QUEUE)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        asked.set()
        await go_on.wait()
        await route.continue_()

    await page.route(lambda address: "/console/queue" in address, slow)
    await web.person(Role.SUPERVISOR, "sun").post(f"/v1/cases/{case_id}/note", {"words": "news"})
    await asyncio.wait_for(asked.wait(), 30)
    await page.locator(f"input[value={case_id}]").check()
    await page.locator("summary[data-key=b]").click()
    await page.locator("textarea").fill("half a sen")
    async with page.expect_response(lambda answer: "/console/queue" in answer.url):
        go_on.set()
    await page.locator("textarea").press_sequentially("tence")
    assert await page.locator("textarea").input_value() == "half a sentence"
    await expect(page.locator(f"input[value={case_id}]")).to_be_checked()


async def test_without_scripts_everything_is_there(sign_in: SignIn, case_id: str) -> None:
    page = await sign_in(Role.SUPERVISOR, "sun", scripts=False)
    await page.goto(QUEUE)
    await page.locator(f"input[value={case_id}]").check()
    await page.locator("summary[data-key=b]").click()
    await page.locator("input[name='tag.add.0']").fill("bank")
    await page.locator("button[formaction$=tag]").click()
    await expect(page.locator(".told")).to_contain_text("Done with 1 cases.")
