"""What changed since somebody looked last, as those who follow cases are told (docs/desk.md): read when somebody wrote, never per viewer."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import saved_until_now
from models.common.vocabulary import MessageChannel, Role
from models.tables.case import AgentRow, CaseCarrierRow, CaseRow, MessageRow
from models.tables.revocations import RevocationRow

PARTIES = ("customer_id", "merchant_id", "team", "handler", "offered_to", "offered_team")
CHANGED: tuple[Any, ...] = tuple(col(getattr(CaseRow, name)) for name in ("case_id", "version", "saved_at", *PARTIES))


class ChangedCase(NamedTuple):
    """A case that was saved, and the columns that say whose it is."""

    case_id: str
    version: int
    saved_at: datetime
    customer_id: str
    merchant_id: str | None
    team: str | None
    handler: str | None
    offered_to: str | None
    offered_team: str | None


class Recipient(NamedTuple):
    """Whose inbox it is: a person's or a team's."""

    role: str
    id: str


async def position(session: AsyncSession) -> datetime:
    """The moment from which on somebody who looks now has to be told: whatever was saved until then can be read."""
    return await saved_until_now(session, col(CaseRow.saved_at))


async def cases_since(session: AsyncSession, since: datetime, most: int, *where: Any) -> Sequence[ChangedCase]:  # noqa: ANN401
    """Those that were saved from then on, the oldest first, at most so many."""
    chosen: Any = _changed().where(col(CaseRow.saved_at) >= since, *where).order_by(col(CaseRow.saved_at)).limit(most)
    return await _read(session, chosen)


async def cases_by_id(session: AsyncSession, ids: Collection[str]) -> Sequence[ChangedCase]:
    return await _read(session, _changed().where(col(CaseRow.case_id).in_(ids)))


def _changed() -> Any:  # noqa: ANN401  # a statement of more columns than it is typed for
    columns: Any = select
    return columns(*CHANGED)


async def _read(session: AsyncSession, asked: Any) -> list[ChangedCase]:  # noqa: ANN401
    return [ChangedCase(*row) for row in await _rows(session, asked)]


async def _rows(session: AsyncSession, asked: Any) -> Sequence[Any]:  # noqa: ANN401
    execute: Any = session.exec
    return (await execute(asked)).all()


async def carriers_of(session: AsyncSession, ids: Collection[str]) -> dict[str, frozenset[str]]:
    """By case, the carriers that have a parcel of it."""
    found = defaultdict[str, set[str]](set)
    for row in (await session.exec(select(CaseCarrierRow).where(col(CaseCarrierRow.case_id).in_(ids)))).all():
        found[row.case_id].add(row.carrier_id)
    return {case_id: frozenset(carriers) for case_id, carriers in found.items()}


async def newest_message(session: AsyncSession) -> int:
    return (await session.exec(select(func.max(MessageRow.id)))).one() or 0


async def inboxes_since(session: AsyncSession, after: int, most: int) -> Sequence[tuple[int, Recipient]]:
    """Whom the messages after that one are for, by their ids."""
    asked: Any = select(MessageRow.id, MessageRow.recipient_role, MessageRow.recipient_id)
    new = asked.where(col(MessageRow.id) > after, col(MessageRow.channel) == MessageChannel.INBOX.value)
    rows = await _rows(session, new.order_by(col(MessageRow.id)).limit(most))
    return [(id_, Recipient(role, who)) for id_, role, who in rows]


async def standing_of_all(session: AsyncSession) -> object:
    """Changes whenever somebody may have lost or won access: revocations, people, their roles and teams."""
    revoked = (await session.exec(select(func.max(RevocationRow.at), func.count()).select_from(RevocationRow))).one()
    columns: Any = select
    staff = columns(AgentRow.agent_id, AgentRow.role, AgentRow.teams).where(col(AgentRow.role).in_(Role.staff()))
    return tuple(revoked), sorted((who, role, tuple(teams)) for who, role, teams in await _rows(session, staff))
