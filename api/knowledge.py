"""The knowledge base over HTTP (REC-6): find an answer, read it, write it; and ask before a case is opened."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.knowledge.entries import answer, keep, remove, search
from adapters.knowledge.unanswered import note_unanswered
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, Language, Parts, PartsOf, only_for
from api.http.problems import not_found
from api.http.responses import OWN, READING
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Instant, Words
from models.common.readers import Everybody, Inside, Platform
from models.common.vocabulary import Issue, Locale, Role
from models.knowledge.entry import EntryContent, EntryState, Short
from models.tables.knowledge import KnowledgeRow

router = APIRouter(prefix="/v1/knowledge", tags=["knowledge"], route_class=SeenRoute)

WRITERS = frozenset({Role.SUPERVISOR})
INSIDERS = Role.platform() | {Role.ANALYST}
"""They see drafts, and how the answers do."""
OUTSIDE = Role.people() - INSIDERS
ASKERS = OUTSIDE | {Role.AGENT}
"""Whose searches show what is missing: supervisors and analysts look at the entries themselves."""
EntryId = Annotated[Identifier, Path(description="The entry's id, of your choice.", examples=["refund-arrival"])]
ENTRY: Any = {
    "gift_wrap": {
        "summary": "A new answer · 新增解答",
        "value": {
            "title": {"zh": "可以提供礼品包装吗？", "en": "Can my order be gift-wrapped?"},
            "body": {
                "zh": "标有“礼品包装”的商品可在下单时选择，包装费在订单页显示。",
                "en": 'Goods marked "gift wrap" can be wrapped; choose it when ordering. The price is on the order page.',
            },
            "keywords": ["礼品包装", "包装成礼物", "gift wrap", "wrap as a present"],
            "issues": ["rules.platform_rule", "order.change"],
            "state": "published",
        },
    }
}
QUESTION: Any = {"refund": {"summary": "A question · 提问", "value": {"text": "退款多久能到我的银行卡？"}}}


class Counts(Frozen):
    """In how many cases it was shown, and what the customers said; silence counts as helped."""

    shown: Inside[int]
    helped: Inside[int]
    not_helped: Inside[int]


class Entry(EntryContent):
    """An entry as it is written. `counts` and `updated_by` are for the platform's people."""

    id: Everybody[str]
    updated_at: Everybody[Instant]
    updated_by: Platform[str | None]
    counts: Inside[Counts | None]


class Answer(Frozen):
    """An entry in one language. `score`, 0 to 1: how well it fits what was asked."""

    id: Everybody[str]
    title: Everybody[str]
    body: Everybody[str]
    issues: Everybody[tuple[Issue, ...]]
    state: Everybody[EntryState]
    score: Everybody[float | None] = None
    counts: Inside[Counts | None] = None


class KnowledgePage(Frozen):
    """`next` is where the following page is; a search has one page only, the best."""

    entries: Everybody[tuple[Answer, ...]]
    next: Everybody[str | None]


class Question(Frozen):
    text: Words
    issue: Issue | None = None
    """None: any."""


class SuggestedAnswer(Frozen):
    """`answer` None: nothing fits well enough, or the issue is one that people answer; open a case."""

    answer: Everybody[Answer | None]


@router.get("", summary="Find answers · 查找解答", responses=READING)
async def find_answers(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    *,
    q: Annotated[Short | None, Query(description="Words to look for, Chinese or English; none: every entry.")] = None,
    issue: Annotated[Issue | None, Query(description="Only what may answer this issue.")] = None,
    lang: Annotated[Locale | None, Query(description="The language of the texts; none: the request's.")] = None,
    after: Annotated[Identifier | None, Query(description="From the page before; see its `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> KnowledgePage:
    """By how well they fit; without `q`, by id. Agents see drafts, too."""
    locale, insider = lang or language, caller.role in INSIDERS
    async with parts.database.reading() as session:
        if q is not None:
            found = await search(session, q, issue=issue, drafts=insider, limit=limit)
            if caller.role in ASKERS and not any(one.score >= parts.policy.suggest_at_least for one in found):
                await _note_unanswered(parts, caller, q)
            return KnowledgePage(entries=tuple(_answer(one.entry, locale, one.score) for one in found), next=None)
        rows = await _by_id(session, issue, after, drafts=insider)
    more = {"after": rows[limit - 1].entry_id, "limit": limit, "issue": issue, "lang": lang} if len(rows) > limit else None
    return KnowledgePage(
        entries=tuple(_answer(row, locale) for row in rows[:limit]),
        next="/v1/knowledge?" + urlencode({name: value for name, value in more.items() if value}) if more else None,
    )


@router.post(
    "/suggest",
    summary="Ask before opening a case · 开立前提问",
    responses=READING,
    dependencies=[Depends(check_body)],
)
async def suggest(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    body: Annotated[Question, Body(openapi_examples=QUESTION)],
) -> SuggestedAnswer:
    """What a case opened with these words would be answered at once, so that a shop's page can show it first."""
    if body.issue is not None and parts.policy.issues[body.issue].sensitive:
        return SuggestedAnswer(answer=None)
    async with parts.database.reading() as session:
        found = await answer(session, body.text, body.issue, parts.policy.suggest_at_least)
    if found is None and caller.role in OUTSIDE:
        await _note_unanswered(parts, caller, body.text)
    return SuggestedAnswer(answer=_answer(found.entry, language, found.score) if found else None)


@router.get("/{entry_id}", summary="Read an entry · 查看解答", responses=OWN)
async def read_entry(parts: PartsOf, caller: CallerOf, entry_id: EntryId) -> Entry:
    """In both languages."""
    async with parts.database.reading() as session:
        return _entry(await _visible(session, caller, entry_id))


@router.put(
    "/{entry_id}",
    summary="Write an entry · 编写解答",
    responses={201: {"description": "Added.", "model": Entry}, **READING},
    dependencies=[Depends(check_body)],
)
async def write_entry(
    *,
    parts: PartsOf,
    caller: CallerOf,
    entry_id: EntryId,
    body: Annotated[EntryContent, Body(openapi_examples=ENTRY)],
    response: Response,
) -> Entry:
    """Add or change it, whole. Counts stay; cases keep the answer that they were shown."""
    only_for(caller, WRITERS)
    async with parts.database.writing() as session:
        if await session.get(KnowledgeRow, entry_id) is None:
            response.status_code = 201
        await keep(session, entry_id, body, caller.actor.id, datetime.now(UTC))
        session.expire_all()
        return _entry(await _visible(session, caller, entry_id))


@router.delete("/{entry_id}", status_code=204, summary="Delete an entry · 删除解答", responses=OWN)
async def delete_entry(parts: PartsOf, caller: CallerOf, entry_id: EntryId) -> None:
    """With its counts; cases keep the answer that they were shown. To take it back only, write it as a draft."""
    only_for(caller, WRITERS)
    async with parts.database.writing() as session:
        if not await remove(session, entry_id):
            raise not_found()


async def _note_unanswered(parts: Parts, caller: Caller, said: str) -> None:
    async with parts.database.writing() as session:
        await note_unanswered(session, caller.actor, said)


async def _by_id(session: AsyncSession, issue: Issue | None, after: str | None, *, drafts: bool) -> list[KnowledgeRow]:
    """Every entry that fits, in order: a knowledge base is small, and issues are a list that the two databases search differently."""
    chosen = select(KnowledgeRow).order_by(col(KnowledgeRow.entry_id))
    if not drafts:
        chosen = chosen.where(KnowledgeRow.state == EntryState.PUBLISHED)
    if after is not None:
        chosen = chosen.where(col(KnowledgeRow.entry_id) > after)
    return [row for row in (await session.exec(chosen)).all() if issue is None or not row.issues or issue in row.issues]


async def _visible(session: AsyncSession, caller: Caller, entry_id: str) -> KnowledgeRow:
    row = await session.get(KnowledgeRow, entry_id)
    if row is None or (row.state != EntryState.PUBLISHED and caller.role not in INSIDERS):
        raise not_found()
    return row


def _counts(row: KnowledgeRow) -> Counts:
    return Counts(shown=row.shown, helped=row.helped, not_helped=row.not_helped)


def _entry(row: KnowledgeRow) -> Entry:
    return Entry.model_validate(
        {
            "id": row.entry_id,
            "title": {"zh": row.title_zh, "en": row.title_en},
            "body": {"zh": row.body_zh, "en": row.body_en},
            "issues": row.issues,
            "keywords": row.keywords,
            "state": row.state,
            "updated_at": row.updated_at,
            "updated_by": row.updated_by,
            "counts": _counts(row),
        }
    )


def _answer(row: KnowledgeRow, locale: Locale, score: float | None = None) -> Answer:
    return Answer(
        id=row.entry_id,
        title=row.title_zh if locale is Locale.ZH else row.title_en,
        body=row.body_zh if locale is Locale.ZH else row.body_en,
        issues=tuple(Issue(issue) for issue in row.issues),
        state=EntryState(row.state),
        score=None if score is None else round(score, 3),
        counts=_counts(row),
    )
