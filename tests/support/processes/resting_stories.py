"""The stories of `redress demo`, played in rounds: each rests after some moves, so that cases of every story stand open at every stage."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from api.http.temporal import LOOK_WITHIN
from commands.demo.command import cast
from commands.demo.player import Stage, Story
from commands.demo.plots import Maker, Plot
from commands.demo.stories import PLOTS
from models.common.vocabulary import WaitFor
from tests.support.processes.redress import Redress

UNCLEAR = Plot(("说不清的", "nobody knows what"), ("你好，在吗？", "Hello, is anybody there?"), "delivered")
"""A person has to say what it is about."""
AT_ONCE = 12
RESTS_WITHIN = 420
"""Seconds a round may take on a busy machine; then `rest` says who still moves."""
LAST = WaitFor.CONFIRMATION
"""What a customer says there ends the case."""


@dataclass
class Answers:
    """Of the API, whatever a caller made of them."""

    address: str
    seen: Counter[int] = field(default_factory=Counter[int])
    wrong: list[str] = field(default_factory=list[str])

    async def note(self, answer: httpx.Response) -> None:
        if not str(answer.url).startswith(self.address):
            return
        await answer.aread()
        self.seen[answer.status_code] += 1
        if not (answer.is_success or self._by_rule(answer) or self._later(answer)):
            self.wrong.append(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}")

    @staticmethod
    def _by_rule(answer: httpx.Response) -> bool:
        return answer.is_client_error and answer.headers["Content-Type"] == "application/problem+json"

    @staticmethod
    def _later(answer: httpx.Response) -> bool:
        """Or that a busy machine let the API wait in vain, as long as it does."""
        waited = answer.status_code == HTTPStatus.GATEWAY_TIMEOUT and answer.elapsed.total_seconds() >= LOOK_WITHIN
        return (answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE or waited) and "Retry-After" in answer.headers


class RestingStories(Stage):
    """Plays them until each has made as many moves as it may for now."""

    def __init__(self, redress: Redress, address: str, http: httpx.AsyncClient) -> None:
        super().__init__(redress.settings, address, redress.sandbox, http)
        self.stories: list[Story] = []
        self._moves: Counter[int] = Counter()
        self._resting: set[int] = set()
        self._round: int | None = 0
        """None: to the end."""
        self._next_round = asyncio.Event()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._plays: list[asyncio.Task[None]] = []

    async def open(self, count: int, http: httpx.AsyncClient, sandbox: str) -> None:
        """So many more cases, of all stories in turn; they rest at once, or after some moves, at as many different places as there are."""
        await self.employ_approver()
        catalogue: list[dict[str, Any]] = (await http.get(f"{sandbox}/catalogue")).json()
        tempers: dict[str, str] = (await http.get(f"{sandbox}/tempers")).json()
        used = {story.order["order_id"] for story in self.stories}
        stories = list(cast(catalogue, tempers, used, count, (UNCLEAR, *PLOTS, UNCLEAR)))
        changed = {story.order["order_id"]: story.plot.merchant for story in stories if story.asks_a_temper}
        (await http.put(f"{sandbox}/tempers", json=changed)).raise_for_status()
        for number, story in enumerate(stories):
            self._moves[id(story)] = -(number // (len(PLOTS) + 2))
            self._plays.append(asyncio.create_task(self._played(story)))
        self.stories += stories

    async def _played(self, story: Story) -> None:
        async with self._places:
            await self.play(story, lambda: None)

    async def _move(self, story: Story, left: dict[WaitFor, list[Maker]]) -> int:
        if self._may_not(story):
            self._places.release()
            while self._may_not(story):
                self._resting.add(id(story))
                await self._next_round.wait()
            await self._places.acquire()
            return -1  # look again
        did = story.last_move, len(story.happened)
        version = await super()._move(story, left)
        self._moves[id(story)] += (story.last_move, len(story.happened)) != did or version >= 0
        return version

    def _may_not(self, story: Story) -> bool:
        if self._round is None:
            return False
        waits = story.view["waiting"]
        return waits is not None and (waits["for"] == LAST or self._moves[id(story)] >= self._round)

    async def go_on(self, *, to_the_end: bool = False) -> None:
        """A move more for each; returns when all rest."""
        self._round = None if to_the_end else (self._round or 0) + 1
        self._resting.clear()
        self._next_round.set()
        self._next_round.clear()
        await self.rest()

    async def rest(self) -> None:
        """Until nobody has a move left that may be made."""
        deadline = time.monotonic() + RESTS_WITHIN
        while moving := [
            story for story in self.stories if not (story.over or id(story) in self._resting)
        ]:  # they look by themselves
            assert time.monotonic() < deadline, [self._stands(story) for story in moving]
            await asyncio.sleep(0.2)

    def _stands(self, story: Story) -> str:
        """Where one stands who does not come to rest."""
        seen = {name: story.view.get(name) for name in ("stage", "waiting", "next_deadline", "available_actions")}
        return f"{story.case_id} {story.plot.name[1]}: {self._moves[id(story)]} moves of {self._round}, {story.trouble!r}, {seen}"

    def open_ones(self) -> Sequence[Story]:
        return [story for story in self.stories if not story.closed]

    def troubles(self) -> list[str]:
        """Of those that did not come to their end. What they prove is no matter here: while one rests, others may move before it."""
        return [
            f"{story.case_id} {story.plot.name[1]}: {story.trouble}"
            for story in self.stories
            if not (story.closed or story.waits_as_meant) or story.trouble not in {"", story.unproved}
        ]
