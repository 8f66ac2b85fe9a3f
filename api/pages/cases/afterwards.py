"""What a closed case teaches, on its page: why it came about, as people correct it, and a lesson for the knowledge base (ARC-2)."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Response

from api.cases import root_causes
from api.cases.root_causes import CaseRootCause, RootCauseShown
from api.http.dependencies import CaseId
from api.library import lessons
from api.pages.cases.content import if_any
from api.pages.forms import FormOf
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from models.case.views import CaseView
from models.common.vocabulary import Role, Stage
from models.library.lesson import LessonContent, LessonView

router = APIRouter(prefix="/console/cases", route_class=PageRoute, include_in_schema=False)


class Afterwards(NamedTuple):
    """`cause` None: the case is not archived yet; `lesson` None: nobody has written one."""

    cause: CaseRootCause | None
    causes: Sequence[RootCauseShown]
    """Of the catalogue, those that count by themselves."""
    lesson: LessonView | None
    may_take_back: bool
    """The correction, that is."""


async def afterwards_of(page: Page, case: CaseView) -> Afterwards | None:
    """None: the case is not closed."""
    if case.stage is not Stage.CLOSED:
        return None
    parts, caller, language = page.parts, page.caller, page.locale
    cause = await page.ask(if_any(root_causes.root_cause_of(parts, caller, language, case.case_id)))
    causes = await page.ask(root_causes.list_root_causes(parts, caller, language))
    said = cause.correction if cause else None
    own = said is not None and said.confirmed_by is None and said.by == caller.actor.id
    return Afterwards(
        cause=cause,
        causes=[one for one in causes if one.merged_into is None],
        lesson=await page.ask(if_any(lessons.read_lesson(parts, caller, case.case_id))),
        may_take_back=own or (said is not None and caller.role is Role.SUPERVISOR),
    )


@router.post("/{case_id}/root-cause")
async def correct(page: PageOf, form: FormOf, case_id: CaseId) -> Response:
    """An agent proposes; a supervisor's word counts at once, and agrees to what was proposed when it is the same."""
    said = form.into(root_causes.CorrectionIn)
    await page.ask(root_causes.correct_root_cause(page.parts, page.caller, page.locale, case_id, said))
    counts = page.caller.role is Role.SUPERVISOR
    return page.to(form.page, "afterwards.cause_counts" if counts else "afterwards.cause_proposed", case=case_id)


@router.post("/{case_id}/root-cause/take-back")
async def take_back(page: PageOf, form: FormOf, case_id: CaseId) -> Response:
    """What was proposed is not taken; without a proposal what the rules found counts again."""
    await page.ask(root_causes.take_correction_back(page.parts, page.caller, page.locale, case_id))
    return page.to(form.page, "afterwards.cause_stays", case=case_id)


@router.post("/{case_id}/lesson")
async def write(page: PageOf, form: FormOf, case_id: CaseId) -> Response:
    """Written anew it waits for its review again."""
    phrases = tuple(filter(str.strip, (form.text("phrases") or "").splitlines()))
    body = form.without("phrases").into(LessonContent, keywords=phrases)
    await page.ask(lessons.write_lesson(page.parts, page.caller, case_id, body))
    return page.to(form.page, "afterwards.lesson_written", case=case_id)
