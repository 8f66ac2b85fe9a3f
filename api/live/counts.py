"""Counts of what somebody follows: made again when a case changed, each once for all who see the same, in a tenth of the time at most."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeAlias

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database
from api.http.auth import Caller
from api.live.follower import Follower
from models.case.news import CountNews, InboxNews, News
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.desk import SavedViewRow

AT_LEAST, AT_MOST = 1.0, 5.0
"""Seconds between two rounds."""
SHARE = 10
"""Of the time, counting takes one part: other work goes on, however many follow."""

log = structlog.stdlib.get_logger(__name__)
Key: TypeAlias = tuple[object, ...]
CountView: TypeAlias = Callable[[AsyncSession, Caller, SavedViewRow], Awaitable[CountNews]]
CountUnread: TypeAlias = Callable[[AsyncSession, Actor], Awaitable[int]]


class Counts:
    """`view` and `unread`: how many cases somebody sees in a view, and messages they have not read. Only what differs from before is told."""

    def __init__(
        self, database: Database, view: CountView, unread: CountUnread, followers: Callable[[], Collection[Follower]]
    ) -> None:
        self._database = database
        self._count_view = view
        self._count_unread = unread
        self._followers = followers
        self._views_due = False
        self._inboxes_due = set[Follower]()
        self._due = asyncio.Event()
        self._told: dict[Follower, dict[str, News]] = {}
        self._of_views: dict[Key, News] = {}

    def cases_changed(self) -> None:
        """Any view may have more or fewer cases by now."""
        self._views_due = True
        self._due.set()

    def inboxes_changed(self, whose: Iterable[Follower]) -> None:
        self._inboxes_due.update(whose)
        if self._inboxes_due:
            self._due.set()

    async def run(self) -> None:
        """Count what is due, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            await self._due.wait()
            self._due.clear()
            begun = clock()
            try:
                await self._count()
            except Exception:
                log.exception("live.not_counted")
            await asyncio.sleep(min(max(AT_LEAST, (clock() - begun) * (SHARE - 1)), AT_MOST))

    async def _count(self) -> None:
        inboxes, self._inboxes_due = self._inboxes_due, set[Follower]()
        if self._views_due:
            self._views_due, self._of_views = False, {}
        followers = tuple(self._followers())
        self._told = {one: told for one, told in self._told.items() if one in followers}
        unread: dict[Actor, News] = {}
        for one in followers:
            for view in one.views:
                key = (view.id, view.updated_at, *_sight(one.caller, view))
                if key not in self._of_views:
                    self._of_views[key] = await self._of_view(one.caller, view)
                self._tell(one, self._of_views[key])
            if one in inboxes:
                actor = one.caller.actor
                if actor not in unread:
                    unread[actor] = await self._of_inbox(actor)
                self._tell(one, unread[actor])

    async def _of_view(self, caller: Caller, view: SavedViewRow) -> News:
        async with self._database.reading() as session:
            return await self._count_view(session, caller, view)

    async def _of_inbox(self, actor: Actor) -> News:
        async with self._database.reading() as session:
            return InboxNews(unread=await self._count_unread(session, actor))

    def _tell(self, one: Follower, news: News) -> None:
        before = self._told.setdefault(one, {})
        if before.get(news.about) != news:
            before[news.about] = news
            one.tell(news)


def _sight(caller: Caller, view: SavedViewRow) -> Key:
    """Who counts the same cases of a view: every supervisor, the agents of its team; else only the same person."""
    if "mine" in view.filters:
        return (caller.actor,)
    if caller.role is Role.SUPERVISOR:
        return (caller.role,)
    team = view.filters.get("team")
    return (caller.role, team) if team in caller.actor.teams else (caller.actor,)
