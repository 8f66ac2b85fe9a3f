"""The platform's people of the demo's stories at the console, with nothing but a keyboard; everybody else plays as in `redress demo`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from playwright.async_api import Page, expect

from api.pages.cases.actions import KEYS
from api.pages.forms import fields_of
from commands.demo.player import Stage, Story
from commands.demo.plots import Move
from models.common.currencies import decimals
from models.common.vocabulary import Role

QUEUE = "/console/queue?kind=complaint&sort=-opened_at"
MOST = 600
"""Presses of a key until something has the focus; a page has fewer places."""
PATIENCE = 60_000
"""Milliseconds for what a busy machine does."""
TOLD = ".told, .problem[role=alert]"
AT = "selector => document.activeElement !== null && document.activeElement.matches(selector)"
ROW = "() => document.activeElement?.closest('[data-row]')?.dataset.case ?? ''"
CHOICE = "text => [...document.activeElement.options].findIndex(option => option.value === text)"


class Keyboard:
    """One person's browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def go_to(self, case_id: str) -> None:
        """From the queue, row by row."""
        await self.page.goto(QUEUE)
        for _ in range(MOST):
            await self.page.keyboard.press("j")
            if await self.page.evaluate(ROW) == case_id:
                break
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(f"**/console/cases/{case_id}")

    async def reach(self, selector: str) -> None:
        for _ in range(MOST):
            if await self.page.evaluate(AT, selector):
                return
            await self.page.keyboard.press("Tab")
        message = f"no Tab leads to {selector}"
        raise AssertionError(message)

    async def open(self, action: str) -> None:
        """The form of an action: by its key, or else by its name in the list of actions."""
        if key := KEYS.get(action):
            await self.page.keyboard.press(key)
        else:
            await self.reach(f"#act-{action} > summary")
            await self.page.keyboard.press("Enter")
        await expect(self.page.locator(f"#act-{action}[open], .told")).to_be_visible(timeout=PATIENCE)

    async def fill(self, form: str, name: str, text: str) -> None:
        field = f"#form-{form} [name='{name}']:not([type=hidden])"
        while await self.page.locator(shut := f"#form-{form} details:not([open]):has([name='{name}']) > summary").count():
            await self.reach(shut)
            await self.page.keyboard.press("Enter")
        await self.reach(field)
        if await self.page.evaluate(AT, "select"):
            place = await self.page.evaluate(CHOICE, text)
            assert place >= 0, f"{name} has no {text}"
            await self.page.keyboard.press("Home")
            for _ in range(place):
                await self.page.keyboard.press("ArrowDown")
        else:
            await self.page.keyboard.press("Control+a")
            await self.page.keyboard.type(text)

    async def send(self) -> str:
        """What the page says then; empty: it was done."""
        await self.page.keyboard.press("Control+Enter")
        told = self.page.locator(TOLD).first
        await expect(told).to_be_visible(timeout=PATIENCE)
        said = (await told.inner_text()).strip()
        return "" if said.startswith("Done:") else said


class AtTheConsole(Stage):
    """Plays a story in which agents and supervisors are at the console."""

    desks: Mapping[Role, Keyboard]
    moves: list[str]
    """What they did there."""

    async def _do(self, story: Story, move: Move) -> httpx.Response:
        if move.role not in self.desks or move.href or move.method != "POST":
            assert move.role not in self.desks, f"{move.href} is no action of a case"
            return await super()._do(story, move)
        desk = self.desks[move.role]
        await desk.go_to(story.case_id)
        if not await desk.page.locator(f"#form-{move.action}").count():
            return httpx.Response(409, json={})  # not yet, or not any more
        await desk.open(move.action)
        for more in range(1, len(remedies_of(move.body))):
            await desk.reach("#form-propose button[name=_more][value='0']")
            await desk.page.keyboard.press("Enter")
            await expect(desk.page.locator(f"#form-propose [name='options.0.remedies.{more}.kind']")).to_be_visible(
                timeout=PATIENCE
            )
        for name, text in typed(move.body):
            await desk.fill(move.action, name, text)
        refused = await desk.send()
        assert not refused, f"{move.action} {json.dumps(dict(move.body))}: {refused}"
        self.moves.append(move.action)
        return httpx.Response(200, json={"version": await version_of(desk.page)})


async def version_of(page: Page) -> int:
    """Of the case, once nothing can be taken back any more; -1 on the page of something else."""
    news = page.locator("[data-news]")
    if not await news.count():
        return -1
    await expect(page.locator("#case-held .held")).to_have_count(0, timeout=PATIENCE)
    return int(await news.get_attribute("data-version") or -1)


def remedies_of(body: Mapping[str, Any]) -> list[Any]:
    return body["options"][0]["remedies"] if "options" in body else []


def typed(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A body of the API as people type it; what names a line of the order stands in the form already."""
    texts = dict(fields_of(dict(body)))
    for name, text in texts.items():
        before, _, last = name.rpartition(".")
        if last == "minor":
            currency = texts[f"{before}.currency"]
            yield f"{before}${currency}", f"{int(text) / 10 ** decimals(currency):.{decimals(currency)}f}"
        elif last not in {"currency", "line_id"}:
            yield name, text
