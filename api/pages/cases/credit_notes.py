"""A credit note of a case, as its PDF."""

from fastapi import APIRouter, Response

from api.pages.page import PageOf
from api.pages.routes import PageRoute
from api.tax.endpoints import NoteId
from api.tax.endpoints import pdf as download

router = APIRouter(prefix="/console/credit-notes", route_class=PageRoute, include_in_schema=False)


@router.get("/{note_id}")
async def pdf(page: PageOf, note_id: NoteId) -> Response:
    """404 for one that is not the reader's."""
    return await page.file(download(page.parts, page.caller, note_id))
