"""Evidence over HTTP (INV-3): uploaded once, named by its hash, shown to the parties of its case only."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import StreamingResponse

from adapters.database import upsert
from api.dependencies import CallerOf, CaseId, PartsOf, only_for
from api.lookup import find
from api.problems import not_found, problem
from api.responses import DOWNLOADING, UPLOADING
from api.schemas import Evidence
from models.errors import RedressError
from models.tables import CaseEvidenceRow, UploadRow
from models.vocabulary import ErrorType, Role
from rules.access import may_see_evidence

PATH = "/v1/evidence"
AROUND = 64 * 1024
"""What multipart adds to a file at most."""
PIECE = 256 * 1024
UPLOADERS = Role.people() - {Role.ANALYST}

uploads = APIRouter(prefix=PATH, tags=["evidence"])
router = APIRouter(prefix="/v1/cases/{case_id}/evidence", tags=["evidence"])


@uploads.post("", status_code=201, summary="Upload evidence · 上传证据", responses=UPLOADING)
async def upload(
    parts: PartsOf, caller: CallerOf, file: Annotated[UploadFile, File(description="A photo, video, PDF or chat log.")]
) -> Evidence:
    """Store a file. Its type is read from its bytes. Name it by the answer's `sha256` when you open a case, add words or answer."""
    only_for(caller, UPLOADERS)
    try:
        stored = await parts.evidence.put(_pieces(file), _name(file.filename))
    except RedressError as error:
        if error.fault.type is not ErrorType.INVALID:
            raise
        too_large = (error.fault.rule or "").endswith("too_large")
        raise problem(
            ErrorType.INVALID,
            error.fault.detail,
            "文件过大。" if too_large else "不接受该文件类型；请上传照片、视频、PDF 或纯文本。",
            field="file",
            rule="INV-3",
            status=413 if too_large else 415,
        ) from error
    row = {"sha256": stored.sha256, "role": caller.role.value, "uploader_id": caller.actor.id, "at": datetime.now(UTC)}
    async with parts.database.writing() as session:
        await upsert(session, UploadRow, {**row, "media_type": stored.media_type, "size": stored.size, "name": stored.name})
    return Evidence(**stored.model_dump())


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece


def _name(given: str | None) -> str:
    """The file's own name without a path and control characters."""
    name = (given or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-200:] or "evidence"


@router.get(
    "/{sha256}",
    summary="Get evidence · 下载证据",
    response_class=StreamingResponse,
    responses={
        **DOWNLOADING,
        200: {"description": "The bytes.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def download(parts: PartsOf, caller: CallerOf, case_id: CaseId, sha256: str) -> StreamingResponse:
    """The bytes of a piece of evidence of the case."""
    only_for(caller, frozenset(role for role in Role.people() if may_see_evidence(role)))
    await find(parts, caller, case_id)
    async with parts.database.reading() as session:
        row = await session.get(CaseEvidenceRow, (case_id, sha256)) if sha256.isalnum() else None
    if row is None:
        raise not_found()
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name)}",
        "Content-Length": str(row.size),
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600, immutable",
    }
    pieces = parts.evidence.get(sha256)
    first = await anext(pieces, b"")  # a store that is away says so before the answer begins
    return StreamingResponse(_all(first, pieces), media_type=row.media_type, headers=headers)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
