"""A generated year of a marketplace, always the same one: 200 merchants of all sizes, seasons, a great sale, one merchant that goes bad in
May, one carrier that loses parcels in one region.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from models.common.vocabulary import Issue, Party

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


def year(seed: int = 15) -> Iterator[Sold]:
    """Week after week. Merchants differ in size, goods and carriers, and not in how good they are, but for the one."""
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
