"""A day of the demo in which the platform's people have the console alone (PAG-2): no call of the API by hand."""

import re
from functools import partial

import pytest
from playwright.async_api import async_playwright

from api.http.auth import make_token
from commands.demo import command
from commands.demo.player import AGENT, SUPERVISOR
from commands.demo.stories import PLOTS
from commands.kit.client import Caller
from models.common.vocabulary import Role
from tests.support.processes.browser import FLAGS, browser_program
from tests.support.processes.day import AtTheDesk
from tests.support.processes.redress import Redress

pytestmark = pytest.mark.long

AT_ONCE = 4


@pytest.mark.timeout(1800)
async def test_a_day_of_the_demo_is_worked_at_the_console_alone(
    redress_of_its_own: Redress, monkeypatch: pytest.MonkeyPatch
) -> None:
    redress = redress_of_its_own
    settings, api = redress.settings, redress.settings.api_url
    monkeypatch.setattr("commands.demo.player.PATIENCE", 600.0)  # a browser is slower than a call
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_program(), args=list(FLAGS))
        people = {Role.AGENT: AGENT, Role.SUPERVISOR: SUPERVISOR}
        desks = {role: await browser.new_context(base_url=api, locale="en") for role in people}
        moves: list[str] = []
        for role, who in people.items():
            said = redress.run("sign-in", "--as", f"{role}:{who}").stdout
            (link,) = re.findall(rf"{api}/\S+", said)
            page = await desks[role].new_page()
            await page.goto(link)
            await page.locator("main form button.main").click()
            await page.wait_for_url(re.compile(f"{api}/console"))
            await page.close()
        monkeypatch.setattr(command, "Stage", partial(AtTheDesk, desks, moves))
        caller = Caller(api, make_token(settings, Role.SUPERVISOR, SUPERVISOR))
        stories = await command.play(settings, caller, redress.sandbox, (len(PLOTS), AT_ONCE), 0.0)
        await browser.close()
    assert {story.plot.name[1]: story.trouble or story.unproved for story in stories if not story.as_meant} == {}
    assert {"propose", "approve", "contest", "settle", "merge", "assign"} <= {*moves}
