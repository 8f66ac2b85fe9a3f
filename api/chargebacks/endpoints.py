"""Chargebacks over HTTP (RES-12): listed, looked at with the evidence that speaks for us, and answered by people.

Read from the table, whose rows are the truth; an answer is written there, and the worker's loop sends it to the provider.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.chargebacks import look_again, state_of, write
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.cursor import Cursor, Key, Moment, Order, following, instant, row_id
from api.http.dependencies import CallerOf, Language, Parts, PartsOf, RequestKey, only_for
from api.http.idempotency import request_id
from api.http.problems import from_fault, not_found
from api.http.responses import OWN, READING
from api.http.routes import SeenRoute, add_action
from api.http.timelines import TimelineReader
from models.case.actions import Act
from models.case.state import CaseState
from models.chargebacks.actions import CHARGEBACK_BODIES, ChargebackAction, Contest, DeclineAnswer
from models.chargebacks.partner import AnswerKind, ChargebackStatus, EvidencePack
from models.chargebacks.state import ChargebackState
from models.chargebacks.views import ChargebackBrief, ChargebackPage, ChargebackView
from models.common.actors import Actor
from models.common.base import Body, Frozen, Identifier, stored
from models.common.vocabulary import Locale, Role, Stage
from models.tables.case import CaseRow
from models.tables.chargebacks import ChargebackRow
from rules.chargebacks import hearing
from rules.chargebacks.evidence import pack_of
from rules.chargebacks.permissions import PERMISSIONS, brief_of, forbidden, may_see, needs_approval, overtaken, view_of
from rules.common.requests import reused
from rules.notifications.texts import texts

router = APIRouter(prefix="/v1/chargebacks", tags=["chargebacks"], dependencies=[Depends(check_body)], route_class=SeenRoute)

READERS = Role.platform() | {Role.MERCHANT, Role.ANALYST}
NEWEST_FIRST = Order(
    "-heard_at", (Key(col(ChargebackRow.heard_at), instant), Key(col(ChargebackRow.chargeback_id), row_id)), True
)
LISTED: list[Any] = [col(ChargebackRow.heard_at), col(ChargebackRow.chargeback_id), col(ChargebackRow.state)]
CASES = 20
"""Of an order, the newest: their words and proofs are evidence."""
REMEMBERED = 50
"""Requests that a chargeback knows again."""
EXAMPLES: Mapping[ChargebackAction, tuple[str, dict[str, Any]]] = {
    ChargebackAction.CONTEST: ("Contest a chargeback · 提交证据申诉", {"words": "包裹由顾客本人签收，顾客从未联系过我们。"}),
    ChargebackAction.ACCEPT: ("Give in to a chargeback · 接受拒付", {}),
    ChargebackAction.APPROVE: ("Approve the answer to a chargeback · 批准答复", {"answer": 1}),
    ChargebackAction.DECLINE: (
        "Decline the answer to a chargeback · 驳回答复",
        {"answer": 1, "words": "签收人不是顾客，先核实。"},
    ),
}
ChargebackId = Annotated[str, Path(description="The chargeback's id.", examples=["CB-0123456789ABCDEF"])]


class ChargebackQuery(Frozen):
    """The list's query; `status` may be repeated and takes any of its values."""

    status: Annotated[tuple[ChargebackStatus, ...], Field(default=(), max_length=10)]
    open: bool | None = None
    """Whether the bank has still to decide."""
    order_id: Identifier | None = None
    case_id: Identifier | None = None
    due_before: Moment | None = None
    """The provider's deadline, of those that nobody has answered."""
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


@router.get("", summary="List chargebacks · 银行拒付列表", responses=READING)
async def list_(parts: PartsOf, caller: CallerOf, query: Annotated[ChargebackQuery, Query()]) -> ChargebackPage:
    """Those in your sight, the one that was heard of last first."""
    only_for(caller, READERS)
    select_columns: Any = select
    async with parts.database.reading() as session:
        chosen = select_columns(*LISTED).where(_in_sight(caller.actor), *_filters(query))
        shown = await NEWEST_FIRST.page(session, chosen, query.cursor, query.limit)
    given = query.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    return ChargebackPage(
        chargebacks=tuple(_brief(row["state"]) for row in shown.rows), next=following("/v1/chargebacks", given, shown.cursor)
    )


@router.get("/{chargeback_id}", summary="Look at a chargeback · 查看银行拒付", responses=OWN)
async def show(parts: PartsOf, caller: CallerOf, language: Language, chargeback_id: ChargebackId) -> ChargebackView:
    """With the evidence that speaks for us, what happened, and `available_actions`: what you may do now."""
    only_for(caller, READERS)
    async with parts.database.reading() as session:
        state = state_of(await _find(session, caller, chargeback_id))
        pack = await _pack(session, parts, state)
    return _shown(parts, caller, state, pack, language)


async def perform(
    parts: Parts, caller: Caller, chargeback_id: str, action: ChargebackAction, *, body: Body, key: str | None, language: Locale
) -> ChargebackView:
    """Write it down; the worker's loop does the rest."""
    only_for(caller, PERMISSIONS[action].roles)
    act, now = Act[Any](actor=caller.actor, request_id=request_id(caller, action, key), body=body), datetime.now(UTC)
    async with parts.database.writing() as session:
        row = await _find(session, caller, chargeback_id, lock=True)
        was = state_of(row)
        pack = await _pack(session, parts, was)
        known = was.requests_seen.get(act.request_id)
        refused = overtaken(was, body, pack) or forbidden(was, caller.actor, action)
        fault = refused if known is None else reused(known, act)
        if fault is not None:
            raise from_fault(fault)
        state = was
        if known is None:
            seen = dict([*was.requests_seen.items(), (act.request_id, act.digest)][-REMEMBERED:])
            done = _done(was, action, act, pack, now, above_limit=needs_approval(was, parts.policy))
            state = done.model_copy(update={"requests_seen": seen})
            write(row, state)
            look_again(row, now)
            session.add(row)
    return _shown(parts, caller, state, pack, language)


def _done(  # who answers what, with what, and when
    state: ChargebackState, action: ChargebackAction, act: Act[Any], pack: EvidencePack | None, at: datetime, *, above_limit: bool
) -> ChargebackState:
    by, body = act.actor, act.body
    match action:
        case ChargebackAction.CONTEST:
            evidence = pack and pack.model_copy(update={"words": body.words if isinstance(body, Contest) else None})
            return hearing.answered(state, AnswerKind.EVIDENCE, evidence, by, at, above_limit=above_limit)
        case ChargebackAction.ACCEPT:
            return hearing.answered(state, AnswerKind.ACCEPTANCE, None, by, at, above_limit=above_limit)
        case ChargebackAction.APPROVE:
            return hearing.approved(state, by, at)
        case ChargebackAction.DECLINE:
            return hearing.declined(state, body.words if isinstance(body, DeclineAnswer) else "—", by, at)


def _shown(parts: Parts, caller: Caller, state: ChargebackState, pack: EvidencePack | None, language: Locale) -> ChargebackView:
    reader = TimelineReader(caller.actor, language, texts(parts.policy.zone))
    history = reader.read_all(state.entries)
    return view_of(state, caller.actor, parts.policy, pack).model_copy(update={"history": history})


async def chargebacks_of(session: AsyncSession, actor: Actor, order_id: str | None) -> tuple[ChargebackBrief, ...]:
    """The short list on a case's view."""
    if order_id is None or actor.role not in READERS:
        return ()
    asked = (
        select(ChargebackRow).where(ChargebackRow.order_id == order_id, _in_sight(actor)).order_by(col(ChargebackRow.heard_at))
    )
    return tuple(_brief(row.state) for row in (await session.exec(asked)).all())


async def _find(session: AsyncSession, caller: Caller, chargeback_id: str, *, lock: bool = False) -> ChargebackRow:
    row = await session.get(ChargebackRow, chargeback_id, with_for_update=lock or None)
    if row is None or not may_see(state_of(row), caller.actor):
        raise not_found()
    return row


async def _pack(session: AsyncSession, parts: Parts, state: ChargebackState) -> EvidencePack | None:
    """What the order's cases say now; None: it is nobody's order."""
    if state.order_id is None:
        return None
    newest = (col(CaseRow.stage) == Stage.CLOSED, col(CaseRow.opened_at).desc())
    asked = select(CaseRow).where(CaseRow.order_id == state.order_id).order_by(*newest).limit(CASES)
    cases = [stored(CaseState, row.state) for row in (await session.exec(asked)).all()]
    return pack_of(cases, parts.policy.chargebacks)


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    """`may_see` of rules/chargebacks/permissions.py in SQL."""
    match actor.role:
        case Role.MERCHANT:
            return col(ChargebackRow.merchant_id) == actor.id
        case Role.AGENT:
            return or_(col(ChargebackRow.team).in_(actor.teams), col(ChargebackRow.team).is_(None))
        case _:
            return true()


def _filters(query: ChargebackQuery) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if query.status:
        filters.append(col(ChargebackRow.status).in_([status.value for status in query.status]))
    equal = (("order_id", query.order_id), ("case_id", query.case_id), ("open", query.open))
    filters += [col(getattr(ChargebackRow, name)) == value for name, value in equal if value is not None]
    if query.due_before is not None:
        filters.append(col(ChargebackRow.due) < query.due_before)
    return filters


def _brief(state: object) -> ChargebackBrief:
    return brief_of(stored(ChargebackState, state))


def _add(action: ChargebackAction) -> None:
    shape, (summary, example) = CHARGEBACK_BODIES[action], EXAMPLES[action]

    async def endpoint(
        parts: PartsOf,
        caller: CallerOf,
        language: Language,
        chargeback_id: ChargebackId,
        *,
        body: Body,
        key: RequestKey = None,
    ) -> ChargebackView:
        return await perform(parts, caller, chargeback_id, action, body=body, key=key, language=language)

    roles = ", ".join(sorted(PERMISSIONS[action].roles))
    add_action(
        router,
        f"/{{chargeback_id}}/{action.value}",
        endpoint,
        shape,
        name=f"chargeback_{action.value}",
        summary=summary,
        example=(summary, example),
        description=f"{shape.__doc__ or ''} For: {roles}.",
    )


for _action in ChargebackAction:
    _add(_action)
