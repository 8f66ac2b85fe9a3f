"""The one look of a process at what changed, for all who follow: it asks the database when somebody wrote, and tells each what is theirs.

However many follow, an idle process asks a few times a minute, and a busy one a few times a second.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database import changes
from adapters.database.changes import ChangedCase, Recipient
from adapters.database.engine import Database
from adapters.database.presence import Present, present
from api.live.counts import Counts, CountUnread, CountView
from api.live.follower import Follower
from models.case.news import PresenceNews
from models.common.vocabulary import Role
from rules.case.access import Parties, may_see
from rules.notifications.recipients import ANY_TEAM

LOOKS_EACH = 0.25
"""Seconds between two looks while others write all the time."""
LOOKS_ANYWAY = 20.0
"""Seconds after which it looks although nobody has said that they wrote: what a notification was lost of, who has gone without a word."""
MOST_AT_ONCE = 1000
"""Cases, or messages, of one look; more are told as "load everything again"."""
REMEMBERED = 20_000
"""Cases of which it is known who saw them before."""
STILL_COMING = 5.0
"""Seconds within which a message may come that has a lower id than others: its transaction began before theirs."""

log = structlog.stdlib.get_logger(__name__)


class Tail:
    """Begun with the process; asks nothing while nobody follows."""

    def __init__(self, database: Database, view: CountView, unread: CountUnread) -> None:
        self._database = database
        self._followers = set[Follower]()
        self._counts = Counts(database, view, unread, lambda: self._followers)
        self._somebody = asyncio.Event()
        self._joining = asyncio.Lock()
        self._since: datetime | None = None
        self._seen = set[tuple[str, datetime]]()
        self._parties = OrderedDict[str, Parties]()
        self._messages = deque[tuple[float, int]]()
        self._inboxes = set[int]()
        self._present: Present = {}
        self._standing: object = None

    @asynccontextmanager
    async def following(self, follower: Follower) -> AsyncGenerator[None]:
        """Tell it what changes from here on, while the block lasts."""
        self._followers.add(follower)
        try:
            async with self._joining:
                if self._since is None:
                    await self._begin()
            self._somebody.set()
            self._greet(follower)
            yield
        finally:
            self._followers.discard(follower)

    @property
    def position(self) -> datetime | None:
        """Until when everybody was told what changed."""
        return self._since

    def inbox_read(self, caller_id: str) -> None:
        """Somebody has read a message here: their other screens hear of it."""
        self._counts.inboxes_changed(one for one in self._followers if not one.alone and one.caller.actor.id == caller_id)

    def _greet(self, follower: Follower) -> None:
        """What one would otherwise learn when it changes next."""
        if follower.alone:
            return
        self._counts.inboxes_changed([follower])
        if follower.is_colleague and follower.case_id is not None:
            follower.tell(PresenceNews(case_id=follower.case_id, present=self._present.get(follower.case_id, ())))

    async def run(self) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._counts.run())
            group.create_task(self._look_on())

    async def _look_on(self) -> None:
        while True:
            await self._somebody.wait()
            if not self._followers:
                self._somebody.clear()
                self._since = None
                continue
            try:
                await self._database.wakes.wait(LOOKS_ANYWAY)
                await self.look()
            except Exception:
                log.exception("live.not_looked")
            await asyncio.sleep(LOOKS_EACH)

    async def _begin(self) -> None:
        """Where it looks from."""
        async with self._database.reading() as session:
            since = await changes.position(session)
            self._messages = deque([(_clock(), await changes.newest_message(session))])
            self._standing = await changes.standing_of_all(session)
            self._present = await present(session)
        self._seen, self._inboxes, self._since = set(), set(), since
        self._counts.cases_changed()

    async def look(self) -> None:
        """Read what changed, and tell it."""
        if self._since is None:
            return
        async with self._database.reading() as session:
            until = await changes.position(session)
            saved = await changes.cases_since(session, self._since, MOST_AT_ONCE)
            new = [case for case in saved if (case.case_id, case.saved_at) not in self._seen]
            carriers = await self._carriers(session, new)
            recipients = await self._messages_since(session)
            standing = await changes.standing_of_all(session)
            there = await present(session)
            moved = {case for case in {*self._present, *there} if self._present.get(case) != there.get(case)}
            places = {case.case_id: _parties(case) for case in await changes.cases_by_id(session, moved)} if moved else {}
        if len(saved) == MOST_AT_ONCE:
            self._overrun()
        for case in new:
            self._tell_case(case, _parties(case, carriers.get(case.case_id, frozenset())))
        self._seen = {(case.case_id, case.saved_at) for case in saved}
        self._since = max(until, self._since) if len(saved) < MOST_AT_ONCE else saved[-1].saved_at
        if new:
            self._counts.cases_changed()
        self._counts.inboxes_changed(one for one in self._followers if not one.alone and _reads(one, recipients))
        self._tell_present(there, places)
        if standing != self._standing:
            self._standing = standing
            for one in self._followers:
                one.doubt()

    def _tell_case(self, case: ChangedCase, now: Parties) -> None:
        before = self._parties.pop(case.case_id, None)
        self._parties[case.case_id] = now
        if len(self._parties) > REMEMBERED:
            self._parties.popitem(last=False)
        for one in self._followers:
            one.tell_case(case.case_id, case.version, now, before)

    def _tell_present(self, there: Present, places: dict[str, Parties]) -> None:
        """Of whose presence something changed: colleagues who see the case."""
        self._present = there
        for case_id, parties in places.items():
            news = PresenceNews(case_id=case_id, present=there.get(case_id, ()))
            for one in self._followers:
                if one.is_colleague and may_see(one.caller.actor, parties):
                    one.tell(news)

    def _overrun(self) -> None:
        for one in self._followers:
            one.too_much()

    async def _carriers(self, session: AsyncSession, cases: Sequence[ChangedCase]) -> dict[str, frozenset[str]]:
        if not cases or not any(one.caller.role is Role.CARRIER for one in self._followers):
            return {}
        return await changes.carriers_of(session, {case.case_id for case in cases})

    async def _messages_since(self, session: AsyncSession) -> Collection[Recipient]:
        """Whose inboxes have something new. Those of the last seconds are read again: one may have come after others with greater ids."""
        now = _clock()
        while len(self._messages) > 1 and self._messages[1][0] < now - STILL_COMING:
            self._messages.popleft()
        found = await changes.inboxes_since(session, self._messages[0][1], MOST_AT_ONCE)
        new = {recipient for id_, recipient in found if id_ not in self._inboxes}
        self._inboxes = {id_ for id_, _ in found}
        if found and found[-1][0] > self._messages[-1][1]:
            self._messages.append((now, found[-1][0]))
        return new


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _parties(case: ChangedCase, carriers: frozenset[str] = frozenset()) -> Parties:
    return Parties(
        customer_id=case.customer_id,
        merchant_id=case.merchant_id,
        carriers=carriers,
        team=case.team,
        handler=case.handler,
        offered_to=case.offered_to,
        offered_team=case.offered_team,
    )


def _reads(follower: Follower, recipients: Collection[Recipient]) -> bool:
    """Whether one of these inboxes is theirs (`addressed_to` of api/inbox.py)."""
    actor = follower.caller.actor
    teams = {f"team:{team}" for team in (*actor.teams, ANY_TEAM)}
    every_team = actor.role is Role.SUPERVISOR

    def theirs(one: Recipient) -> bool:
        of_team = actor.role in Role.platform() and (one.id in teams or (every_team and one.id.startswith("team:")))
        return one.role == actor.role and (one.id == actor.id or of_team)

    return any(theirs(one) for one in recipients)
