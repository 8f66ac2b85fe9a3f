"""Reconciliation (docs/money.md): asked for by a supervisor; what it found, listed, and resolved by a supervisor."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import JsonValue
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent
from adapters.database.messages import message_row
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.problems import from_fault, not_found, problem
from api.http.responses import LOOKING, OWN, READING, problems
from api.http.routes import SeenRoute
from models.case.receipt import Receipt
from models.common.base import Bilingual, Frozen, Identifier, Words, stored
from models.common.decides import Decides
from models.common.events import Event
from models.common.readers import Inside
from models.common.vocabulary import ErrorType, Locale, MessageChannel, Role
from models.reconciliation.difference import Decision, DifferenceKind, DifferenceState, DifferenceView
from models.reconciliation.scan import Scan
from models.tables.case import CaseRow, ContactRow, MessageRow
from models.tables.reconciliation import DifferenceRow
from rules.common.decided import not_what_stands
from rules.notifications.texts import texts

router = APIRouter(prefix="/v1/differences", tags=["reconciliation"], route_class=SeenRoute)
scans = APIRouter(prefix="/v1/reconciliation", tags=["reconciliation"], route_class=SeenRoute)

READERS = Role.platform() | {Role.ANALYST}
DifferenceId = Annotated[Identifier, Path(description="The difference's id.", examples=["D-0123456789ABCDEF0123"])]
NOTE: Any = {"example": {"summary": "What was found out · 核实结果", "value": {"note": "商家在支付后台直接退款，已与其确认。"}}}
CHANGED = Bilingual(zh="对账数据已变化", en="the books were compared anew, and show other figures")


class Differences(Frozen):
    """`next`: give it as `after` for the page that follows."""

    differences: Inside[tuple[DifferenceView, ...]]
    next: Inside[str | None]


class Resolve(Decides):
    """What it was, and what was done about it."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("figures",)
    figures: Identifier | None = None
    """`figures` of the difference, as it was shown."""
    note: Words
    decision: Decision | None = None
    """Who keeps what: of a parcel that turned up after something was given for its loss, and of nothing else."""


@router.get("", summary="List differences · 对账差异", responses=READING)
async def list_differences(
    parts: PartsOf,
    caller: CallerOf,
    *,
    state: Annotated[DifferenceState | None, Query(description="None: all.")] = None,
    kind: DifferenceKind | None = None,
    order_id: Identifier | None = None,
    case_id: Identifier | None = None,
    after: Annotated[Identifier | None, Query(description="The last one of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Differences:
    """The one that was seen first comes first."""
    only_for(caller, READERS)
    equal = {"state": state, "kind": kind, "order_id": order_id, "case_id": case_id}
    filters = [col(getattr(DifferenceRow, name)) == value for name, value in equal.items() if value is not None]
    first, own = col(DifferenceRow.first_seen), col(DifferenceRow.difference_id)
    async with parts.database.reading() as session:
        if after is not None:
            last = await session.get(DifferenceRow, after)
            if last is None:
                raise problem(ErrorType.INVALID, "after: there is no such difference.", "after：没有该差异。", field="after")
            filters.append(or_(first > last.first_seen, and_(first == last.first_seen, own > after)))
        rows = (await session.exec(select(DifferenceRow).where(*filters).order_by(first, own).limit(limit + 1))).all()
    page = rows[:limit]
    more = page[-1].difference_id if len(rows) > limit else None
    return Differences(differences=tuple(_view(row) for row in page), next=more)


@router.post(
    "/{difference_id}/resolve",
    summary="Resolve a difference · 处理对账差异",
    responses={**OWN, **problems(409)},
    dependencies=[Depends(check_body)],
)
async def resolve_difference(
    parts: PartsOf, caller: CallerOf, difference_id: DifferenceId, resolve: Annotated[Resolve, Body(openapi_examples=NOTE)]
) -> DifferenceView:
    """Accept it with a note. It stays accepted while it is the same; when it changes, it is open again. For: supervisor.

    A parcel that turned up asks for a decision. The customer is told when they are asked to return or pay for the goods; nobody is charged.
    """
    only_for(caller, frozenset({Role.SUPERVISOR}))
    async with parts.database.writing() as session:
        row = await session.get(DifferenceRow, difference_id, with_for_update=True)
        if row is None:
            raise not_found()
        if row.state != DifferenceState.OPEN:
            raise problem(
                ErrorType.NOT_ALLOWED_NOW, f"The difference is {row.state} already.", "该差异已处理。", rule="reconciliation"
            )
        fault = not_what_stands(resolve, {"figures": _figures(row)}, lambda _: CHANGED)
        if fault is not None:
            raise from_fault(fault)
        _check_decision(row, resolve)
        row.state, row.note, row.decision = DifferenceState.ACCEPTED, resolve.note, resolve.decision
        row.closed_at, row.closed_by = datetime.now(UTC), caller.actor.id
        session.add(row)
        if resolve.decision in Decision.asking():
            rule = parts.policy.messages.get(Event.CUSTOMER_ASKED)
            await _ask_customer(session, row, rule.channels if rule else (), parts.policy.zone)
        return _view(row)


@scans.post("", summary="Reconcile now · 立即对账", responses={**READING, **problems(504)}, status_code=202)
async def reconcile(parts: PartsOf, caller: CallerOf) -> Scan:
    """Compare our books with the partners' now, instead of at night. While one runs, it is that one. For: supervisor.

    It goes on by itself: `GET` this address until `state` is another than `running`, and list the differences then.
    """
    only_for(caller, frozenset({Role.SUPERVISOR}))
    await parts.engine.reconcile()
    return await parts.engine.scan()


@scans.get("", summary="Get the last reconciliation · 查看最近一次对账", responses=LOOKING)
async def last_scan(parts: PartsOf, caller: CallerOf) -> Scan:
    """How far the last one is that somebody asked for, and what came of it. For: supervisor. 404 when nobody has."""
    only_for(caller, frozenset({Role.SUPERVISOR}))
    return await parts.engine.scan()


def _check_decision(row: DifferenceRow, resolve: Resolve) -> None:
    if (row.kind == DifferenceKind.PARCEL_FOUND) is (resolve.decision is not None):
        return
    words = "say who keeps what", "请决定商品与款项各归谁"
    if resolve.decision is not None:
        words = "this difference asks for none; leave it out", "该差异无需决定，请勿填写"
    en, zh = words
    allowed = sorted(Decision) if resolve.decision is None else ()
    raise problem(ErrorType.INVALID, f"decision: {en}.", f"decision：{zh}。", field="decision", rule="RES-9", allowed=allowed)


async def _ask_customer(session: AsyncSession, row: DifferenceRow, channels: Sequence[MessageChannel], home: str) -> None:
    """In their inbox, and by the channels of the policy that they allow; the worker's loop delivers these."""
    case = await session.get(CaseRow, row.case_id)
    if case is None:
        return
    contact = await session.get(ContactRow, case.customer_id)
    asked = stored(Receipt, case.state["receipt"])
    locale, zone = (Locale(contact.locale), contact.zone) if contact else (asked.locale, asked.zone)
    names = ("amount_minor", "currency")
    data: dict[str, JsonValue] = {
        "decision": row.decision,
        "tracking": row.subject,
        **{name: row.ours.get(name) for name in names},
    }
    letter = {**data, "case_id": case.case_id, "then": None, "emergency_contact": None}
    said = texts(home).message(Event.CUSTOMER_ASKED, Role.CUSTOMER, letter, locale, zone)
    now, chosen = datetime.now(UTC), contact.channels if contact and contact.channels is not None else [*MessageChannel]
    about, to = (row.difference_id, row.asked), (Role.CUSTOMER, case.customer_id)
    told_by = (MessageChannel.INBOX, *(channel for channel in channels if channel in chosen))
    messages = [message_row(about, to, said, event=Event.CUSTOMER_ASKED, locale=locale, at=now, channel=by) for by in told_by]
    await insert_if_absent(session, MessageRow, *messages)


def _view(row: DifferenceRow) -> DifferenceView:
    shown = row.model_dump(include=set(DifferenceView.model_fields))
    return DifferenceView.model_validate({**shown, "figures": _figures(row)})


def _figures(row: DifferenceRow) -> str:
    compared = json.dumps([row.ours, row.theirs], sort_keys=True)
    return hashlib.blake2b(compared.encode(), digest_size=6).hexdigest()
