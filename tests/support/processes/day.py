"""The platform's people of the demo's stories at the console, as most people work there: by links, fields and buttons."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import BrowserContext, Locator, Page, Response, expect

from commands.demo.player import Stage, Story
from commands.demo.plots import Move
from models.common.vocabulary import Role
from tests.support.processes.keyboard import PATIENCE, TOLD, remedies_of, typed, version_of

BOOKS = {"claims": "/console/books/claims", "chargebacks": "/console/books/chargebacks", "cases": "/console/cases"}
"""Where what the API has below `/v1` has its page."""
PEOPLE = "/console/supervision/people"


class AtTheDesk(Stage):
    """Plays a story in which agents and supervisors have the console and nothing else."""

    def __init__(self, desks: Mapping[Role, BrowserContext], moves: list[str], *stage: Any) -> None:
        """`moves`: takes down what they did there. `stage`: as of every other."""
        super().__init__(*stage)
        self.desks = desks
        self.moves = moves

    async def _do(self, story: Story, move: Move) -> httpx.Response:
        if move.role not in self.desks:
            return await super()._do(story, move)
        async with _tab(self.desks[move.role]) as page:
            done = await self._on_page(page, story, move)
        if done.is_success:
            self.moves.append(str(move.action))
        return done

    async def _on_page(self, page: Page, story: Story, move: Move) -> httpx.Response:
        place, what, *of = (move.href or f"/v1/cases/{story.case_id}").split("/")[2:]
        match move.method:
            case "PUT":
                await _let_in(page, what, move)
                return httpx.Response(200, json={})
            case "DELETE":
                await page.goto(f"{PEOPLE}/{what}")
                form = "leave"
            case _:
                await page.goto(f"{BOOKS[place]}/{what}")
                form = f"{of[1]}-{move.action}" if len(of) == len(("returns", "m1", "inspect")) else str(move.action)
        if not await page.locator(f"#form-{form}").count():
            return httpx.Response(409, json={})  # not yet, or not any more
        await _send(page, form, move)
        return httpx.Response(200, json={"version": await version_of(page)})


@asynccontextmanager
async def _tab(desk: BrowserContext) -> AsyncGenerator[Page]:
    page = await desk.new_page()
    try:
        yield page
    finally:
        await page.close()


async def _let_in(page: Page, who: str, move: Move) -> None:
    await page.goto(PEOPLE)
    form = page.locator("#form-add")
    await _unfold(form.locator("[name=id]"))
    await form.locator("[name=id]").fill(who)
    await form.locator("[name=name]").fill(move.body["name"])
    await form.locator("[name=present]").select_option("true" if move.body["present"] else "false")
    for team in move.body["teams"]:
        await form.locator(f"[name='teams*'][value='{team}']").check()
    await _press(page, form)


async def _send(page: Page, name: str, move: Move) -> None:
    form = page.locator(f"#form-{name}")
    for more in range(1, len(remedies_of(move.body))):
        await _unfold(form.locator("button[name=_more][value='0']"))
        await form.locator("button[name=_more][value='0']").click()
        await expect(form.locator(f"[name='options.0.remedies.{more}.kind']")).to_be_attached(timeout=PATIENCE)
    for field, text in typed(move.body):
        place = form.locator(f"[name='{field}']:not([type=hidden])")
        await _unfold(place)
        if await place.evaluate("field => field.matches('select')"):
            await place.select_option(text)
        else:
            await place.fill(text)
    await _press(page, form)


async def _unfold(place: Locator) -> None:
    """Open whatever it is folded into, from the outside in."""
    folded = place.locator("xpath=ancestor::details[not(@open)]/summary")
    while await folded.count():
        await folded.first.click()


async def _press(page: Page, form: Locator) -> None:
    """The form's own button; what the page says then is that it was done."""
    button = form.locator("button:visible:not([name]), button.main, button.bad").last
    await _unfold(button)
    async with page.expect_response(_an_answer, timeout=PATIENCE):  # what other tabs of the same person did may be told here
        await button.click()
    told = page.locator(TOLD).first
    await expect(told).to_be_visible(timeout=PATIENCE)
    assert await page.locator(".told").count(), await told.inner_text()


def _an_answer(answer: Response) -> bool:
    return answer.request.method == "POST" and "/drafts/" not in answer.url
