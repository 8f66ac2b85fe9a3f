"""The orders: the same for a seed, in every state, and each proving what its state promises."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.common.partners import OrderStatus, PaymentStatus
from models.common.vocabulary import Issue
from models.investigation.findings import Fact
from rules.common.counting import counting_of
from rules.facts.establish import facts_of, value_of
from rules.facts.liability import decisive, find
from rules.policy.load import load_policy, slice_policy
from rules.tax.base import faults, is_taxed
from sandbox.catalogue.orders import Catalogue, Entry
from sandbox.catalogue.stories import LATER_STORIES, STORIES

START = datetime(2026, 6, 8, 2, tzinfo=UTC)
NOW = START + timedelta(minutes=5)
CATALOGUE = Catalogue(1, START)
ENTRIES = tuple(CATALOGUE.entries.values())
POLICY = slice_policy(load_policy(Path(__file__).parents[3] / "policies" / "default.yaml"), NOW)


def in_state(state: str) -> list[Entry]:
    return [entry for entry in ENTRIES if entry.story.state == state]


def facts(entry: Entry, evidence: int = 0) -> tuple[Fact, ...]:
    return facts_of(
        order=entry.order,
        shipments=entry.shipments,
        payments=entry.payments,
        lines=(),
        requests=(),
        sayings=(),
        evidence=evidence,
        now=NOW,
        counting=counting_of(POLICY, entry.order),
    )


@pytest.mark.parametrize(
    ("state", "issue", "row"),
    [
        ("delivered", Issue.DELAY, "in-time"),
        ("delivered", Issue.SIGNED_BY_OTHER, "signed-by-oneself"),
        ("delivered", Issue.CHARGED_TWICE, "charged-once"),
        ("delivered", Issue.NO_REASON_RETURN, "returned-in-time"),
        ("delivered", Issue.WRONG_ITEM, "weight-kept"),
        ("expensive", Issue.NO_REASON_RETURN, "returned-in-time"),
        ("late", Issue.DELAY, "late-on-the-way"),
        ("shipped_late", Issue.DELAY, "shipped-late"),
        ("slightly_late", Issue.DELAY, "slightly-late"),
        ("overdue", Issue.DELAY, "late-on-the-way"),
        ("lost", Issue.LOST, "lost"),
        ("lost", Issue.DELAY, "lost"),
        ("stalled", Issue.TRACKING_STALLED, "stalled-for-days"),
        ("stalled_briefly", Issue.TRACKING_STALLED, "stalled"),
        ("signed_by_other", Issue.SIGNED_BY_OTHER, "signed-by-other"),
        ("pickup_point", Issue.PICKUP_POINT, "pickup-without-consent"),
        ("pickup_point_agreed", Issue.PICKUP_POINT, "pickup-with-consent"),
        ("missing_item", Issue.MISSING_ITEM, "weight-lost"),
        ("charged_twice", Issue.CHARGED_TWICE, "charged-twice"),
        ("refund_pending", Issue.REFUND_NOT_ARRIVED, "refund-overdue"),
        ("refund_under_way", Issue.REFUND_NOT_ARRIVED, "refund-on-its-way"),
        ("in_warranty", Issue.WARRANTY_REPAIR, "in-warranty"),
        ("out_of_warranty", Issue.WARRANTY_REPAIR, "out-of-warranty"),
        ("paid", Issue.CANCEL, "cancelled-before-shipping"),
        ("not_shipped", Issue.DELAY, "not-shipped"),
        ("promotional", Issue.NO_REASON_RETURN, "returned-in-time"),
        ("delivered_long_ago", Issue.NO_REASON_RETURN, "returned-too-late"),
        ("several_lines", Issue.DELAY, "in-time"),
    ],
)
def test_every_order_of_a_state_proves_what_the_state_says(state: str, issue: Issue, row: str) -> None:
    for entry in in_state(state):
        finding = find(POLICY, issue, facts(entry, evidence=1), NOW)
        assert finding is not None, entry.order.order_id
        assert finding.row == row, entry.order.order_id


@pytest.mark.parametrize(
    ("state", "row"),
    [
        ("custom", "return-of-custom-goods"),
        ("perishable", "return-of-perishables"),
        ("hygiene", "return-of-hygiene-goods"),
        ("digital", "return-of-opened-digital-goods"),
        ("no_return", "sold-as-not-returnable"),
    ],
)
def test_what_was_sold_as_not_returnable_is_not_returned_without_a_reason(state: str, row: str) -> None:
    for entry in in_state(state):
        finding = find(POLICY, Issue.NO_REASON_RETURN, facts(entry), NOW)
        assert finding is not None
        assert finding.row == row
        assert not decisive(POLICY, finding)


def test_money_given_back_outside_redress_is_known() -> None:
    for entry in in_state("refunded_outside"):
        refunded = value_of(facts(entry), "payment.refunded_minor")
        assert isinstance(refunded, int)
        assert abs(refunded * 2 - entry.order.total.minor) <= 1


def test_what_was_paid_is_what_the_order_cost() -> None:
    for entry in ENTRIES:
        order = entry.order
        assert sum(line.paid.minor for line in order.lines) + order.freight.minor == order.total.minor
        paid = sum(payment.amount.minor for payment in entry.payments if payment.status is PaymentStatus.CAPTURED)
        times = 0 if order.status is OrderStatus.UNPAID else 2 if entry.story.state == "charged_twice" else 1
        assert paid == times * order.total.minor


def test_every_state_has_small_and_large_orders() -> None:
    assert len(ENTRIES) == 410
    for story in (*STORIES, *LATER_STORIES):
        sizes = Counter(entry.size for entry in in_state(story.state))
        assert sizes["large"] >= 1, story.state
        assert story.large or sizes["small"] >= 3, story.state


def test_the_cast_has_one_order_of_each_state_and_the_first_belongs_to_c_1() -> None:
    for number, story in enumerate(STORIES, start=1):
        entry = CATALOGUE.entries[f"O-{1000 + number}"]
        assert entry.story is story
        assert entry.order.customer_id == f"C-{number}"
        assert entry.order.total.currency == "CNY"
    first = CATALOGUE.entries["O-1001"]
    assert (first.order.merchant_id, first.shipments[0].carrier_id, first.size) == ("M-1", "SF", "small")


def test_an_order_keeps_its_number_when_states_are_added() -> None:
    """A data folder of an earlier release knows it by that."""
    states = {f"O-{1001 + number}": story.state for number, story in enumerate(STORIES)}
    assert len(states) == 32
    assert {number: CATALOGUE.entries[number].story.state for number in ("O-1033", "O-1064", "O-1329", "O-1352", "O-1361")} == {
        "O-1033": STORIES[0].state,
        "O-1064": STORIES[31].state,
        "O-1329": STORIES[0].state,
        "O-1352": LATER_STORIES[0].state,
        "O-1361": LATER_STORIES[1].state,
    }


def test_three_pieces_cost_what_three_does_not_divide() -> None:
    for state in ("three_pieces", "in_yen", "in_dinars"):
        entry = in_state(state)[0]
        (line,) = entry.order.lines
        assert (line.quantity, entry.shipments[0].lines[0].quantity) == (3, 3)
        assert line.paid.minor % 3, state
        assert line.paid.minor < 3 * line.unit_price.minor


def test_a_gift_costs_nothing_and_travels_with_what_was_bought() -> None:
    for entry in in_state("with_gift"):
        bought, gift = entry.order.lines
        assert bought.paid.minor
        assert (gift.unit_price.minor, gift.paid.minor) == (0, 0)
        assert [part.line_id for part in entry.shipments[0].lines] == [bought.line_id, gift.line_id]


def test_an_order_is_as_large_as_it_is_worth_whatever_its_currency() -> None:
    sizes = {entry.order.total.currency: set[str]() for entry in ENTRIES}
    for entry in ENTRIES:
        sizes[entry.order.total.currency].add(entry.size)
    assert sizes["JPY"] == sizes["KWD"] == {"small", "medium", "large"}
    yen, dinars = (in_state(state)[0] for state in ("in_yen", "in_dinars"))
    assert (yen.size, yen.order.total.minor) == ("small", 3_960)
    assert (dinars.size, dinars.order.total.minor) == ("small", 2_860)
    assert in_state("in_yen")[4].size == "medium", "10,120 yen are no 101.20 of anything"


def test_the_same_seed_gives_the_same_orders_and_another_seed_others() -> None:
    assert Catalogue(1, START).entries == CATALOGUE.entries
    others = Catalogue(2, START).entries
    assert others.keys() == CATALOGUE.entries.keys()
    assert others != CATALOGUE.entries


def test_more_orders_follow_those_that_there_always_are() -> None:
    twice = Catalogue(1, START, times=2).entries
    assert {name: twice[name] for name in CATALOGUE.entries} == CATALOGUE.entries
    assert Counter(entry.story for entry in twice.values()) == {
        story: 2 * n for story, n in Counter(e.story for e in ENTRIES).items()
    }


def test_english_customers_pay_in_other_currencies() -> None:
    abroad = Counter(entry.order.total.currency for entry in ENTRIES if entry.locale == "en")
    assert set(abroad) == {"EUR", "USD", "JPY", "KWD"}
    assert 50 <= abroad.total() <= 100
    assert all(entry.order.total.currency == "CNY" for entry in ENTRIES if entry.locale == "zh")


def test_nobody_is_two_people() -> None:
    assert len(CATALOGUE.payments) == sum(len(entry.payments) for entry in ENTRIES)
    assert len(CATALOGUE.shipments) == sum(len(entry.shipments) for entry in ENTRIES)
    names: dict[str, set[str]] = {}
    for entry in ENTRIES:
        names.setdefault(entry.order.customer_id, set()).add(entry.customer_name)
    assert all(len(own) == 1 for own in names.values())


def test_the_guide_shows_the_cast_as_it_is() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    for number, story in enumerate(STORIES, start=1):
        assert f"| O-{1000 + number} | C-{number} | `{story.state}` | {story.en} · {story.zh} |" in guide
    for place, story in enumerate(LATER_STORIES):
        number = 1351 + 10 * place
        customer = CATALOGUE.entries[f"O-{number}"].order.customer_id
        assert f"| O-{number} | {customer} | `{story.state}` | {story.en} · {story.zh} |" in guide
    assert f"{len(ENTRIES)} orders" in guide


def test_the_tax_of_every_order_adds_up() -> None:
    assert [(entry.order.order_id, faults(entry.order)) for entry in ENTRIES if faults(entry.order)] == []
    assert all(is_taxed(entry.order) for entry in ENTRIES)
