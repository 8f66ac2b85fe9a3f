"""What the database knows of a token's bearer, in one statement a request: revocations, and the table of people (docs/security.md)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, true
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.revocations import SUBJECT, TOKEN, subject
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.case import AgentRow
from models.tables.revocations import RevocationRow


@dataclass(frozen=True)
class Standing:
    """Whether the token was revoked; the role and teams that the table of people has for its bearer, if any."""

    revoked: bool
    role: Role | None = None
    teams: tuple[str, ...] = ()


async def standing_of(session: AsyncSession, actor: Actor, token_id: str | None, issued_at: datetime | None) -> Standing:
    """The standing of whoever bears this token. People are looked up for the staff's roles alone."""
    revoked = exists().where(_revoked(actor, token_id, issued_at))
    execute: Any = session.exec
    if actor.role in Role.staff():
        person = col(AgentRow.agent_id) == actor.id
        asked: Any = select(
            revoked, select(AgentRow.role).where(person).scalar_subquery(), select(AgentRow.teams).where(person).scalar_subquery()
        )
        gone, role, teams = (await execute(asked)).one()
        return Standing(bool(gone), None if role is None else Role(role), tuple(teams or ()))
    return Standing(bool((await execute(select(revoked))).one()))


def _revoked(actor: Actor, token_id: str | None, issued_at: datetime | None) -> ColumnElement[bool]:
    """A revocation of this token, by its id or with all of its bearer's. A token that does not say when it was issued counts as old."""
    whose = (col(RevocationRow.what) == SUBJECT) & (col(RevocationRow.name) == subject(actor.role, actor.id))
    old = true() if issued_at is None else col(RevocationRow.issued_until) >= issued_at
    itself = (col(RevocationRow.what) == TOKEN) & (col(RevocationRow.name) == token_id)
    return or_(whose & old, itself)
