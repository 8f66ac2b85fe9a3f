"""Every open case is with somebody who can act (DSP-2): what somebody has who left, is away or off shift goes to a colleague, or back into
the queue; and the queue is handed out as people come, or have room again. Whom it concerns is written to `assignments` first, then the case is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, or_
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.case.assignment import give
from activities.kit.loops import BATCH, repeat, utc_now
from adapters.database.agents import CHOOSING, agent_of
from adapters.database.engine import Database, take_turns
from adapters.database.work import CLAIMED_FOR, DUE, URGENCY, in_queue, is_free, to_do
from models.case.activities import AssignRequest
from models.case.handover import Absence, HandedOn
from models.common.calendars import CalendarSlice
from models.common.vocabulary import Issue, Role, Tier
from models.policy.policy import Policy
from models.tables.case import AgentRow, AssignmentRow, CaseRow
from models.tables.indexes import OPEN
from rules.case.assignment import absence, on_shift
from rules.policy.load import slice_policy

TellCase = Callable[[str, HandedOn], Awaitable[None]]
LOOK_EVERY = 5.0
"""Seconds."""
NOT_AGAIN_FOR = timedelta(hours=1)
"""A case that was told is not told the same again: a signal does not get lost, and a case that stands still hears it later."""


class People(NamedTuple):
    """Who there is: those who do not act with why, and the teams of which somebody is there."""

    rows: Mapping[str, AgentRow]
    absent: Mapping[str, Absence]
    teams: frozenset[str]

    def why(self, who: str) -> Absence | None:
        """Why that person does not act on their cases; None: they do."""
        return self.absent.get(who) if who in self.rows else Absence.LEFT


class Handover:
    """Looks again and again."""

    def __init__(self, database: Database, policy: Policy, tell: TellCase, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._policy = policy
        self._tell = tell
        self._now = now
        self._told = dict[tuple[str, int], datetime]()
        """Cases, with the version that the decision was about."""

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        await repeat(self.look, stop, "handover.trouble", idle=LOOK_EVERY)

    async def look(self) -> int:
        """Hand a batch of cases on; how many there were. One that could not be told is looked at again after a minute."""
        now = self._now()
        self._told = {case: at for case, at in self._told.items() if at > now - NOT_AGAIN_FOR}
        async with self._database.reading() as session:
            people = await self._people(session, now)
            if not await self._of_absent(session, people, now) and not await self._unheld(session, people, now):
                return 0  # who only looks takes no writer's turn
        async with self._database.writing() as session:
            await take_turns(session, CHOOSING)
            people = await self._people(session, now)
            chosen = await self._choose(session, people, now)
        for case_id, (version, told) in chosen.items():
            await self._tell(case_id, told)
            self._told[case_id, version] = now
        return len(chosen)

    async def _choose(self, session: AsyncSession, people: People, now: datetime) -> dict[str, tuple[int, HandedOn]]:
        """Case → the version that this is about, and what it is told: of what somebody has who cannot act, then of the queues."""
        chosen = dict[str, tuple[int, HandedOn]]()
        in_vain = set[tuple[str, str]]()
        for case in await self._of_absent(session, people, now):
            told = await self._instead(session, case, people, in_vain, now) if len(chosen) < BATCH else None
            if told is not None:
                chosen[case.case_id] = (case.version, told)
        for case in await self._unheld(session, people, now):
            to = await self._give(session, case, in_vain, now) if len(chosen) < BATCH and case.case_id not in chosen else None
            if to is not None:
                chosen[case.case_id] = (case.version, HandedOn(to=to))
        return chosen

    async def _instead(
        self,
        session: AsyncSession,
        case: Any,  # noqa: ANN401  # columns of a case
        people: People,
        in_vain: set[tuple[str, str]],
        now: datetime,
    ) -> HandedOn | None:
        """Who has it from now on. None: without a colleague it waits for who is off shift, and comes back by themselves."""
        if case.offered_to is not None:
            return HandedOn(gone=case.offered_to, why=people.why(case.offered_to))
        why = people.why(case.handler) if case.handler else None
        if why is None:
            return HandedOn(gone=case.owner, why=Absence.LEFT)
        to = await self._give(session, case, in_vain, now)
        if to is None and why is Absence.OFF_SHIFT:
            return None
        if to is None:
            await session.exec(delete(AssignmentRow).where(col(AssignmentRow.case_id) == case.case_id))
        return HandedOn(gone=case.handler, why=why, to=to)

    async def _give(self, session: AsyncSession, case: Any, in_vain: set[tuple[str, str]], now: datetime) -> str | None:  # noqa: ANN401
        """An agent of its team who can act; the supervisors' cases and the merchants' are given to nobody.

        `in_vain`: teams and issues that nobody can take now.
        """
        about = (case.team, case.issue)
        if case.tier != Tier.PLATFORM or None in about or about in in_vain:
            return None
        request = AssignRequest(case_id=case.case_id, team=case.team, issue=Issue(case.issue), at=now, owner=case.owner)
        to = await give(session, self._policy, request, instead_of=case.given_to)
        if to is None:
            in_vain.add(about)
        return to

    async def _people(self, session: AsyncSession, now: datetime) -> People:
        calendars: Mapping[str, CalendarSlice] = slice_policy(self._policy, now).calendars
        rows = {row.agent_id: row for row in (await session.exec(select(AgentRow))).all()}
        after: timedelta = self._policy.hand_on_after
        agents = {who: agent_of(row) for who, row in rows.items()}
        why = {who: absence(agent, rows[who].away_since, calendars, now, after) for who, agent in agents.items()}
        there = [agent for agent in agents.values() if agent.role is Role.AGENT and agent.present]
        teams = frozenset(team for agent in there if on_shift(agent, calendars, now) for team in agent.teams)
        return People(rows, {who: reason for who, reason in why.items() if reason is not None}, teams)

    async def _of_absent(self, session: AsyncSession, people: People, now: datetime) -> list[Any]:
        """Open cases whose handler cannot act, or whose owner has left; of those that are offered to somebody (DSP-4), only where who was asked
        by name cannot.
        """
        here = [who for who in people.rows if who not in people.absent]
        ours = [who for who in people.rows if people.why(who) is not Absence.LEFT]
        owner, merchant = col(CaseRow.owner), col(CaseRow.merchant_id)
        owner_left = and_(owner.is_not(None), owner.not_in(ours), or_(merchant.is_(None), owner != merchant))
        unheld = and_(col(CaseRow.offered_team).is_(None), or_(col(CaseRow.handler).not_in(here), owner_left))
        asked = _columns(col(CaseRow.offered_to), owner_left.label("owner_left"), to_do(now).label("to_do")).where(
            OPEN, or_(unheld, col(CaseRow.offered_to).not_in(here))
        )
        execute: Any = session.exec
        return [case for case in (await execute(asked.order_by(URGENCY, DUE))).all() if self._is_due(case, people, now)]

    def _is_due(self, case: Any, people: People, now: datetime) -> bool:  # noqa: ANN401
        """Who left has nothing any more; who is absent keeps what they need not do anything about, and what they took meanwhile."""
        if (case.case_id, case.version) in self._told:
            return False
        if case.offered_to is not None:
            return people.why(case.offered_to) is not None
        why = people.why(case.handler) if case.handler else None
        if case.given_to not in {None, case.handler} and case.given_at >= now - CLAIMED_FOR:
            return False  # the case is being told
        if why in {None, Absence.LEFT}:
            return why is not None or case.owner_left
        if not case.to_do or (why is Absence.OFF_SHIFT and case.team not in people.teams):
            return False
        since = people.rows[case.handler].away_since if why is Absence.AWAY else now - self._policy.hand_on_after
        return since is None or case.given_at is None or case.given_at <= since

    async def _unheld(self, session: AsyncSession, people: People, now: datetime) -> list[Any]:
        """What waits in the queues of teams of which somebody is there."""
        free = (*in_queue(now), *is_free(), col(CaseRow.tier) == Tier.PLATFORM.value, col(CaseRow.issue).is_not(None))
        asked = _columns().where(*free, col(CaseRow.team).in_(people.teams), col(CaseRow.offered_team).is_(None))
        execute: Any = session.exec
        rows = (await execute(asked.order_by(URGENCY, DUE))).all()
        new = [case for case in rows if (case.case_id, case.version) not in self._told]
        return [case for case in new if case.given_at is None or case.given_at < now - CLAIMED_FOR]


def _columns(*more: Any) -> Any:  # noqa: ANN401  # a select of columns
    """What is to be known of a case."""
    names = ("case_id", "version", "team", "issue", "tier", "handler", "owner")
    given: Any = AssignmentRow
    select_columns: Any = select
    columns = (col(getattr(CaseRow, name)) for name in names)
    chosen = select_columns(*columns, given.agent_id.label("given_to"), given.at.label("given_at"), *more)
    return chosen.select_from(CaseRow).join(AssignmentRow, col(AssignmentRow.case_id) == col(CaseRow.case_id), isouter=True)
