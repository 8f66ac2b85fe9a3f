"""Who one is to Redress: by the token, or by the cookie of a browser that is signed in."""

from fastapi import APIRouter

from adapters.database.agents import known_as
from api.http.dependencies import CallerOf, PartsOf
from api.http.responses import READING
from api.http.routes import SeenRoute
from models.common.base import Frozen, Instant
from models.common.readers import Everybody
from models.common.vocabulary import Role

router = APIRouter(prefix="/v1/me", tags=["people"], route_class=SeenRoute)


class Me(Frozen):
    """`id` as the token's `sub` has it; `name` and `teams` as the table of people has them."""

    role: Everybody[Role]
    id: Everybody[str]
    name: Everybody[str | None]
    teams: Everybody[tuple[str, ...]]
    """Of an agent: those whose cases they see."""
    token_id: Everybody[str | None]
    """By which `POST /v1/revocations` ends this token, or signs this browser out."""
    expires_at: Everybody[Instant | None]


@router.get("", summary="Who am I · 我的身份", responses=READING)
async def me(parts: PartsOf, caller: CallerOf) -> Me:
    """As whom this token, or the browser that is signed in, counts."""
    async with parts.database.reading() as session:
        person = await known_as(session, caller.actor.id) if caller.role in Role.staff() else None
    return Me(
        role=caller.role,
        id=caller.actor.id,
        name=person and person.name,
        teams=caller.actor.teams,
        token_id=caller.token_id,
        expires_at=caller.expires_at,
    )
