"""The knowledge base: found, read, written, and tried with a question."""

from fastapi import APIRouter, Response

from api import knowledge, unanswered
from api.http.dependencies import only_for
from api.pages.forms import FormOf
from api.pages.navigation import INSIDE, SUPERVISOR
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from models.common.base import Frozen, Identifier
from models.common.vocabulary import Issue
from models.knowledge.entry import EntryContent, EntryState, Short

router = APIRouter(prefix="/console/knowledge", route_class=PageRoute, include_in_schema=False)

HERE = "/console/knowledge/entries"
OF_ENTRY = ("id", "phrases")
"""Fields of the form that are not the entry's own."""


class Asked(Frozen):
    """Which entries."""

    q: Short | None = None
    issue: Issue | None = None
    after: Identifier | None = None


class Named(Frozen):
    """The id of a new entry."""

    id: Identifier


@router.get("")
async def knowledge_base(page: PageOf) -> Response:
    only_for(page.caller, INSIDE)
    return page.to(HERE)


@router.get("/entries")
async def list_entries(page: PageOf) -> Response:
    """With how often each was shown and helped; of a question, also what a case would be answered."""
    only_for(page.caller, INSIDE)
    asked = page.asked(Asked)
    found = await page.ask(
        knowledge.find_answers(page.parts, page.caller, page.locale, q=asked.q, issue=asked.issue, after=asked.after, limit=100)
    )
    answered = None
    if asked.q is not None:
        question = knowledge.Question(text=asked.q, issue=asked.issue)
        answered = await page.ask(knowledge.suggest(page.parts, page.caller, page.locale, question))
    asked_in_vain = (
        await page.ask(unanswered.list_unanswered(page.parts, page.caller, limit=50)) if page.caller.role in SUPERVISOR else ()
    )
    return page.show(
        "knowledge/entries.html",
        found=found,
        asked=asked,
        answered=answered,
        unanswered=asked_in_vain,
        issues=tuple(Issue),
        states=tuple(EntryState),
    )


@router.post("/entries")
async def add(page: PageOf, form: FormOf) -> Response:
    """A new entry, by its id."""
    return await write(page, form, form.only("id").into(Named).id)


@router.post("/unanswered/seen-to")
async def see_to_unanswered(page: PageOf, form: FormOf) -> Response:
    """A search that found nothing is off the list."""
    await page.ask(unanswered.see_to_unanswered(page.parts, page.caller, form.into(unanswered.SeenTo)))
    return page.to(HERE, "knowledge.seen_to")


@router.get("/entries/{entry_id}")
async def show_entry(page: PageOf, entry_id: knowledge.EntryId) -> Response:
    """In both languages, to be read and written."""
    only_for(page.caller, INSIDE)
    entry = await page.ask(knowledge.read_entry(page.parts, page.caller, entry_id))
    return page.show("knowledge/entry.html", entry=entry, issues=tuple(Issue), states=tuple(EntryState))


@router.post("/entries/{entry_id}")
async def write(page: PageOf, form: FormOf, entry_id: knowledge.EntryId) -> Response:
    """Whole, as the form says."""
    phrases = (form.text("phrases") or "").splitlines()
    content = form.without(*OF_ENTRY).into(EntryContent, keywords=tuple(filter(str.strip, phrases)))
    await page.ask(
        knowledge.write_entry(parts=page.parts, caller=page.caller, entry_id=entry_id, body=content, response=Response())
    )
    return page.to(f"{HERE}/{entry_id}", "knowledge.saved")


@router.post("/entries/{entry_id}/delete")
async def delete(page: PageOf, entry_id: knowledge.EntryId) -> Response:
    """With its counts; cases keep the answer that they were shown."""
    await page.ask(knowledge.delete_entry(page.parts, page.caller, entry_id))
    return page.to(HERE, "knowledge.deleted", entry=entry_id)
