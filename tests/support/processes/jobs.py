"""What an agent or supervisor does all day at a case's page, by key: each job counts what is pressed and chosen (PAG-1); words are one's own."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias
from uuid import uuid4

from playwright.async_api import Page, expect

from models.common.vocabulary import Role
from tests.support.builders.orders import order, parcel
from tests.support.processes.api import Web

PATIENCE = 60_000
"""Milliseconds for what a busy machine does."""


async def opened(web: Web, **body: object) -> str:
    """A complaint that the platform sees to."""
    customer, _, order = web.customer()
    wanted = {"kind": "complaint", "issue": "product.quality_defect", "wanted": {"remedy": "refund_only"}, **body}
    case_id = await web.open(customer, order_id=order, **wanted)
    await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    return case_id


async def awaiting_approval(web: Web) -> str:
    """A proposal above an agent's limit waits for a supervisor."""
    number = uuid4().hex[:8]
    web.service.world.add(order(f"O-D{number}", customer=f"C-D{number}", minor=500_000), parcel(f"O-D{number}"))
    wanted = {"kind": "complaint", "issue": "product.quality_defect", "wanted": {"remedy": "refund_only"}}
    case_id = await web.open(web.person(Role.CUSTOMER, f"C-D{number}"), order_id=f"O-D{number}", **wanted)
    await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    agent = web.person(Role.AGENT, "nia")
    assert (await agent.post(f"/v1/cases/{case_id}/take")).status_code == 200
    money = {"kind": "refund_only", "amount": {"minor": 240_000, "currency": "CNY"}}
    answer = await agent.post(f"/v1/cases/{case_id}/propose", {"options": [{"remedies": [money], "why": "Nearly half of it."}]})
    assert answer.status_code == 200, answer.text
    await web.row(case_id, lambda row: row.waiting_for == "approval")
    return case_id


class Hands:
    """Counts keys and clicks."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    async def press(self, key: str) -> None:
        self.count += 1
        await self.page.keyboard.press(key)

    async def write(self, words: str) -> None:
        await expect(self.page.locator("#acts textarea:focus")).to_be_visible(timeout=PATIENCE)
        await self.page.keyboard.type(words)

    async def choose(self, name: str, value: str) -> None:
        self.count += 1
        await self.page.locator(f"details[open] select[name='{name}']").select_option(value)

    async def fill(self, name: str, value: str) -> None:
        self.count += 1
        await self.page.locator(f"details[open] input:not([type=hidden])[name='{name}']").fill(value)

    async def done(self) -> None:
        await expect(self.page.locator(".told")).to_contain_text("Done:", timeout=PATIENCE)


Job: TypeAlias = Callable[[Hands], Coroutine[Any, Any, None]]


async def take(hands: Hands) -> None:
    await hands.press("t")


async def reply(hands: Hands) -> None:
    await hands.press("r")
    await hands.write("We are on it.")
    await hands.press("Control+Enter")


async def canned_reply(hands: Hands) -> None:
    """Of the saved replies the first."""
    await hands.press("s")
    await expect(hands.page.locator(".saved[open] > summary")).to_be_focused(timeout=PATIENCE)
    await hands.press("1")
    await expect(hands.page.locator("#form-reply textarea")).not_to_be_empty(timeout=PATIENCE)
    await hands.press("Control+Enter")


async def ask(hands: Hands) -> None:
    await hands.press("a")
    await hands.choose("of", "merchant")
    await hands.page.locator("details[open] [name=question]").fill("Was it checked?")
    await hands.press("Control+Enter")


async def propose_suggested(hands: Hands) -> None:
    await hands.press("p")
    await expect(hands.page.locator(".suggested textarea")).to_be_focused(timeout=PATIENCE)
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


async def escalate(hands: Hands) -> None:
    await hands.press("e")
    await hands.write("It is above me.")
    await hands.press("Control+Enter")


async def note(hands: Hands) -> None:
    await hands.press("c")
    await hands.write("Asked the warehouse.")
    await hands.press("Control+Enter")


async def approve(hands: Hands) -> None:
    await hands.press("y")
    await expect(hands.page.locator("#form-approve :focus")).to_be_visible(timeout=PATIENCE)
    await hands.press("Control+Enter")


JOBS: Mapping[Job, int] = {
    take: 1,
    reply: 2,
    canned_reply: 3,
    ask: 3,
    propose_suggested: 2,
    propose_own: 6,
    transfer: 3,
    escalate: 2,
    note: 2,
    approve: 2,
}
"""The most steps that each may take."""


SAVED = {"name": "at it", "words": {"zh": "正在处理。", "en": "We look into it."}}
"""The saved reply."""


async def counted(web: Web, page: Page, job: Job, case_id: str) -> int:
    """Do the job at the case's page, which its agent has taken; how many steps it took."""
    if job is canned_reply:
        (await web.person(Role.AGENT, "nia").put("/v1/saved-replies/at-it", SAVED)).raise_for_status()
    await page.goto(f"/console/cases/{case_id}")
    if job not in {take, approve}:
        await take(taking := Hands(page))
        await taking.done()
        await page.goto(f"/console/cases/{case_id}")
    await job(hands := Hands(page))
    await hands.done()
    return hands.count
