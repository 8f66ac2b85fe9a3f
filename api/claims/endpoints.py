"""Claims on carriers, recoveries from merchants, credits to them (RES-9): lists with totals, one claim with its history, what is done to it.

Read from the tables, which outlive the case; acted on by updates of the claim's own workflow.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.claims.examples import CLAIM_EXAMPLES, CLAIM_SHAPES, DisputeIn
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.cursor import Cursor, Key, Moment, Order, following, instant, number, row_id
from api.http.dependencies import CallerOf, Language, Parts, PartsOf, RequestKey, only_for
from api.http.idempotency import request_id
from api.http.lookup import CASE_ID
from api.http.problems import ProblemError, not_found, problem
from api.http.responses import OWN, READING
from api.http.routes import SeenRoute, add_action
from api.http.timelines import TimelineReader
from api.http.uploads import references
from models.case.actions import Act
from models.claims.actions import CLAIM_BODIES, ClaimAction
from models.claims.state import ClaimKind, ClaimState, ClaimStatus
from models.claims.views import ClaimBrief, ClaimPage, ClaimTotal, ClaimView
from models.common.actors import Actor
from models.common.base import Body, Frozen, Identifier, Money, stored
from models.common.partner_registry import Partner
from models.common.vocabulary import ErrorType, Role
from models.tables.claims import ClaimHistoryRow, ClaimRow
from rules.claims.permissions import PERMISSIONS, may_see, view_of
from rules.notifications.texts import texts

router = APIRouter(prefix="/v1/claims", tags=["claims"], dependencies=[Depends(check_body)], route_class=SeenRoute)

LOOKERS = Role.platform() | Partner.roles()
LISTERS = LOOKERS | {Role.ANALYST}
AMOUNTS = ("claimed", "accepted", "recovered", "written_off")
PLAIN = [name for name in ClaimBrief.model_fields if name not in {*AMOUNTS, "of"}]
COLUMNS = (*PLAIN, *(f"{name}_minor" for name in AMOUNTS), "party", "currency", "saved_at")
LISTED: list[Any] = [col(getattr(ClaimRow, name)) for name in COLUMNS]


class ClaimSort(StrEnum):
    """`-` puts the greatest first. A claim that waits for nobody has no `due` and comes after those with one."""

    OPENED = "opened_at"
    OPENED_LAST = "-opened_at"
    DUE = "due"
    DUE_LAST = "-due"
    AMOUNT = "amount"
    AMOUNT_LAST = "-amount"

    @property
    def descending(self) -> bool:
        return self.startswith("-")

    @property
    def column(self) -> str:
        name = self.removeprefix("-")
        return "claimed_minor" if name == "amount" else name

    @property
    def order(self) -> Order:
        read = number if self.column == "claimed_minor" else instant
        sorted_by = Key(col(getattr(ClaimRow, self.column)), read, nullable=self.column == "due")
        keys = (sorted_by, Key(col(ClaimRow.claim_id), row_id))
        return Order(self.value, keys, self.descending, saved=None if self.column == "opened_at" else col(ClaimRow.saved_at))


class ClaimQuery(Frozen):
    """The list's query; a filter that may be repeated takes any of its values."""

    status: Annotated[tuple[ClaimStatus, ...], Field(default=(), max_length=10)]
    kind: Annotated[tuple[ClaimKind, ...], Field(default=(), max_length=5)]
    who: Identifier | None = None
    """The carrier's or merchant's id."""
    case_id: Identifier | None = None
    order_id: Identifier | None = None
    due_before: Moment | None = None
    sort: ClaimSort = ClaimSort.OPENED_LAST
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


@router.get("", summary="List claims with totals · 索赔列表与合计", responses=READING)
async def list_(parts: PartsOf, caller: CallerOf, query: Annotated[ClaimQuery, Query()]) -> ClaimPage:
    """The claims in your sight, and what all that fit the filters come to, by kind, status and currency."""
    only_for(caller, LISTERS)
    fits = [in_sight(caller.actor), *_filters(query)]
    select_columns: Any = select
    async with parts.database.reading() as session:
        shown = await query.sort.order.page(session, select_columns(*LISTED).where(*fits), query.cursor, query.limit)
        totals = await _totals(session, fits)
    given = query.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    more = following("/v1/claims", {**given, "sort": query.sort.value}, shown.cursor)
    return ClaimPage(claims=tuple(map(_brief, shown.rows)), totals=totals, next=more)


ClaimId = Annotated[str, Path(description="The claim's id.", examples=["RD-0123456789AB.claim.1"])]


@router.get("/{claim_id}", summary="Look at a claim · 查看索赔", responses=OWN)
async def show(parts: PartsOf, caller: CallerOf, language: Language, claim_id: ClaimId) -> ClaimView:
    """The claim with its proofs and history, and `available_actions`: what you may do now."""
    only_for(caller, LOOKERS)
    async with parts.database.reading() as session:
        state = await _find(session, caller, claim_id)
        asked = select(ClaimHistoryRow).where(ClaimHistoryRow.claim_id == claim_id).order_by(col(ClaimHistoryRow.version))
        rows = (await session.exec(asked)).all()
    history = TimelineReader(caller.actor, language, texts(parts.policy.zone)).read_all(rows)
    return view_of(state, caller.actor, language).model_copy(update={"history": history})


async def perform(parts: Parts, caller: Caller, claim_id: str, action: ClaimAction, *, body: Body, key: str | None) -> ClaimView:
    """Do it; the answer is the claim after it, from the claim itself."""
    only_for(caller, PERMISSIONS[action].roles)
    async with parts.database.reading() as session:
        state = await _find(session, caller, claim_id)
        if isinstance(body, DisputeIn):
            evidence = await references(session, caller.actor, body.evidence)
            body = CLAIM_BODIES[action].model_validate({**body.model_dump(exclude={"evidence"}), "evidence": evidence})
    act = Act[Any](actor=caller.actor, request_id=request_id(caller, action, key), body=body)
    try:
        return await parts.engine.act_on(claim_id, action.value, act, ClaimView)
    except ProblemError as error:
        if error.fault.type is ErrorType.NOT_FOUND and state.status in ClaimStatus.over():
            raise _over() from error
        raise


async def claims_of(session: AsyncSession, actor: Actor, case_id: str) -> tuple[ClaimBrief, ...]:
    """The short list on a case's view: a party's own, the platform's all."""
    select_columns: Any = select
    execute: Any = session.exec
    asked = select_columns(*LISTED).where(ClaimRow.case_id == case_id, in_sight(actor)).order_by(col(ClaimRow.claim_id))
    return tuple(map(_brief, (await execute(asked)).mappings()))


def in_sight(actor: Actor) -> ColumnElement[bool]:
    """`may_see` of rules/claims/permissions.py in SQL; an analyst sees the figures of all."""
    match actor.role:
        case role if role in Partner.roles():
            return and_(col(ClaimRow.party) == actor.role.value, col(ClaimRow.who) == actor.id)
        case Role.AGENT:
            return or_(col(ClaimRow.team).in_(actor.teams), col(ClaimRow.team).is_(None))
        case Role.CUSTOMER:
            return false()
        case _:
            return true()


def _brief(row: Any) -> ClaimBrief:  # noqa: ANN401  # a row mapping of LISTED
    """`brief_of` of the state, whose columns it was saved in (activities/claims.py)."""
    values: dict[str, Any] = {name: row[name] for name in PLAIN}
    amounts: dict[str, Any] = {name: _money(row[f"{name}_minor"], row["currency"]) for name in AMOUNTS}
    return ClaimBrief(**values, **amounts, of=row["party"])


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor=minor, currency=currency)


async def _find(session: AsyncSession, caller: Caller, claim_id: str) -> ClaimState:
    row = await session.get(ClaimRow, claim_id) if CASE_ID.fullmatch(claim_id) else None
    state = stored(ClaimState, row.state) if row else None
    if state is None or not may_see(state, caller.actor):
        raise not_found()
    return state


async def _totals(session: AsyncSession, fits: Sequence[ColumnElement[bool]]) -> tuple[ClaimTotal, ...]:
    groups: list[Any] = [col(ClaimRow.kind), col(ClaimRow.status), col(ClaimRow.currency)]
    sums = [func.coalesce(func.sum(col(getattr(ClaimRow, f"{name}_minor"))), 0).label(name) for name in AMOUNTS]
    select_columns: Any = select
    execute: Any = session.exec
    answer = await execute(
        select_columns(*groups, func.count().label("count"), *sums).where(*fits).group_by(*groups).order_by(*groups)
    )
    return tuple(
        ClaimTotal(
            kind=row["kind"],
            status=row["status"],
            count=row["count"],
            **{name: Money(minor=int(row[name]), currency=row["currency"]) for name in AMOUNTS},
        )
        for row in answer.mappings()
    )


def _filters(query: ClaimQuery) -> list[ColumnElement[bool]]:
    several = (("status", query.status), ("kind", query.kind))
    filters = [col(getattr(ClaimRow, name)).in_([value.value for value in values]) for name, values in several if values]
    equal = (("who", query.who), ("case_id", query.case_id), ("order_id", query.order_id))
    filters += [col(getattr(ClaimRow, name)) == value for name, value in equal if value is not None]
    if query.due_before is not None:
        filters.append(col(ClaimRow.due) < query.due_before)
    return filters


def _over() -> ProblemError:
    return problem(
        ErrorType.CLOSED,
        "The claim is over for good; nothing can be done to it any more.",
        "该索赔已最终结束，无法再操作。",
        rule="RES-9",
    )


def _add(action: ClaimAction) -> None:
    shape, shown = CLAIM_SHAPES[action], CLAIM_EXAMPLES[action]

    async def endpoint(parts: PartsOf, caller: CallerOf, claim_id: ClaimId, *, body: Body, key: RequestKey = None) -> ClaimView:
        return await perform(parts, caller, claim_id, action, body=body, key=key)

    roles = ", ".join(sorted(PERMISSIONS[action].roles))
    add_action(
        router,
        f"/{{claim_id}}/{action.value}",
        endpoint,
        shape,
        name=f"claim_{action.value}",
        summary=shown.summary,
        example=(shown.summary, shown.example),
        description=f"{shape.__doc__ or ''} For: {roles}.",
    )


for _action in ClaimAction:
    _add(_action)
