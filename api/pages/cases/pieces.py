"""A piece of evidence by itself: pictures to be zoomed and turned, videos and sounds to be played, PDFs and texts to be read.

Its kind is what its bytes said when it was stored (INV-3), never what it calls itself.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.cases import endpoints as cases
from api.cases import evidence
from api.http.dependencies import CaseId, only_for
from api.http.problems import not_found
from api.pages.page import HEADERS, PageOf
from api.pages.routes import PageRoute
from models.case.views import CaseView
from models.common.actors import EvidenceRef
from models.common.vocabulary import Role

router = APIRouter(prefix="/console/cases/{case_id}/evidence", route_class=PageRoute, include_in_schema=False)

PDF, TEXT = "application/pdf", "text/plain"
MOST_TEXT = 256 * 1024
"""Bytes of a text that are shown; the whole is downloaded."""
WHOLE = evidence.Asked(None, None, inline=False)
ENCODINGS = ("utf-8", "gb18030")
Turns = Annotated[int, Query(ge=0, le=3)]
Zoom = Annotated[int, Query(ge=1, le=4)]


@router.get("/{sha256}")
async def piece(page: PageOf, case_id: CaseId, sha256: str, turns: Turns = 0, zoom: Zoom = 1) -> Response:
    """One piece, with the one before and the one after it."""
    only_for(page.caller, Role.platform())
    case = await page.ask(cases.show(page.parts, page.caller, page.locale, case_id))
    all_ = pieces_of(case)
    at = next((number for number, one in enumerate(all_) if one.sha256 == sha256), None)
    if at is None:
        raise not_found()
    one = all_[at]
    shown = page.show(
        "case_piece.html",
        case=case,
        one=one,
        before=all_[at - 1] if at else None,
        after=all_[at + 1] if at + 1 < len(all_) else None,
        text=await _text(page, case_id, one) if one.media_type == TEXT else None,
        turns=turns,
        zoom=zoom,
    )
    shown.headers["Content-Security-Policy"] = f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"
    return shown


@router.get("/{sha256}/inline")
async def inline(page: PageOf, case_id: CaseId, sha256: str, asked: evidence.AskedOf) -> Response:
    """A PDF for the frame of its page; 404 for anything else, which is not shown as a document of ours."""
    only_for(page.caller, Role.platform())
    part = asked._replace(inline=True)
    sent = await page.file(evidence.download(page.parts, page.caller, case_id, sha256, part))
    if sent.media_type != PDF:
        raise not_found()
    sent.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
    return sent


def pieces_of(case: CaseView) -> list[EvidenceRef]:
    """Every piece of the case, each once, in the order in which they came."""
    given = [*case.evidence, *(one for said in case.sayings for one in said.evidence)]
    given += [one for appeal in (*case.appeals_before, case.appeal) if appeal for one in appeal.evidence]
    for remedy in case.remedies:
        back = remedy.return_
        given += [back.freight.receipt] if back and back.freight else []
        given += back.inspection.evidence if back and back.inspection else ()
        given += [one.picture for one in back.worth.pieces if one.picture] if back and back.worth else ()
        given += back.worth.appeal.evidence if back and back.worth and back.worth.appeal else ()
    return [*{one.sha256: one for one in given}.values()]


async def _text(page: PageOf, case_id: str, one: EvidenceRef) -> str:
    sent = await page.file(evidence.download(page.parts, page.caller, case_id, one.sha256, WHOLE))
    return readable(await _head(sent))


async def _head(sent: StreamingResponse) -> bytes:
    head = b""
    async for part in sent.body_iterator:
        head += part if isinstance(part, bytes) else bytes(part, "utf-8") if isinstance(part, str) else bytes(part)
        if len(head) >= MOST_TEXT:
            break
    return head[:MOST_TEXT]


def readable(head: bytes) -> str:
    """In whichever of the encodings that are taken it reads as one; the last character may be cut."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    for encoding in ENCODINGS:
        try:
            return head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(head) - 4:  # half a character at the end
                return head[: error.start].decode(encoding)
    return head.decode("utf-8", "replace")
