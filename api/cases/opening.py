"""Opening a case (REC-2…5): refuse what cannot be done, record it, reserve its deduplication keys, start its workflow."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col

from adapters.database.merged import surviving
from api.cases.contacts import remember_contact, told_of_contact
from api.cases.hearing import heard_in
from api.cases.impossible import refuse_impossible
from api.cases.places import Places, places_of, reserve, what_it_is_about
from api.http.addresses import check_wish
from api.http.auth import Caller
from api.http.dependencies import Parts
from api.http.problems import problem
from api.http.schemas import OpenCase
from api.http.uploads import references, refuse_too_many
from models.case.action_bodies import Join
from models.case.actions import Act
from models.case.receipt import Receipt
from models.case.state import CaseStart
from models.common.base import stored
from models.common.identifiers import case_id_from
from models.common.vocabulary import Channel, ErrorType, Issue, IssueGroup, Kind, Locale, Role
from models.tables.case import CaseRow, ContactRow, OpeningRow
from rules.policy.load import slice_policy

NEEDS_ORDER = frozenset({IssueGroup.PRODUCT, IssueGroup.LOGISTICS, IssueGroup.ORDER})
OPENERS = frozenset({Role.CUSTOMER, Role.AGENT, Role.SUPERVISOR})
UNDER_WAY = timedelta(seconds=10)
"""A case that reserved its deduplication keys so recently may still be starting: a duplicate waits for it instead of taking its place."""
STARTING = timedelta(seconds=3)
"""So long a request waits for a case that has just begun to say what it asks for; without a worker none does."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Opening:
    """What became of it. `new` False: it was opened by an earlier sending of the same request, or joined another case."""

    case_id: str
    received_at: datetime
    new: bool
    joined: bool = False
    beside: str | None = None
    """An open case of the same order line and issue that asks for something else (WRK-4)."""


async def open_case(parts: Parts, caller: Caller, body: OpenCase, key: str | None, language: Locale) -> Opening:
    """Open the case, or find the one that this request opened or belongs to."""
    customer_id = _customer_of(caller, body)
    _check(caller, body)
    case_id = id_of(caller.role, caller.actor.id, key)
    request_id = f"{key or secrets.token_hex(8)}:{_digest(body)}"
    before = await _opened_before(parts, case_id, request_id) if key else None
    if before is not None:
        return before
    await parts.backlog.check_room()
    async with parts.database.reading() as session:
        await check_wish(session, body.wanted, customer_id, frozenset(parts.policy.changes.cancel.reasons))
        evidence = await references(session, caller.actor, body.evidence)
        refuse_too_many(evidence, parts.policy.max_evidence)
        contact = await session.get(ContactRow, customer_id)
    now = datetime.now(UTC)
    receipt = Receipt(
        case_id=case_id,
        kind=body.kind,
        channel=body.channel,
        customer_id=customer_id,
        locale=body.customer.locale or (Locale(contact.locale) if contact else language),
        zone=body.customer.zone or (contact.zone if contact else parts.policy.zone),
        order_id=body.order_id,
        lines=body.lines,
        issue=body.issue,
        description=body.description,
        happened_at=body.happened_at,
        wanted=body.wanted,
        evidence=evidence,
        opened_by=caller.actor,
        request_id=request_id,
        received_at=now,
        heard=await heard_in(body.description, [piece.name for piece in evidence], parts.policy.grading),
    )
    about = await what_it_is_about(receipt)
    async with parts.database.reading() as session:
        places = await places_of(session, receipt, about, parts.policy.replies)
    if places.free:
        await refuse_impossible(parts, caller, places.for_new_case(receipt))
    return await _start_or_join(parts, caller, body, receipt, contact, about=about)


async def _start_or_join(
    parts: Parts, caller: Caller, body: OpenCase, receipt: Receipt, contact: ContactRow | None, *, about: Issue | None
) -> Opening:
    while True:
        async with parts.database.writing() as session:
            if contact is None or told_of_contact(caller, body):
                await remember_contact(session, caller, body, receipt, parts.policy)
            places = await places_of(session, receipt, about, parts.policy.replies)
            reserved = await reserve(session, receipt, places)
        if not reserved:
            continue  # somebody else was quicker: look again
        if places.unclear and datetime.now(UTC) - receipt.received_at < STARTING:
            await asyncio.sleep(0.1)
            continue
        joined, gone = await _join_holders(parts, caller, receipt, places)
        if gone is None and places.free:
            return await _start(parts, places.for_new_case(receipt), beside=await _beside(parts, places))
        if gone is None:
            return Opening(case_id=joined[0], received_at=receipt.received_at, new=False, joined=True)
        if datetime.now(UTC) - gone.at < UNDER_WAY:
            await asyncio.sleep(0.3)
            continue
        async with parts.database.writing() as session:  # the holder is gone: its place is free
            await session.exec(delete(OpeningRow).where(col(OpeningRow.case_id) == gone.case_id))


async def _join_holders(parts: Parts, caller: Caller, receipt: Receipt, places: Places) -> tuple[list[str], OpeningRow | None]:
    """Let those who ask for the same already hear that it came again: which did, and the first that is not there any more. A case that was
    merged hears it in the one where it goes on (WRK-7).
    """
    words = Join(words=receipt.description, evidence=receipt.evidence, wanted=receipt.wanted)
    joining = hashlib.blake2b(f"{receipt.case_id}:{receipt.request_id}".encode(), digest_size=16).hexdigest()
    act = Act(actor=caller.actor, request_id=joining, body=words, heard=receipt.heard)
    joined: list[str] = []
    for holder in places.holders:
        async with parts.database.reading() as session:
            case_id = await surviving(session, holder.case_id)
        told = await parts.engine.join(case_id, act)
        if told is None:
            return joined, holder
        joined.append(told)
    return joined, None


async def _beside(parts: Parts, places: Places) -> str | None:
    if places.beside is None:
        return None
    async with parts.database.reading() as session:
        return await surviving(session, places.beside)


async def _start(parts: Parts, receipt: Receipt, beside: str | None) -> Opening:
    start = CaseStart(receipt=receipt, policy=slice_policy(parts.policy, receipt.received_at))
    new = await parts.engine.start(start)
    if not new:
        _same(await parts.engine.started_by(receipt.case_id), receipt.request_id)
    else:
        parts.backlog.add(receipt.case_id)
        parts.metrics.opened.labels(receipt.kind.value, receipt.channel.value).inc()
    return Opening(case_id=receipt.case_id, received_at=receipt.received_at, new=new, beside=beside)


def _customer_of(caller: Caller, body: OpenCase) -> str:
    """A customer opens for themselves; the platform's people for the customer they name."""
    given = body.customer.id
    if caller.role not in OPENERS:
        raise problem(
            ErrorType.NOT_ALLOWED_FOR_ROLE,
            f"Cases are opened by customers, agents and supervisors; not by the role {caller.role}.",
            f"工单由客户、客服或主管开立；{caller.role} 无权开立。",
            rule="REC-1",
        )
    customer_id = caller.actor.id if caller.role is Role.CUSTOMER else given
    _refuse(
        (customer_id is None, "customer.id", "name the customer whose case this is.", "请填写工单所属客户的编号。"),
        (given not in {None, customer_id}, "customer.id", "leave it out, or give your own id.", "请留空，或填写您自己的编号。"),
    )
    return str(customer_id)


def _check(caller: Caller, body: OpenCase) -> None:
    group = body.issue.group if body.issue else None
    lacks_order = body.order_id is None and body.kind is Kind.AFTER_SALES and group in NEEDS_ORDER
    soon = datetime.now(UTC) + timedelta(minutes=5)
    lines = [line.line_id for line in body.lines]
    not_theirs = caller.role is Role.CUSTOMER and body.channel in Channel.of_staff()
    _refuse(
        (
            not_theirs,
            "channel",
            "only the platform's people enter cases by it: leave it out.",
            "该渠道仅供平台人员录入，请留空。",
        ),
        (lacks_order, "order_id", f"name the order: {body.issue} is about one.", f"请填写订单号：{body.issue} 涉及订单。"),
        (
            bool(lines) and body.order_id is None,
            "order_id",
            "lines are lines of an order: name it too.",
            "指定了订单行时，请同时填写订单号。",
        ),
        (len(set(lines)) < len(lines), "lines", "a line is named twice: add its quantities up.", "订单行重复，请合并数量。"),
        (body.happened_at is not None and body.happened_at > soon, "happened_at", "that is in the future.", "该时间在未来。"),
        (
            body.happened_at is not None and body.happened_at < LONG_AGO,
            "happened_at",
            "that is too long ago.",
            "该时间过于久远。",
        ),
    )


def _refuse(*faults: tuple[bool, str, str, str]) -> None:
    """Raise the first that holds."""
    for holds, field, en, zh in faults:
        if holds:
            raise problem(ErrorType.INVALID, f"{field}: {en}", f"{field}：{zh}", field=field, rule="REC-2")


def id_of(role: Role, who: str, key: str | None) -> str:
    """`RD-` and twelve letters: from the caller's key, so that a repeated request names the same case; else random."""
    seed = f"{role}|{who}|{key}".encode() if key else secrets.token_bytes(16)
    return case_id_from(seed)


def _digest(body: OpenCase) -> str:
    return hashlib.blake2b(body.model_dump_json().encode(), digest_size=12).hexdigest()


async def _opened_before(parts: Parts, case_id: str, request_id: str) -> Opening | None:
    async with parts.database.reading() as session:
        row = await session.get(CaseRow, case_id)
    if row is None:
        return None
    receipt = stored(Receipt, row.state["receipt"])
    _same(receipt.request_id, request_id)
    return Opening(case_id=case_id, received_at=receipt.received_at, new=False)


def _same(first: str | None, again: str) -> None:
    if first is not None and first != again:
        raise problem(
            ErrorType.KEY_REUSED,
            "This Idempotency-Key opened a case with other content. Send what you sent then, or use a new key.",
            "该幂等键已用于开立内容不同的工单。请发送相同内容，或换用新的键。",
            field="Idempotency-Key",
            rule="REC-5",
        )
