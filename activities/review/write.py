"""A review is written in one transaction: the report, the improvements that it opens, and the messages to who has to know (RVW-3)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.carries_out import carries_out
from activities.review.tell import Telling
from adapters.database.engine import Database, take_turns, upsert
from adapters.database.review import cause_counts, examples, totals
from adapters.documents.links import DocumentLinks
from models.activities import WRITE_REVIEW
from models.common.vocabulary import Party
from models.policy.policy import Policy
from models.review.activities import ReviewStart, WriteReview, Written
from models.review.causes import Cause
from models.review.improvement import ImprovementState
from models.review.period import Period
from models.review.report import CostlyCause, Informed, PeriodReview, WeekFigure, Worsening
from models.tables.improvements import ImprovementRow
from models.tables.reviews import ReviewRow
from rules.notifications.texts import Texts
from rules.review.causes import by_week, most_costly, worsenings

Told = TypeVar("Told", CostlyCause, Worsening)
A_WEEK = timedelta(days=7)
EXAMPLES = 3


class ReviewActivities:
    """Writes reviews."""

    def __init__(self, database: Database, texts: Texts, policy: Policy, links: DocumentLinks) -> None:
        self._database = database
        self._policy = policy
        self._telling = Telling(texts, policy)
        self._links = links

    @carries_out(WRITE_REVIEW)
    async def write_review(self, request: WriteReview) -> Written:
        """The same period again is the same review, as it is seen then; what was opened for a cause is not opened again."""
        period = period_of(request.start, request.at, ZoneInfo(self._policy.zone))
        async with self._database.reading() as session:
            review = await self._made(session, period, request)
        async with self._database.writing() as session:
            await take_turns(session, "reviews")
            row = await session.get(ReviewRow, review.review_id)
            before = PeriodReview.model_validate(row.report).informed if row is not None else ()
            if request.start.tell or before:
                review = await self._acted_on(session, review, request.at, before)
            report = review.model_dump(mode="json")
            values = {
                "review_id": review.review_id,
                "since": review.opened_from,
                "until": review.opened_to,
                "made_at": request.at,
            }
            await upsert(session, ReviewRow, values | {"report": report})
            opened = select(ImprovementRow.improvement_id).where(
                ImprovementRow.review_id == review.review_id, ImprovementRow.state == ImprovementState.OPEN
            )
            follow = (await session.exec(opened.order_by(col(ImprovementRow.improvement_id)))).all()
        return Written(review_id=review.review_id, follow=tuple(follow))

    async def _made(self, session: AsyncSession, period: Period, request: WriteReview) -> PeriodReview:
        policy, currency = self._policy.review, self._policy.currency
        weeks = period.before(policy.changes.weeks * 7)
        before, whole = period.before(period.days), Period(weeks.since, period.until, period.zone)
        counts = await cause_counts(session, whole, currency)
        costly = most_costly(
            [one for one in counts if one.week >= period.since], await cause_counts(session, before, currency), policy.causes
        )
        now, then = await totals(session, period, currency), await totals(session, before, currency)
        return PeriodReview(
            review_id=f"RV-{period.since}-{period.until}",
            opened_from=period.since,
            opened_to=period.until,
            zone=period.zone.key,
            made_at=request.at,
            made_by=request.start.by,
            currency=currency,
            cases=now.cases,
            cases_before=then.cases,
            cost_minor=now.cost_minor,
            before_minor=then.cost_minor,
            other_currencies=now.other_currencies,
            costly=tuple([await _with_examples(session, one, period) for one in costly]),
            worse=tuple([await _with_examples(session, one, period) for one in worsenings(counts, period.since, policy.changes)]),
            weeks=tuple(WeekFigure(week=week, cases=cases, cost_minor=cost) for week, cases, cost in by_week(counts)),
        )

    async def _acted_on(
        self, session: AsyncSession, review: PeriodReview, at: datetime, before: Sequence[Informed]
    ) -> PeriodReview:
        """With an improvement for each cause that has none, and with who was told; `before`: who was when it was made first."""
        rows = (await session.exec(select(ImprovementRow).where(self._in_hand(at)))).all()
        known = {Cause.model_validate(row.cause): row for row in rows if row.cause is not None}
        opened = list[ImprovementRow]()

        def row_for(one: CostlyCause | Worsening) -> ImprovementRow:
            if one.cause not in known:
                known[one.cause] = self._improvement(review, one, at)
                opened.append(known[one.cause])
            return known[one.cause]

        worse = list[Worsening]()
        for one in review.worse:
            row = row_for(one)
            is_known = row.review_id != review.review_id
            worse.append(one.model_copy(update={"known": is_known, "improvement_id": row.improvement_id}))
        costly = list[CostlyCause]()
        for one in review.costly:
            followed = next(
                (row for row in worse if (row.cause.party, row.cause.issue) == (one.cause.party, one.cause.issue)), None
            )
            row_id = followed.improvement_id if followed else row_for(one).improvement_id
            costly.append(one.model_copy(update={"improvement_id": row_id}))
        session.add_all(opened)
        await session.flush()
        review = review.model_copy(update={"worse": tuple(worse), "costly": tuple(costly)})
        informed = await self._telling.of_review(session, review, opened, self._links.make(review.review_id, at)[0], at)
        return review.model_copy(update={"informed": tuple(dict.fromkeys((*before, *informed)))})

    def _in_hand(self, at: datetime) -> ColumnElement[bool]:
        """Open, done with its effect to come, or given up so lately that it is not begun again."""
        state, ended = col(ImprovementRow.state), col(ImprovementRow.done_at)
        measured = col(ImprovementRow.effect).is_not(None)
        return or_(
            state == ImprovementState.OPEN,
            and_(state == ImprovementState.DONE, ~measured),
            and_(state == ImprovementState.GIVEN_UP, ended > at - self._policy.review.improvements.within),
        )

    def _improvement(self, review: PeriodReview, one: CostlyCause | Worsening, at: datetime) -> ImprovementRow:
        cause, owner = one.cause, owner_of(one.cause)
        digest = hashlib.blake2b(cause.model_dump_json().encode(), digest_size=4).hexdigest()
        return ImprovementRow(
            improvement_id=f"{review.review_id}-{digest}",
            review_id=review.review_id,
            party=owner[0],
            party_id=owner[1],
            issue=cause.issue,
            cause=cause.model_dump(mode="json"),
            words=self._telling.task(review, one),
            state=ImprovementState.OPEN,
            opened_at=at,
            due=at + self._policy.review.improvements.within,
        )


OURS = (Party.PLATFORM, "platform")
"""What is no single member's is for the platform's supervisors."""


def owner_of(cause: Cause) -> tuple[Party, str]:
    """Whose task it is: the merchant's, carrier's or team's."""
    return (cause.party, cause.who) if cause.who is not None else OURS


def period_of(start: ReviewStart, at: datetime, zone: ZoneInfo) -> Period:
    """The period that is asked for; else the seven days before today."""
    until = start.until or at.astimezone(zone).date()
    return Period(start.since or until - A_WEEK, until, zone)


async def _with_examples(session: AsyncSession, one: Told, period: Period) -> Told:
    return one.model_copy(update={"examples": await examples(session, one.cause, period, EXAMPLES)})
