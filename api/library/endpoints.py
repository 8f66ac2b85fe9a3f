"""Searching cases, and similar ones, over HTTP (ARC-2)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.case_texts import whole
from adapters.database.root_causes import READ
from api.cases.filters import CaseFilters, conditions, refuse_hidden
from api.http.dependencies import CallerOf, CaseId, Language, Parts, PartsOf, only_for
from api.http.lookup import find
from api.http.responses import LOOKING, READING
from api.http.routes import SeenRoute
from api.library.lessons import INSIDERS, lesson_view
from api.library.search import Found, looked_for, search, similar, words_to_find
from models.case.state import CaseState
from models.common.vocabulary import Issue, Locale, Outcome, Party, Stage
from models.knowledge.entry import Short
from models.library.views import CauseCount, ExcerptView, FoundCase, GivenRemedy, LibraryPage, SimilarCase, SimilarCases
from models.remedies.remedy import Remedy
from models.tables.case import CaseRow
from models.tables.library import LessonRow
from rules.policy.load import slice_policy

router = APIRouter(tags=["library"], route_class=SeenRoute)


class LibraryQuery(CaseFilters):
    """What is looked for, and among which cases: the filters are those of the list of cases."""

    q: Short = Field(description="Words to look for, Chinese or English.", examples=["屏幕碎了"])
    limit: int = Field(default=20, ge=1, le=50)


@router.get("/v1/library", summary="Search all cases · 检索工单", responses=READING)
async def find_cases(
    parts: PartsOf, caller: CallerOf, language: Language, query: Annotated[LibraryQuery, Query()]
) -> LibraryPage:
    """Open and closed cases by what you may read of them, those that fit best first, with the places where the words stand.

    Simplified and Traditional Chinese find one another, and so do the forms of an English word. A case that lacks some of the words comes
    after those that have all. Where very many have all, the newest of them are ranked. What is new on a case is found some seconds later.
    """
    refuse_hidden(caller, query)
    asked = words_to_find(query.q)
    async with parts.database.reading() as session:
        wanted = looked_for(caller.actor, [*conditions(query, caller, session.get_bind().dialect.name, parts.policy)], query.team)
        found = await search(session, caller.actor, asked, wanted, query.limit)
        rows = await _rows(session, found)
        causes = await _root_causes(session, rows)
    shown = [
        FoundCase(**_brief(parts, rows[one.case_id], causes, language), score=round(one.score, 3), excerpts=_excerpts(one))
        for one in found
        if one.case_id in rows
    ]
    return LibraryPage(cases=tuple(shown))


@router.get("/v1/cases/{case_id}/similar", summary="Find similar cases · 查找相似工单", responses=LOOKING)
async def find_similar(
    *,
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    case_id: CaseId,
    root_cause: Annotated[Short | None, Query(description="Only closed cases of that root cause, as `causes` names it.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> SimilarCases:
    """Closed cases in your sight that have most in common with this one, and how they ended: by issue, goods, words, facts, amount."""
    only_for(caller, INSIDERS)
    row = await find(parts, caller, case_id)
    if row is None:  # opened so recently that nothing is known of it
        return SimilarCases(case_id=case_id, cases=(), causes=())
    async with parts.database.reading() as session:
        state = CaseState.model_validate(await whole(session, case_id, row.state))
        found = await similar(session, caller.actor, state, root_cause, limit)
        rows = await _rows(session, found)
        causes = await _root_causes(session, rows)
        lessons = (await session.exec(select(LessonRow).where(col(LessonRow.case_id).in_(rows)))).all()
    lesson_of = {lesson.case_id: lesson_view(lesson) for lesson in lessons}
    cases = tuple(
        SimilarCase(
            **_brief(parts, rows[one.case_id], causes, language),
            **_ending(rows[one.case_id]),
            score=round(one.score, 3),
            shared=one.shared,
            lesson=lesson_of.get(one.case_id),
        )
        for one in found
        if one.case_id in rows
    )
    return SimilarCases(case_id=case_id, cases=cases, causes=_counted(cases))


async def _rows(session: AsyncSession, found: Iterable[Found]) -> dict[str, CaseRow]:
    wanted = [one.case_id for one in found]
    return {row.case_id: row for row in (await session.exec(select(CaseRow).where(col(CaseRow.case_id).in_(wanted)))).all()}


async def _root_causes(session: AsyncSession, case_ids: Iterable[str]) -> dict[str, str]:
    """As each counts now: corrected by people, and merged."""
    columns: Any = select(CaseRow.case_id, READ).where(col(CaseRow.case_id).in_([*case_ids]))
    causes = cast("Iterable[tuple[str, str | None]]", (await session.exec(columns)).all())
    return {case_id: cause for case_id, cause in causes if cause is not None}


def _brief(parts: Parts, row: CaseRow, causes: dict[str, str], language: Locale) -> dict[str, Any]:
    issue = Issue(row.issue) if row.issue else None
    known = slice_policy(parts.policy, datetime.now(UTC)).issues.get(issue) if issue else None
    return {
        "case_id": row.case_id,
        "issue": issue,
        "issue_name": known.name.in_(language) if known else None,
        "order_id": row.order_id,
        "merchant_id": row.merchant_id,
        "stage": row.stage,
        "outcome": Outcome(row.outcome) if row.outcome else None,
        "root_cause": causes.get(row.case_id) if row.stage == Stage.CLOSED else None,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
    }


def _ending(row: CaseRow) -> dict[str, Any]:
    """Of its state only what is told: to read all of it takes milliseconds."""
    state: dict[str, Any] = row.state
    remedies = [Remedy.model_validate(one) for one in state.get("remedies") or ()]
    given = tuple(GivenRemedy(kind=one.kind, amount=one.amount) for one in remedies if one.undone is None)
    finding, survey = state.get("finding"), state.get("survey")
    return {
        "party": Party(finding["party"]) if finding else None,
        "remedies": given,
        "days": round((row.closed_at - row.opened_at).total_seconds() / 86400, 1) if row.closed_at else None,
        "rating": survey["solution"] if survey else None,
    }


def _excerpts(found: Found) -> tuple[ExcerptView, ...]:
    return tuple(
        ExcerptView(kind=one.passage.kind, by=one.passage.by, at=one.passage.at, text=one.text, marks=one.marks)
        for one in found.excerpts
    )


def _counted(cases: Sequence[SimilarCase]) -> tuple[CauseCount, ...]:
    outcomes = defaultdict[str, Counter[Outcome]](Counter)
    for case in cases:
        if case.root_cause and case.outcome:
            outcomes[case.root_cause][case.outcome] += 1
    counted = [
        CauseCount(root_cause=cause, cases=ended.total(), outcomes=dict(ended.most_common())) for cause, ended in outcomes.items()
    ]
    return tuple(sorted(counted, key=lambda one: (-one.cases, one.root_cause)))
