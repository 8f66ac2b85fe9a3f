"""Reviews (RVW-3): listed, made by hand for any period, and opened as a page or a PDF by a link."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.responses import HTMLResponse, Response
from sqlmodel import col, select

from adapters.database.review import Made, made
from adapters.documents.links import DocumentLinks
from adapters.documents.page import page_of
from adapters.documents.pdf import pdf_of
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, Parts, PartsOf, only_for
from api.http.periods import period_of
from api.http.problems import expired_link, not_found
from api.http.responses import ACTING, FOLLOWING, OWN, READING
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Instant
from models.common.readers import Inside
from models.common.vocabulary import Locale, Role
from models.review.activities import ReviewStart
from models.review.document import Document
from models.review.report import PeriodReview
from models.tables.reviews import ReviewRow
from rules.notifications.texts import texts
from rules.review.document import document_of

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], route_class=SeenRoute)

READERS = Role.platform() | {Role.ANALYST}
WEEK = timedelta(days=7)
LANGUAGES = {Locale.ZH: "中文", Locale.EN: "English"}
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}
PERIOD: Any = {"example": {"summary": "One week · 一周", "value": {"opened_from": "2026-05-11", "opened_to": "2026-05-18"}}}
ReviewId = Annotated[Identifier, Path(description="The review's id.", examples=["RV-2026-05-11-2026-05-18"])]
LinkToken = Annotated[str, Path(description="Of a link.")]


class MakeReview(Frozen):
    """Which days, in the market's zone; `opened_to` is the first that is not in it. Without both: the last seven days."""

    opened_from: date | None = None
    opened_to: date | None = None
    tell: bool = False
    """As the weekly one does: tell people, and open improvements. Otherwise it is made to be looked at."""


class ReviewSummary(Frozen):
    """A review in a list."""

    review_id: Inside[str]
    opened_from: Inside[date]
    opened_to: Inside[date]
    made_at: Inside[Instant]
    cases: Inside[int]
    worse: Inside[int]
    """How many causes got clearly worse."""


class Reviews(Frozen):
    reviews: Inside[tuple[ReviewSummary, ...]]


class ReviewLink(Frozen):
    """They need no token, until `expires_at`."""

    url: Inside[str]
    pdf: Inside[str]
    expires_at: Inside[Instant]


@router.get("", summary="List reviews · 回顾列表", responses=READING)
async def list_reviews(parts: PartsOf, caller: CallerOf, limit: Annotated[int, Query(ge=1, le=200)] = 53) -> Reviews:
    """The last one first."""
    only_for(caller, READERS)
    newest = select(ReviewRow).order_by(col(ReviewRow.until).desc(), col(ReviewRow.since).desc()).limit(limit)
    async with parts.database.reading() as session:
        rows = (await session.exec(newest)).all()
    found = [PeriodReview.model_validate(row.report) for row in rows]
    return Reviews(
        reviews=tuple(
            ReviewSummary(
                **one.model_dump(include={"review_id", "opened_from", "opened_to", "made_at", "cases"}), worse=len(one.worse)
            )
            for one in found
        )
    )


@router.post("", summary="Review a period · 生成回顾", responses=ACTING, status_code=201, dependencies=[Depends(check_body)])
async def make_review(
    parts: PartsOf, caller: CallerOf, wanted: Annotated[MakeReview, Body(openapi_examples=PERIOD)]
) -> PeriodReview:
    """The same period again is the same review, as it is seen now. For supervisors and analysts; `tell`: for supervisors."""
    only_for(caller, frozenset({Role.SUPERVISOR} if wanted.tell else {Role.SUPERVISOR, Role.ANALYST}))
    period = period_of(wanted.opened_from, wanted.opened_to, ZoneInfo(parts.policy.zone), WEEK)
    written = await parts.engine.review(ReviewStart(since=period.since, until=period.until, by=caller.actor.id, tell=wanted.tell))
    return (await _made(parts, written.review_id)).review


@router.get("/{review_id}", summary="Get a review · 查看回顾", responses=OWN)
async def get_review(parts: PartsOf, caller: CallerOf, review_id: ReviewId) -> PeriodReview:
    """The causes that cost most, what got clearly worse, who was told, and the improvements that follow from it."""
    only_for(caller, READERS)
    return (await _made(parts, review_id)).review


@router.post("/{review_id}/link", summary="Get a link to a review · 获取回顾链接", responses=OWN)
async def link(parts: PartsOf, caller: CallerOf, review_id: ReviewId) -> ReviewLink:
    """A page and a PDF that need no token: for a browser, or whoever has to read it."""
    only_for(caller, READERS)
    await _made(parts, review_id)
    url, until = DocumentLinks(parts.settings, "review").make(review_id)
    return ReviewLink(url=url, pdf=f"{url}/pdf", expires_at=until)


@router.get(
    "/links/{token}",
    summary="Open a review by a link · 通过链接打开回顾",
    response_class=HTMLResponse,
    responses={**FOLLOWING, **PAGE},
)
async def page(parts: PartsOf, token: LinkToken, lang: Annotated[Locale | None, Query()] = None) -> HTMLResponse:
    """A page, to be printed as well. 404 when the link has expired."""
    locale = lang or parts.policy.languages.own[0]
    (document,) = await _documents(parts, token, [locale])
    others = ((name, f"?lang={other}") for other, name in LANGUAGES.items() if other is not locale)
    links = (*others, ("PDF", f"{token}/pdf"))
    return HTMLResponse(await asyncio.to_thread(page_of, document, links))


@router.get(
    "/links/{token}/pdf",
    summary="Get a review as PDF by a link · 通过链接下载回顾",
    response_class=Response,
    responses={**FOLLOWING, **PDF},
)
async def pdf(parts: PartsOf, token: LinkToken) -> Response:
    """In Chinese and in English. 404 when the link has expired."""
    documents = await _documents(parts, token, [*LANGUAGES])
    return Response(await asyncio.to_thread(pdf_of, documents), media_type="application/pdf")


async def _documents(parts: Parts, token: str, locales: Sequence[Locale]) -> list[Document]:
    review_id = DocumentLinks(parts.settings, "review").read(token)
    if review_id is None:
        raise expired_link()
    return await documents_of(parts, review_id, locales)


async def documents_of(parts: Parts, review_id: str, locales: Sequence[Locale]) -> list[Document]:
    """A review in these languages, with its improvements as they stand now. 404 when there is none."""
    known = await _made(parts, review_id)
    words = texts(parts.policy.zone)
    return [document_of(known.review, known.improvements, words, parts.policy, locale) for locale in locales]


async def _made(parts: Parts, review_id: str) -> Made:
    async with parts.database.reading() as session:
        known = await made(session, review_id)
    if known is None:
        raise not_found()
    return known
