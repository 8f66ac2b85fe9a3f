"""The page of a case in a browser: how few keys each job takes, two people at once, and nothing that keeps people from using it."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from playwright.async_api import Page, expect

from models.common.vocabulary import Role
from tests.pages.conftest import SignIn
from tests.pages.test_console import look, violations
from tests.support.processes.api import Web

pytestmark = pytest.mark.slow


async def opened(web: Web, **body: object) -> str:
    customer, _, order = web.customer()
    wanted = {"kind": "complaint", "issue": "product.quality_defect", "wanted": {"remedy": "refund_only"}, **body}
    case_id = await web.open(customer, order_id=order, **wanted)
    await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    return case_id


class Hands:
    """Counts keys and clicks; words that are typed are one's own."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    async def press(self, key: str) -> None:
        self.count += 1
        await self.page.keyboard.press(key)

    async def write(self, words: str) -> None:
        await expect(self.page.locator("#acts textarea:focus")).to_be_visible()
        await self.page.keyboard.type(words)

    async def choose(self, name: str, value: str) -> None:
        self.count += 1
        await self.page.locator(f"details[open] select[name='{name}']").select_option(value)

    async def fill(self, name: str, value: str) -> None:
        self.count += 1
        await self.page.locator(f"details[open] [name='{name}']").fill(value)

    async def done(self, most: int) -> None:
        await expect(self.page.locator(".told")).to_contain_text("Done:", timeout=30_000)
        assert self.count <= most


Job = Callable[[Hands], Coroutine[Any, Any, None]]


async def reply(hands: Hands) -> None:
    await hands.press("r")
    await hands.write("We are on it.")
    await hands.press("Control+Enter")


async def ask(hands: Hands) -> None:
    await hands.press("a")
    await hands.choose("of", "merchant")
    await hands.page.locator("details[open] [name=question]").fill("Was it checked?")
    await hands.press("Control+Enter")


async def propose_suggested(hands: Hands) -> None:
    await hands.press("p")
    await expect(hands.page.locator(".suggested textarea")).to_be_focused()
    await hands.press("Control+Enter")


async def propose_own(hands: Hands) -> None:
    await hands.press("p")
    await hands.choose("options.0.remedies.0.kind", "refund_only")
    await hands.fill("options.0.remedies.0.amount$CNY", "12.90")
    await hands.page.locator("#form-propose [name='options.0.why']").fill("A part of it")
    await hands.press("Control+Enter")


async def transfer(hands: Hands) -> None:
    await hands.press("f")
    await hands.choose("team", "logistics")
    await hands.page.locator("details[open] [name=reason]").fill("It is about the parcel")
    await hands.press("Control+Enter")


async def note(hands: Hands) -> None:
    await hands.press("c")
    await hands.write("Asked the warehouse.")
    await hands.press("Control+Enter")


@pytest.mark.parametrize(
    ("job", "most"), [(reply, 2), (ask, 3), (propose_suggested, 2), (propose_own, 6), (transfer, 3), (note, 2)]
)
async def test_each_job_takes_few_keys(web: Web, sign_in: SignIn, job: Job, most: int) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    taking = Hands(page)
    await taking.press("t")
    await taking.done(1)
    await page.goto(f"/console/cases/{case_id}")
    hands = Hands(page)
    await job(hands)
    await hands.done(most)


async def test_a_colleagues_change_appears_and_eats_no_words(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    await page.keyboard.press("c")
    await page.locator("#form-note textarea").fill("Half a thou")
    colleague = web.person(Role.SUPERVISOR, "li")
    assert (await colleague.post(f"/v1/cases/{case_id}/tag", {"add": ["hot"]})).status_code == 200
    await expect(page.locator("#case-head")).to_contain_text("#hot")
    assert await page.locator("#form-note textarea").input_value() == "Half a thou"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_case_is_for_everybody_and_on_every_screen(web: Web, sign_in: SignIn, lang: str, theme: Any) -> None:
    case_id = await opened(web, description="مرحبا <b>坏了</b>\n" + "line\n" * 900)
    page = await sign_in(Role.SUPERVISOR, "sun", lang=lang, color_scheme=theme, bypass_csp=True)
    await page.goto(f"/console/cases/{case_id}")
    await look(page, f"case-{lang}-{theme}")
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.removeAttribute('name'); one.open = true; })")
    assert await violations(page) == []
    await page.set_viewport_size({"width": 360, "height": 800})
    await look(page, f"case-{lang}-{theme}-360")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_without_scripts_a_note_is_written(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun", scripts=False), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    await page.locator("#act-note > summary").click()
    await page.locator("#form-note textarea").fill("No scripts here.")
    await page.locator("#form-note button.main").click()
    await expect(page.locator("#case-talk")).to_contain_text("No scripts here.")
