"""What is kept of a refund for goods that are only not wanted (RES-13): to the last day of each market's law nothing, then the policy's share."""

from datetime import date

import pytest

from models.common.base import Money
from models.common.vocabulary import Issue, Party, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import OptionOffer, RemedyOffer
from rules.case.automatic import weigh
from rules.policy.load import PolicyError, parse_policy
from rules.remedies.ask import Ask
from rules.remedies.freight import freight_row
from rules.remedies.limits import unfit
from rules.remedies.offers import lay_out
from rules.remedies.restocking import fee_fault, kept_of
from rules.returns.statutes import STATUTES
from tests.rules.policy.test_markets import asked, of
from tests.support.builders.cases import finding
from tests.support.builders.eligibility import REFUND, RETURN, told

CAME = date(2026, 11, 2)
CHINA, UNION, BRITAIN = "art. 25", "Directive 2011/83/EU", "Consumer Contracts Regulations 2013"


def offer(fee: int | None, currency: str = "CNY", minor: int = 9_900) -> RemedyOffer:
    kept = None if fee is None else Money(minor=fee, currency=currency)
    return RemedyOffer(kind=RETURN, amount=Money(minor=minor, currency=currency), restocking=kept)


def kept(one: Ask) -> int:
    amount = kept_of(one, RETURN, (), one.order.total)
    return amount.minor if amount else 0


@pytest.mark.parametrize(
    ("market", "region", "came", "last", "share", "source"),
    [
        pytest.param("CN", "CN", CAME, 7, 990, CHINA, id="China: seven days"),
        pytest.param("CN", "CN-31", date(2026, 9, 24), 14, 990, CHINA, id="China: the seventh is the first of a holiday"),
        pytest.param("CN", "GB", CAME, 14, 990, BRITAIN, id="Britain, whatever the policy says: fourteen days"),
        pytest.param("EU", "DE", CAME, 14, 1_485, UNION, id="the Union: fourteen days"),
        pytest.param("EU", "FR", date(2026, 11, 7), 16, 1_485, UNION, id="the Union: the fourteenth is a Saturday"),
        pytest.param("EU", "IE", CAME, 14, 1_485, UNION, id="a member that the policy does not name"),
        pytest.param("US", "US-CA", CAME, 30, 1_485, "within 30 days of delivery", id="the United States: the shop's own days"),
    ],
)
def test_no_fee_to_the_end_of_the_last_day_and_the_policys_share_from_then_on(  # noqa: PLR0917  # a row of the table
    market: str, region: str, came: date, last: int, share: int, source: str
) -> None:
    in_time, _ = asked(market, came, last, region=region)
    assert kept(in_time) == 0
    fault = fee_fault(in_time, offer(1, in_time.policy.currency))
    assert fault is not None
    assert source in fault.en
    assert "rule restocking" in fault.en
    late, case = asked(market, came, last + 1, region=region)
    assert kept(late) == share
    assert fee_fault(late, offer(share, late.policy.currency)) is None
    beyond = fee_fault(late, offer(share + 1, late.policy.currency))
    assert beyond is not None
    assert "more than" in beyond.en
    assert unfit(case, late.policy, (offer(share + 1, late.policy.currency),), Role.SUPERVISOR) == beyond


def test_nobody_takes_a_fee_where_the_law_is_not_known() -> None:
    late, _ = asked("CN", CAME, 40, region="JP")
    assert kept(late) == 0
    fault = fee_fault(late, offer(1))
    assert fault is not None
    assert "the law of JP is not known here" in fault.en


def test_goods_that_did_not_come_yet_are_in_time() -> None:
    late, _ = asked("CN", CAME, 40)
    (there,) = late.shipments
    second = there.model_copy(update={"tracking": "T-2", "delivered_at": None})
    some = Ask(late.policy, late.order, (there, second), late.payments, late.history, late.asked_at, late.issue)
    assert (kept(late), kept(some)) == (990, 0)


@pytest.mark.parametrize("issue", [issue for issue in Issue if issue is not Issue.NO_REASON_RETURN])
def test_goods_that_are_not_as_agreed_never_bear_a_fee(issue: Issue) -> None:
    late, _ = asked("CN", CAME, 40)
    other = Ask(late.policy, late.order, late.shipments, late.payments, late.history, late.asked_at, issue)
    assert kept(other) == 0
    fault = fee_fault(other, offer(1))
    assert fault is not None
    assert "art. 24" in fault.en


def test_nor_do_goods_for_which_somebody_else_was_found_responsible() -> None:
    late, _ = asked("EU", CAME, 40)
    found = finding(Party.MERCHANT)
    liable = Ask(late.policy, late.order, late.shipments, late.payments, late.history, late.asked_at, late.issue, finding=found)
    assert kept(liable) == 0
    fault = fee_fault(liable, offer(1, "EUR"))
    assert fault is not None
    assert "2019/771" in fault.en


def test_the_option_says_how_much_is_kept_and_why_before_the_customer_agrees() -> None:
    late, case = asked("CN", CAME, 8)
    option = lay_out(late.policy, case, OptionOffer(remedies=(offer(None),), why="late"))
    assert option.remedies[0].restocking == Money(minor=990)
    assert option.restocking_why is not None
    assert "10%" in option.restocking_why.en
    assert option.freight_most == Money(minor=2_000)
    shown = told(late, RETURN)
    assert (shown.allowed, shown.restocking) == (False, None)  # out of time for all but who goes beyond the rules


def test_whoever_offers_less_waives_it() -> None:
    late, case = asked("CN", CAME, 8)
    option = lay_out(late.policy, case, OptionOffer(remedies=(offer(0),), why="a regular customer"))
    assert option.remedies[0].restocking == Money(minor=0)
    assert option.restocking_why is None
    assert unfit(case, late.policy, (offer(0),), Role.MERCHANT) is None


def test_a_return_with_a_fee_is_never_settled_before_the_customer_saw_it() -> None:
    for after, due in ((14, True), (15, False)):
        one, case = asked("US", CAME, after)
        rule = one.policy.eligibility.restocking
        assert rule is not None
        sooner = one.policy.eligibility.model_copy(update={"restocking": rule.model_copy(update={"days": 14})})
        policy = one.policy.changed(eligibility=sooner)
        shown = told(Ask.of(case, policy), RETURN)
        assert (shown.allowed, shown.restocking is None) == (True, due)
        offered, checks = weigh(case, policy)
        assert (offered is not None) is due
        assert checks[-1].name == ("eligible" if due else "restocking")


def test_who_is_not_told_of_the_freight_does_not_bear_it_where_the_law_says_so() -> None:
    for market, region, payer in (("EU", "DE", Party.MERCHANT), ("CN", "GB", Party.MERCHANT), ("CN", "CN", Party.CUSTOMER)):
        one, _ = asked(market, CAME, 3, region=region)
        silent = one.policy.changed(returns=one.policy.returns.model_copy(update={"freight_told": False}))
        row, party = freight_row(silent, Issue.NO_REASON_RETURN, None, region)
        assert party is payer
        assert (row.id == "freight-not-told") is (payer is Party.MERCHANT)
        assert freight_row(one.policy, Issue.NO_REASON_RETURN, None, region)[1] is Party.CUSTOMER


def test_a_policy_that_takes_what_the_law_of_its_market_forbids_is_refused(policy_text: str) -> None:
    for written, instead, field, said in (
        ("    days: 7 # Consumer Rights", "    days: 6 # Consumer Rights", "eligibility.restocking.days", "art. 25"),
        (
            "    - id: freight-not-known\n      payer: merchant",
            "    - id: freight-not-known\n      payer: customer",
            "payer",
            "art. 24",
        ),
    ):
        with pytest.raises(PolicyError) as refused:
            parse_policy(policy_text.replace(written, instead), "policy.yaml")
        (fault,) = refused.value.faults
        assert field in fault.field
        assert said in fault.detail


def test_every_market_names_its_source_in_both_languages() -> None:
    for statute in STATUTES.values():
        for rule in filter(None, (statute.no_fee, statute.faulty, statute.told)):
            assert "（" in rule.zh
            assert "(" in rule.en
    assert len(STATUTES) == 30
    assert all(of(market).eligibility.restocking for market in ("CN", "EU", "US"))


def test_an_older_policy_takes_none(policy_slice: PolicySlice) -> None:
    without = policy_slice.eligibility.model_copy(update={"restocking": None})
    late, _ = asked("CN", CAME, 40)
    older = Ask(
        policy_slice.changed(eligibility=without),
        late.order,
        late.shipments,
        late.payments,
        late.history,
        late.asked_at,
        late.issue,
    )
    assert kept(older) == 0
    assert fee_fault(older, offer(0)) is None


def test_only_a_return_has_a_fee() -> None:
    with pytest.raises(ValueError, match="takes no restocking fee"):
        RemedyOffer(kind=REFUND, amount=Money(minor=1), restocking=Money(minor=1))
