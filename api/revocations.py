"""Tokens that are to be good no more: one by its id, or all of somebody that were issued until now."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import Field, StringConstraints, model_validator
from sqlmodel import col, select

from adapters.database.revocations import SUBJECT, TOKEN, revoke, subject
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.responses import READING
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Instant, unfit
from models.common.readers import Platform
from models.common.vocabulary import Role
from models.tables.revocations import RevocationRow

router = APIRouter(prefix="/v1/revocations", tags=["people"], route_class=SeenRoute)

SUPERVISORS = frozenset({Role.SUPERVISOR})
LEFT = {
    "person": {"summary": "Every token of a person · 某人的全部令牌", "value": {"role": "agent", "subject": "lin.wei"}},
    "token": {"summary": "One token · 单个令牌", "value": {"token_id": "1f0c2d3e4a5b6c7d"}},
}

TokenId = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RevokeIn(Frozen):
    """One token by `token_id` (its `jti`), or by role and subject all that were issued until now."""

    token_id: TokenId | None = None
    role: Role | None = None
    subject: Identifier | None = Field(default=None, description="The `sub` of the tokens.")

    @model_validator(mode="after")
    def _names_one(self) -> "RevokeIn":
        whole = self.role is not None and self.subject is not None
        none = self.role is None and self.subject is None
        if (self.token_id is not None and none) or (self.token_id is None and whole):
            return self
        raise unfit(
            rule="revocation", zh="请填写 token_id，或同时填写 role 和 subject。", en="name token_id, or role and subject."
        )


class Revocation(Frozen):
    """`token` with the token's id, or `subject` with role and subject: those issued until `issued_until`."""

    what: Platform[str]
    name: Platform[str]
    issued_until: Platform[Instant]
    by: Platform[str]
    at: Platform[Instant]


@router.get("", summary="Revoked tokens · 已吊销令牌", responses=READING)
async def list_revocations(parts: PartsOf, caller: CallerOf) -> tuple[Revocation, ...]:
    """The newest first; what no token can outlive is forgotten."""
    only_for(caller, SUPERVISORS)
    async with parts.database.reading() as session:
        rows = (await session.exec(select(RevocationRow).order_by(col(RevocationRow.at).desc()).limit(500))).all()
    return tuple(_shown(row) for row in rows)


@router.post("", status_code=201, summary="Revoke tokens · 吊销令牌", responses=READING, dependencies=[Depends(check_body)])
async def revoke_tokens(
    parts: PartsOf,
    caller: CallerOf,
    body: Annotated[RevokeIn, Body(openapi_examples=LEFT)],  # pyright: ignore[reportArgumentType]
) -> Revocation:
    """At once: the next request with such a token is refused, and event streams of it end. New tokens of the same person are good."""
    only_for(caller, SUPERVISORS)
    longest = timedelta(hours=parts.settings.jwt_max_hours)
    what = TOKEN if body.token_id is not None else SUBJECT
    name = body.token_id if body.token_id is not None else subject(Role(str(body.role)), str(body.subject))
    async with parts.database.writing() as session:
        return _shown(await revoke(session, what, name, caller.actor.id, longest))


def _shown(row: RevocationRow) -> Revocation:
    return Revocation(**row.model_dump())
