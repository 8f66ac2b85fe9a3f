"""What the workflow writes into our own database, as local activities: each one transaction, each safe to repeat.

The case's projection with its timeline and messages (docs/architecture.md), money set aside (RES-5), the archive (ARC-1).
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, delete, func, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.case.drafts import back_to_drafts
from activities.case.history import let_go
from activities.case.projection import carrier_rows, case_row, evidence_rows, parcel_rows, text_rows, word_rows
from activities.kit.carries_out import carries_out
from activities.kit.saving import CASES, Saving, Standing, begin, put_requests_away
from activities.money.refund_parts import follow, part_of, reserve_refund
from activities.notifications.outbox import message_rows
from activities.returns.projection import return_rows
from adapters.database.case_texts import whole
from adapters.database.engine import Database, execute, insert_if_absent, storable, upsert
from models.activities import INTEND_REFUND, SAVE_CASE, SEAL_CASE
from models.case.activities import Projection, RefundIntent, RefundPlan, Sealed
from models.case.state import CaseState, TimelineEntry
from models.common.events import Event
from models.common.projection import Saved
from models.common.vocabulary import Outcome, Stage
from models.erasure.record import SALT, seal_of
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
from models.tables.desk import CaseWordsRow
from models.tables.library import LibraryDueRow
from models.tables.money import RefundPartRow
from models.tables.parcels import ParcelRow
from models.tables.returns import ReturnRow
from rules.case.root_causes import root_cause
from rules.case.texts import old_enough
from rules.common.timeline import Fresh
from rules.notifications.texts import Texts

_END_OPENING = delete(OpeningRow).where(col(OpeningRow.case_id) == bindparam("case_id"))
_LET_GO = delete(AssignmentRow).where(col(AssignmentRow.case_id) == bindparam("case_id"))
_INDEX = insert(LibraryDueRow).values(case_id=bindparam("case_id"), at=bindparam("at"))
_ROOT_CAUSE = (
    update(CaseRow)
    .where(col(CaseRow.case_id) == bindparam("of"), col(CaseRow.root_cause_by).is_(None))
    .values(root_cause=bindparam("cause"))
)
"""What a person said stays."""
_CONTACT = select(ContactRow).where(col(ContactRow.customer_id) == bindparam("customer_id"))


class RecordsActivities:
    """The only writer of cases, timeline, messages, money and archives."""

    def __init__(self, database: Database, texts: Texts, policy: Policy) -> None:
        texts.check(policy.messages)
        self._database = database
        self._texts = texts
        self._policy = policy

    @carries_out(SAVE_CASE)
    async def save_case(self, projection: Projection) -> Saved:
        """Write the case, its new timeline entries and the messages they cause. A projection that comes late changes nothing."""
        async with self._database.writing() as session:
            case, saving = await self._save(session, projection)
            late = isinstance(saving, Standing)
            requests = 0 if late else await put_requests_away(session, case.case_id, case.requests_seen)
            return Saved(version=case.version, put_away=_put_away(case, saving), late=late, requests=requests)

    @carries_out(INTEND_REFUND)
    async def intend_refund(self, intent: RefundIntent) -> RefundPlan:
        """Set money of the order aside, or say why not (RES-5, RES-10)."""
        async with self._database.writing() as session:
            return await reserve_refund(session, intent, self._policy)

    @carries_out(SEAL_CASE)
    async def seal_case(self, projection: Projection) -> Sealed:
        """Save the case and write its immutable record; the same edition again changes nothing and has the hash of the first time.

        What a lost task sealed is no edition yet, for nobody goes on from it; what a run sealed that was reset since stays one.
        """
        async with self._database.writing() as session:
            case, saving = await self._save(session, projection)
            saved = Saved(version=case.version, put_away=_put_away(case, saving), late=isinstance(saving, Standing))
            edition = case.archive.edition + 1 if case.archive else 1
            sealed = await session.get(ArchiveRow, (case.case_id, edition))
            if sealed is not None and sealed.epoch != saving.epoch:
                newest = select(func.max(ArchiveRow.edition)).where(ArchiveRow.case_id == case.case_id)
                edition, sealed = (await session.exec(newest)).one() + 1, None
            if sealed is None or sealed.events < projection.events:
                cause = root_cause(case, self._policy.root_causes)
                record = storable(await _record(session, case, cause))
                sha256 = seal_of(record)
                row = {
                    "case_id": case.case_id,
                    "edition": edition,
                    "sha256": sha256,
                    "outcome": case.outcome or Outcome.RESOLVED,
                    "root_cause": cause,
                    "at": projection.at,
                    "epoch": saving.epoch,
                    "events": projection.events,
                    "record": record,
                }
                if isinstance(saving, Saving):
                    await upsert(session, ArchiveRow, row)
                    await execute(session, _ROOT_CAUSE, of=case.case_id, cause=cause)
                return Sealed(sha256=sha256, edition=edition, root_cause=cause, **dict(saved))
            return Sealed(sha256=sealed.sha256, edition=edition, root_cause=sealed.root_cause, **dict(saved))

    async def _save(self, session: AsyncSession, projection: Projection) -> tuple[CaseState, Saving | Standing]:
        """The case with the version that it has now; and what stands there instead, when the projection comes late."""
        case = projection.state
        saving = await begin(session, CASES, case.case_id, projection, case.version)
        if isinstance(saving, Standing):
            return case.model_copy(update={"version": saving.version}), saving
        entries = (_set_back(projection, saving.epoch), *case.entries) if saving.set_back else case.entries
        told = await saving.compare(session, entries)
        case = case.model_copy(update={"version": max(told.version, case.version)})
        row = case_row(projection.model_copy(update={"state": case}), self._policy.currency)
        await upsert(session, CaseRow, row | saving.row, keep=saving.kept)
        await insert_if_absent(session, CaseCarrierRow, *carrier_rows(case))
        await insert_if_absent(session, ParcelRow, *parcel_rows(case))
        await insert_if_absent(session, CaseEvidenceRow, *evidence_rows(case))
        if any(entry.event is Event.PARTED for entry in entries):
            await _without_evidence_of_others(session, case)
        for text in text_rows(case):
            await upsert(session, CaseTextRow, text)
        for words in word_rows(case, first=saving.standing is None):
            await upsert(session, CaseWordsRow, words)
        await execute(session, _INDEX, case_id=case.case_id, at=saving.at)
        await saving.write(session, told)
        await back_to_drafts(session, case, told.fresh)
        await self._tell(session, case, told.fresh)
        await follow(session, case, projection.at)
        await let_go(session, case)
        for returned in return_rows(case, projection.at):
            await upsert(session, ReturnRow, returned, unless_newer="version")
        if case.stage is Stage.CLOSED and case.merged is None:  # what is asked for again is still at work, in another case
            await execute(session, _END_OPENING, case_id=case.case_id)
        await _hold(session, case, projection.at)
        return case, saving

    async def _tell(self, session: AsyncSession, case: CaseState, fresh: Sequence[Fresh[TimelineEntry]]) -> None:
        """The messages that new timeline rows cause; what was told already, under whatever version, is not told again."""
        telling = [one for one in fresh if one.entry.event in self._policy.messages]
        if telling:
            contact: Any = (await execute(session, _CONTACT, customer_id=case.receipt.customer_id)).first()
            messages = [row for one in telling for row in message_rows(case, one, self._policy, self._texts, contact)]
            await insert_if_absent(session, MessageRow, *messages)


def _set_back(projection: Projection, epoch: int) -> TimelineEntry:
    """The first word of a run that goes on from an earlier event."""
    return TimelineEntry(version=0, at=projection.at, event=Event.SET_BACK, data={"run": epoch})


def _put_away(case: CaseState, saving: Saving | Standing) -> dict[str, int]:
    """What the workflow need not carry any longer; what came late has not put anything away."""
    return old_enough(case) if isinstance(saving, Saving) else {}


async def _without_evidence_of_others(session: AsyncSession, case: CaseState) -> None:
    """What came along with a case that was un-merged left with it."""
    kept = {row["sha256"] for row in evidence_rows(case)}
    gone = col(CaseEvidenceRow.sha256).not_in(kept)
    await session.exec(delete(CaseEvidenceRow).where(col(CaseEvidenceRow.case_id) == case.case_id, gone))


async def _hold(session: AsyncSession, case: CaseState, at: datetime) -> None:
    """Keep who handles what (DSP-2): the load of agents is counted from it."""
    if case.handler is None or case.stage is Stage.CLOSED:
        await execute(session, _LET_GO, case_id=case.case_id)
    else:
        before = (col(AssignmentRow.case_id) == case.case_id, col(AssignmentRow.agent_id) != case.handler.id)
        await session.exec(delete(AssignmentRow).where(*before))
        row = {"case_id": case.case_id, "agent_id": case.handler.id, "team": case.team, "at": at}
        await upsert(session, AssignmentRow, row, keep=("at",))


async def _record(session: AsyncSession, case: CaseState, cause: str) -> dict[str, Any]:
    """ARC-1: facts, words, evidence hashes, decisions, clocks and survey are in the state; the whole timeline; the money as booked."""
    written = select(TimelineRow).where(TimelineRow.case_id == case.case_id).order_by(col(TimelineRow.version))
    timeline = (await session.exec(written.execution_options(populate_existing=True))).all()
    booked = (
        await session.exec(select(RefundPartRow).where(RefundPartRow.case_id == case.case_id).order_by(RefundPartRow.key))
    ).all()
    state = case.model_dump(mode="json", exclude={"entries", "requests_seen", "notices_seen", "archive", "next_stage"})
    return {
        SALT: secrets.token_hex(32),
        "state": await whole(session, case.case_id, state),
        "root_cause": cause,
        "timeline": [row.model_dump(mode="json", exclude={"case_id"}) for row in timeline],
        "money": [part_of(row).model_dump(mode="json") for row in booked],
    }
