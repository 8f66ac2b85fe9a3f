"""The policies of other markets: each may be used as it is, and decides in its own money, time and words."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cli import main
from models.case.history import OrderHistory
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Money
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, Locale, Role
from models.policy.policy import Policy, PolicySlice
from rules.case.automatic import due_without_a_person
from rules.common.counting import counting_of
from rules.facts.establish import facts_of
from rules.facts.liability import find
from rules.money.approvals import needs_approval
from rules.notifications.texts import texts
from rules.policy.knowledge import first_answers
from rules.policy.load import load_policy, slice_policy
from rules.remedies.ask import Ask
from tests.support.builders.cases import classified, finding
from tests.support.builders.eligibility import EXCHANGE, RETURN, told
from tests.support.builders.orders import order, parcel, payment

POLICIES = Path(__file__).parents[3] / "policies"
MARKETS = {"CN": "default", "US": "us", "EU": "eu"}
OPENED = datetime(2026, 11, 2, tzinfo=UTC)


def of(market: str) -> Policy:
    return load_policy(POLICIES / f"{MARKETS[market]}.yaml")


def asked(market: str, came: date, after: int, *marks: str, region: str | None = None) -> tuple[Ask, CaseState]:
    """Goods that came at noon of the day, and are to go back without a reason in the last hour of the day so many days after it."""
    policy = slice_policy(of(market), datetime.combine(came, time(12), UTC))
    zone = ZoneInfo(policy.zone)
    at = datetime.combine(came + timedelta(days=after), time(23, 30), zone)
    bought = order(
        minor=9_900, currency=policy.currency, now=at, status=OrderStatus.DELIVERED, region=region or market.replace("EU", "DE")
    )
    bought = bought.model_copy(update={"lines": (bought.lines[0].model_copy(update={"marks": frozenset(marks)}),)})
    there = parcel(now=at, status=ShipmentStatus.DELIVERED, delivered_at=datetime.combine(came, time(12), zone))
    paid = payment(minor=9_900, currency=policy.currency, now=at)
    facts = facts_of(
        order=bought,
        shipments=(there,),
        payments=(paid,),
        lines=(),
        requests=(),
        sayings=(),
        evidence=0,
        now=at,
        counting=counting_of(policy, bought),
    )
    found = find(policy, Issue.NO_REASON_RETURN, facts, at)
    ask = Ask(policy, bought, (there,), (paid,), OrderHistory(), at, Issue.NO_REASON_RETURN, finding=found, facts=facts)
    case = classified(Issue.NO_REASON_RETURN, order=bought, payments=(paid,), shipments=(there,), finding=found, facts=facts)
    return ask, case.model_copy(update={"receipt": case.receipt.model_copy(update={"received_at": at})})


LAST_DAYS = [
    ("CN", date(2026, 11, 2), 7),
    ("CN", date(2026, 9, 24), 14),  # Thursday; from 1 to 7 October is a holiday, and the seventh day is the first of it
    ("US", date(2026, 11, 2), 30),
    ("US", date(2026, 10, 27), 30),  # Thanksgiving is a day like any other
    ("EU", date(2026, 11, 2), 14),
    ("EU", date(2026, 10, 31), 16),  # Saturday: the fourteenth day is one too, and the period goes on until Monday
    ("EU", date(2026, 12, 11), 17),  # the fourteenth day is Christmas, and a weekend follows
]


@pytest.mark.parametrize(("market", "came", "days"), LAST_DAYS)
def test_goods_go_back_without_a_reason_until_the_last_day_of_the_market(market: str, came: date, days: int) -> None:
    """In time nobody has to propose it; a day later nothing is due."""
    for after, in_time in ((1, True), (days, True), (days + 1, False)):
        ask, case = asked(market, came, after)
        assert [told(ask, kind).allowed for kind in (RETURN, EXCHANGE)] == [in_time, in_time], after
        assert (case.finding and case.finding.row) == ("returned-in-time" if in_time else "returned-too-late"), after
        due = due_without_a_person(case, ask.policy)
        assert (due and (due.kind, due.amount)) == ((RETURN, ask.order.total) if in_time else None), after


def test_the_calendar_of_the_state_where_goods_are_received_counts() -> None:
    """Armistice Day is a holiday in France and none in Germany."""
    for region, last in (("DE", 14), ("FR", 15)):
        allowed = {
            after: told(asked("EU", date(2026, 10, 28), after, region=region)[0], RETURN).allowed for after in (14, 15, 16)
        }
        assert [after for after, is_ in allowed.items() if is_] == list(range(14, last + 1))


@pytest.mark.parametrize(("market", "refused"), [("CN", True), ("US", True), ("EU", False)])
def test_a_mark_of_the_shop_does_not_take_a_right_that_the_law_gives(market: str, refused: bool) -> None:
    ask, case = asked(market, date(2026, 11, 2), 3, "no_return")
    assert told(ask, RETURN).allowed is not refused
    assert (due_without_a_person(case, ask.policy) is None) is refused


@pytest.mark.parametrize(
    ("market", "currency", "alone", "agent"),
    [
        ("CN", "CNY", 20_000, 200_000),
        ("CN", "USD", 2_777, 27_777),
        ("US", "USD", 5_000, 50_000),
        ("US", "EUR", 4_545, 45_454),
        ("EU", "EUR", 5_000, 50_000),
        ("EU", "CNY", 40_000, 400_000),
    ],
)
def test_a_limit_is_in_the_markets_money(market: str, currency: str, alone: int, agent: int) -> None:
    policy = slice_policy(of(market), OPENED)
    for minor, without in ((alone, True), (alone + 1, False)):
        assert (due_without_a_person(lost(policy, minor, currency), policy) is not None) is without
    for minor, waits in ((agent, False), (agent + 1, True)):
        case = classified(Issue.LOST, order=order(minor=minor, currency=currency))
        assert needs_approval(case, policy, Actor(role=Role.AGENT, id="x"), Money(minor=minor, currency=currency)) is waits


def lost(policy: PolicySlice, minor: int, currency: str) -> CaseState:
    assert currency == policy.currency or (policy.rates and currency in policy.rates)
    bought, paid = order(minor=minor, currency=currency), payment(minor=minor, currency=currency)
    return classified(Issue.LOST, order=bought, payments=(paid,), finding=finding(row="lost", confidence=0.98))


@pytest.mark.parametrize(
    ("market", "cheap", "goodwill"),
    [("CN", "CNY 50.00", "¥50.00"), ("US", "USD 10.00", "USD 10.00"), ("EU", "EUR 10.00", "EUR 10.00")],
)
def test_what_is_said_of_money_is_the_markets(market: str, cheap: str, goodwill: str) -> None:
    rules = {row.id: row for row in of(market).eligibility.rules}
    assert f"goods up to {cheap} wholly" in rules["refund-in-part"].why.en
    assert goodwill in rules["coupon-goodwill"].why.zh


@pytest.mark.parametrize(("market", "days"), [("CN", 7), ("US", 30), ("EU", 14)])
def test_every_first_answer_says_the_markets_figures(market: str, days: int) -> None:
    answers = first_answers(of(market))
    assert not answers.left_out
    (window,) = [entry for entry in answers.entries if entry.id == "return-window"]
    assert f"Within {days} days of delivery" in window.body.in_(Locale.EN)


@pytest.mark.parametrize("market", MARKETS)
def test_nothing_of_the_home_market_is_left_in_another(market: str) -> None:
    policy = of(market)
    texts(policy.zone).check(policy.messages)
    zones = {calendar.zone for name, calendar in policy.calendars.items() if name not in {"britain", "france"}}
    assert zones == {policy.zone}
    foreign = {"CN"} - {market}
    assert not foreign & {calendar.holidays for calendar in policy.calendars.values()}
    assert policy.currency not in policy.rates
    assert market == "CN" or "400-000-0000" not in policy.emergency_contact.en


@pytest.mark.parametrize("market", MARKETS)
def test_the_terminal_tries_a_markets_file(market: str) -> None:
    path = str(POLICIES / f"{MARKETS[market]}.yaml")
    told_ = CliRunner().invoke(
        main, ["--lang", "en", "route", "explain", "--kind", "complaint", "--issue", "logistics.lost", "--policy", path]
    )
    assert told_.exit_code == 0, told_.output
    assert "logistics specialists" in told_.output


def test_a_case_from_before_there_were_zones_loads(policy_slice: PolicySlice) -> None:
    before = policy_slice.model_dump(mode="json", by_alias=True)
    del before["zone"]
    assert PolicySlice.model_validate(before).zone == "Asia/Shanghai"
