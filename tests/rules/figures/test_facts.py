"""What a case counts for (RVW-1)."""

from datetime import timedelta
from typing import Any

import pytest

from models.case.action_bodies import Rate
from models.case.state import CaseState, Suggestion
from models.case.time_spent import TimeSpent
from models.claims.state import ClaimItem, ClaimKind
from models.common.base import Money
from models.common.vocabulary import ClockName, Outcome, Party, RemedyKind, Tier
from models.figures import Place
from models.investigation.clocks import Clock
from models.investigation.findings import Saying
from models.remedies.table import REMEDIES
from rules.figures.facts import Claimed, facts_of, money_given
from rules.figures.times import TimesSum
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.cases import NOW, case, finding, receipt
from tests.support.builders.orders import line, order, parcel
from tests.support.builders.remedies import remedy

FUNDED = {kind: spec.funded_by for kind, spec in REMEDIES.items() if spec.funded_by}


def clock(name: ClockName, hours: float | None, started: float = 0) -> Clock:
    """Started and stopped so many hours after opening."""
    return Clock(
        name=name,
        calendar="always",
        target=timedelta(hours=1),
        started_at=NOW + timedelta(hours=started),
        held_by=Tier.PLATFORM,
        stopped_at=None if hours is None else NOW + timedelta(hours=hours),
    )


def solved(**change: object) -> CaseState:
    clocks = (clock(ClockName.FIRST_REPLY, 0.5), clock(ClockName.RESOLUTION, 20))
    known: dict[str, object] = {
        "outcome": Outcome.RESOLVED,
        "clocks": clocks,
        "closed_at": NOW + timedelta(days=8),
        "owner": AGENT,
    }
    return case(**{**known, **change})


POLICY = load_policy(Settings().policy)


def facts(state: CaseState) -> dict[str, Any]:
    return facts_of(state, POLICY)


def test_a_case_is_answered_and_solved_so_long_after_it_was_opened() -> None:
    row = facts(solved())
    assert (row["answer_seconds"], row["solve_seconds"]) == (1800, 72_000)


def test_a_case_that_was_reopened_is_solved_when_it_was_solved_last() -> None:
    again = (clock(ClockName.FIRST_REPLY, 101, 100), clock(ClockName.RESOLUTION, 120, 100))
    row = facts(solved(clocks=(*solved().clocks, *again), reopened=1))
    assert (row["answer_seconds"], row["solve_seconds"], row["first_contact"]) == (1800, 432_000, False)


def test_a_case_that_was_withdrawn_before_anybody_answered_is_neither_answered_nor_solved() -> None:
    """The archive stops the clocks that still run."""
    row = facts(solved(outcome=Outcome.WITHDRAWN, owner=None))
    assert (row["answer_seconds"], row["solve_seconds"], row["first_contact"], row["over"]) == (None, None, False, True)


@pytest.mark.parametrize(
    ("change", "first_contact", "without_person"),
    [
        ({}, True, False),
        ({"automatic": True, "owner": None}, True, True),
        ({"automatic": True, "owner": None, "reopened": 1}, False, False),
        ({"automatic": True, "sayings": (Saying(at=NOW, by=MERCHANT, words="Sorry"),)}, True, False),
        ({"sayings": (Saying(at=NOW, by=CUSTOMER, words="Where is it?"),)}, False, False),
        ({"disputed": True}, False, False),
        (
            {
                "owner": None,
                "outcome": Outcome.ANSWERED,
                "suggestion": Suggestion(entry_id="k1", title="t", body="b", score=1, helped=True),
            },
            True,
            True,
        ),
    ],
)
def test_who_was_needed(change: dict[str, object], *, first_contact: bool, without_person: bool) -> None:
    row = facts(solved(**change))
    assert (row["first_contact"], row["without_person"]) == (first_contact, without_person)


def test_a_case_counts_for_the_dearest_of_the_lines_that_it_names() -> None:
    bought = order("O-1", line("L1", minor=100), line("L2", minor=900, category="shoes"), line("L3", minor=5000), region="CN-GD")
    named = receipt(lines=({"line_id": "L1", "quantity": 1}, {"line_id": "L2", "quantity": 1}))
    row = facts(solved(order=bought, shipments=(parcel(),), receipt=named, finding=finding(Party.CARRIER), survey=RATED))
    told = ("merchant_id", "carrier_id", "region", "product", "category", "party", "speed", "solution", "attitude")
    assert [row[name] for name in told] == ["M-1", "K-1", "CN-GD", "SKU-2", "shoes", "carrier", 5, 4, 2]


RATED = Rate(speed=5, solution=4, attitude=2)


def test_where_its_time_went_is_in_the_row() -> None:
    row = facts(solved(spent=TimeSpent(at=NOW, place=None, seconds={"resolution/merchant/customer": 60})))
    sums = TimesSum()
    sums.add(row["times"])
    assert sums.told().keys() == {Place.RESOLUTION, Place.MERCHANT_TIER}
    assert row["places"] == Place.RESOLUTION.bit | Place.MERCHANT_TIER.bit


def claimed(kind: ClaimKind, paid: int, *items: tuple[str, int, Party]) -> Claimed:
    told = (
        ClaimItem(remedy_id=remedy_id, kind=RemedyKind.REFUND_ONLY, amount=Money(minor=minor), in_favour_of=party)
        for remedy_id, minor, party in items
    )
    return Claimed(kind, tuple(told), paid)


def test_whoever_paid_bears_it_until_a_claim_brings_it_back() -> None:
    state = solved(order=order(), remedies=(remedy(minor=1000), remedy(RemedyKind.COUPON, 300, 2)))
    nothing = money_given(state, FUNDED, ())
    assert nothing == {
        (RemedyKind.REFUND_ONLY, Party.MERCHANT, "CNY"): 1000,
        (RemedyKind.COUPON, Party.PLATFORM, "CNY"): 300,
    }
    paid = claimed(ClaimKind.CARRIER, 1100, ("m1", 1000, Party.MERCHANT), ("m2", 300, Party.PLATFORM))
    assert money_given(state, FUNDED, [paid]) == {
        (RemedyKind.REFUND_ONLY, Party.CARRIER, "CNY"): 1000,
        (RemedyKind.COUPON, Party.CARRIER, "CNY"): 100,
        (RemedyKind.COUPON, Party.PLATFORM, "CNY"): 200,
    }


def test_what_was_taken_back_is_not_given() -> None:
    assert money_given(solved(order=order(), remedies=(remedy(undone="another_solution"),)), FUNDED, ()) == {}


def test_nothing_that_a_person_said_or_is_called_is_in_a_row() -> None:
    state = solved(order=order(), receipt=receipt(customer_id="C-secret", description="secret words"))
    assert "secret" not in str(facts(state))
