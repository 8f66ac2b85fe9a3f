"""The loop that keeps the figures as new as the cases (RVW-1)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update

from activities.case.records import RecordsActivities
from activities.claims import claim_row
from activities.figures import Figures
from adapters.database.engine import Database, upsert
from adapters.database.review import week_counts
from models.case.activities import Projection
from models.case.state import CaseState
from models.claims.state import ClaimPayment, ClaimProjection, ClaimState
from models.common.base import Money
from models.common.vocabulary import Issue, Party
from models.policy.policy import Policy
from models.review.period import Period
from models.review.scorecards import Measure, ScorecardKind
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from models.tables.figures import FigureGivenRow, FigureRow
from tests.support.builders.cases import NOW, classified, finding, receipt
from tests.support.builders.claims import claim
from tests.support.builders.orders import parcel
from tests.support.builders.remedies import remedy


async def save(records: RecordsActivities, state: CaseState) -> None:
    await records.save_case(Projection(state=state, at=NOW))


async def caught_up(database: Database, policy: Policy) -> list[FigureRow]:
    figures = Figures(database, policy)
    while await figures.follow():
        pass
    async with database.reading() as session:
        return list((await session.exec(select(FigureRow).order_by(col(FigureRow.case_id)))).all())


async def borne(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        return {row.bearer: row.minor for row in (await session.exec(select(FigureGivenRow))).all()}


async def test_figures_follow_each_version_of_a_case(records: RecordsActivities, database: Database, policy: Policy) -> None:
    await save(records, classified(Issue.LOST))
    await save(records, classified(Issue.DELAY, receipt=receipt("RD-2")))
    assert [row.issue for row in await caught_up(database, policy)] == [Issue.LOST, Issue.DELAY]
    await save(records, classified(Issue.DAMAGED, version=2))
    assert [row.issue for row in await caught_up(database, policy)] == [Issue.DAMAGED, Issue.DELAY]


async def test_who_bears_what_was_given_follows_the_claims_although_the_case_stands_still(
    records: RecordsActivities, database: Database, policy: Policy
) -> None:
    await save(records, classified(Issue.LOST, finding=finding(Party.CARRIER), remedies=(remedy(minor=1000),)))
    await caught_up(database, policy)
    assert await borne(database) == {"merchant": 1000}
    paid = ClaimPayment(key="p1", amount=Money(minor=700), proof="bank", at=NOW)
    state = ClaimState(claim=claim((Party.MERCHANT, 1000)), terms=policy.claims.terms(Party.CARRIER, "K-1"), payments=(paid,))
    async with database.writing() as session:
        row = claim_row(ClaimProjection(state=state, at=NOW)) | {"epoch": 1, "events": 1, "saved_at": datetime.now(UTC)}
        await upsert(session, ClaimRow, row)
    await caught_up(database, policy)
    assert await borne(database) == {"merchant": 300, "carrier": 700}


async def test_what_was_forgotten_of_a_case_changes_no_figure(
    records: RecordsActivities, database: Database, policy: Policy
) -> None:
    await save(records, classified(Issue.LOST))
    before = await caught_up(database, policy)
    async with database.writing() as session:
        rest = classified(Issue.DELAY).model_dump(mode="json")
        await session.exec(update(CaseRow).values(state=rest, saved_at=datetime.now(UTC)))
    assert await caught_up(database, policy) == before


async def test_cases_are_counted_by_the_week_of_the_zone(records: RecordsActivities, database: Database, policy: Policy) -> None:
    """Sunday evening in Berlin is Monday in Shanghai."""
    sunday = NOW - timedelta(hours=14)  # 1 March 2026, 19:00 UTC
    for number in (1, 2):
        known = {"receipt": receipt(f"RD-{number}", received_at=sunday), "shipments": (parcel(),)}
        await save(records, classified(Issue.LOST, finding=finding(Party.CARRIER), **known))
    await caught_up(database, policy)
    weeks, first = dict[str, date](), date(2026, 2, 2)
    for zone in ("Europe/Berlin", "Asia/Shanghai"):
        period = Period(first, first + timedelta(weeks=8), ZoneInfo(zone))
        async with database.reading() as session:
            *_, merchants = await week_counts(session, ScorecardKind.MERCHANT, period, [("M-1",)])
            *_, carriers = await week_counts(session, ScorecardKind.CARRIER, period, [(parcel().carrier_id,)])
        assert (merchants.member, merchants.like["category"], merchants.measures[Measure.MISSED][0]) == (("M-1",), "apparel", 2)
        assert carriers.measures[Measure.AT_FAULT] == (2, 2)
        weeks[zone] = first + timedelta(weeks=merchants.week)
    assert weeks == {"Europe/Berlin": date(2026, 2, 23), "Asia/Shanghai": date(2026, 3, 2)}
