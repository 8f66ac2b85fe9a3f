"""Every page that links lead to, as each role has it: for everybody, on every screen, in both languages and themes, and light."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, ViewportSize

from models.common.vocabulary import Role
from tests.pages.conftest import SignIn
from tests.pages.test_case import opened
from tests.pages.test_console import look
from tests.support.processes.api import Web
from tests.support.processes.browser import axe, weight
from tests.support.processes.charged_back import charged_back

pytestmark = [pytest.mark.slow, pytest.mark.long]

PEOPLE = {Role.AGENT: "nia", Role.SUPERVISOR: "sun", Role.ANALYST: "ana"}
NARROW, WIDE = ViewportSize(width=360, height=800), ViewportSize(width=1280, height=800)
ENLARGED = ViewportSize(width=640, height=400)
"""What a screen of 1,280 × 800 has at 200 %."""
DESKS = ViewportSize(width=1200, height=800), ViewportSize(width=1440, height=900)
KIB = 1024
COLD, REPORT = 60 * KIB, 120 * KIB
"""Bytes on the wire, of a page with all that it needs and nothing kept."""
NO_PAGES = ("/pdf", "/thumbnail", "/evidence/")
ONE_OF_A_KIND = re.compile(
    r"RD-[0-9A-Z]{12}|(?<=/people/)[^/]+|(?<=/entries/)[^/]+|(?<=/reviews/)[^/]+|claim\.\d+|CB-[0-9A-F]{16}"
)
LINKS = "[...document.querySelectorAll('a[href^=\"/console\"]:not([download])')].map(one => one.getAttribute('href'))"
OPEN = "document.querySelectorAll('details').forEach(one => { one.removeAttribute('name'); one.open = true; })"
BROKEN = """
[...document.querySelectorAll('main :is(td, th, dd, h1, h2, summary)')].filter(one => one.checkVisibility()).flatMap(cell => {
  const found = [], walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let text = walk.nextNode(); text; text = walk.nextNode()) for (const word of text.data.matchAll(/[\\w-]{2,24}(?![\\w-])/g)) {
    if (!/^[\\x21-\\x7e]+$/.test(word[0]) || /^[a-z]+-[a-z-]*$/.test(word[0]) || text.data[word.index - 1]?.match(/[\\w-]/)) continue;
    range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
    if (new Set([...range.getClientRects()].filter(one => one.width > 1).map(one => Math.round(one.top / 8))).size > 1) found.push(word[0]);
  }
  return found;
})
"""
"""Words and ids that go on in another line of a table, list of facts or heading; at a hyphen between letters a line may end."""
CUT = """
[...document.querySelectorAll('main *, header *, nav *')].filter(one => {
  const style = getComputedStyle(one);
  if (!one.checkVisibility() || one.closest('.unseen, [popover], dialog') || !one.textContent.trim()) return false;
  const hidden = /hidden|clip/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 2;
  const scrolled = one.closest('.wide, .chart, .sections, pre, .picture, .document, svg');
  return hidden || (!scrolled && one.getBoundingClientRect().right > innerWidth + 1);
}).map(one => one.outerHTML.slice(0, 120))
"""
"""What is cut off, or stands beyond the edge of the screen, and in nothing that can be scrolled."""


@pytest.fixture(scope="module")
async def cases(web: Web) -> Sequence[str]:
    await charged_back(web)
    return [await opened(web), await opened(web, issue="logistics.lost", wanted={"remedy": "refund_only"})]


def kind_of(address: str) -> str:
    """Pages that differ in what they are about alone are one."""
    return ONE_OF_A_KIND.sub("…", urlsplit(address).path)


async def found(page: Page) -> Sequence[str]:
    """One page of each kind, from where the role begins."""
    waiting, seen = ["/console"], dict[str, str]()
    while waiting:
        address = waiting.pop(0)
        if (kind := kind_of(address)) in seen or any(part in address for part in NO_PAGES):
            continue
        seen[kind] = address
        answer = await page.goto(address)
        assert answer is not None
        assert answer.ok, f"{address}: {answer.status}"
        waiting += await page.evaluate(LINKS)
    return [*seen.values()]


async def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds, by these rules or by all."""
    options = f"{{runOnly: {list(rules)}}}" if rules else "{}"
    found: Any = await page.evaluate(f"axe.run({options}).then(found => found.violations)")
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.timeout(1800)  # some hundred pages, in a browser, on five screens
@pytest.mark.parametrize("role", PEOPLE)
async def test_every_page_is_for_everybody_on_every_screen_and_light(sign_in: SignIn, cases: Sequence[str], role: Role) -> None:
    screens = {lang: await sign_in(role, PEOPLE[role], lang=lang, bypass_csp=True, viewport=WIDE) for lang in ("zh", "en")}
    amiss: list[str] = []
    addresses = await found(screens["en"])
    if role in Role.platform():
        addresses = [*dict.fromkeys([*addresses, f"/console/cases/{cases[0]}"])]
    for address in addresses:
        most = REPORT if "/figures/" in address else COLD
        if (heavy := await weight(screens["en"], address)) > most:
            amiss.append(f"{address}: {heavy / KIB:.0f} KiB")
        for lang, page in screens.items():
            await page.emulate_media(color_scheme="light")
            await page.goto(address)
            assert (await page.evaluate("document.documentElement.lang")).startswith(lang), address
            await page.evaluate(OPEN)
            await page.evaluate(axe())
            amiss += [f"{address} {lang}: {one}" for one in await violations(page)]
            await page.emulate_media(color_scheme="dark")
            amiss += [f"{address} {lang} dark: {one}" for one in await violations(page, ["color-contrast"])]
            for screen in (NARROW, ENLARGED):
                await page.set_viewport_size(screen)
                if (wide := await page.evaluate("document.documentElement.scrollWidth")) > screen["width"]:
                    amiss.append(f"{address} {lang}: {wide} px wide of {screen['width']}")
                amiss += [f"{address} {lang}, cut at {screen['width']}: {one}" for one in await page.evaluate(CUT)]
                await look(page, f"every-{role}-{kind_of(address).strip('/').replace('/', '-')}-{lang}-dark-{screen['width']}")
            await page.emulate_media(color_scheme="light")
            await page.goto(address)
            for screen in DESKS:
                await page.set_viewport_size(screen)
                amiss += [f"{address} {lang}, broken at {screen['width']}: {one}" for one in await page.evaluate(BROKEN)]
                await look(page, f"every-{role}-{kind_of(address).strip('/').replace('/', '-')}-{lang}-light-{screen['width']}")
            await page.set_viewport_size(WIDE)
    assert not amiss, "\n".join(amiss)
