"""The evidence store: files and thumbnails that nobody else needs (ARC-3).

A file is named by its bytes, so two cases may have the same one. It goes with the last that has it, while nobody else has just uploaded it. Whoever
uploads takes turns with this by the file, writes down that they did, and looks whether it is still there (`api/cases/evidence.py`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database, take_turns
from adapters.erasure.standing import holds
from adapters.partners.protocols import EvidenceStore
from models.common.vocabulary import Role
from models.tables.case import CaseEvidenceRow, UploadRow
from models.tables.erasure import LegalHoldRow


def turn(sha256: str) -> str:
    """What to take turns about while a file comes or goes."""
    return f"evidence {sha256}"


FRESH = timedelta(days=7)
"""So long an upload that is named in no case yet counts as needed by whoever uploaded it."""


class Files:
    """Forgets pieces of evidence."""

    def __init__(self, database: Database, store: EvidenceStore) -> None:
        self._database = database
        self._store = store

    async def of_case(self, case_id: str, customer: str, now: datetime) -> None:
        """Forget the case's pieces, before the rows that tell which they are."""
        async with self._database.reading() as session:
            asked = select(CaseEvidenceRow.sha256).where(col(CaseEvidenceRow.case_id) == case_id)
            pieces = (await session.exec(asked)).all()
        await self._forget(pieces, case_id, customer, now)

    async def of_customer(self, customer: str, now: datetime) -> None:
        """Forget what the customer uploaded and named in no case."""
        async with self._database.reading() as session:
            asked = select(UploadRow.sha256).where(UploadRow.role == Role.CUSTOMER.value, UploadRow.uploader_id == customer)
            pieces = (await session.exec(asked)).all()
        await self._forget(pieces, None, customer, now)
        async with self._database.writing() as session:
            theirs = (col(UploadRow.role) == Role.CUSTOMER.value, col(UploadRow.uploader_id) == customer)
            await session.exec(delete(UploadRow).where(*theirs))

    async def never_named(self, before: datetime, most: int, now: datetime) -> int:
        """Forget what was uploaded before then and is in no case; how many pieces."""
        in_cases = select(CaseEvidenceRow.sha256).where(col(CaseEvidenceRow.sha256) == col(UploadRow.sha256))
        held = select(LegalHoldRow.hold_id).where(holds(col(UploadRow.uploader_id)))
        old = (col(UploadRow.at) < before, ~in_cases.exists(), ~held.exists())
        async with self._database.reading() as session:
            pieces = (await session.exec(select(UploadRow.sha256).where(*old).distinct().limit(most))).all()
        await self._forget(pieces, None, None, now)
        async with self._database.writing() as session:
            await session.exec(delete(UploadRow).where(col(UploadRow.sha256).in_(pieces), *old))
        return len(pieces)

    async def _forget(self, pieces: Iterable[str], case_id: str | None, customer: str | None, now: datetime) -> None:
        for sha256 in pieces:
            async with self._database.writing() as session:
                await take_turns(session, turn(sha256))
                if not await self._is_needed(session, sha256, case_id, customer, now):
                    await self._store.delete(sha256)
                    await session.exec(delete(UploadRow).where(col(UploadRow.sha256) == sha256))

    async def _is_needed(
        self, session: AsyncSession, sha256: str, case_id: str | None, customer: str | None, now: datetime
    ) -> bool:
        """By another case, or by somebody else who has just uploaded it."""
        others = select(CaseEvidenceRow.case_id).where(
            col(CaseEvidenceRow.sha256) == sha256, col(CaseEvidenceRow.case_id) != (case_id or "")
        )
        somebody = (col(UploadRow.role) != Role.CUSTOMER.value) | (col(UploadRow.uploader_id) != (customer or ""))
        fresh = select(UploadRow.sha256).where(col(UploadRow.sha256) == sha256, somebody, col(UploadRow.at) > now - FRESH)
        return (await session.exec(others.limit(1))).first() is not None or (
            await session.exec(fresh.limit(1))
        ).first() is not None
