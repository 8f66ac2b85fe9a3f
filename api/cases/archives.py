"""The archive over HTTP (ARC-1): the immutable record of a closed case, with its hash; one edition for every time it was closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field, JsonValue
from sqlmodel import col, select

from adapters.database.reads import Reading
from api.http.auth import Caller
from api.http.dependencies import CallerOf, CaseId, Language, Parts, PartsOf
from api.http.lookup import contact_of, find
from api.http.problems import problem
from api.http.responses import LOOKING
from api.http.routes import SeenRoute
from api.http.timelines import TimelineReader
from models.case.desk_views import ReadKind
from models.case.state import CaseState
from models.case.views import CaseView
from models.common.base import Frozen, Instant, stored
from models.common.readers import Books, Everybody, Platform
from models.common.timeline import TimelineView
from models.common.vocabulary import ErrorType, Locale, Outcome
from models.erasure.record import as_sealed, personal
from models.tables.case import ArchiveRow, ContactRow, TimelineRow
from rules.case.view import view_of
from rules.policy.load import slice_policy

router = APIRouter(prefix="/v1/archives", tags=["cases"], route_class=SeenRoute)


class Edition(Frozen):
    """The case as it was sealed, as far as it concerns the reader."""

    edition: Everybody[int]
    sha256: Everybody[str]
    outcome: Everybody[Outcome]
    root_cause: Books[str]
    at: Everybody[Instant]
    case: Everybody[CaseView]
    timeline: Everybody[tuple[TimelineView, ...]]
    record: Platform[dict[str, JsonValue] | None] = Field(
        description="For the platform's people: the record as it was sealed then; nothing in it is renamed later. `sha256` is that of its JSON "
        'with sorted keys and no blanks, in UTF-8. In the place of what may be personal is a digest, `{"sha256": …}`; see `personal`.'
    )
    personal: Platform[dict[str, JsonValue] | None] = Field(
        default=None,
        description="What the digests of the record stand for, by JSON pointer: the value, and the key of its digest, an HMAC-SHA256 of the "
        "value's JSON. Empty once the case is forgotten (ARC-3), and for editions of a release before, whose record has the values in it.",
    )


class Archived(Frozen):
    """Everything that was ever sealed of a case; the last edition is the newest."""

    case_id: Everybody[str]
    editions: Everybody[tuple[Edition, ...]]


@router.get("/{case_id}", summary="Look into the archive · 查阅档案", responses=LOOKING)
async def archived(parts: PartsOf, caller: CallerOf, language: Language, case_id: CaseId) -> Archived:
    """The record of a closed case, which nothing changes any more; a reopened case gets a further edition."""
    row = await find(parts, caller, case_id)
    asked = select(ArchiveRow).where(ArchiveRow.case_id == case_id).order_by(col(ArchiveRow.edition))
    async with parts.database.reading() as session:
        sealed = (await session.exec(asked)).all()
    if not sealed:
        stage = row.stage if row else "receipt"
        raise problem(
            ErrorType.NOT_FOUND,
            f"The case is not in the archive yet: it is at {stage}. See GET /v1/cases/{case_id}.",
            f"工单尚未归档，当前阶段为 {stage}。请见 GET /v1/cases/{case_id}。",
            rule="ARC-1",
        )
    await parts.reads.remember(caller.actor, Reading(case_id, ReadKind.VIEW))
    contact = await contact_of(parts, caller)
    left = stored(CaseState, row.state) if row is not None and row.erased_at is not None else None
    shown = (_edition(parts, caller, language, edition, contact, left) for edition in sealed)
    return Archived(case_id=case_id, editions=tuple(shown))


def _edition(  # noqa: PLR0917
    parts: Parts, caller: Caller, language: Locale, row: ArchiveRow, contact: ContactRow | None, left: CaseState | None
) -> Edition:
    """Nothing can be done to it. `left`: what is left of a case that was forgotten (ARC-3); of what happened, the record says what and when."""
    state = left or stored(CaseState, row.record["state"])
    view = view_of(state, slice_policy(parts.policy, row.at), caller.actor, row.at, language)
    reader = TimelineReader.of(caller, parts.policy.zone, language, state, contact)
    return Edition(
        edition=row.edition,
        sha256=row.sha256,
        outcome=Outcome(row.outcome),
        root_cause=row.root_cause,
        at=row.at,
        case=view.model_copy(update={"available_actions": ()}),
        timeline=reader.read_all(_timeline_row(row.case_id, entry) for entry in (() if left else _timeline(row))),
        record=as_sealed(row.record),
        personal=dict(personal(row.record)),
    )


def _timeline(row: ArchiveRow) -> list[Mapping[str, Any]]:
    entries: Any = row.record["timeline"]
    return entries


def _timeline_row(case_id: str, entry: Mapping[str, Any]) -> TimelineRow:
    values: dict[str, Any] = {**entry, "case_id": case_id, "at": datetime.fromisoformat(entry["at"])}
    return TimelineRow(**values)
