"""The page of a case, and what its forms are sent to."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.replies import fill_reply
from api.http.dependencies import CaseId, only_for
from api.pages.cases.afterwards import afterwards_of
from api.pages.cases.content import content_of
from api.pages.cases.drafts import drafts_of
from api.pages.cases.offers import offer_of
from api.pages.cases.performing import Target, perform
from api.pages.cases.rounds import rounds_of
from api.pages.cases.showing import forms_of, not_open, words_of
from api.pages.forms import Form, FormOf
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute, page_again
from models.common.base import Money
from models.common.vocabulary import Locale, Role

PATH = "/console/cases"
WITH_FILES = f"{PATH}/with-files"
"""Where forms go that bring files: this address takes larger bodies."""
Place = Annotated[int | None, Query(ge=0, le=2**31 - 1)]
router = APIRouter(prefix=PATH, route_class=PageRoute, include_in_schema=False)


@router.get("/{case_id}")
async def case(page: PageOf, case_id: CaseId, after: Place = None, before: Place = None) -> Response:
    """Everything about a case; `after`: the timeline from that version on; `before`: so many of the first things said, the newest of these."""
    only_for(page.caller, Role.platform())
    content = await content_of(page, case_id, after, before)
    words = words_of(page)
    return page.show(
        "case.html",
        content=content,
        case=content.case,
        after=await afterwards_of(page, content.case),
        groups=forms_of(page, content),
        others=not_open(page, content),
        rounds=rounds_of(content.case.proposals, page.locale, lambda code: words.option(code)[1]),
        offer=offer_of(page, content),
        drafts=drafts_of(content, page.zone),
        held_seconds=max(0, round((content.case.held.due - datetime.now(UTC)).total_seconds())) if content.case.held else 0,
        refunded=Money(
            minor=content.case.history.refunded_to_customer_minor if content.case.history else 0,
            currency=page.parts.policy.currency,
        ),
    )


@router.post("/{rest:path}")
async def act(page: PageOf, form: FormOf, rest: str) -> Response:
    """Any action on the case, its returns, replacements and claims; and what a form asks for before it is sent."""
    only_for(page.caller, Role.platform())
    path = f"{PATH}/{rest}"
    target = Target.at(form.text("_to") or "" if path == WITH_FILES else path)
    try:
        if form.text("_fill") is not None:
            return await _as_filled_in(page, await _filled(page, form, target.case_id))
        if form.text("_more") is not None:
            return await _as_filled_in(page, form)
        await perform(page, form, target)
    finally:
        await form.close()
    return page.to(f"{PATH}/{target.case_id}", "case.done", what=target.doable.title.in_(page.locale))


async def _filled(page: Page, form: Form, case_id: str) -> Form:
    """With the words of a saved reply, `delay` or `delay:en`, for this case."""
    reply, _, language = (form.text("_fill") or "").partition(":")
    locale = Locale(language) if language in set(Locale) else None
    filled = await page.ask(fill_reply(page.parts, page.caller, case_id, reply, locale))
    return form.with_("words", filled.words)


async def _as_filled_in(page: Page, form: Form) -> Response:
    page.request.state.form = form
    again = await page_again(page.request, form)
    return again or page.to(form.page)
