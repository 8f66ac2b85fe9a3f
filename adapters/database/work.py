"""What waits for the platform's people, as conditions of SQL: queues, and how much somebody has to do (DSP-2)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, and_, bindparam, case, false, or_, true
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.common.vocabulary import Priority, Tier, WaitingOn
from models.tables.case import AssignmentRow, CaseRow
from models.tables.indexes import OPEN

OURS = [WaitingOn.AGENT.value, WaitingOn.SUPERVISOR.value]
ASKED = [WaitingOn.MERCHANT.value, WaitingOn.CARRIER.value]
ABOVE_THE_MERCHANT = [Tier.PLATFORM.value, Tier.SUPERVISOR.value]
CLAIMED_FOR = timedelta(minutes=1)
"""A choice that its case knows nothing of by then was left behind by a process that died: somebody is chosen again."""
UNGRADED = Priority.P2
"""What is not classified yet may turn out to be anything: it stands before the usual and behind what is known to burn."""

NEVER_DUE = datetime(9999, 12, 31, tzinfo=UTC)
"""Of what has no deadline: it stands behind all that has one."""


def _or_else(column: Any, value: Any) -> Any:  # noqa: ANN401  # SQLAlchemy's own
    """The value is written out, as `ix_cases_queue` has it: PostgreSQL sorts by an index of an expression only where it is the same one."""
    return func.coalesce(column, bindparam(None, value, column.type, literal_execute=True))


URGENCY: Any = _or_else(col(CaseRow.priority), UNGRADED.value)
DUE: Any = _or_else(col(CaseRow.next_deadline), NEVER_DUE)


def in_queue(now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """What the platform's people have to move, and what they follow while a merchant or carrier is asked.

    The CASE has a reason: PostgreSQL takes it to hold for half of a team's open cases, and so reads them in order until a page is full. Of
    single conditions it multiplies the shares, expects next to nothing, and sorts them all.
    """
    asked = and_(col(CaseRow.waiting_on).in_(ASKED), col(CaseRow.tier).in_(ABOVE_THE_MERCHANT))
    return (OPEN, case((or_(_theirs(), asked), true()), else_=false()), _awake(now))


def to_do(now: datetime) -> ColumnElement[bool]:
    """What somebody of the platform has to do now: neither put aside, nor with a party who has to move first."""
    return and_(OPEN, _theirs(), _awake(now))


def is_free() -> tuple[ColumnElement[bool], ...]:
    """Nobody has it, and it is not for the supervisors."""
    on, tier = col(CaseRow.waiting_on), col(CaseRow.tier)
    return (on != WaitingOn.SUPERVISOR.value, tier != Tier.SUPERVISOR.value, col(CaseRow.handler).is_(None))


async def loads_of(session: AsyncSession, agents: Sequence[str], now: datetime) -> dict[str, int]:
    """How many cases each of them has to do something about; one that they were given a moment ago counts until it says where it stands."""
    agent = col(AssignmentRow.agent_id)
    theirs = col(CaseRow.case_id) == col(AssignmentRow.case_id)
    just_given = and_(
        or_(col(CaseRow.handler).is_(None), col(CaseRow.handler) != agent), col(AssignmentRow.at) >= now - CLAIMED_FOR
    )
    counted = or_(col(CaseRow.case_id).is_(None), just_given, and_(col(CaseRow.handler) == agent, to_do(now)))
    held = select(AssignmentRow.agent_id, func.count()).join(CaseRow, theirs, isouter=True).where(agent.in_(agents), counted)
    loads = dict((await session.exec(held.group_by(agent))).all())
    return {agent: loads.get(agent, 0) for agent in agents}


def _theirs() -> ColumnElement[bool]:
    owed = or_(col(CaseRow.reply_owed_since).is_not(None), col(CaseRow.unreached_since).is_not(None))
    return or_(col(CaseRow.waiting_on).in_(OURS), and_(owed, col(CaseRow.tier).in_(ABOVE_THE_MERCHANT)))


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(col(CaseRow.snoozed_by).is_(None), col(CaseRow.snoozed_until) <= now)
