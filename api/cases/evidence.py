"""Evidence over HTTP (INV-3): uploaded once, named by its hash, shown to the parties of its case only, or by a link that one of them got."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Header, Query, UploadFile
from fastapi.responses import StreamingResponse

from adapters.database.reads import Reading
from adapters.evidence.media_types import PICTURES, TEXT, EvidenceRefused, Refusal
from api.http.auth import Caller
from api.http.dependencies import CallerOf, CaseId, Parts, PartsOf, only_for
from api.http.lookup import find
from api.http.problems import from_fault, not_found, problem
from api.http.ranges import bytes_of, part_of
from api.http.responses import FOLLOWING, LOOKING, UPLOADING, problems
from api.http.routes import SeenRoute
from api.http.schemas import Evidence, EvidenceLink
from api.http.uploads import SHA256, refuse_beyond, remember
from models.case.desk_views import ReadKind
from models.case.state import CaseState
from models.common.base import stored
from models.common.vocabulary import ErrorType, Role
from models.tables.case import CaseEvidenceRow
from rules.case.access import may_see_evidence, may_see_piece

PATH = "/v1/evidence"
AROUND = 64 * 1024
"""What multipart adds to a file at most."""
PIECE = 256 * 1024
UPLOADERS = Role.people() - {Role.ANALYST}
SEERS = frozenset(role for role in Role.people() if may_see_evidence(role))
STATUS = {Refusal.TOO_LARGE: 413, Refusal.TYPE: 415, Refusal.INFECTED: 422}
BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, Any] = {
    200: {"description": "The bytes.", "content": {"*/*": BYTES}},
    206: {"description": "The part that `Range` asks for.", "content": {"*/*": BYTES}},
    **problems(416),
}
SMALL: dict[int | str, Any] = {200: {"description": "A small JPEG.", "content": {"image/jpeg": BYTES}}}
HOUR = 3600
SHOWN = PICTURES | {"video/mp4", "video/quicktime", "video/webm", "application/pdf", TEXT}
"""Types that a browser may show: none of them runs anything."""


class Asked(NamedTuple):
    """What of a file, and whether to show it."""

    range: str | None
    if_range: str | None
    inline: bool


def _asked(
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    *,
    inline: Annotated[bool, Query(description="For a page that shows it; else a browser saves it.")] = False,
) -> Asked:
    return Asked(range_, if_range, inline)


AskedOf = Annotated[Asked, Depends(_asked)]

uploads = APIRouter(prefix=PATH, tags=["evidence"], route_class=SeenRoute)
router = APIRouter(prefix="/v1/cases/{case_id}/evidence", tags=["evidence"], route_class=SeenRoute)


@uploads.post("", status_code=201, summary="Upload evidence · 上传凭证", responses=UPLOADING)
async def upload(
    parts: PartsOf, caller: CallerOf, file: Annotated[UploadFile, File(description="A photo, video, PDF or chat log.")]
) -> Evidence:
    """Store a file. Its type is read from its bytes. Name it by the answer's `sha256` when you open a case, add words or answer."""
    only_for(caller, UPLOADERS)
    most = parts.settings.evidence_uploads_a_day
    async with parts.database.reading() as session:
        await refuse_beyond(session, caller.actor, most)
    try:
        stored = await parts.evidence.put(_pieces(file), _name(file.filename))
    except EvidenceRefused as refused:
        raise from_fault(refused.fault, status=STATUS[refused.refusal]) from refused
    async with parts.database.writing() as session:
        await remember(session, caller.actor, stored, most)
    if not await parts.evidence.has(stored.sha256):  # it was forgotten with somebody's case, a moment ago
        await file.seek(0)
        await parts.evidence.put(_pieces(file), stored.name)
    return Evidence(**stored.model_dump())


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece


def _name(given: str | None) -> str:
    """The file's own name without a path and control characters."""
    name = (given or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-200:] or "evidence"


@router.get("/{sha256}", summary="Get evidence · 下载凭证", response_class=StreamingResponse, responses={**LOOKING, **FILE})
async def download(parts: PartsOf, caller: CallerOf, case_id: CaseId, sha256: str, asked: AskedOf) -> StreamingResponse:
    """The bytes of a piece of evidence of the case; of a picture or video without the place that the camera wrote down.

    Its type is the one that was read from its bytes. One part of it by `Range` (206), so that a video can be wound; who asks for several
    at once gets the whole.
    """
    row = await _seen(parts, caller, case_id, sha256)
    return await _whole_or_part(parts, row, asked)


@router.get(
    "/{sha256}/thumbnail",
    summary="Get a picture's thumbnail · 下载缩略图",
    response_class=StreamingResponse,
    responses={**LOOKING, **SMALL},
)
async def thumbnail(parts: PartsOf, caller: CallerOf, case_id: CaseId, sha256: str) -> StreamingResponse:
    """A small JPEG of a picture, upright, without place, time and camera. 404 for a piece that is no picture."""
    return await _small(parts, await _seen(parts, caller, case_id, sha256))


@router.post("/{sha256}/link", summary="Get a short-lived link · 获取临时链接", responses=LOOKING)
async def link(parts: PartsOf, caller: CallerOf, case_id: CaseId, sha256: str) -> EvidenceLink:
    """A link to this piece alone that needs no token: for a page's `img`, or to hand to a partner's system. Until `expires_at`."""
    row = await _seen(parts, caller, case_id, sha256)
    token, until = parts.links.make(case_id, sha256)
    url = f"{PATH}/links/{token}"
    return EvidenceLink(url=url, thumbnail=f"{url}/thumbnail" if row.media_type in PICTURES else None, expires_at=until)


@uploads.get(
    "/links/{token}",
    summary="Get evidence by a link · 通过链接下载凭证",
    response_class=StreamingResponse,
    responses={**FOLLOWING, **FILE},
)
async def follow(parts: PartsOf, token: str, asked: AskedOf) -> StreamingResponse:
    """The same bytes, for whoever has the link. 404 when it has expired."""
    row, left = await _linked(parts, token)
    return await _whole_or_part(parts, row, asked, seconds=left)


@uploads.get(
    "/links/{token}/thumbnail",
    summary="Get a thumbnail by a link · 通过链接下载缩略图",
    response_class=StreamingResponse,
    responses={**FOLLOWING, **SMALL},
)
async def follow_to_thumbnail(parts: PartsOf, token: str) -> StreamingResponse:
    """The same piece, small. 404 when the link has expired, or leads to no picture."""
    row, left = await _linked(parts, token)
    return await _small(parts, row, seconds=left)


async def _seen(parts: Parts, caller: Caller, case_id: str, sha256: str) -> CaseEvidenceRow:
    """The piece, as far as the caller is a party of its case, and it did not come with words that are somebody else's."""
    only_for(caller, SEERS)
    case = await find(parts, caller, case_id)
    row = await _piece(parts, case_id, sha256)
    if case is not None and not may_see_piece(stored(CaseState, case.state), caller.actor, sha256):
        raise not_found()
    await parts.reads.remember(caller.actor, Reading(case_id, ReadKind.EVIDENCE, sha256))
    return row


async def _linked(parts: Parts, token: str) -> tuple[CaseEvidenceRow, int]:
    """The piece, as long as the link works and the case has it; and the seconds that are left."""
    linked = parts.links.read(token)
    left = int((linked.until - datetime.now(UTC)).total_seconds())
    return await _piece(parts, linked.case_id, linked.sha256), max(left, 0)


async def _piece(parts: Parts, case_id: str, sha256: str) -> CaseEvidenceRow:
    if not SHA256.fullmatch(sha256):
        raise not_found()
    async with parts.database.reading() as session:
        row = await session.get(CaseEvidenceRow, (case_id, sha256))
    if row is None:
        raise not_found()
    return row


async def _whole_or_part(parts: Parts, row: CaseEvidenceRow, asked: Asked, seconds: int = HOUR) -> StreamingResponse:
    etag = f'"{row.sha256}"'
    part = part_of(asked.range, asked.if_range, etag, row.size)
    pieces = parts.evidence.get(row.sha256)
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Content-Length": str(row.size)}
    if part is not None:
        pieces, headers = bytes_of(part, pieces), headers | part.headers
    name = (asked.inline and row.media_type in SHOWN, row.name)
    answer = await _sent(pieces, row.media_type, name, headers, seconds)
    answer.status_code = 200 if part is None else 206
    return answer


async def _small(parts: Parts, row: CaseEvidenceRow, seconds: int = HOUR) -> StreamingResponse:
    if row.media_type not in PICTURES:
        raise problem(
            ErrorType.NOT_FOUND,
            f"This piece is no picture but {row.media_type}, so it has no thumbnail; download it instead.",
            f"该凭证不是图片（{row.media_type}），没有缩略图；请直接下载。",
            field="sha256",
            rule="INV-3",
        )
    return await _sent(parts.evidence.thumbnail(row.sha256), "image/jpeg", (False, f"{row.name}.jpg"), {}, seconds)


async def _sent(
    pieces: AsyncIterator[bytes], media_type: str, name: tuple[bool, str], headers: Mapping[str, str], seconds: int
) -> StreamingResponse:
    """`name`: whether a browser shows it, and what it is saved as."""
    headers = {
        **headers,
        "Content-Disposition": f"{'inline' if name[0] else 'attachment'}; filename*=UTF-8''{quote(name[1], safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",  # a link's address opens the piece
        "Cache-Control": f"private, max-age={seconds}, immutable",
    }
    first = await anext(pieces, b"")  # a store that is away says so before the answer begins
    return StreamingResponse(_all(first, pieces), media_type=media_type, headers=headers)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
