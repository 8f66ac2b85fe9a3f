"""Lessons over HTTP (ARC-2): what a closed case teaches, written by an agent, reviewed by a supervisor, then an entry of the knowledge base."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import upsert
from adapters.knowledge.entries import keep
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.cursor import LONGEST, Key, Order, following, instant, row_id
from api.http.dependencies import CallerOf, CaseId, Parts, PartsOf, only_for
from api.http.lookup import find, in_sight
from api.http.problems import not_found, problem
from api.http.responses import ACTING, LOOKING, READING
from api.http.routes import SeenRoute
from models.common.vocabulary import ErrorType, Issue, Role, Stage
from models.knowledge.entry import EntryContent
from models.library.lesson import LessonContent, LessonReview, LessonState, LessonView
from models.library.views import LessonPage
from models.tables.case import CaseRow
from models.tables.library import LessonRow, LibraryDueRow

router = APIRouter(tags=["library"], route_class=SeenRoute)

INSIDERS = Role.platform() | {Role.ANALYST}
REVIEWERS = frozenset({Role.SUPERVISOR})
WRITTEN_FIRST = Order("at", (Key(col(LessonRow.at), instant), Key(col(LessonRow.case_id), row_id)))
LESSON: Any = {
    "swollen": {
        "summary": "What a case teaches · 经验",
        "value": {
            "title": {"zh": "充电宝鼓包了怎么办？", "en": "What if a power bank swells?"},
            "body": {
                "zh": "请立即停止使用并远离易燃物，不要寄回；上传照片后我们直接退款。",
                "en": "Stop using it, keep it away from anything that burns and do not send it back; upload a photo and it is refunded.",
            },
            "keywords": ["鼓包", "battery swollen"],
            "tags": ["battery"],
        },
    }
}
REVIEW: Any = {"accept": {"summary": "Publish it · 发布", "value": {"accept": True, "state": "published"}}}


@router.get("/v1/cases/{case_id}/lesson", summary="Read the lesson · 查看经验", responses=LOOKING)
async def read_lesson(parts: PartsOf, caller: CallerOf, case_id: CaseId) -> LessonView:
    """What the case teaches, and what became of its review."""
    only_for(caller, INSIDERS)
    await find(parts, caller, case_id)
    async with parts.database.reading() as session:
        return lesson_view(await _lesson(session, case_id))


@router.put(
    "/v1/cases/{case_id}/lesson", summary="Write the lesson · 编写经验", responses=ACTING, dependencies=[Depends(check_body)]
)
async def write_lesson(
    parts: PartsOf, caller: CallerOf, case_id: CaseId, body: Annotated[LessonContent, Body(openapi_examples=LESSON)]
) -> LessonView:
    """Write down what a closed case teaches, whole. It waits for a supervisor, also when it was accepted before."""
    only_for(caller, Role.platform())
    await _closed(parts, caller, case_id)
    row: dict[str, Any] = {
        "case_id": case_id,
        "content": body.model_dump(mode="json"),
        "state": LessonState.PROPOSED.value,
        "by": caller.actor.id,
        "at": datetime.now(UTC),
        "reviewed_by": None,
        "reviewed_at": None,
        "reason": None,
        "entry_id": None,
    }
    async with parts.database.writing() as session:
        await upsert(session, LessonRow, row, keep=("entry_id",))  # the entry that it was accepted as stays its entry
        session.add(LibraryDueRow(case_id=case_id, at=datetime.now(UTC)))
        session.expire_all()
        return lesson_view(await _lesson(session, case_id))


@router.post(
    "/v1/cases/{case_id}/lesson/review",
    summary="Review the lesson · 审核经验",
    responses=ACTING,
    dependencies=[Depends(check_body)],
)
async def review_lesson(
    parts: PartsOf, caller: CallerOf, case_id: CaseId, body: Annotated[LessonReview, Body(openapi_examples=REVIEW)]
) -> LessonView:
    """Accept a lesson as an entry of the knowledge base, a draft or published, or decline it. Never one's own."""
    only_for(caller, REVIEWERS)
    case = await _closed(parts, caller, case_id)
    async with parts.database.writing() as session:
        lesson = await _lesson(session, case_id)
        _refuse_unfit(lesson, caller, body)
        content = LessonContent.model_validate(lesson.content)
        lesson.state = (LessonState.ACCEPTED if body.accept else LessonState.DECLINED).value
        lesson.reviewed_by, lesson.reviewed_at, lesson.reason = caller.actor.id, datetime.now(UTC), body.reason
        if body.accept:
            lesson.entry_id = f"case-{case_id}"
            entry = EntryContent(
                title=content.title,
                body=content.body,
                issues=(Issue(case.issue),) if case.issue else (),
                keywords=content.keywords,
                state=body.state,
            )
            await keep(session, lesson.entry_id, entry, caller.actor.id, lesson.reviewed_at)
        session.add(lesson)
        return lesson_view(lesson)


@router.get("/v1/library/lessons", summary="List lessons · 经验列表", responses=READING)
async def list_lessons(
    *,
    parts: PartsOf,
    caller: CallerOf,
    state: Annotated[LessonState | None, Query(description="Only those in this state of their review.")] = None,
    cursor: Annotated[str | None, Query(max_length=LONGEST, description="From the page before; see its `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LessonPage:
    """Lessons of the cases in your sight, those that wait longest first."""
    only_for(caller, INSIDERS)
    select_columns: Any = select
    columns = [col(getattr(LessonRow, name)) for name in LessonRow.model_fields]
    chosen = select_columns(*columns).join(CaseRow, col(CaseRow.case_id) == col(LessonRow.case_id))
    chosen = chosen.where(in_sight(caller.actor))
    if state is not None:
        chosen = chosen.where(col(LessonRow.state) == state.value)
    async with parts.database.reading() as session:
        page = await WRITTEN_FIRST.page(session, chosen, cursor, limit)
    given = {name: value for name, value in {"state": state, "limit": limit}.items() if value is not None}
    return LessonPage(
        lessons=tuple(lesson_view(LessonRow(**row)) for row in page.rows),
        next=following("/v1/library/lessons", given, page.cursor),
    )


def lesson_view(row: LessonRow) -> LessonView:
    return LessonView.model_validate({**row.content, **row.model_dump(exclude={"content"})})


async def _lesson(session: AsyncSession, case_id: str) -> LessonRow:
    row = await session.get(LessonRow, case_id)
    if row is None:
        raise not_found()
    return row


async def _closed(parts: Parts, caller: Caller, case_id: str) -> CaseRow:
    """A case teaches once it is over."""
    row = await find(parts, caller, case_id)
    if row is None or row.stage != Stage.CLOSED:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            "The case is not closed yet; its lesson can be written then. See GET /v1/cases/{case_id}.",
            "工单尚未结案，结案后方可编写经验。请见 GET /v1/cases/{case_id}。",
            rule="ARC-2",
        )
    return row


def _refuse_unfit(lesson: LessonRow, caller: Caller, body: LessonReview) -> None:
    if lesson.state != LessonState.PROPOSED:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            f"The lesson was {lesson.state} already; it can be reviewed again when it is written anew.",
            f"该经验已审核（{lesson.state}）；重新编写后可再次审核。",
            rule="ARC-2",
        )
    if lesson.by == caller.actor.id:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            "You wrote this lesson; another supervisor reviews it.",
            "该经验由您编写，须由另一位主管审核。",
            rule="ARC-2",
        )
    if not body.accept and body.reason is None:
        raise problem(
            ErrorType.INVALID, "reason: say why it is declined.", "reason：请说明不采纳的原因。", field="reason", rule="ARC-2"
        )
