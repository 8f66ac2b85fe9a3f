"""What closed cases teach: written by agents, accepted by a supervisor as an entry of the knowledge base."""

from fastapi import APIRouter, Response

from api.http.cursor import Cursor
from api.http.dependencies import CaseId, only_for
from api.library import lessons
from api.pages.forms import FormOf
from api.pages.navigation import INSIDE
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from models.common.base import Frozen
from models.library.lesson import LessonReview, LessonState

router = APIRouter(prefix="/console/knowledge/lessons", route_class=PageRoute, include_in_schema=False)

HERE = "/console/knowledge/lessons"


class Asked(Frozen):
    """Which lessons; None: those of every state."""

    state: LessonState | None = None
    cursor: Cursor = None
    limit: int = 50


@router.get("")
async def list_lessons(page: PageOf) -> Response:
    """Those that wait longest first."""
    only_for(page.caller, INSIDE)
    asked = page.asked(Asked)
    found = await page.ask(
        lessons.list_lessons(parts=page.parts, caller=page.caller, state=asked.state, cursor=asked.cursor, limit=asked.limit)
    )
    return page.show("knowledge/lessons.html", found=found, asked=asked, states=tuple(LessonState))


@router.post("/{case_id}/review")
async def review(page: PageOf, form: FormOf, case_id: CaseId) -> Response:
    """Accept it as an entry, or decline it with a reason."""
    body = form.into(LessonReview)
    await page.ask(lessons.review_lesson(page.parts, page.caller, case_id, body))
    return page.to(HERE, "lessons.accepted" if body.accept else "lessons.declined", case=case_id)
