"""Evidence in requests is named by its hash; it stands for what this caller uploaded before (INV-3)."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.problems import problem
from models.people import Actor, EvidenceRef
from models.tables import UploadRow
from models.vocabulary import ErrorType


async def references(session: AsyncSession, actor: Actor, hashes: Sequence[str]) -> tuple[EvidenceRef, ...]:
    """The caller's uploads with these hashes, in their order; 422 naming the first that the caller never uploaded."""
    if not hashes:
        return ()
    asked = select(UploadRow).where(
        col(UploadRow.sha256).in_(set(hashes)), UploadRow.role == actor.role.value, UploadRow.uploader_id == actor.id
    )
    found = {row.sha256: row for row in (await session.exec(asked)).all()}
    for index, sha256 in enumerate(hashes):
        if sha256 not in found:
            raise problem(
                ErrorType.INVALID,
                f"evidence.{index}: you have not uploaded this; send it to POST /v1/evidence first.",
                f"evidence.{index}：您尚未上传该文件，请先通过 POST /v1/evidence 上传。",
                field=f"evidence.{index}",
                rule="INV-3",
            )
    rows = [found[sha256] for sha256 in dict.fromkeys(hashes)]
    return tuple(EvidenceRef(sha256=row.sha256, media_type=row.media_type, size=row.size, name=row.name) for row in rows)
