"""Drafts (WRK-5) in the forms of a case's page: what is typed is kept as the action's body, and stands in the form again."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from pydantic import JsonValue

from api.desk.drafts import DraftContent, KindOf, discard_draft, put_draft
from api.http.dependencies import CaseId
from api.pages.cases.actions import DOABLE, Idea
from api.pages.cases.content import Content
from api.pages.cases.fields import NOT_ASKED
from api.pages.cases.performing import without_empty_lines
from api.pages.forms import AMOUNT, Form, FormOf, checked, fields_of
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from models.case.desk_views import DraftView
from models.common.base import Money
from models.common.currencies import decimals
from models.common.decides import Decides

MINOR, CURRENCY = "amount.minor", "amount.currency"
USUAL: str = Money.model_fields["currency"].default
"""Bodies that are kept leave it out."""
ROW = re.compile(r"^(.*\b(?:lines|items|quantities)\.)(\d+)\.(.+)$")
"""Of a list with a row for each line of the order."""
router = APIRouter(prefix="/console/cases", route_class=PageRoute, include_in_schema=False)


@router.post("/{case_id}/drafts/{kind}")
async def keep(page: PageOf, form: FormOf, case_id: CaseId, kind: KindOf) -> Response:
    """Keep what is typed; a form in which nothing is left keeps nothing. The answer is the revision."""
    shape = DOABLE[Idea.CASE, kind.sent_by.value].shape
    decided = shape.NAMED_BY if issubclass(shape, Decides) else ()
    content = without_empty_lines(form).without(*decided, *NOT_ASKED).content
    if not content:
        await page.ask(discard_draft(page.parts, page.caller, case_id, kind))
        return Response("0", media_type="text/plain")
    said = {"content": content, "case_version": form.text("_version"), "follows": form.text("_revision")}
    body = checked(DraftContent, {name: value for name, value in said.items() if value is not None})
    draft = await page.ask(put_draft(parts=page.parts, caller=page.caller, case_id=case_id, kind=kind, body=body))
    return Response(str(draft.revision), media_type="text/plain")


def drafts_of(content: Content, zone: ZoneInfo) -> Mapping[str, Form]:
    """The caller's drafts on the case, by the names of their forms."""
    return {one.kind.sent_by.value: _form(one, list(content.titles), zone) for one in content.drafts}


def _form(draft: DraftView, lines: list[str], zone: ZoneInfo) -> Form:
    texts = {name: text for name, text in fields_of(draft.content) if text != "None"}
    values: dict[str, tuple[str, ...]] = {}
    for name, text in texts.items():
        row = ROW.match(name)
        if name.endswith(MINOR):
            before = name.removesuffix(MINOR)
            currency = texts.get(before + CURRENCY, USUAL)
            values[f"{before}amount{AMOUNT}{currency}"] = (_plain(text, currency),)
        elif row and (line := texts.get(f"{row[1]}{row[2]}.line_id")) in lines:
            values[f"{row[1]}{lines.index(line)}.{row[3]}"] = (text,)
        elif not name.endswith(CURRENCY):
            values[name] = (text,)
    return Form({**values, "_shape": (_shape(draft.content),), "_revision": (str(draft.revision),)}, zone)


def _plain(minor: str, currency: str) -> str:
    """As people write it; what is no amount stays as it was typed."""
    try:
        return f"{Decimal(minor).scaleb(-decimals(currency)):f}"
    except InvalidOperation:
        return minor


def _shape(content: Mapping[str, JsonValue]) -> str:
    """How many remedies each option has."""
    options = content.get("options")
    counts = [len(_list(one.get("remedies"))) or 1 for one in _list(options) if isinstance(one, dict)]
    return ",".join(map(str, counts)) or "1"


def _list(value: JsonValue) -> Collection[JsonValue]:
    return value if isinstance(value, list) else ()
