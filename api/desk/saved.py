"""What views and replies have in common (WRK-2, WRK-3): each is one person's or a team's, and there are so many of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path
from pydantic import Field, StringConstraints
from sqlalchemy import or_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import upsert
from api.http.auth import Caller
from api.http.dependencies import only_for
from api.http.problems import no_such_team, not_found, problem
from models.common.base import Frozen, Identifier, Instant
from models.common.readers import Platform
from models.common.vocabulary import ErrorType, Role
from models.tables.desk import SavedReplyRow, SavedViewRow

EVERY_TEAM = "all"
MOST_OF_PERSON, MOST_OF_TEAM = 50, 100
"""Of each kind."""
RowT = TypeVar("RowT", SavedViewRow, SavedReplyRow)
SavedId = Annotated[Identifier, Path(description="Its id, of your choice.", examples=["late-in-logistics"])]


class SavedContent(Frozen):
    """`team` None: yours alone; `all`: every team's. Those of teams are written by supervisors."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    team: Identifier | None = Field(default=None, examples=["logistics"])


class SavedBy(Frozen):
    """Whose it is, and who changed it last."""

    id: Platform[str]
    name: Platform[str]
    team: Platform[str | None]
    updated_at: Platform[Instant]
    updated_by: Platform[str]


class Saved(Generic[RowT]):
    """The views, or the replies, that a caller has to do with. Raises ProblemError (403) for other roles than the platform's."""

    def __init__(self, session: AsyncSession, caller: Caller, table: type[RowT]) -> None:
        only_for(caller, Role.platform())
        self._session, self._caller, self._table = session, caller, table
        team, actor = col(table.team), caller.actor
        every_team = actor.role is Role.SUPERVISOR
        self._visible = or_(
            col(table.owner) == actor.id, team.is_not(None) if every_team else team.in_([*actor.teams, EVERY_TEAM])
        )

    async def all(self) -> Sequence[RowT]:
        """One's own, and those of one's teams, by name."""
        table = self._table
        return (await self._session.exec(select(table).where(self._visible).order_by(col(table.name), col(table.id)))).all()

    async def get(self, id_: str) -> RowT:
        """404 for somebody else's and for what is not there."""
        row = (await self._session.exec(select(self._table).where(self._table.id == id_, self._visible))).first()
        if row is None:
            raise not_found()
        return row

    async def put(self, id_: str, content: SavedContent, columns: Mapping[str, Any], teams: Iterable[str]) -> bool:
        """Add it, or change it whole; True when it is new. `teams`: those that there are."""
        before = await self._session.get(self._table, id_)
        if before is not None:
            _refuse_others(self._caller, (await self.get(id_)).team)
        _refuse_others(self._caller, content.team)
        _refuse_unknown(content.team, teams)
        owner = self._caller.actor.id if content.team is None else None
        if before is None or (before.owner, before.team) != (owner, content.team):
            await self._refuse_too_many(owner, content.team)
        written = {"updated_at": datetime.now(UTC), "updated_by": self._caller.actor.id}
        row = {"id": id_, "name": content.name, "owner": owner, "team": content.team, **written, **columns}
        await upsert(self._session, self._table, row)
        self._session.expire_all()
        return before is None

    async def delete(self, id_: str) -> None:
        row = await self.get(id_)
        _refuse_others(self._caller, row.team)
        await self._session.delete(row)

    async def _refuse_too_many(self, owner: str | None, team: str | None) -> None:
        most = MOST_OF_TEAM if owner is None else MOST_OF_PERSON
        whose = col(self._table.team) == team if owner is None else col(self._table.owner) == owner
        if (await self._session.exec(select(func.count()).select_from(self._table).where(whose))).one() >= most:
            raise problem(
                ErrorType.NOT_ALLOWED_NOW,
                f"There are {most} of them, which is as many as may be; delete one first.",
                f"已有 {most} 个，达到上限；请先删除一个。",
                rule="size",
            )


def _refuse_others(caller: Caller, team: str | None) -> None:
    """403 for what a team shares, but to supervisors."""
    if team is not None and caller.role is not Role.SUPERVISOR:
        raise problem(
            ErrorType.NOT_ALLOWED_FOR_ROLE,
            f"What team {team} shares is written by supervisors; without `team` it is yours alone.",
            f"团队 {team} 共用的内容由主管编写；不填 `team` 则仅供您本人使用。",
            field="team",
            rule="WRK-2",
        )


def _refuse_unknown(team: str | None, teams: Iterable[str]) -> None:
    known = {*teams, EVERY_TEAM}
    if team is not None and team not in known:
        raise no_such_team(team, known, "WRK-2")
