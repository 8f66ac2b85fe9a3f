"""Evidence in requests is named by its hash; it stands for what this caller uploaded before (INV-3)."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import take_turns, upsert
from adapters.erasure.files import turn
from api.http.problems import ProblemError, from_fault, problem
from models.common.actors import Actor, EvidenceRef
from models.common.partners import Upload
from models.common.vocabulary import ErrorType, Role
from models.tables.case import UploadRow
from rules.common.evidence import too_many

SHA256 = re.compile(r"[0-9a-f]{64}")
DAY = timedelta(days=1)
MOST_NAMED = 100
"""Pieces that a partner's notice can name; no case takes more."""


async def refuse_beyond(session: AsyncSession, actor: Actor, most: int) -> None:
    """429 for somebody who uploaded as many files in the last 24 hours as one may; it says when there is room again."""
    since = datetime.now(UTC) - DAY
    recent = select(func.count(), func.min(UploadRow.at)).where(*_by(actor), col(UploadRow.at) > since)
    count, first = (await session.exec(recent)).one()
    if count >= most:
        raise _enough(most, math.ceil((first - since).total_seconds()) if first else 60)


async def remember(session: AsyncSession, actor: Actor, stored: EvidenceRef, most: int) -> None:
    """Write down who uploaded it; somebody's uploads take turns, so that many at once are counted too."""
    await take_turns(session, f"uploads of {actor.role} {actor.id}")
    await take_turns(session, turn(stored.sha256))
    known = await session.get(UploadRow, (stored.sha256, actor.role.value, actor.id))
    if known is None:
        await refuse_beyond(session, actor, most)
    row = {"sha256": stored.sha256, "role": actor.role.value, "uploader_id": actor.id, "at": datetime.now(UTC)}
    await upsert(session, UploadRow, {**row, "media_type": stored.media_type, "size": stored.size, "name": stored.name})


def _by(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return col(UploadRow.role) == actor.role.value, col(UploadRow.uploader_id) == actor.id


def _enough(most: int, seconds: int) -> ProblemError:
    return problem(
        ErrorType.BUSY,
        f"You have uploaded {most} files within 24 hours, which is all one may; go on later, or put several into one PDF.",
        f"您在 24 小时内已上传 {most} 个文件，达到上限；请稍后继续，或将多个文件合并为一个 PDF。",
        field="file",
        rule="INV-3",
        retry_after=max(seconds, 1),
    )


async def references(
    session: AsyncSession, actor: Actor, hashes: Sequence[str], field: str = "evidence.{}"
) -> tuple[EvidenceRef, ...]:
    """The caller's uploads with these hashes, in their order; 422 naming the first that the caller never uploaded, at its place of `field`."""
    if not hashes:
        return ()
    asked = select(UploadRow).where(col(UploadRow.sha256).in_(set(hashes)), *_by(actor))
    found = {row.sha256: row for row in (await session.exec(asked)).all()}
    for index, sha256 in enumerate(hashes):
        if sha256 not in found:
            place = field.format(index)
            raise problem(
                ErrorType.INVALID,
                f"{place}: you have not uploaded this; send it to POST /v1/evidence first.",
                f"{place}：您尚未上传该文件，请先通过 POST /v1/evidence 上传。",
                field=place,
                rule="INV-3",
            )
    return tuple(_piece(found[sha256]) for sha256 in dict.fromkeys(hashes))


def refuse_too_many(pieces: Sequence[EvidenceRef], most: int) -> None:
    """422 for opening a case with more than a case takes; a running case counts for itself (`rules/case/validation.py`)."""
    fault = too_many((), pieces, most)
    if fault is not None:
        raise from_fault(fault)


async def named_by_partner(session: AsyncSession, role: Role, payload: Mapping[str, JsonValue]) -> tuple[Upload, ...]:
    """Everybody's uploads in that role of what a notice names as `evidence`; the case takes those of the party that it asked."""
    named = payload.get("evidence")
    names = named if isinstance(named, list) else []
    hashes = {name for name in names if isinstance(name, str) and SHA256.fullmatch(name)}
    if not 0 < len(hashes) <= MOST_NAMED:
        return ()
    asked = select(UploadRow).where(col(UploadRow.sha256).in_(hashes), UploadRow.role == role.value)
    return tuple(Upload(by=row.uploader_id, piece=_piece(row)) for row in (await session.exec(asked)).all())


def _piece(row: UploadRow) -> EvidenceRef:
    return EvidenceRef(sha256=row.sha256, media_type=row.media_type, size=row.size, name=row.name)
