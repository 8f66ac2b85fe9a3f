"""INV-1, INV-4: every issue of CLS-1 from its facts to a finding, by the rows as they are shipped."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from models.common.vocabulary import Issue, Party
from models.policy.policy import PolicySlice
from rules.facts.liability import decisive, find, missing
from tests.support.builders.facts import facts

NOW = datetime(2026, 6, 8, tzinfo=UTC)
CUSTOMER, MERCHANT, CARRIER, PLATFORM, SHARED, NOBODY = Party
STANDS, SUGGESTED = True, False


@dataclass(frozen=True)
class Situation:
    """What is known, and what follows: who is responsible, by which row, and whether that stands without a person. No row: nothing."""

    facts: dict[str, JsonValue]
    party: Party | None = None
    row: str | None = None
    decisive: bool = SUGGESTED


def so(party: Party, row: str, decisive: bool, /, **facts: JsonValue) -> Situation:
    """`merchant__admits=True` is the fact merchant.admits."""
    return Situation(named(facts), party, row, decisive)


def open_(**facts: JsonValue) -> Situation:
    """Nothing follows: an agent decides without a suggestion."""
    return Situation(named(facts))


def named(facts: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {name.replace("__", "."): value for name, value in facts.items()}


GOODS = {"line__perishable": False, "line__hygiene": False, "line__digital_opened": False, "line__no_return": False}

ISSUES: dict[Issue, list[Situation]] = {
    Issue.QUALITY_DEFECT: [
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True),
        so(MERCHANT, "merchant-silent", SUGGESTED, merchant__silent=True, evidence__count=2),
        so(MERCHANT, "faulty-when-it-came", SUGGESTED, evidence__count=1, delivery__days_counted=2),
        so(MERCHANT, "faulty-under-warranty", SUGGESTED, evidence__count=1, line__warranty_left_days=90.0),
        so(CUSTOMER, "faulty-after-the-warranty", SUGGESTED, evidence__count=1, line__warranty_left_days=-3.0),
        so(MERCHANT, "denied-without-proof", SUGGESTED, merchant__admits=False, evidence__count=1),
        so(NOBODY, "denied-with-proof", SUGGESTED, merchant__admits=False, merchant__evidence=1),
        so(SHARED, "evidence-against-evidence", SUGGESTED, merchant__admits=False, merchant__evidence=1, evidence__count=1),
        so(NOBODY, "nothing-shows-it", SUGGESTED, merchant__admits=False),
        open_(evidence__count=3),
        open_(merchant__silent=True),
    ],
    Issue.NOT_AS_DESCRIBED: [
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True),
        so(MERCHANT, "faulty-when-it-came", SUGGESTED, evidence__count=1, delivery__days_counted=7),
        so(MERCHANT, "merchant-silent", SUGGESTED, merchant__silent=True, evidence__count=1, delivery__days_counted=1),
        open_(evidence__count=1, delivery__days_counted=8),
    ],
    Issue.SIZE_MISMATCH: [
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True),
        so(MERCHANT, "does-not-fit", SUGGESTED, evidence__count=1, line__custom=False),
        so(CUSTOMER, "made-to-measure", SUGGESTED, evidence__count=1, line__custom=True),
    ],
    Issue.COUNTERFEIT_SUSPECTED: [
        so(MERCHANT, "authenticity-unproved", STANDS, merchant__silent=True),
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True, merchant__silent=False),
        so(SHARED, "evidence-against-evidence", SUGGESTED, merchant__admits=False, merchant__evidence=2, evidence__count=1),
        open_(evidence__count=4),
    ],
    Issue.WARRANTY_REPAIR: [
        so(MERCHANT, "in-warranty", SUGGESTED, line__warranted=True, line__warranty_left_days=40.0),
        so(CUSTOMER, "out-of-warranty", SUGGESTED, line__warranted=True, line__warranty_left_days=-4.0),
        so(CUSTOMER, "without-warranty", SUGGESTED, line__warranted=False),
        so(MERCHANT, "merchant-admits", STANDS, line__warranted=False, merchant__admits=True),
    ],
    Issue.NO_REASON_RETURN: [
        so(CUSTOMER, "returned-in-time", STANDS, delivery__days_counted=3, line__custom=False, **GOODS),
        so(CUSTOMER, "returned-too-late", SUGGESTED, delivery__days_counted=8, line__custom=False, **GOODS),
        so(CUSTOMER, "return-of-custom-goods", SUGGESTED, delivery__days_counted=3, line__custom=True, **GOODS),
        so(CUSTOMER, "return-of-perishables", SUGGESTED, delivery__days_counted=1, **{**GOODS, "line__perishable": True}),
        so(CUSTOMER, "return-of-hygiene-goods", SUGGESTED, delivery__days_counted=1, **{**GOODS, "line__hygiene": True}),
        so(CUSTOMER, "return-of-opened-digital-goods", SUGGESTED, line__digital_opened=True),
        so(CUSTOMER, "sold-as-not-returnable", SUGGESTED, line__no_return=True),
        so(NOBODY, "return-before-delivery", SUGGESTED, delivery__delivered=False),
        open_(delivery__days_counted=3),
    ],
    Issue.DELAY: [
        so(CARRIER, "late-on-the-way", STANDS, delivery__late_hours=30.0, shipment__shipped_late_hours=-50.0),
        so(MERCHANT, "shipped-late", STANDS, delivery__late_hours=30.0, shipment__shipped_late_hours=5.0),
        so(MERCHANT, "not-shipped", STANDS, delivery__late_hours=3.0, shipment__exists=False),
        so(CARRIER, "carrier-silent", STANDS, delivery__late_hours=1.0, carrier__silent=True, delivery__delivered=False),
        so(CARRIER, "lost", STANDS, shipment__status="lost", shipment__count=1),
        so(CARRIER, "slightly-late", SUGGESTED, delivery__late_hours=3.0, shipment__exists=True),
        so(CARRIER, "stalled", SUGGESTED, delivery__late_hours=-20.0, shipment__hours_without_scan=60.0),
        so(NOBODY, "in-time", SUGGESTED, delivery__late_hours=-20.0, shipment__exists=True),
        so(MERCHANT, "merchant-silent-on-order", SUGGESTED, merchant__silent=True),
        so(NOBODY, "nothing-promised", SUGGESTED, delivery__delivered=True, shipment__exists=True),
        open_(shipment__exists=True),
    ],
    Issue.DAMAGED: [
        so(CARRIER, "carrier-admits", STANDS, carrier__admits=True, merchant__admits=False),
        so(MERCHANT, "merchant-admits", STANDS, carrier__admits=False, merchant__admits=True),
        so(CARRIER, "weight-lost", SUGGESTED, shipment__weight_loss_grams=300, evidence__count=1),
        so(CARRIER, "carrier-silent-on-damage", SUGGESTED, carrier__silent=True, evidence__count=1),
        so(SHARED, "both-deny-damage", SUGGESTED, carrier__admits=False, merchant__admits=False, evidence__count=2),
        so(MERCHANT, "carrier-denies-damage", SUGGESTED, carrier__admits=False, evidence__count=2),
        so(CARRIER, "damage-shown", SUGGESTED, evidence__count=1),
        open_(carrier__silent=True),
    ],
    Issue.SOILED: [
        so(CARRIER, "carrier-admits", STANDS, carrier__admits=True),
        so(MERCHANT, "merchant-silent", SUGGESTED, merchant__silent=True, evidence__count=1),
        so(CARRIER, "damage-shown", SUGGESTED, evidence__count=1),
    ],
    Issue.LOST: [
        so(CARRIER, "lost", STANDS, shipment__exists=True, shipment__count=1, shipment__status="lost"),
        so(CARRIER, "one-of-several-lost", STANDS, shipment__exists=True, shipment__count=2, shipment__status="lost"),
        so(CARRIER, "signed-by-other", STANDS, delivery__delivered=True, shipment__signed_by_other=True),
        so(CARRIER, "carrier-silent-unsigned", STANDS, carrier__silent=True, delivery__delivered=True, delivery__proved=False),
        so(CARRIER, "long-unseen", STANDS, shipment__hours_without_scan=240.0),
        so(CARRIER, "stalled", SUGGESTED, shipment__hours_without_scan=100.0),
        so(NOBODY, "signed-by-oneself", SUGGESTED, delivery__delivered=True, shipment__signed_by_other=False),
        so(MERCHANT, "not-shipped", STANDS, shipment__exists=False, delivery__late_hours=0.0),
        open_(shipment__exists=True, shipment__status="in_transit"),
    ],
    Issue.WRONG_ITEM: [
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True, evidence__count=1),
        so(MERCHANT, "weight-kept", SUGGESTED, shipment__weight_loss_grams=0, evidence__count=1),
        so(NOBODY, "denied-with-proof", SUGGESTED, merchant__admits=False, merchant__evidence=1),
    ],
    Issue.MISSING_ITEM: [
        so(CARRIER, "weight-lost", SUGGESTED, shipment__weight_loss_grams=300, evidence__count=1),
        so(MERCHANT, "weight-kept", SUGGESTED, shipment__weight_loss_grams=0, evidence__count=1),
        so(CARRIER, "one-of-several-lost", STANDS, shipment__count=2, shipment__status="lost"),
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True),
    ],
    Issue.TRACKING_STALLED: [
        so(CARRIER, "stalled-for-days", STANDS, shipment__hours_without_scan=130.0),
        so(CARRIER, "stalled", SUGGESTED, shipment__hours_without_scan=60.0),
        so(NOBODY, "moving", SUGGESTED, shipment__hours_without_scan=2.0),
        so(NOBODY, "delivered-and-signed", SUGGESTED, delivery__proved=True),
        so(MERCHANT, "not-shipped", STANDS, shipment__exists=False, delivery__late_hours=12.0),
    ],
    Issue.TRACKING_WRONG: [
        so(CARRIER, "carrier-silent-unsigned", STANDS, carrier__silent=True, delivery__proved=False),
        so(CARRIER, "said-to-be-delivered", SUGGESTED, delivery__delivered=True, delivery__proved=False),
        so(NOBODY, "delivered-and-signed", SUGGESTED, delivery__delivered=True, delivery__proved=True),
    ],
    Issue.PICKUP_POINT: [
        so(CARRIER, "pickup-without-consent", STANDS, shipment__pickup_point_without_consent=True),
        so(NOBODY, "pickup-with-consent", SUGGESTED, shipment__pickup_point_without_consent=False),
        so(CARRIER, "carrier-silent-on-consent", STANDS, carrier__silent=True),
        open_(shipment__status="pickup_point"),
    ],
    Issue.SIGNED_BY_OTHER: [
        so(CARRIER, "signed-by-other", STANDS, shipment__signed_by_other=True),
        so(NOBODY, "signed-by-oneself", SUGGESTED, shipment__signed_by_other=False),
        so(CARRIER, "carrier-silent-unsigned", STANDS, carrier__silent=True, delivery__proved=False),
        open_(delivery__delivered=True, carrier__silent=True),
    ],
    Issue.CANCEL: [
        so(NOBODY, "cancelled-before-shipping", STANDS, order__status="paid", shipment__exists=False, line__custom=False),
        so(MERCHANT, "not-shipped", STANDS, order__status="paid", shipment__exists=False, delivery__late_hours=1.0),
        so(CUSTOMER, "made-to-order", SUGGESTED, order__status="paid", order__shipped=False, line__custom=True),
        so(CUSTOMER, "shipped-already", SUGGESTED, order__status="shipped", order__shipped=True),
        so(NOBODY, "not-paid-yet", STANDS, order__status="unpaid"),
        so(NOBODY, "cancelled-already", STANDS, order__status="cancelled"),
    ],
    Issue.CHANGE: [
        so(NOBODY, "changed-before-shipping", STANDS, order__status="paid", shipment__exists=False, line__custom=False),
        so(CUSTOMER, "shipped-already", SUGGESTED, order__status="shipped", order__shipped=True),
        so(CUSTOMER, "made-to-order", SUGGESTED, order__status="paid", order__shipped=False, line__custom=True),
    ],
    Issue.CHARGED_TWICE: [
        so(PLATFORM, "charged-twice", STANDS, payment__captured_count=2, payment__duplicate_minor=12_900),
        so(PLATFORM, "charged-in-parts-too-much", SUGGESTED, payment__duplicate_minor=0, payment__overcharged_minor=100),
        so(NOBODY, "charged-once", STANDS, payment__captured_count=1, payment__duplicate_minor=0),
        so(NOBODY, "not-charged", SUGGESTED, payment__captured_count=0),
        open_(),
    ],
    Issue.REFUND_NOT_ARRIVED: [
        so(PLATFORM, "refund-overdue", STANDS, payment__refund_pending_hours=200.0),
        so(NOBODY, "refund-on-its-way", STANDS, payment__refund_pending_hours=20.0),
        so(NOBODY, "refund-arrived", SUGGESTED, payment__refund_pending=False, payment__refunded_minor=500),
        so(NOBODY, "no-refund-made", SUGGESTED, payment__refund_pending=False, payment__refunded_minor=0),
    ],
    Issue.PRICE_DISPUTE: [
        so(PLATFORM, "charged-too-much", STANDS, payment__overcharged_minor=300),
        so(MERCHANT, "above-the-listed-price", STANDS, line__promotional=False, line__discount_minor=-300),
        so(MERCHANT, "promotion-not-applied", SUGGESTED, line__promotional=True, line__discount_minor=0),
        so(NOBODY, "promotion-applied", SUGGESTED, line__promotional=True, line__discount_minor=4_000),
        so(NOBODY, "listed-price-paid", SUGGESTED, line__promotional=False, line__discount_minor=0),
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True),
    ],
    Issue.MERCHANT_ATTITUDE: [
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True),
        so(MERCHANT, "merchant-silent", SUGGESTED, merchant__silent=True, evidence__count=1),
        so(MERCHANT, "merchant-silent-on-order", SUGGESTED, merchant__silent=True),
        so(MERCHANT, "merchants-manners-shown", SUGGESTED, evidence__count=1),
        so(NOBODY, "nothing-shows-it", SUGGESTED, merchant__admits=False),
    ],
    Issue.PLATFORM_ATTITUDE: [
        so(PLATFORM, "platforms-manners-shown", SUGGESTED, evidence__count=1),
        so(PLATFORM, "platform-kept-them-waiting", SUGGESTED, service__missed_by_platform=1),
        open_(),
    ],
    Issue.CARRIER_ATTITUDE: [
        so(CARRIER, "carrier-admits", STANDS, carrier__admits=True),
        so(CARRIER, "carrier-silent-on-manners", SUGGESTED, carrier__silent=True),
        so(CARRIER, "carriers-manners-shown", SUGGESTED, evidence__count=1),
    ],
    Issue.SLOW_RESPONSE: [
        so(PLATFORM, "platform-kept-them-waiting", SUGGESTED, service__missed_by_platform=1, service__missed_by_merchant=1),
        so(MERCHANT, "merchant-kept-them-waiting", SUGGESTED, service__missed_by_merchant=2),
        so(PLATFORM, "promised-refund-overdue", SUGGESTED, payment__refund_pending_hours=170.0),
    ],
    Issue.PROMISE_NOT_KEPT: [
        so(MERCHANT, "merchant-admits", STANDS, merchant__admits=True),
        so(MERCHANT, "promised-delivery-shipped-late", SUGGESTED, delivery__late_hours=48.0, shipment__shipped_late_hours=1.0),
        so(CARRIER, "promised-delivery-late-on-the-way", SUGGESTED, delivery__late_hours=48.0, shipment__shipped_late_hours=-1.0),
        so(MERCHANT, "merchant-silent-on-order", SUGGESTED, merchant__silent=True),
    ],
    Issue.PLATFORM_RULE: [
        so(CUSTOMER, "sold-as-not-returnable", SUGGESTED, order__status="delivered", line__no_return=True),
        so(NOBODY, "rule-of-the-promotion", SUGGESTED, order__status="delivered", line__promotional=True),
        so(NOBODY, "rule-as-published", SUGGESTED, order__status="delivered"),
        so(PLATFORM, "platform-kept-them-waiting", SUGGESTED, service__missed_by_platform=1),
        open_(),
    ],
}


SITUATIONS = [
    pytest.param(issue, situation, id=f"{issue}:{situation.row or 'open'}")
    for issue, situations in ISSUES.items()
    for situation in situations
]


@pytest.mark.parametrize(("issue", "situation"), SITUATIONS)
def test_facts_lead_to_a_finding(policy_slice: PolicySlice, issue: Issue, situation: Situation) -> None:
    finding = find(policy_slice, issue, facts(situation.facts), NOW)
    if situation.row is None:
        assert finding is None
        return
    assert finding is not None
    assert (finding.row, finding.party) == (situation.row, situation.party)
    assert decisive(policy_slice, finding) is situation.decisive


def test_every_issue_has_its_situations() -> None:
    assert set(ISSUES) == set(Issue)


def test_every_row_of_the_policy_finds_somebody_in_one_of_the_situations(policy_slice: PolicySlice) -> None:
    told = {situation.row for situations in ISSUES.values() for situation in situations}
    assert {row.id for row in policy_slice.liability} - told == set()


@pytest.mark.parametrize("issue", Issue)
def test_an_issue_has_rows_and_lists_what_matters(policy_slice: PolicySlice, issue: Issue) -> None:
    assert any(issue in row.issues for row in policy_slice.liability)
    assert len(policy_slice.issues[issue].facts) >= 2


def test_only_these_findings_let_a_case_go_without_a_person(policy_slice: PolicySlice) -> None:
    """RES-10: proved by the books; nothing was sent yet and the merchant's system has its say; or the goods come back first."""
    before_shipping = {"cancelled-before-shipping", "changed-before-shipping"}
    automatic = {row.id: row.automatic for row in policy_slice.liability if row.automatic and row.id not in before_shipping}
    assert automatic == {"charged-twice": True, "lost": True, "returned-in-time": "return"}
    for row in policy_slice.liability:
        if row.automatic:
            assert row.confidence >= policy_slice.automatic.confidence


@pytest.mark.parametrize("issue", Issue)
def test_what_is_missing_is_what_matters_and_is_not_known(policy_slice: PolicySlice, issue: Issue) -> None:
    matters = policy_slice.issues[issue].facts
    for situation in ISSUES[issue]:
        gaps = {gap.fact for gap in missing(policy_slice, issue, facts(situation.facts))}
        assert gaps == set(matters) - set(situation.facts)
        assert set(situation.facts) <= set(matters) | {"order.status"}
