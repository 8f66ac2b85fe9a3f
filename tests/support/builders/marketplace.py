"""A generated year of a marketplace, always the same one: 200 merchants of all sizes, seasons, a great sale, one merchant that goes bad in
May, one carrier that loses parcels in one region.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import insert

from adapters.database.engine import Database
from models.common.vocabulary import Issue, Party
from models.tables.figures import FigureRow

FIRST, WEEKS = date(2026, 1, 5), 52
MERCHANTS, CARRIERS = 200, ("SF", "YTO", "ZTO", "JD", "EMS")
REGIONS = ("CN-11", "CN-31", "CN-32", "CN-33", "CN-37", "CN-42", "CN-43", "CN-44", "CN-51", "CN-65")
GOODS = ("clothes", "glass", "books", "phones")
SALE = 44
"""The week of 11 November: everybody has two and a half times as many cases."""

BAD_MERCHANT, BAD_FROM = "M-077", date(2026, 5, 11)
BAD_CARRIER, BAD_REGION, LOSES_FROM = "YTO", "CN-65", date(2026, 8, 17)

ISSUES = {
    Issue.QUALITY_DEFECT: (0.22, Party.MERCHANT),
    Issue.NOT_AS_DESCRIBED: (0.12, Party.MERCHANT),
    Issue.NO_REASON_RETURN: (0.2, Party.CUSTOMER),
    Issue.SIZE_MISMATCH: (0.1, Party.CUSTOMER),
    Issue.WRONG_ITEM: (0.08, Party.MERCHANT),
    Issue.DELAY: (0.1, Party.CARRIER),
    Issue.LOST: (0.06, Party.CARRIER),
    Issue.DAMAGED: (0.09, Party.CARRIER),
    Issue.PLATFORM_RULE: (0.03, Party.PLATFORM),
}
FREE = {Issue.DELAY, Issue.PLATFORM_RULE}
"""They are explained, and cost nothing."""


class Sold(NamedTuple):
    """A case of the year, as the facts have it."""

    number: int
    opened_on: date
    merchant_id: str
    goods: str
    carrier_id: str
    region: str
    issue: Issue
    party: Party
    cost_minor: int


def year(seed: int = 15, since: date = FIRST, until: date = date.max) -> Iterator[Sold]:
    """Week after week, or those weeks of it. Merchants differ in size, goods and carriers, and not in how good they are, but for the one."""
    draw = np.random.default_rng(seed)
    issues: list[Issue]
    issues, shares = list(ISSUES), np.array([share for share, _ in ISSUES.values()])
    size = np.minimum(40.0, 2.0 * (1 + draw.pareto(1.5, MERCHANTS)))
    goods = draw.integers(len(GOODS), size=MERCHANTS)
    carriers = draw.dirichlet([0.5] * len(CARRIERS), MERCHANTS).cumsum(axis=1)
    bad, defect, lost = int(BAD_MERCHANT[2:]), issues.index(Issue.QUALITY_DEFECT), issues.index(Issue.LOST)
    number = 0
    for week in range(WEEKS):
        monday = FIRST + timedelta(weeks=week)
        season = 1 + 0.4 * np.sin(2 * np.pi * (week / WEEKS + np.arange(len(GOODS)) / len(GOODS)))
        sellers = np.repeat(np.arange(MERCHANTS), draw.poisson(size * season[goods] * (2.5 if week == SALE else 1.0)))
        chosen = draw.choice(len(issues), len(sellers), p=shares / shares.sum())
        worse = int(draw.poisson(20)) if monday >= BAD_FROM else 0
        losses = int(draw.poisson(18)) if monday >= LOSES_FROM else 0
        sellers = np.concatenate([sellers, np.full(worse, bad), draw.choice(MERCHANTS, losses, p=size / size.sum())])
        chosen = np.concatenate([chosen, np.full(worse, defect), np.full(losses, lost)])
        sent = (draw.random(len(sellers))[:, None] > carriers[sellers]).sum(axis=1).clip(max=len(CARRIERS) - 1)
        regions, days = draw.integers(len(REGIONS), size=len(sellers)), draw.integers(7, size=len(sellers))
        if losses:
            sent[-losses:], regions[-losses:] = CARRIERS.index(BAD_CARRIER), REGIONS.index(BAD_REGION)
        costs = draw.gamma(2.0, 6000, len(sellers))
        if monday >= until:
            return
        if monday + timedelta(weeks=1) <= since:
            number += len(sellers)
            continue
        for seller, what, by, where, day, cost in zip(sellers, chosen, sent, regions, days, costs, strict=True):
            number += 1
            issue = issues[int(what)]
            yield Sold(
                number=number,
                opened_on=monday + timedelta(days=int(day)),
                merchant_id=f"M-{seller:03}",
                goods=GOODS[goods[seller]],
                carrier_id=CARRIERS[by],
                region=REGIONS[where],
                issue=issue,
                party=ISSUES[issue][1],
                cost_minor=0 if issue in FREE else int(cost),
            )


def figure_of(sold: Sold) -> dict[str, Any]:
    """As the row of facts that the case would have: closed, solved, and one in ten opened again."""
    opened_at = datetime.combine(sold.opened_on, time(12), ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    return {
        "case_id": f"RD-{sold.number:012}",
        "epoch": 1,
        "version": 1,
        "opened_at": opened_at,
        "opened_minute": int(opened_at.timestamp()) // 60,
        "over": True,
        "without_person": False,
        "first_contact": True,
        "reopened": int(sold.number % 10 == 0),
        "disputed": False,
        "returned": False,
        "missed": False,
        "unhappy": False,
        "given_minor": sold.cost_minor,
        "currency": "CNY",
        "kind": "after_sales",
        "channel": "app",
        "issue": sold.issue.value,
        "tier": "platform",
        "team": "returns",
        "merchant_id": sold.merchant_id,
        "carrier_id": sold.carrier_id,
        "region": sold.region,
        "product": f"{sold.goods}-1",
        "category": sold.goods,
        "party": sold.party.value,
    }


async def fill(database: Database, since: date, until: date) -> None:
    """Write the facts of the year's cases that were opened in these days."""
    rows = [figure_of(sold) for sold in year(since=since, until=until) if since <= sold.opened_on < until]
    async with database.writing() as session:
        connection = await session.connection()
        await connection.execute(insert(FigureRow), rows)
