"""Saved replies (WRK-2): answers that a person or a team gives again and again, in both languages, filled from the case."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import Field, model_validator

from api.desk.saved import Saved, SavedBy, SavedContent, SavedId
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, CaseId, Parts, PartsOf, only_for
from api.http.lookup import find
from api.http.problems import not_found
from api.http.responses import ALWAYS, OWN, READING, problems
from api.http.routes import SeenRoute
from models.case.state import CaseState
from models.common.base import Bilingual, Frozen, Words, stored, unfit
from models.common.readers import Platform
from models.common.vocabulary import Issue, Locale, Role
from models.tables.case import AgentRow, CaseRow, ContactRow
from models.tables.desk import SavedReplyRow
from rules.common.format import minor_units, moment_in
from rules.desk.replies import VARIABLES, fill, unknown_variables

router = APIRouter(prefix="/v1/saved-replies", tags=["desk"], route_class=SeenRoute)
filled = APIRouter(prefix="/v1/cases/{case_id}/saved-replies", tags=["desk"], route_class=SeenRoute)

REPLY: Any = {
    "on_its_way": {
        "summary": "Where the parcel is · 物流进度",
        "value": {
            "name": "物流进度",
            "team": "logistics",
            "words": {
                "zh": "{{ customer_name }}您好，订单 {{ order_id }} 的包裹（{{ tracking }}）仍在运输中，我们会在 {{ deadline }} 前给您答复。",
                "en": "Hello {{ customer_name }}, the parcel of order {{ order_id }} ({{ tracking }}) is still on its way. "
                "You will hear from us by {{ deadline }}.",
            },
            "issues": ["logistics.delay"],
        },
    }
}


class ReplyWords(Frozen):
    """What the customer reads, in each language."""

    zh: Words
    en: Words


class ReplyContent(SavedContent):
    """`words` may have variables, as `{{ customer_name }}`: customer_name, case_id, order_id, issue, products, tracking, amount, deadline,
    agent_name. `issues`: what it answers; none: anything.
    """

    words: ReplyWords
    issues: tuple[Issue, ...] = Field(default=(), max_length=30)

    @model_validator(mode="after")
    def _knows_its_variables(self) -> Self:
        unknown = [name for words in (self.words.zh, self.words.en) for name in unknown_variables(words)]
        if unknown:
            named, known = ", ".join(dict.fromkeys(unknown)), ", ".join(VARIABLES)
            raise unfit(
                rule="WRK-2", zh=f"没有变量 {named}；可用：{known}", en=f"there is no variable {named}; there are {known}"
            )
        return self


class SavedReply(SavedBy):
    words: Platform[Bilingual]
    issues: Platform[tuple[Issue, ...]]


class FilledReply(Frozen):
    """The words for one case, to be read, changed and sent by `reply`. `missing`: variables that the case has no value for; they stand there
    still, and `reply` refuses them.
    """

    words: Platform[str]
    locale: Platform[Locale]
    missing: Platform[tuple[str, ...]]


@router.get("", summary="Your saved replies · 我的常用回复", responses=READING)
async def list_replies(
    parts: PartsOf,
    caller: CallerOf,
    issue: Annotated[Issue | None, Query(description="Only what may answer this issue.")] = None,
) -> tuple[SavedReply, ...]:
    """Your own and those of your teams, by name."""
    async with parts.database.reading() as session:
        rows = await Saved(session, caller, SavedReplyRow).all()
    return tuple(_reply(row) for row in rows if issue is None or not row.issues or issue in row.issues)


@router.put(
    "/{reply_id}",
    summary="Save a reply · 保存常用回复",
    responses={201: {"description": "Added.", "model": SavedReply}, **problems(*ALWAYS, 404, 409)},
    dependencies=[Depends(check_body)],
)
async def put_reply(
    *,
    parts: PartsOf,
    caller: CallerOf,
    reply_id: SavedId,
    body: Annotated[ReplyContent, Body(openapi_examples=REPLY)],
    response: Response,
) -> SavedReply:
    """Add or change it, whole. A variable that there is not is refused."""
    columns = {"words_zh": body.words.zh, "words_en": body.words.en, "issues": [issue.value for issue in body.issues]}
    async with parts.database.writing() as session:
        saved = Saved(session, caller, SavedReplyRow)
        if await saved.put(reply_id, body, columns, parts.policy.teams):
            response.status_code = 201
        return _reply(await saved.get(reply_id))


@router.delete("/{reply_id}", status_code=204, summary="Delete a saved reply · 删除常用回复", responses=OWN)
async def delete_reply(parts: PartsOf, caller: CallerOf, reply_id: SavedId) -> None:
    async with parts.database.writing() as session:
        await Saved(session, caller, SavedReplyRow).delete(reply_id)


@filled.get("/{reply_id}", summary="Fill a saved reply · 套用常用回复", responses=OWN)
async def fill_reply(
    parts: PartsOf,
    caller: CallerOf,
    case_id: CaseId,
    reply_id: SavedId,
    lang: Annotated[Locale | None, Query(description="Another language than the customer's.")] = None,
) -> FilledReply:
    """The reply in the customer's language, with the values of the case. Nothing is sent."""
    only_for(caller, Role.platform())
    row = await find(parts, caller, case_id)
    async with parts.database.reading() as session:
        saved = await Saved(session, caller, SavedReplyRow).get(reply_id)
        if row is None:
            raise not_found()
        contact = await session.get(ContactRow, row.customer_id)
        me = await session.get(AgentRow, caller.actor.id)
    locale = lang or Locale(contact.locale if contact else row.locale)
    values = _values(parts, row, locale, contact) | {"agent_name": me.name if me else None}
    words, missing = fill(saved.words_zh if locale is Locale.ZH else saved.words_en, values)
    return FilledReply(words=words, locale=locale, missing=missing)


def _values(parts: Parts, row: CaseRow, locale: Locale, contact: ContactRow | None) -> dict[str, str | None]:
    case = stored(CaseState, row.state)
    issue = parts.policy.issues.get(case.issue) if case.issue else None
    about = {line.line_id for line in case.receipt.lines}
    titles = [line.title for line in case.order.lines if not about or line.line_id in about] if case.order else []
    joint = "、" if locale is Locale.ZH else ", "
    zone = contact.zone if contact else case.receipt.zone
    return {
        "customer_name": contact.name if contact else None,
        "case_id": case.case_id,
        "order_id": case.order_id,
        "issue": issue.name.in_(locale) if issue else None,
        "products": joint.join(titles),
        "tracking": joint.join(parcel.tracking for parcel in case.shipments),
        "amount": minor_units(row.amount_minor, row.currency).in_(locale) if row.amount_minor else None,
        "deadline": moment_in(row.next_deadline, locale, parts.policy.zone, zone) if row.next_deadline else None,
    }


def _reply(row: SavedReplyRow) -> SavedReply:
    return SavedReply(
        **row.model_dump(include=set(SavedBy.model_fields)),
        words=Bilingual(zh=row.words_zh, en=row.words_en),
        issues=tuple(Issue(issue) for issue in row.issues),
    )
