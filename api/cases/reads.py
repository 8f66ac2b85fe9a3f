"""Who read a case (WRK-8), for supervisors."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import col, select

from api.http.cursor import Cursor, Key, Order, instant, number
from api.http.dependencies import CallerOf, CaseId, PartsOf, only_for
from api.http.lookup import find
from api.http.responses import LOOKING
from api.http.routes import SeenRoute
from models.case.desk_views import ReadKind
from models.common.base import Frozen, Instant
from models.common.readers import Reader, seen_by
from models.common.vocabulary import Role
from models.tables.reads import CaseReadRow

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"], route_class=SeenRoute)

LAST_FIRST = Order("reads", (Key(col(CaseReadRow.at), instant), Key(col(CaseReadRow.id), number)), descending=True)
Supervisor = seen_by(Reader.SUPERVISOR)


class CaseRead(Frozen):
    """Somebody read something of the case; again within the hour is not told again."""

    at: Annotated[Instant, Supervisor]
    role: Annotated[Role, Supervisor]
    id: Annotated[str, Supervisor]
    kind: Annotated[ReadKind, Supervisor]
    sha256: Annotated[str | None, Supervisor]
    """The piece of evidence."""


class ReadPage(Frozen):
    reads: Annotated[tuple[CaseRead, ...], Supervisor]
    next: Annotated[str | None, Supervisor]


@router.get("/reads", summary="Who read a case · 谁查看过", responses=LOOKING)
async def list_reads(
    *, parts: PartsOf, caller: CallerOf, case_id: CaseId, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: Cursor = None
) -> ReadPage:
    """The newest first: everybody but the customer. For supervisors, whose looking here is no reading of the case."""
    only_for(caller, frozenset({Role.SUPERVISOR}))
    await find(parts, caller, case_id)
    columns: Any = select
    of_case = columns(*(col(getattr(CaseReadRow, name)) for name in ("id", "at", "reader", "kind", "what"))).where(
        CaseReadRow.case_id == case_id
    )
    async with parts.database.reading() as session:
        page = await LAST_FIRST.page(session, of_case, cursor, limit)
    more = f"/v1/cases/{case_id}/reads?limit={limit}&cursor={page.cursor}" if page.cursor else None
    return ReadPage(reads=tuple(_read(row) for row in page.rows), next=more)


def _read(row: Any) -> CaseRead:  # noqa: ANN401  # a row of these columns
    role, _, who = row["reader"].partition(":")
    return CaseRead(at=row["at"], role=Role(role), id=who, kind=ReadKind(row["kind"]), sha256=row["what"] or None)
