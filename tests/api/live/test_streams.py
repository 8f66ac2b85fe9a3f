"""A person's stream over HTTP: what reaches another screen, who is seen there, and where it goes on after a break."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from api.http.auth import make_token
from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web
from tests.support.processes.waiting import eventually


class Screen:
    """What a page has heard by now."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.heard = asyncio.Event()

    def named(self, kind: str) -> list[Any]:
        return [event["data"] for event in self.events if event["event"] == kind]

    async def hears(self, kind: str, seconds: float = 5.0, **fields: object) -> dict[str, Any]:
        """The first such event with these fields."""
        async with asyncio.timeout(seconds):
            while True:
                for data in self.named(kind):
                    if fields.items() <= data.items():
                        return data
                self.heard.clear()
                await self.heard.wait()


@asynccontextmanager
async def looking(who: Person, path: str = "/v1/me/events", **headers: str) -> AsyncGenerator[Screen]:
    """A page that follows, while the block lasts."""
    screen = Screen()

    async def listen() -> None:
        async for event in who.listen(path, **headers):
            screen.events.append(event)
            screen.heard.set()

    listening = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(10):
            while not screen.events:
                await screen.heard.wait()
                screen.heard.clear()
        yield screen
    finally:
        listening.cancel()
        await asyncio.wait([listening])


async def a_case(web: Web) -> tuple[Person, str, str]:
    """A customer, their case that waits for people, and its team."""
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    row = await web.row(case_id, lambda row: row.waiting_for == "plan")
    return customer, case_id, str(row.team)


async def test_what_one_does_is_on_anothers_screen(web: Web) -> None:
    customer, case_id, team = await a_case(web)
    agent = web.person(Role.AGENT, "lily", team)
    async with looking(customer) as screen:
        assert screen.events[0]["event"] == "ready"
        before = len(screen.named("case"))
        await agent.post(f"/v1/cases/{case_id}/reply", {"words": "We are at it."})
        await eventually(lambda: _count(screen, case_id), lambda found: found > before)
        assert (await screen.hears("inbox", unread=2))["unread"] >= 1
        assert screen.named("presence") == []


async def _count(screen: Screen, case_id: str) -> int:
    return sum(data["case_id"] == case_id for data in screen.named("case"))


async def test_colleagues_see_in_case_and_list_who_has_it_open_and_parties_never_do(web: Web) -> None:
    customer, case_id, team = await a_case(web)
    lily, max_ = web.person(Role.AGENT, "lily", team), web.person(Role.AGENT, "max", team)

    async def there(who: Person) -> tuple[list[str], list[str]]:
        case = (await who.get(f"/v1/cases/{case_id}")).json()
        (row,) = [row for row in (await who.get("/v1/cases?limit=200")).json()["cases"] if row["case_id"] == case_id]
        return [one["id"] for one in case["present"]], [one["id"] for one in row["present"]]

    async with looking(max_) as screen:
        async with looking(lily, f"/v1/me/events?case={case_id}"):
            await screen.hears("presence", case_id=case_id)
            assert await there(max_) == (["lily"], ["lily"])
            assert await there(customer) == ([], [])
            await lily.put(f"/v1/cases/{case_id}/drafts/reply", {"content": {"words": "We are"}, "case_version": 1})
            assert (await max_.get(f"/v1/cases/{case_id}")).json()["present"][0]["writing"] is True
        await screen.hears("presence", seconds=10, present=[])
        assert await there(max_) == ([], [])


async def test_a_page_that_was_cut_off_is_told_what_it_missed_or_to_load_again(web: Web) -> None:
    _, case_id, team = await a_case(web)
    agent = web.person(Role.AGENT, "lily", team)
    async with looking(agent) as screen:
        last = screen.events[0]["id"]
    await agent.post(f"/v1/cases/{case_id}/note", {"words": "Called."})
    await web.row(case_id, lambda row: row.version > 0)
    async with looking(agent, last_event_id=last) as screen:
        assert screen.events[0]["event"] == "ready"
        await screen.hears("case", case_id=case_id)
    async with looking(agent, "/v1/me/events?since=1000000") as screen:
        assert [event["event"] for event in screen.events][:1] == ["reload"]


async def test_a_persons_stream_ends_with_their_token(web: Web) -> None:
    token = make_token(web.settings, Role.CUSTOMER, "C-SHORT", hours=2 / 3600)
    events = await Person(web.http, {"Authorization": f"Bearer {token}"}).follow("/v1/me/events")
    assert (events[-1]["event"], events[-1]["data"]) == ("end", {"reason": "token_expired"})


async def test_whose_case_is_foreign_or_whose_views_are_has_no_stream(web: Web) -> None:
    _, case_id, _ = await a_case(web)
    assert (await web.person(Role.CUSTOMER, "C-THIEF").get(f"/v1/me/events?case={case_id}")).status_code == 404
    assert (await web.person(Role.SUPERVISOR, "susan").get("/v1/me/events?view=nobodys")).status_code == 404
    assert (await web.person(Role.CUSTOMER, "C-THIEF").get("/v1/me/events?view=nobodys")).status_code == 403
