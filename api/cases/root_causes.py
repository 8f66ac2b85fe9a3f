"""Root causes over HTTP (docs/responsibility.md): the catalogue with what was merged, and the cause of a case as people correct it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import take_turns, upsert
from adapters.database.root_causes import merges
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, CaseId, Language, Parts, PartsOf, only_for
from api.http.lookup import find
from api.http.problems import ProblemError, problem
from api.http.responses import ALWAYS, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Instant, Words
from models.common.readers import Books, Platform
from models.common.vocabulary import ErrorType, Locale, Role
from models.tables.case import ArchiveRow, CaseRow
from models.tables.root_causes import RootCauseCorrectionRow, RootCauseMergeRow
from rules.common.policy_fault import unknown

catalogue = APIRouter(prefix="/v1/root-causes", tags=["cases"], route_class=SeenRoute)
router = APIRouter(prefix="/v1/cases/{case_id}/root-cause", tags=["cases"], route_class=SeenRoute)

READERS = frozenset({Role.MERCHANT, Role.AGENT, Role.SUPERVISOR, Role.ANALYST})
SUPERVISORS = frozenset({Role.SUPERVISOR})
RULE = "root-cause"
CHANGING = problems(*ALWAYS, 404, 409, 504)
CORRECTION = {"correction": {"value": {"root_cause": "poorly_packed", "reason": "The photo shows a box without any padding."}}}
MERGE = {
    "merge": {"summary": "Counts as another one · 并入", "value": {"merged_into": "damaged_on_the_way"}},
    "undo": {"summary": "Counts by itself again · 取消并入", "value": {"merged_into": None}},
}


class RootCauseShown(Frozen):
    """A cause of the catalogue. `merged_into`: the one as which its cases are listed and counted."""

    root_cause: Books[str]
    name: Books[str]
    merged_into: Books[str | None]


class MergeIn(Frozen):
    """The cause to count as; null: by itself again."""

    merged_into: Identifier | None


class CorrectionIn(Frozen):
    """The right cause, and why it is that one."""

    root_cause: Identifier
    reason: Words


class Correction(Frozen):
    """What somebody said the cause is; without `confirmed_by` it is proposed, and nothing counts by it yet."""

    root_cause: Platform[str]
    reason: Platform[str]
    by: Platform[str]
    at: Platform[Instant]
    confirmed_by: Platform[str | None]
    confirmed_at: Platform[Instant | None]


class CaseRootCause(Frozen):
    """Why the case came about. `found`: by the rules when it was archived last; `root_cause`: as it counts now."""

    case_id: Books[str]
    root_cause: Books[str | None]
    name: Books[str | None]
    found: Books[str]
    correction: Platform[Correction | None]


@catalogue.get("", summary="The catalogue of root causes · 根因目录", responses=READING)
async def list_root_causes(parts: PartsOf, caller: CallerOf, language: Language) -> tuple[RootCauseShown, ...]:
    """In the order in which rules look for them."""
    only_for(caller, READERS)
    async with parts.database.reading() as session:
        into = await merges(session)
    return tuple(
        RootCauseShown(root_cause=row.id, name=row.name.in_(language), merged_into=into.get(row.id))
        for row in parts.policy.root_causes
    )


@catalogue.put(
    "/{root_cause}",
    summary="Merge a root cause into another · 合并根因",
    responses=CHANGING,
    dependencies=[Depends(check_body)],
)
async def merge_root_cause(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    root_cause: Annotated[str, Path(description="The cause's id.", examples=["left_with_a_stranger"])],
    body: Annotated[MergeIn, Body(openapi_examples=MERGE)],  # pyright: ignore[reportArgumentType]
) -> RootCauseShown:
    """Its cases are listed and counted as the other cause from now on, those of before and those to come; what was merged into it goes along.
    The archive keeps what it says.
    """
    only_for(caller, SUPERVISORS)
    _known(parts, root_cause, "root_cause")
    async with parts.database.writing() as session:
        if body.merged_into is None:
            row = await session.get(RootCauseMergeRow, root_cause)
            if row is not None:
                await session.delete(row)
        else:
            _known(parts, body.merged_into, "merged_into")
            if body.merged_into == root_cause or body.merged_into in await merges(session):
                raise _circle(body.merged_into)
            now = datetime.now(UTC)
            merged = {"root_cause": root_cause, "into": body.merged_into, "by": caller.actor.id, "at": now}
            await upsert(session, RootCauseMergeRow, merged)
            along = update(RootCauseMergeRow).where(col(RootCauseMergeRow.into) == root_cause)
            await session.exec(along.values(into=body.merged_into))
    return RootCauseShown(root_cause=root_cause, name=_name(parts, root_cause, language), merged_into=body.merged_into)


@router.get("", summary="The root cause of a case · 工单根因", responses=problems(*ALWAYS, 404, 504))
async def root_cause_of(parts: PartsOf, caller: CallerOf, language: Language, case_id: CaseId) -> CaseRootCause:
    """404 before the case was archived."""
    only_for(caller, READERS)
    await find(parts, caller, case_id)
    async with parts.database.reading() as session:
        return await _of(session, parts, case_id, language)


@router.put("", summary="Correct the root cause · 更正根因", responses=CHANGING, dependencies=[Depends(check_body)])
async def correct_root_cause(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    case_id: CaseId,
    body: Annotated[CorrectionIn, Body(openapi_examples=CORRECTION)],  # pyright: ignore[reportArgumentType]
) -> CaseRootCause:
    """An agent proposes; a supervisor's word counts at once, and agrees to what was proposed when it is the same. The rules do not
    change it any more.
    """
    only_for(caller, Role.platform())
    await find(parts, caller, case_id)
    _known(parts, body.root_cause, "root_cause")
    now = datetime.now(UTC)
    async with parts.database.writing() as session:
        await _of(session, parts, case_id, language)
        row = {"case_id": case_id, "root_cause": body.root_cause, "reason": body.reason, "by": caller.actor.id, "at": now}
        row |= {"confirmed_by": None, "confirmed_at": None}
        if caller.role is Role.SUPERVISOR:
            proposed = await session.get(RootCauseCorrectionRow, case_id)
            if proposed is not None and proposed.confirmed_by is None and proposed.root_cause == body.root_cause:
                row |= {"reason": proposed.reason, "by": proposed.by, "at": proposed.at}
            row |= {"confirmed_by": caller.actor.id, "confirmed_at": now}
            await _say(session, case_id, body.root_cause, str(row["by"]))
        await upsert(session, RootCauseCorrectionRow, row)
        session.expire_all()
        return await _of(session, parts, case_id, language)


@router.delete("", summary="Take a correction back · 撤回根因更正", responses=CHANGING)
async def take_correction_back(parts: PartsOf, caller: CallerOf, language: Language, case_id: CaseId) -> CaseRootCause:
    """What was proposed is declined; where nothing is, what the rules found counts again. An agent may take back their own proposal."""
    only_for(caller, Role.platform())
    await find(parts, caller, case_id)
    async with parts.database.writing() as session:
        found = (await _of(session, parts, case_id, language)).found
        row = await session.get(RootCauseCorrectionRow, case_id)
        proposed = row is not None and row.confirmed_by is None
        if caller.role is Role.AGENT and not (proposed and row is not None and row.by == caller.actor.id):
            raise _not_yours(caller)
        if row is not None:
            await session.delete(row)
            await session.flush()
        if not proposed:
            await _say(session, case_id, found if _is_known(parts, found) else None, None)
        session.expire_all()
        return await _of(session, parts, case_id, language)


async def _of(session: AsyncSession, parts: Parts, case_id: str, language: Locale) -> CaseRootCause:
    newest = select(ArchiveRow.root_cause).where(ArchiveRow.case_id == case_id).order_by(col(ArchiveRow.edition).desc()).limit(1)
    found = (await session.exec(newest)).first()
    case = await session.get(CaseRow, case_id)
    if found is None or case is None:
        raise problem(
            ErrorType.NOT_FOUND,
            f"The case has no root cause before it is archived. See GET /v1/cases/{case_id}.",
            f"工单归档后才有根因。请见 GET /v1/cases/{case_id}。",
            rule=RULE,
        )
    correction = await session.get(RootCauseCorrectionRow, case_id)
    cause = case.root_cause
    counts = cause and (await merges(session)).get(cause, cause)
    return CaseRootCause(
        case_id=case_id,
        root_cause=counts,
        name=_name(parts, counts, language) if counts else None,
        found=found,
        correction=Correction(**correction.model_dump(exclude={"case_id"})) if correction else None,
    )


async def _say(session: AsyncSession, case_id: str, cause: str | None, by: str | None) -> None:
    said = (
        update(CaseRow)
        .where(col(CaseRow.case_id) == case_id)
        .values(
            root_cause=cause,
            root_cause_by=by,
            saved_at=await take_turns(session, case_id),  # figures follow it
        )
    )
    await session.exec(said)


def _is_known(parts: Parts, cause: str) -> bool:
    return cause in {row.id for row in parts.policy.root_causes}


def _name(parts: Parts, cause: str, language: Locale) -> str:
    """One that left the catalogue is called by its id."""
    return next((row.name.in_(language) for row in parts.policy.root_causes if row.id == cause), cause)


def _known(parts: Parts, cause: str, field: str) -> None:
    if _is_known(parts, cause):
        return
    names = [row.id for row in parts.policy.root_causes]
    raise problem(
        ErrorType.INVALID,
        f"{field}: {unknown('root cause', cause, names)}.",
        f"{field}：没有根因 {cause}，须为以下之一：{'、'.join(sorted(names))}。",
        field=field,
        rule=RULE,
    )


def _circle(into: str) -> ProblemError:
    return problem(
        ErrorType.INVALID,
        f"merged_into: {into} is this cause itself, or was merged into another one; name one that counts by itself.",
        f"merged_into：{into} 即该根因本身，或已并入其他根因；请选择独立统计的根因。",
        field="merged_into",
        rule=RULE,
    )


def _not_yours(caller: Caller) -> ProblemError:
    return problem(
        ErrorType.NOT_ALLOWED_NOW,
        f"You, {caller.actor.id}, can take back what you proposed yourself and nobody agreed to yet; a supervisor can do the rest.",
        f"您（{caller.actor.id}）只能撤回自己提出且尚未确认的更正；其余由主管处理。",
        rule=RULE,
    )
