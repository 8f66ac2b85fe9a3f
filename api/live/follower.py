"""One stream: whom it is for, what it is about, and what it was not told yet."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from api.http.auth import Caller
from models.case.news import CaseNews, News, Reload
from models.common.vocabulary import Role
from models.tables.desk import SavedViewRow
from rules.case.access import Parties, may_see

MOST = 200
"""News that wait for a stream whose reader is slow; then it is told to load everything again."""


@dataclass(eq=False)
class Follower:
    """`case_id`: the case that it has open. `alone`: it is about that case and nothing else."""

    caller: Caller
    case_id: str | None = None
    alone: bool = False
    views: tuple[SavedViewRow, ...] = ()
    doubtful: bool = False
    """Somebody's access has changed since it was looked at last."""
    _waiting: dict[str, News] = field(default_factory=dict[str, News])
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_colleague(self) -> bool:
        """Whether it is for one of the platform's people, who see who else is there."""
        return not self.alone and self.caller.role in Role.platform()

    def tell(self, *news: News) -> None:
        """Keep it until the stream takes it; news about the same thing take the place of older ones."""
        for one in news:
            self._waiting.pop(one.about, None)
            self._waiting[one.about] = one
        if len(self._waiting) > MOST:
            self.too_much()
        self._told.set()

    def tell_case(self, case_id: str, version: int, now: Parties, before: Parties | None) -> None:
        """A case was saved. Who saw it before hears of it a last time; so does an agent of a case of which that is not known."""
        if self.alone:
            if case_id == self.case_id:
                self.tell(CaseNews(case_id=case_id, version=version))
            return
        actor = self.caller.actor
        if may_see(actor, now):
            self.tell(CaseNews(case_id=case_id, version=version))
        elif actor.role is Role.AGENT if before is None else may_see(actor, before):
            self.tell(CaseNews(case_id=case_id, version=version, gone=True))

    def too_much(self) -> None:
        """It missed more than is told one by one."""
        self._waiting = {Reload().about: Reload()}
        self._told.set()

    def doubt(self) -> None:
        self.doubtful = True
        self._told.set()

    async def next(self, seconds: float) -> Iterable[News]:
        """What it was not told yet; nothing when nothing happens for so long, or its access is to be looked at."""
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return ()
        self._told.clear()
        waiting, self._waiting = self._waiting, {}
        return waiting.values()
