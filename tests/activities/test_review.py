"""RVW-2, RVW-3 on the facts of a generated year: scorecards, the review of a week, and what becomes of the improvements that it opens."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from activities.review.follow import ImprovementFollowing
from activities.review.write import ReviewActivities
from adapters.database.engine import Database
from adapters.documents.links import DocumentLinks
from models.common.vocabulary import Issue, Party
from models.policy.policy import Policy
from models.review.activities import ReviewStart, WriteReview
from models.review.causes import Cause
from models.review.improvement import FollowImprovement
from models.review.report import PeriodReview
from models.tables.case import MessageRow
from models.tables.improvements import ImprovementRow
from models.tables.reviews import ReviewRow
from rules.notifications.texts import texts
from settings import Settings
from tests.support.builders.marketplace import BAD_FROM, BAD_MERCHANT, fill

WEEK = timedelta(days=7)
MONDAY = datetime(2026, 5, 18, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
DONE_AT = datetime(2026, 5, 18, tzinfo=UTC)
"""At once, though the cases go on."""
START = WriteReview(start=ReviewStart(), at=MONDAY)


@pytest.fixture
async def market(database: Database) -> Database:
    """The weeks around the one in which the merchant goes bad."""
    await fill(database, BAD_FROM - 8 * WEEK, BAD_FROM + 4 * WEEK)
    return database


@pytest.fixture
def policy_with_mail(policy: Policy) -> Policy:
    return policy.model_copy(update={"review": policy.review.model_copy(update={"mail_to": ("boss@shop.example",)})})


@pytest.fixture
def reviews(market: Database, policy_with_mail: Policy) -> ReviewActivities:
    return ReviewActivities(market, texts("Asia/Shanghai"), policy_with_mail, DocumentLinks(Settings(), "review"))


@pytest.fixture
def following(market: Database, policy: Policy) -> ImprovementFollowing:
    return ImprovementFollowing(market, texts("Asia/Shanghai"), policy)


async def improvements(database: Database) -> list[ImprovementRow]:
    async with database.reading() as session:
        return list((await session.exec(select(ImprovementRow).order_by(col(ImprovementRow.party)))).all())


async def of_the_merchant(database: Database) -> ImprovementRow:
    return next(row for row in await improvements(database) if row.party_id == BAD_MERCHANT)


async def messages(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as session:
        rows = (await session.exec(select(MessageRow).order_by(col(MessageRow.id)))).all()
    return [(row.event, row.recipient_id, row.channel) for row in rows]


async def change(database: Database, **values: Any) -> str:
    async with database.writing() as session:
        row = (await session.exec(select(ImprovementRow).where(ImprovementRow.party_id == BAD_MERCHANT))).one()
        row.sqlmodel_update(values)
        return row.improvement_id


async def test_the_week_of_the_bad_merchant_is_reviewed_told_and_followed_up(reviews: ReviewActivities, market: Database) -> None:
    looked_at = await reviews.write_review(WriteReview(start=ReviewStart(tell=False), at=MONDAY))
    assert (looked_at.follow, await messages(market)) == ((), []), "made to be looked at"

    written = await reviews.write_review(START)
    async with market.reading() as session:
        row = await session.get(ReviewRow, written.review_id)
    assert row is not None
    review = PeriodReview.model_validate(row.report)
    assert (review.opened_from, review.opened_to) == (BAD_FROM, BAD_FROM + WEEK)
    assert [one.cause for one in review.worse] == [Cause(party=Party.MERCHANT, who=BAD_MERCHANT, issue=Issue.QUALITY_DEFECT)]
    assert len(review.costly) == 3
    assert all(len(one.examples) == 3 for one in review.costly)
    assert len(review.weeks) == 9
    merchants = await of_the_merchant(market)
    assert (merchants.party, merchants.state, merchants.due) == (
        "merchant",
        "open",
        START.at.astimezone(UTC) + timedelta(days=30),
    )
    assert merchants.improvement_id == review.worse[0].improvement_id
    told = await messages(market)
    assert ("review.improvement_opened", BAD_MERCHANT, "inbox") in told
    assert ("review.written", "team:all", "inbox") in told
    assert ("review.written", "boss@shop.example", "email") in told
    assert sorted(one.improvement_id for one in await improvements(market)) == sorted(written.follow)

    again = await reviews.write_review(START)
    assert (again, await messages(market)) == (written, told)
    later = await reviews.write_review(START.model_copy(update={"at": MONDAY + WEEK}))
    assert merchants.improvement_id not in later.follow


async def test_an_improvement_is_reminded_measured_and_opened_again_when_nothing_moved(
    reviews: ReviewActivities, following: ImprovementFollowing, market: Database
) -> None:
    await reviews.write_review(START)
    improvement_id = (await of_the_merchant(market)).improvement_id

    async def look(days: float) -> timedelta | None:
        at = (
            await following.follow_improvement(FollowImprovement(improvement_id=improvement_id, at=MONDAY + timedelta(days=days)))
        ).at
        return at - MONDAY if at else None

    assert await look(0) == timedelta(days=15)
    assert await look(15) == timedelta(days=30)
    assert await look(15) == timedelta(days=30)
    told = [event for event, to, _ in await messages(market) if to == BAD_MERCHANT]
    assert told == ["review.improvement_opened", "review.improvement_due"]

    await change(market, state="done", proof="a new supplier", done_at=DONE_AT)
    assert await look(16) == DONE_AT + timedelta(days=28) - MONDAY
    assert await look(40) == timedelta(days=70), "it is open again, and due in 30 days"
    row = await of_the_merchant(market)
    assert row.effect is not None
    assert (row.state, row.effect["kind"]) == ("open", "unmoved")

    await change(market, state="given_up", reason="the merchant left")
    assert await look(41) is None
