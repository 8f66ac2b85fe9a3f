"""Making credit notes (RES-15): a loop of the worker looks at orders whose ledger has moved.

Any number of loops may run. An order is claimed by moving its next look ahead (the lease). Each document is written with its number in one
transaction, under the order's lock: a loop that is killed anywhere leaves no number without a document, and the next look goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from pydantic import JsonValue
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.loops import BATCH, LEASE, repeat, utc_now
from activities.money.refund_parts import lock_order
from activities.reconciliation.differences import record, to_people
from adapters.database import credit_notes
from adapters.database.engine import Database
from adapters.database.ledger import booked
from adapters.database.merged import surviving
from adapters.documents.links import DocumentLinks
from adapters.partners.protocols import Merchant
from models.case.state import CaseState
from models.common.base import stored
from models.common.errors import PartnerError
from models.common.partners import Order
from models.money.ledger import Entry, EntryKind
from models.policy.policy import Policy
from models.reconciliation.difference import DifferenceKind, DifferenceState, Finding
from models.tables.case import CaseRow
from models.tables.credit_notes import CreditNoteDueRow, CreditNoteRow
from models.tables.reconciliation import DifferenceRow
from models.tax.credit_note import CreditNote, CreditNoteRef, TaxBase
from rules.notifications.texts import Texts
from rules.reconciliation.money import id_of
from rules.tax.base import base_of, faults, is_taxed
from rules.tax.split import split_refund, taken_back

AGAIN = timedelta(hours=6)
"""An order whose tax does not add up is asked for again: its merchant may have put it right."""
TOO_MUCH = "refund: not more than the lines and the freight that are left by the notes before"
TellCase = Callable[[str, CreditNoteRef], Awaitable[None]]

log = structlog.stdlib.get_logger(__name__)


class CreditNotes:
    """Makes them."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        texts: Texts,
        *,
        merchant: Merchant,
        links: DocumentLinks,
        tell: TellCase,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._policy = policy
        self._texts = texts
        self._merchant = merchant
        self._links = links
        self._tell = tell
        self._now = now

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        await repeat(self.look, stop, "credit_notes.trouble")

    async def look(self) -> int:
        """See to a batch of the orders that are due; how many there were."""
        claimed = await self._claim()
        for order_id, until in claimed:
            try:
                await self._see_to(order_id, until)
            except PartnerError as error:  # asked again when the lease is over
                log.warning("credit_notes.partner_silent", why=error.type.value)
            except Exception:  # one order's trouble is no other's
                log.exception("credit_notes.trouble")
        return len(claimed)

    async def _claim(self) -> list[tuple[str, datetime]]:
        now = self._now()
        due = col(CreditNoteDueRow.look_at) <= now
        async with self._database.reading() as session:
            if (await session.exec(select(CreditNoteDueRow.order_id).where(due).limit(1))).first() is None:
                return []  # an idle loop takes no writer's turn
        async with self._database.writing() as session:
            oldest = select(CreditNoteDueRow).where(due).order_by(col(CreditNoteDueRow.look_at)).limit(BATCH)
            rows = (await session.exec(oldest.with_for_update(skip_locked=True))).all()
            for row in rows:
                row.look_at = now + LEASE
                session.add(row)
            return [(row.order_id, row.look_at) for row in rows]

    async def _see_to(self, order_id: str, until: datetime) -> None:
        """Make what is missing, tell the cases, and put the order away if nothing has moved meanwhile."""
        order, wrong = await self._order(order_id)
        async with self._database.writing() as session:
            await lock_order(session, order_id)
            wrong = await self._make(session, order_id, order, wrong)
        async with self._database.reading() as session:
            untold = [row for row in await credit_notes.of_order(session, order_id) if row.told_at is None]
            cases = {row.note_id: await surviving(session, row.case_id) for row in untold if row.case_id}
        for row in untold:
            if (case_id := cases.get(row.note_id)) is not None:
                await self._tell(case_id, credit_notes.note_of(row).ref(self._links.make(row.note_id)[0]))
        async with self._database.writing() as session:
            await lock_order(session, order_id)
            for row in untold:
                told = await session.get_one(CreditNoteRow, row.note_id)
                told.told_at = self._now()
                session.add(told)
            await self._put_away(session, order_id, until, wrong)

    async def _order(self, order_id: str) -> tuple[Order | None, tuple[str, ...]]:
        """The order if its notes have none yet, and what does not add up. The case's order is the first word; when it is wrong, its merchant's is."""
        async with self._database.reading() as session:
            if await credit_notes.of_order(session, order_id):
                return None, ()
            rows = await session.exec(select(CaseRow).where(CaseRow.order_id == order_id).order_by(col(CaseRow.opened_at)))
            known = [order for row in rows.all() if (order := stored(CaseState, row.state).order) is not None]
        order = next((order for order in known if is_taxed(order)), known[0] if known else None)
        if order is None or (is_taxed(order) and faults(order)):
            order = await self._merchant.order(order_id) or order
        if order is None or not is_taxed(order):
            return None, ()
        return order, faults(order)

    async def _make(self, session: AsyncSession, order_id: str, order: Order | None, wrong: tuple[str, ...]) -> tuple[str, ...]:
        """One document for each entry that has none, in the ledger's order; what keeps one back."""
        rows = await credit_notes.of_order(session, order_id)
        notes = {row.entry: credit_notes.note_of(row) for row in rows}
        base = next(iter(notes.values())).base if notes else base_of(order, self._policy.zone) if order and not wrong else None
        entries = await booked(session, order_id)
        missing = [entry for _, entry in entries if entry.key not in notes and (base or wrong) and entry.credited]
        kept = [entry for _, entry in entries if entry.kind is EntryKind.KEPT]
        for entry in missing:
            stuck = wrong if base is None else await self._document(session, entry, base, notes, kept)
            if stuck:
                await self._to_people(session, order_id, entry, stuck)
                return stuck
        await self._solved(session, order_id)
        return ()

    async def _document(
        self, session: AsyncSession, entry: Entry, base: TaxBase, notes: dict[str, CreditNote], kept: Sequence[Entry]
    ) -> tuple[str, ...]:
        """Write it with its number; or say what keeps it back, and write nothing."""
        minor = entry.credited
        corrected = _corrected(entry, notes) if minor < 0 else None
        if minor < 0 and corrected is None:
            return ()  # of before there were notes
        case = await session.get(CaseRow, entry.case_id) if entry.case_id else None
        about = _about(case, entry)
        stays = sum([one.amount.minor for one in kept if await self._same_goods(session, one, about)])
        lines = taken_back(corrected) if corrected else split_refund(base, notes.values(), minor, about, stays)
        if lines is None or entry.currency != base.currency:
            return (TOO_MUCH,)
        now = self._now()
        day = now.astimezone(ZoneInfo(base.zone)).date()
        sequence = await credit_notes.next_number(session, base.merchant_id, day.year)
        note = CreditNote(
            note_id=CreditNote.id_of(entry.key),
            number=f"{base.merchant_id}-{day.year}-{sequence:06}",
            year=day.year,
            sequence=sequence,
            issued_at=now,
            issued_on=day,
            remedy_id=entry.remedy_id,
            base=base,
            lines=lines,
            corrects=corrected.number if corrected else None,
        )
        session.add(credit_notes.row_of(note, entry, case.customer_id if case else None))
        notes[entry.key] = note
        return ()

    async def _same_goods(self, session: AsyncSession, kept: Entry, about: frozenset[str]) -> bool:
        """Whether it was kept of goods that a refund is about; neither says which: of the whole order."""
        theirs = _about(await session.get(CaseRow, kept.case_id) if kept.case_id else None, kept)
        return not about or not theirs or bool(about & theirs)

    async def _to_people(self, session: AsyncSession, order_id: str, entry: Entry, wrong: Sequence[str]) -> None:
        """A supervisor's task, once for what is wrong."""
        case = await session.get(CaseRow, entry.case_id) if entry.case_id else None
        ours: dict[str, JsonValue] = {"refunded": entry.credited, "currency": entry.currency}
        theirs: dict[str, JsonValue] = {"words": "; ".join(wrong)[:1000]}
        finding = _finding(order_id, entry.case_id, ours, theirs)
        recorded = await record(
            session, [finding], [case] if case else [], self._now(), self._policy.reconciliation.decide_within
        )
        await to_people(
            session, recorded, (), self._now(), texts=self._texts, locales=self._policy.languages.own, told_by_case=True
        )

    async def _solved(self, session: AsyncSession, order_id: str) -> None:
        row = await session.get(DifferenceRow, id_of(_finding(order_id)), with_for_update=True)
        if row is not None and row.state == DifferenceState.OPEN:
            row.state, row.closed_at = DifferenceState.SOLVED, self._now()
            session.add(row)

    async def _put_away(self, session: AsyncSession, order_id: str, until: datetime, wrong: Sequence[str]) -> None:
        """Unless the ledger has moved, or another loop has claimed it, meanwhile. Again later, while a person has not resolved what is wrong."""
        due = await session.get(CreditNoteDueRow, order_id, with_for_update=True)
        if due is None or due.look_at != until:
            return
        difference = await session.get(DifferenceRow, id_of(_finding(order_id)))
        if wrong and (difference is None or difference.state != DifferenceState.ACCEPTED):
            due.look_at = self._now() + AGAIN
            session.add(due)
        else:
            await session.delete(due)


def _corrected(entry: Entry, notes: dict[str, CreditNote]) -> CreditNote | None:
    """The note of the refund part that came back, whichever way it had reached the customer."""
    key = entry.key.partition(".")[2]
    taken = {note.corrects for note in notes.values()}
    return next(
        (
            note
            for known, note in notes.items()
            if known.partition(".")[2] == key and not note.corrects and note.number not in taken
        ),
        None,
    )


def _about(case: CaseRow | None, entry: Entry) -> frozenset[str]:
    """The lines of the remedy that the refund is for; none: all of the order's."""
    remedies = stored(CaseState, case.state).remedies if case else ()
    return frozenset(line.line_id for remedy in remedies if remedy.id == entry.remedy_id for line in remedy.lines)


def _finding(
    order_id: str,
    case_id: str | None = None,
    ours: dict[str, JsonValue] | None = None,
    theirs: dict[str, JsonValue] | None = None,
) -> Finding:
    """One an order."""
    return Finding(
        kind=DifferenceKind.TAX_MISMATCH, order_id=order_id, subject="tax", case_id=case_id, ours=ours or {}, theirs=theirs or {}
    )
