"""What the workflow writes into our own database, as local activities: each one transaction, each safe to repeat.

The case's projection with its timeline and messages (docs/architecture.md), money set aside (RES-5), the archive (ARC-1).
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.case.history import let_go
from activities.case.projection import carrier_rows, case_row, evidence_rows, parcel_rows, text_rows, timeline_row
from activities.kit.carries_out import carries_out
from activities.money.refund_parts import follow, part_of, reserve_refund
from activities.notifications.outbox import message_rows
from activities.returns.projection import return_rows
from adapters.database.case_texts import whole
from adapters.database.engine import Database, insert_if_absent, storable, upsert
from models.activities import INTEND_REFUND, SAVE_CASE, SEAL_CASE
from models.case.activities import Projection, RefundIntent, RefundPlan, Sealed
from models.case.state import CaseState
from models.common.projection import Saved
from models.common.vocabulary import Outcome, Stage
from models.policy.policy import Policy
from models.tables.case import (
    ArchiveRow,
    AssignmentRow,
    CaseCarrierRow,
    CaseEvidenceRow,
    CaseRow,
    CaseTextRow,
    ContactRow,
    MessageRow,
    OpeningRow,
    TimelineRow,
)
from models.tables.money import RefundPartRow
from models.tables.parcels import ParcelRow
from models.tables.returns import ReturnRow
from rules.case.archive import root_cause
from rules.case.texts import old_enough
from rules.notifications.texts import Texts


class RecordsActivities:
    """The only writer of cases, timeline, messages, money and archives."""

    def __init__(self, database: Database, texts: Texts, policy: Policy) -> None:
        texts.check(policy.messages)
        self._database = database
        self._texts = texts
        self._policy = policy

    @carries_out(SAVE_CASE)
    async def save_case(self, projection: Projection) -> Saved:
        """Write the case, its new timeline entries and the messages they cause. An older version never overwrites a newer one."""
        async with self._database.writing() as session:
            await self._save(session, projection)
        return Saved(put_away=old_enough(projection.state))

    @carries_out(INTEND_REFUND)
    async def intend_refund(self, intent: RefundIntent) -> RefundPlan:
        """Set money of the order aside, or say why not (RES-5, RES-10)."""
        async with self._database.writing() as session:
            return await reserve_refund(session, intent, self._policy)

    @carries_out(SEAL_CASE)
    async def seal_case(self, projection: Projection) -> Sealed:
        """Save the case and write its immutable record; the same edition again changes nothing and has the hash of the first time."""
        case = projection.state
        async with self._database.writing() as session:
            await self._save(session, projection)
            record = storable(await _record(session, case))
            edition = {"case_id": case.case_id, "edition": case.archive.edition + 1 if case.archive else 1}
            row = {
                **edition,
                "sha256": digest(record),
                "outcome": case.outcome or Outcome.RESOLVED,
                "root_cause": root_cause(case),
                "at": projection.at,
                "record": record,
            }
            await insert_if_absent(session, ArchiveRow, row)
            sealed = select(ArchiveRow.sha256).filter_by(**edition)
            return Sealed(sha256=(await session.exec(sealed)).one(), put_away=old_enough(case))

    async def _save(self, session: AsyncSession, projection: Projection) -> None:
        case = projection.state
        newest = await upsert(session, CaseRow, case_row(projection, self._policy.currency), unless_newer="version")
        await insert_if_absent(session, CaseCarrierRow, *carrier_rows(case))
        await insert_if_absent(session, ParcelRow, *parcel_rows(case))
        await insert_if_absent(session, CaseEvidenceRow, *evidence_rows(case))
        for row in text_rows(case):
            await upsert(session, CaseTextRow, row)
        await self._tell(session, case)
        await follow(session, case, projection.at)
        await let_go(session, case)
        for row in return_rows(case, projection.at):
            await upsert(session, ReturnRow, row, unless_newer="version")
        if newest and case.stage is Stage.CLOSED:
            await session.exec(delete(OpeningRow).where(col(OpeningRow.case_id) == case.case_id))
        if newest:
            await _hold(session, case, projection.at)

    async def _tell(self, session: AsyncSession, case: CaseState) -> None:
        """New timeline rows and the messages they cause; a row that is there has caused its messages already."""
        rows = [timeline_row(case.case_id, entry) for entry in case.entries]
        new = {version for _, version in await insert_if_absent(session, TimelineRow, *rows)}
        entries = [entry for entry in case.entries if entry.version in new and entry.event in self._policy.messages]
        if entries:
            contact = await session.get(ContactRow, case.receipt.customer_id)
            messages = [row for entry in entries for row in message_rows(case, entry, self._policy, self._texts, contact)]
            await insert_if_absent(session, MessageRow, *messages)


async def _hold(session: AsyncSession, case: CaseState, at: datetime) -> None:
    """Keep who handles what (DSP-2): the load of agents is counted from it."""
    if case.handler is None or case.stage is Stage.CLOSED:
        await session.exec(delete(AssignmentRow).where(col(AssignmentRow.case_id) == case.case_id))
    else:
        row = {"case_id": case.case_id, "agent_id": case.handler.id, "team": case.team, "at": at}
        await upsert(session, AssignmentRow, row, keep=("at",))


async def _record(session: AsyncSession, case: CaseState) -> dict[str, Any]:
    """ARC-1: facts, words, evidence hashes, decisions, clocks and survey are in the state; the whole timeline; the money as booked."""
    saved = (await session.exec(select(TimelineRow).where(TimelineRow.case_id == case.case_id))).all()
    timeline = {row.version: row.model_dump(mode="json", exclude={"case_id"}) for row in saved}
    for entry in case.entries:
        row = TimelineRow(**timeline_row(case.case_id, entry))
        timeline.setdefault(entry.version, row.model_dump(mode="json", exclude={"case_id"}))
    booked = (
        await session.exec(select(RefundPartRow).where(RefundPartRow.case_id == case.case_id).order_by(RefundPartRow.key))
    ).all()
    state = case.model_dump(mode="json", exclude={"entries", "requests_seen", "notices_seen", "archive", "next_stage"})
    return {
        "state": await whole(session, case.case_id, state),
        "root_cause": root_cause(case),
        "timeline": [timeline[version] for version in sorted(timeline)],
        "money": [part_of(row).model_dump(mode="json") for row in booked],
    }


def digest(record: dict[str, Any]) -> str:
    """SHA-256 of the record as canonical JSON: sorted keys, no blanks, UTF-8."""
    canonical = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
