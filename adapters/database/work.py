"""What waits for the platform's people, as conditions of SQL: queues, and how much somebody has to do (DSP-2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.common.vocabulary import Priority, Stage, Tier, WaitingOn
from models.tables.case import AssignmentRow, CaseRow

OPEN = sorted(stage.value for stage in Stage.open_stages())
OURS = [WaitingOn.AGENT.value, WaitingOn.SUPERVISOR.value]
ASKED = [WaitingOn.MERCHANT.value, WaitingOn.CARRIER.value]
ABOVE_THE_MERCHANT = [Tier.PLATFORM.value, Tier.SUPERVISOR.value]
CLAIMED_FOR = timedelta(minutes=1)
"""A choice that its case knows nothing of by then was left behind by a process that died: somebody is chosen again."""
UNGRADED = Priority.P2
"""What is not classified yet may turn out to be anything: it stands before the usual and behind what is known to burn."""

URGENCY: Any = func.coalesce(col(CaseRow.priority), UNGRADED.value)
DEADLINE: Any = col(CaseRow.next_deadline)


def in_queue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What the platform's people have to move, and what they follow while a merchant or carrier is asked."""
    asked = and_(col(CaseRow.waiting_on).in_(ASKED), col(CaseRow.tier).in_(ABOVE_THE_MERCHANT))
    return (col(CaseRow.stage).in_(OPEN), or_(_theirs(), asked), _awake(now))


def to_do(now: datetime) -> ColumnElement[bool]:
    """What somebody of the platform has to do now: neither put aside, nor with a party who has to move first."""
    return and_(col(CaseRow.stage).in_(OPEN), _theirs(), _awake(now))


def is_free() -> tuple[ColumnElement[bool], ...]:
    """Nobody has it, and it is not for the supervisors."""
    on, tier = col(CaseRow.waiting_on), col(CaseRow.tier)
    return (on != WaitingOn.SUPERVISOR.value, tier != Tier.SUPERVISOR.value, col(CaseRow.handler).is_(None))


async def loads_of(session: AsyncSession, agents: Sequence[str], now: datetime) -> dict[str, int]:
    """How many cases each of them has to do something about; one that they were given a moment ago counts until it says where it stands."""
    agent = col(AssignmentRow.agent_id)
    case = col(CaseRow.case_id) == col(AssignmentRow.case_id)
    just_given = and_(
        or_(col(CaseRow.handler).is_(None), col(CaseRow.handler) != agent), col(AssignmentRow.at) >= now - CLAIMED_FOR
    )
    counted = or_(col(CaseRow.case_id).is_(None), just_given, and_(col(CaseRow.handler) == agent, to_do(now)))
    held = select(AssignmentRow.agent_id, func.count()).join(CaseRow, case, isouter=True).where(agent.in_(agents), counted)
    loads = dict((await session.exec(held.group_by(agent))).all())
    return {agent: loads.get(agent, 0) for agent in agents}


def _theirs() -> ColumnElement[bool]:
    owed = or_(col(CaseRow.reply_owed_since).is_not(None), col(CaseRow.unreached_since).is_not(None))
    return or_(col(CaseRow.waiting_on).in_(OURS), and_(owed, col(CaseRow.tier).in_(ABOVE_THE_MERCHANT)))


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(col(CaseRow.snoozed_by).is_(None), col(CaseRow.snoozed_until) <= now)
