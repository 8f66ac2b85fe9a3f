"""Differences as they are kept: found again, solved by a case, handed to people, gone (docs/money.md)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent, storable
from adapters.database.messages import message_row
from models.common.events import Event
from models.common.vocabulary import Locale, Role, Stage
from models.reconciliation.difference import Decision, DifferenceKind, DifferenceState, Finding, Scope, Word
from models.tables.case import CaseRow, MessageRow
from models.tables.reconciliation import DifferenceRow
from rules.notifications.recipients import ANY_TEAM
from rules.notifications.texts import Texts
from rules.reconciliation.money import id_of


class Recorded(NamedTuple):
    """A difference that was found, as it is kept now."""

    id: str
    fresh: bool
    accepted: bool
    word: Word | None
    told_at: datetime | None
    """When its case was told: what is there still at the next scan is for a person."""


async def record(
    session: AsyncSession, findings: Iterable[Finding], cases: Sequence[CaseRow], at: datetime, within: timedelta
) -> list[Recorded]:
    """A difference seen again is the same row. One that a person accepted stays accepted, unless it changed.

    `within`: how long people have for a decision; after that, the default is decided.
    """
    return [await _record(session, finding, cases, at, within) for finding in findings]


async def _record(session: AsyncSession, finding: Finding, cases: Sequence[CaseRow], at: datetime, within: timedelta) -> Recorded:
    case = next((row for row in cases if finding.case_id in {None, row.case_id}), None)
    row = await session.get(DifferenceRow, id_of(finding), with_for_update=True)
    fresh = row is None
    ours, theirs = storable(finding.ours), storable(finding.theirs)
    if row is None:
        row = DifferenceRow(
            difference_id=id_of(finding),
            kind=finding.kind,
            state=DifferenceState.OPEN,
            order_id=finding.order_id,
            case_id=finding.case_id or (case.case_id if case else None),
            team=case.team if case else None,
            subject=finding.subject,
            ours=ours,
            theirs=theirs,
            first_seen=at,
            last_seen=at,
        )
    elif row.state == DifferenceState.SOLVED or (row.ours, row.theirs) != (ours, theirs):
        fresh = row.state != DifferenceState.OPEN
        row.state, row.told_to, row.told_at, row.asked_at = DifferenceState.OPEN, None, None, None
        row.closed_at = row.closed_by = row.note = row.due = row.decision = None
    if finding.kind is DifferenceKind.PARCEL_FOUND and row.state == DifferenceState.OPEN:
        row.due = row.due or at + within
        if row.due <= at:
            row.state, row.decision = DifferenceState.ACCEPTED, Decision.BORNE
            row.closed_at, row.closed_by = at, Role.SYSTEM
    row.ours, row.theirs, row.last_seen = ours, theirs, at
    session.add(row)
    accepted = row.state == DifferenceState.ACCEPTED
    return Recorded(row.difference_id, fresh, accepted, None if accepted else finding.word, row.told_at)


async def to_people(
    session: AsyncSession,
    recorded: Iterable[Recorded],
    healed: Collection[str],
    at: datetime,
    *,
    texts: Texts,
    locales: tuple[Locale, ...],
    told_by_case: bool = False,
) -> int:
    """Write down who was told; whatever no case solves by itself becomes a task of the team's supervisors, once. How many are new.

    `told_by_case`: the case has told its parties itself.
    """
    words = {known.id: known.word for known in recorded if known.word}
    asked = 0
    for known in recorded:
        row = await session.get(DifferenceRow, known.id, with_for_update=True)
        if row is None or row.state != DifferenceState.OPEN:
            continue
        if row.difference_id in healed:
            row.told_to, row.told_at = words[row.difference_id].workflow_id, at
        elif row.asked_at is None and row.told_at != at:
            row.asked, row.asked_at = row.asked + 1, at
            asked += 1
            await _ask(session, row, texts, locales)
            if row.kind == DifferenceKind.PARCEL_FOUND and not told_by_case:
                await _tell_merchant(session, row, texts, locales)
        session.add(row)
    return asked


async def _ask(session: AsyncSession, row: DifferenceRow, texts: Texts, locales: tuple[Locale, ...]) -> None:
    data = {"kind": row.kind, "order_id": row.order_id, "subject": row.subject, "case": row.case_id}
    data |= {"until": row.due and row.due.isoformat()}
    data |= {"orders": row.theirs.get("orders"), "words": row.theirs.get("words") or row.ours.get("words")}
    letter = {**data, "case_id": row.difference_id, "then": None, "emergency_contact": None}
    said = texts.message_in(Event.DIFFERENCE_FOUND, Role.SUPERVISOR, dict.fromkeys(locales, letter))
    await _write(session, row, Event.DIFFERENCE_FOUND, (Role.SUPERVISOR, f"team:{row.team or ANY_TEAM}"), said, locales)


async def _tell_merchant(session: AsyncSession, row: DifferenceRow, texts: Texts, locales: tuple[Locale, ...]) -> None:
    """A case that is closed tells its merchant no more that the parcel has turned up (RES-9)."""
    case = await session.get(CaseRow, row.case_id)
    if case is None or case.merchant_id is None or case.stage != Stage.CLOSED:
        return
    data = {"tracking": row.subject, **row.theirs, "customer_has": row.ours.get("customer_has_goods"), "to_decide": True}
    letter = {**data, "case_id": case.case_id, "then": None, "emergency_contact": None}
    said = texts.message_in(Event.PARCEL_FOUND, Role.MERCHANT, dict.fromkeys(locales, letter))
    await _write(session, row, Event.PARCEL_FOUND, (Role.MERCHANT, case.merchant_id), said, locales)


async def _write(  # noqa: PLR0917
    session: AsyncSession,
    row: DifferenceRow,
    event: Event,
    to: tuple[Role, str],
    said: tuple[str, str],
    locales: tuple[Locale, ...],
) -> None:
    """Put a message into somebody's inbox: subject and body."""
    assert row.asked_at is not None  # noqa: S101  # it was just asked
    message = message_row((row.difference_id, row.asked), to, said, event=event, locale=locales[0], at=row.asked_at)
    await insert_if_absent(session, MessageRow, message)


async def close_gone(session: AsyncSession, order_id: str, found: Collection[str], whole: Collection[Scope], at: datetime) -> int:
    """What is not there any more is solved, as far as the partner's books could be read. How many."""
    everything = set(whole) == set(Scope)
    compared = col(DifferenceRow.kind) != DifferenceKind.TAX_MISMATCH  # seen, and closed, by the loop of credit notes
    rows = await _open(session, found, (col(DifferenceRow.order_id) == order_id) & compared)
    scopes = [DifferenceKind(row.kind).scope for row in rows]
    return _solve(
        session, [row for row, scope in zip(rows, scopes, strict=True) if (everything if scope is None else scope in whole)], at
    )


async def close_scan(session: AsyncSession, found: Collection[str], at: datetime) -> int:
    """What was said of the scan before, and does not hold of this one. How many."""
    return _solve(session, await _open(session, found, col(DifferenceRow.kind).in_(DifferenceKind.of_scans())), at)


async def close_cases(session: AsyncSession, found: Collection[str], at: datetime) -> int:
    """Cases that the sweep finds well again. How many."""
    return _solve(session, await _open(session, found, col(DifferenceRow.kind).in_(DifferenceKind.of_cases())), at)


async def standing(session: AsyncSession, at: datetime) -> int:
    """How many differences that scan, or a later one, saw and nobody has resolved."""
    asked = select(func.count()).select_from(DifferenceRow)
    return (await session.exec(asked.where(DifferenceRow.state == DifferenceState.OPEN, DifferenceRow.last_seen >= at))).one()


async def _open(session: AsyncSession, found: Collection[str], of: ColumnElement[bool]) -> Sequence[DifferenceRow]:
    others = col(DifferenceRow.difference_id).not_in(found)
    return (await session.exec(select(DifferenceRow).where(DifferenceRow.state == DifferenceState.OPEN, others, of))).all()


def _solve(session: AsyncSession, gone: Sequence[DifferenceRow], at: datetime) -> int:
    for row in gone:
        row.state, row.closed_at = DifferenceState.SOLVED, at
        session.add(row)
    return len(gone)
