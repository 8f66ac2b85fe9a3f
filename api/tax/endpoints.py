"""Credit notes over HTTP (RES-15): listed and downloaded by those who may see the case, and the merchant that made them out."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import ColumnElement, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.credit_notes import note_of
from adapters.documents.credit_note import credit_note_pdf, credit_note_ubl
from adapters.documents.links import DocumentLinks
from api.http.auth import Caller
from api.http.cursor import Cursor, Key, Order, following, instant, row_id
from api.http.dependencies import CallerOf, Parts, PartsOf, only_for
from api.http.lookup import in_sight
from api.http.problems import expired_link, not_found, problem
from api.http.responses import FOLLOWING, OWN, READING
from api.http.routes import SeenRoute
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Frozen, Identifier, stored
from models.common.vocabulary import ErrorType, Role
from models.tables.case import CaseRow
from models.tables.credit_notes import CreditNoteRow
from models.tax.credit_note import CreditNote
from models.tax.views import CreditNotePage, CreditNoteView
from rules.tax.red_letter import has_red_letter, red_letter

router = APIRouter(prefix="/v1/credit-notes", tags=["credit notes"], route_class=SeenRoute)

READERS = Role.people() - {Role.CARRIER}
NEWEST_FIRST = Order("-issued_at", (Key(col(CreditNoteRow.issued_at), instant), Key(col(CreditNoteRow.note_id), row_id)), True)
LISTED: list[Any] = [
    col(CreditNoteRow.issued_at),
    col(CreditNoteRow.note_id),
    col(CreditNoteRow.case_id),
    col(CreditNoteRow.note),
]
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}
NoteId = Annotated[str, Path(description="The credit note's id.", examples=["CN-0123456789ABCDEF"])]


class CreditNoteQuery(Frozen):
    """The list's query."""

    order_id: Identifier | None = None
    case_id: Identifier | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


@router.get("", summary="List credit notes · 退款凭证列表", responses=READING)
async def list_(parts: PartsOf, caller: CallerOf, query: Annotated[CreditNoteQuery, Query()]) -> CreditNotePage:
    """Those in your sight, the newest first."""
    only_for(caller, READERS)
    equal = (("order_id", query.order_id), ("case_id", query.case_id))
    filters = [col(getattr(CreditNoteRow, name)) == value for name, value in equal if value is not None]
    select_columns: Any = select
    async with parts.database.reading() as session:
        chosen = select_columns(*LISTED).where(_in_sight(caller.actor), *filters)
        shown = await NEWEST_FIRST.page(session, chosen, query.cursor, query.limit)
    given = query.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    notes = tuple(_view(stored(CreditNote, row["note"]), row["case_id"]) for row in shown.rows)
    return CreditNotePage(credit_notes=notes, next=following("/v1/credit-notes", given, shown.cursor))


@router.get("/{note_id}", summary="Look at a credit note · 查看退款凭证", responses=OWN)
async def show(parts: PartsOf, caller: CallerOf, note_id: NoteId) -> CreditNoteView:
    """Its lines, and its sums by rate."""
    row = await _find(parts, caller, note_id)
    return _view(note_of(row), row.case_id)


@router.get(
    "/{note_id}/pdf",
    summary="Download a credit note · 下载退款凭证",
    response_class=Response,
    responses={**OWN, **PDF},
)
async def pdf(parts: PartsOf, caller: CallerOf, note_id: NoteId) -> Response:
    """In Chinese and English."""
    return await _pdf(note_of(await _find(parts, caller, note_id)))


@router.get(
    "/links/{token}",
    summary="Download a credit note by a link · 通过链接下载退款凭证",
    response_class=Response,
    responses={**FOLLOWING, **PDF},
)
async def follow(parts: PartsOf, token: Annotated[str, Path(description="Of a link.")]) -> Response:
    """The same document, for the customer who was sent the link. 404 when it has expired."""
    note_id = DocumentLinks(parts.settings, "credit-note").read(token)
    async with parts.database.reading() as session:
        row = await session.get(CreditNoteRow, note_id) if note_id else None
    if row is None:
        raise expired_link()
    return await _pdf(note_of(row))


@router.get(
    "/{note_id}/ubl",
    summary="A credit note as UBL 2.1 · 退款凭证 UBL 2.1 数据",
    response_class=Response,
    responses={**OWN, 200: {"content": {"application/xml": {}}}},
)
async def ubl(parts: PartsOf, caller: CallerOf, note_id: NoteId) -> Response:
    """The document `CreditNote` of UBL 2.1."""
    note = note_of(await _find(parts, caller, note_id))
    return Response(credit_note_ubl(note), media_type="application/xml", headers=_named(note, "xml"))


@router.get(
    "/{note_id}/red-letter",
    summary="The fields of China's red-letter e-invoice · 红字发票信息确认单字段",
    response_class=JSONResponse,
    responses=OWN,
)
async def red_letter_fields(parts: PartsOf, caller: CallerOf, note_id: NoteId) -> Response:
    """As the seller enters them. 404 for a note of a seller elsewhere, in another currency, or that corrects another."""
    row = await _find(parts, caller, note_id)
    note = note_of(row)
    if not has_red_letter(note):
        raise problem(
            ErrorType.NOT_FOUND,
            "It has no such fields: they are of sellers in China and refunds in yuan, and not of what corrects a credit note.",
            "该凭证没有红字发票字段：仅限中国销售方的人民币退款，更正凭证除外。",
            field="note_id",
            rule="RES-15",
        )
    async with parts.database.reading() as session:
        case = await session.get(CaseRow, row.case_id) if row.case_id else None
    remedies = stored(CaseState, case.state).remedies if case else ()
    returned = any(remedy.id == note.remedy_id and remedy.return_ is not None for remedy in remedies)
    return JSONResponse(red_letter(note, returned=returned))


async def credit_notes_of(session: AsyncSession, actor: Actor, case_id: str) -> tuple[CreditNoteView, ...]:
    """Those on a case's view, the oldest first."""
    if actor.role not in READERS:
        return ()
    asked = select(CreditNoteRow).where(CreditNoteRow.case_id == case_id, _in_sight(actor))
    rows = (await session.exec(asked.order_by(col(CreditNoteRow.issued_at), col(CreditNoteRow.sequence)))).all()
    return tuple(_view(note_of(row), row.case_id) for row in rows)


async def _find(parts: Parts, caller: Caller, note_id: str) -> CreditNoteRow:
    only_for(caller, READERS)
    asked = select(CreditNoteRow).where(CreditNoteRow.note_id == note_id, _in_sight(caller.actor))
    async with parts.database.reading() as session:
        row = (await session.exec(asked)).first()
    if row is None:
        raise not_found()
    return row


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    """A customer's and a merchant's own, whatever became of the case; else those of the cases that one sees."""
    match actor.role:
        case Role.CUSTOMER:
            return col(CreditNoteRow.customer_id) == actor.id
        case Role.MERCHANT:
            return col(CreditNoteRow.merchant_id) == actor.id
        case Role.AGENT:
            seen: Any = select(CaseRow.case_id).where(in_sight(actor))
            return col(CreditNoteRow.case_id).in_(seen)
        case _:
            return true()


def _view(note: CreditNote, case_id: str | None) -> CreditNoteView:
    own = f"/v1/credit-notes/{note.note_id}"
    return CreditNoteView(
        note_id=note.note_id,
        number=note.number,
        corrects=note.corrects,
        order_id=note.base.order_id,
        case_id=case_id,
        remedy_id=note.remedy_id,
        issued_at=note.issued_at,
        issued_on=note.issued_on,
        seller=note.base.seller.name,
        seller_tax_id=note.base.seller.tax_id,
        invoice_number=note.base.invoice_number,
        currency=note.base.currency,
        gross_minor=note.gross,
        tax_minor=note.tax,
        splits=note.splits,
        lines=note.lines,
        pdf=f"{own}/pdf",
        ubl=f"{own}/ubl",
        red_letter=f"{own}/red-letter" if has_red_letter(note) else None,
    )


async def _pdf(note: CreditNote) -> Response:
    content = await asyncio.to_thread(credit_note_pdf, note)
    return Response(content, media_type="application/pdf", headers=_named(note, "pdf"))


def _named(note: CreditNote, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f"inline; filename*=UTF-8''{quote(note.number, safe='')}.{ending}"}
