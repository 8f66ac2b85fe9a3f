"""Rows of figures, as a marketplace has them: always the same ones for the same number."""

import random
from datetime import datetime, timedelta
from typing import Any

from adapters.database.figures import minute_of
from models.claims.state import ClaimKind
from models.common.vocabulary import Channel, Issue, Kind, Outcome, Party, Priority, RemedyKind, Tier, WaitingOn
from rules.figures.times import STAGES, TIERS, packed, places_of

MERCHANTS, CARRIERS, PRODUCTS, CATEGORIES = 20, 4, 60, 5


def figure_rows(count: int, until: datetime, days: int = 120, seed: int = 1) -> list[dict[str, Any]]:
    """Cases that were opened in so many days until then, to the second."""
    chance = random.Random(seed)  # noqa: S311  # always the same
    return [
        _row(chance, f"RD-{number:05}", until - timedelta(seconds=chance.randrange(1, days * 86_400))) for number in range(count)
    ]


def _row(chance: random.Random, case_id: str, opened: datetime) -> dict[str, Any]:
    over, rated = chance.random() < 0.9, chance.random() < 0.4
    solved = over and chance.random() < 0.9
    scores = [chance.randint(1, 5) if rated else None for _ in range(3)]
    product = int(chance.random() ** 2 * PRODUCTS)
    spent = {
        f"{chance.choice(STAGES)}/{chance.choice(TIERS)}/{chance.choice([*WaitingOn])}": chance.randint(1, 500_000)
        for _ in range(chance.randint(0, 6))
    }
    return {
        "case_id": case_id,
        "epoch": 1,
        "version": 5,
        "opened_at": opened,
        "opened_minute": minute_of(opened),
        "closed_at": opened + timedelta(days=3) if over else None,
        "answer_seconds": chance.choice([None, 600, 3600, 3601, 90_000]),
        "solve_seconds": chance.choice([7200, 86_400, 86_401, 300_000]) if solved else None,
        "over": over,
        "without_person": solved and chance.random() < 0.3,
        "first_contact": solved and chance.random() < 0.6,
        "reopened": int(chance.random() < 0.1),
        "disputed": chance.random() < 0.1,
        "returned": chance.random() < 0.2,
        "missed": chance.random() < 0.15,
        "speed": scores[0],
        "solution": scores[1],
        "attitude": scores[2],
        "unhappy": rated and min(score or 0 for score in scores) <= 2,
        "given_minor": 0,
        "currency": chance.choice(["CNY", "CNY", "USD"]),
        "kind": chance.choice([*Kind]).value,
        "channel": chance.choice([*Channel]).value,
        "issue": chance.choice([*[issue.value for issue in Issue], None]),
        "priority": chance.choice([*[one.value for one in Priority], None]),
        "outcome": chance.choice([*Outcome]).value if over else None,
        "tier": chance.choice(TIERS).value if chance.random() < 0.9 else Tier.CARRIER.value,
        "team": chance.choice(["after_sales", "logistics", None]),
        "agent": chance.choice(["alice", "bob", None]),
        "merchant_id": f"M-{int(chance.random() ** 2 * MERCHANTS)}",
        "carrier_id": f"K-{chance.randrange(CARRIERS)}" if chance.random() < 0.8 else None,
        "region": chance.choice(["CN-SH", "CN-GD", "CN-XJ", None]),
        "product": f"SKU-{product}",
        "category": f"category-{product % CATEGORIES}",
        "party": chance.choice([*[party.value for party in Party], None]),
        "root_cause": chance.choice(["carrier: lost-by-status", "merchant: found by a person", None]),
        "places": places_of(spent),
        "times": packed(spent),
    }


def given_rows(rows: list[dict[str, Any]], seed: int = 2) -> list[dict[str, Any]]:
    """What some of these cases gave."""
    chance = random.Random(seed)  # noqa: S311
    return [
        {
            "case_id": row["case_id"],
            "remedy": kind.value,
            "bearer": chance.choice([Party.MERCHANT, Party.CARRIER, Party.PLATFORM]).value,
            "currency": row["currency"],
            "opened_at": row["opened_at"],
            "opened_minute": row["opened_minute"],
            "minor": chance.randint(1, 10**6),
        }
        for row in rows
        for kind in chance.sample([RemedyKind.REFUND_ONLY, RemedyKind.COUPON, RemedyKind.EXCHANGE], chance.randint(0, 2))
    ]


def claim_rows(rows: list[dict[str, Any]], seed: int = 3) -> list[dict[str, Any]]:
    """Claims for some of these cases."""
    chance = random.Random(seed)  # noqa: S311
    return [
        {
            "claim_id": f"{row['case_id']}.claim.1",
            "version": 1,
            "case_id": row["case_id"],
            "order_id": "O-1",
            "kind": chance.choice([*ClaimKind]).value,
            "status": "open",
            "party": "carrier",
            "who": "K-1",
            "cause": "lost",
            "currency": row["currency"],
            "claimed_minor": claimed,
            "accepted_minor": chance.choice([None, claimed // 2]),
            "recovered_minor": claimed // 3,
            "written_off_minor": claimed // 5,
            "waiting_on": "carrier",
            "opened_at": row["opened_at"],
            "updated_at": row["opened_at"],
            "state": {},
        }
        for row in rows
        if chance.random() < 0.2 and (claimed := chance.randint(100, 10**6))
    ]


def case_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `cases` that these are of, without their states."""
    same = (
        "case_id",
        "kind",
        "channel",
        "issue",
        "priority",
        "tier",
        "team",
        "outcome",
        "merchant_id",
        "opened_at",
        "closed_at",
        "currency",
    )
    rest = {"version": 5, "stage": "closed", "customer_id": "C-1", "waiting_on": "nobody", "sla_state": "on_time", "locale": "zh"}
    return [
        {name: row[name] for name in same} | rest | {"policy_version": "1", "updated_at": row["opened_at"], "state": {}}
        for row in rows
    ]
