"""Limits are written in the policy's currency and hold in every other one that it has a rate for (RES-4, RES-10)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case.state import CaseState
from models.claims.state import ClaimKind
from models.common.actors import Actor
from models.common.base import Money
from models.common.vocabulary import Issue, Kind, Party, Role
from models.policy.policy import PolicySlice
from rules.case.automatic import due_without_a_person, weigh
from rules.case.grading import grade
from rules.claims import receivables
from rules.common.rates import figure_in, worth
from rules.money.approvals import needs_approval
from rules.remedies.ask import Ask
from rules.remedies.eligibility import most
from rules.remedies.limits import unfit
from rules.returns import outcome
from tests.support.builders.cases import classified, finding
from tests.support.builders.eligibility import COUPON, REFUND, ask, told
from tests.support.builders.orders import order, parcel, payment
from tests.support.builders.remedies import offer, remedy

RATES = {"EUR": Decimal(8), "JPY": Decimal("0.05"), "OMR": Decimal(19)}
"""No rate for the dinar of Kuwait."""


@pytest.fixture(scope="session")
def rated(policy_slice: PolicySlice) -> PolicySlice:
    return policy_slice.changed(rates=RATES)


def lost(minor: int, currency: str) -> CaseState:
    """A parcel that is certainly lost; the customer asks for what it cost."""
    found = finding(row="lost", confidence=0.98)
    bought, paid = order(minor=minor, currency=currency), payment(minor=minor, currency=currency)
    return classified(Issue.LOST, order=bought, payments=(paid,), finding=found)


@pytest.mark.parametrize(
    ("minor", "currency", "figure"),
    [(20_000, "CNY", 20_000), (20_000, "EUR", 2_500), (20_000, "JPY", 4_000), (20_000, "OMR", 10_526), (20_000, "KWD", None)],
)
def test_a_figure_of_the_policy_in_another_currency(rated: PolicySlice, minor: int, currency: str, figure: int | None) -> None:
    assert figure_in(rated, minor, currency) == figure


@given(st.integers(0, 10**10), st.sampled_from(["CNY", *RATES]))
def test_an_amount_is_within_a_figure_whichever_of_the_two_is_converted(rated: PolicySlice, minor: int, currency: str) -> None:
    counted = worth(rated, Money(minor=minor, currency=currency))
    assert counted is not None
    for limit in (counted - 1, counted, counted + 1):
        figure = figure_in(rated, max(limit, 0), currency)
        assert figure is not None
        assert (minor <= figure) is (counted <= max(limit, 0))


@pytest.mark.parametrize(
    ("minor", "currency", "alone"),
    [
        (19_000, "EUR", False),
        (2_501, "EUR", False),
        (2_500, "EUR", True),
        (4_001, "JPY", False),
        (4_000, "JPY", True),
        (10, "KWD", False),
    ],
)
def test_only_what_is_within_the_limit_in_its_own_currency_resolves_without_a_person(
    rated: PolicySlice, minor: int, currency: str, *, alone: bool
) -> None:
    case = lost(minor, currency)
    assert (due_without_a_person(case, rated) is not None) is alone
    assert alone or [check.name for check in weigh(case, rated)[1] if not check.passed] == ["amount"]


@pytest.mark.parametrize(
    ("role", "minor", "currency", "waits"),
    [
        (Role.AGENT, 150_000, "EUR", True),
        (Role.AGENT, 25_001, "EUR", True),
        (Role.AGENT, 25_000, "EUR", False),
        (Role.AGENT, 10, "KWD", True),
        (Role.SUPERVISOR, 10, "KWD", True),
        (Role.AGENT, 0, "KWD", False),
        (Role.MERCHANT, 10**9, "KWD", False),
        (Role.SYSTEM, 2_501, "EUR", True),
    ],
)
def test_an_amount_above_the_limit_in_its_own_currency_waits_for_another_person(
    rated: PolicySlice, role: Role, minor: int, currency: str, *, waits: bool
) -> None:
    amount = Money(minor=minor, currency=currency)
    assert needs_approval(lost(10_000, currency), rated, Actor(role=role, id="x"), amount) is waits


@pytest.mark.parametrize(
    ("currency", "cheap", "coupon"), [("CNY", 5_000, 5_000), ("EUR", 625, 625), ("JPY", 1_000, 1_000), ("KWD", 0, 0)]
)
def test_what_is_cheap_and_most_of_a_coupon_follow_the_currency(
    rated: PolicySlice, currency: str, cheap: int, coupon: int
) -> None:
    def asked(minor: int) -> Ask:
        paid = payment(minor=minor, currency=currency)
        return ask(rated, issue=Issue.DELAY, order=order(minor=minor, currency=currency), payments=(paid,))

    assert most(asked(cheap), REFUND, ()) == cheap
    assert most(asked(cheap + 1_000), REFUND, ()) == (cheap + 1_000) // 2
    assert most(asked(10_000), COUPON, ()) == coupon


def test_a_coupon_in_a_currency_without_a_rate_is_for_who_may_go_beyond_the_rules(rated: PolicySlice) -> None:
    bought = order(minor=10_000, currency="KWD")
    found = told(ask(rated, issue=Issue.DELAY, order=bought, payments=(payment(currency="KWD"),)), COUPON)
    assert (found.allowed, found.firm, "no rate" in found.reason.en, "KWD" in found.reason.zh) == (False, False, True, True)
    case = classified(Issue.DELAY, order=bought, payments=(payment(currency="KWD"),))
    coupon = offer(COUPON, 1_000, currency="KWD")
    assert unfit(case, rated, (coupon,), Role.AGENT) is not None
    assert unfit(case, rated, (coupon,), Role.SUPERVISOR) is None


@pytest.mark.parametrize(("minor", "currency", "severity"), [(150_000, "CNY", 2), (15_000, "EUR", 2), (150_000, "KWD", 0)])
def test_the_money_at_stake_weighs_by_what_it_is_worth(rated: PolicySlice, minor: int, currency: str, severity: int) -> None:
    at_stake = Money(minor=minor, currency=currency)
    graded = grade(
        rated,
        issue=Issue.QUALITY_DEFECT,
        kind=Kind.AFTER_SALES,
        text="-",
        at_stake=at_stake,
        lines=1,
        marks=(),
        waited=timedelta(0),
        repeats=0,
    )
    assert graded.severity == severity


@pytest.mark.parametrize(("currency", "most_freight"), [("CNY", 3_000), ("EUR", 375), ("KWD", None)])
def test_most_of_a_customers_freight_follows_the_currency(rated: PolicySlice, currency: str, most_freight: int | None) -> None:
    assert outcome.policy_in(rated, currency).most_freight_minor == most_freight


@pytest.mark.parametrize(("currency", "limit", "small"), [("CNY", 30_000, 1_000), ("EUR", 3_750, 125), ("KWD", None, 0)])
def test_what_a_carrier_is_liable_for_follows_the_currency(
    rated: PolicySlice, currency: str, limit: int | None, small: int
) -> None:
    claims = receivables.policy_in(rated, currency)
    assert claims.write_off_below_minor == small
    given_ = remedy(minor=90_000).model_copy(update={"amount": Money(minor=90_000, currency=currency)})
    case = classified(
        Issue.DAMAGED,
        order=order(minor=90_000, currency=currency, freight=Money(minor=0, currency=currency)),
        shipments=(parcel(carrier_id="K-1"),),
        finding=finding(Party.CARRIER),
        remedies=(given_,),
    )
    (due,) = receivables.receivables(case, claims)
    assert due.kind is ClaimKind.CARRIER
    assert (due.limit.amount.minor if due.limit else None) == limit
    assert sum(item.amount.minor for item in due.items) == (limit or 90_000)


def test_a_case_from_before_there_were_rates_goes_on_as_it_began(policy_slice: PolicySlice) -> None:
    old = policy_slice.changed(rates=None)
    assert figure_in(old, 20_000, "EUR") == 20_000
    assert due_without_a_person(lost(19_000, "EUR"), old) is not None
