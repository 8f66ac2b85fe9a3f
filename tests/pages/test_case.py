"""The page of a case in a browser: how few keys each job takes, two people at once, and nothing that keeps people from using it."""

from typing import Any

import pytest
from playwright.async_api import expect

from models.common.vocabulary import Role
from tests.pages.conftest import SignIn
from tests.pages.test_console import look, violations
from tests.support.processes.api import Web
from tests.support.processes.jobs import JOBS, Job, approve, awaiting_approval, counted, opened

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.mark.parametrize(("job", "most"), [pytest.param(*one, id=one[0].__name__) for one in JOBS.items()])
async def test_each_job_takes_few_keys(web: Web, sign_in: SignIn, job: Job, most: int) -> None:
    case_id = await (awaiting_approval(web) if job is approve else opened(web))
    page = await sign_in(*((Role.SUPERVISOR, "sun") if job is approve else (Role.AGENT, "nia")))
    assert await counted(web, page, job, case_id) <= most


@pytest.mark.parametrize(("key", "form"), [("l", "classify"), ("#", "tag"), ("z", "snooze")])
async def test_keys_open_what_is_folded_away(web: Web, sign_in: SignIn, key: str, form: str) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    await page.keyboard.press(key)
    await expect(page.locator(f"#form-{form} :focus")).to_be_visible()


async def test_every_action_is_in_the_palette(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    await page.keyboard.press("?")
    named = {await one.evaluate("one => one.firstChild.data") for one in await page.locator("#palette li button").all()}
    assert {
        await one.evaluate("one => one.firstChild.data.trim()") for one in await page.locator("#acts .act > summary").all()
    } <= named
    await page.keyboard.type("Close")
    await page.keyboard.press("Enter")
    await expect(page.locator("#form-close :focus")).to_be_visible()


async def test_enter_on_what_has_the_focus_sends_no_suggestion(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    await page.keyboard.press("p")
    more = page.locator("#form-propose button[name=_more][value='0']")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#form-propose [name='options.0.remedies.1.kind']")).to_be_visible()
    await expect(page.locator(".told")).to_have_count(0)


async def test_one_action_follows_the_other_by_keys_alone(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    for words in ("first", "second"):
        await page.keyboard.press("c")
        await expect(page.locator("#form-note textarea")).to_be_focused()
        await page.keyboard.type(words)
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#case-talk")).to_contain_text(words)
        await expect(page.locator("#form-note textarea")).to_be_hidden()  # news may show it before the answer closes the form
        await expect(page.locator("#main :focus, #main:focus")).to_have_count(1)
    await page.keyboard.press("r")
    await expect(page.locator("#form-reply textarea")).to_be_focused()


async def test_news_of_the_case_leave_the_focus_where_it_is(web: Web, sign_in: SignIn) -> None:
    page, case_id = await sign_in(Role.SUPERVISOR, "sun"), await opened(web)
    await page.goto(f"/console/cases/{case_id}")
    place = page.locator("#case-side summary").last
    await place.focus()
    name = await place.inner_text()
    colleague = web.person(Role.SUPERVISOR, "li")
    assert (await colleague.post(f"/v1/cases/{case_id}/tag", {"add": ["warm"]})).status_code == 200
    await expect(page.locator("#case-head")).to_contain_text("#warm")
    await expect(page.locator("#case-side summary:focus")).to_have_text(name)


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
