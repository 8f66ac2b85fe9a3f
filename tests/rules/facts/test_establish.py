"""INV-1: what order, parcels, payments and answers prove, each fact with its source and as of when; what nothing proves is absent."""

from datetime import UTC, datetime

import pytest

from models.common.actors import Actor, EvidenceRef
from models.common.base import Bilingual, Money
from models.common.lines import LineQuantity
from models.common.partners import Scan, ShipmentStatus
from models.common.vocabulary import ClockName, Role, Tier, WaitingOn
from models.investigation.clocks import Miss
from models.investigation.findings import PERSONAL_FACTS, FactType, InformationRequest, Saying
from rules.facts.establish import warranty_end
from rules.facts.parcels import parcel_in_question
from rules.facts.registry import FACTS
from tests.support.builders.actors import CUSTOMER, MERCHANT
from tests.support.builders.facts import DAY, EVERY_DAY, HOUR, NOW, PHOTO, bought, charged, delivered, known, refund, sent, values
from tests.support.builders.orders import line


def test_delivery_is_told_with_its_promise_and_as_of_when_it_happened() -> None:
    facts = known(bought(), delivered(2))
    assert facts["delivery.delivered_at"].value == (NOW - 2 * DAY).isoformat()
    assert facts["order.promised_at"].value == (NOW - 4 * DAY).isoformat()
    assert facts["delivery.late_hours"].value == 48
    assert facts["delivery.days_since"].value == 2
    assert facts["delivery.proved"].value is True
    assert facts["delivery.late_hours"].as_of == NOW - 2 * DAY
    assert facts["delivery.late_hours"].at == NOW
    assert facts["order.status"].as_of == NOW - HOUR  # as of when the partners were asked
    assert facts["order.placed_at"].as_of == NOW - 9 * DAY


def test_a_parcel_under_way_is_told_with_its_last_scan() -> None:
    facts = known(bought(), sent())
    assert facts["shipment.hours_without_scan"].value == 50
    assert facts["shipment.last_place"].value == "杭州"
    assert facts["shipment.last_scan_at"].as_of == NOW - 50 * HOUR
    assert facts["shipment.under_way"].value is True
    assert facts["shipment.shipped_late_hours"].value == -72
    assert facts["delivery.late_hours"].value == 96
    assert not {"delivery.delivered_at", "delivery.days_since", "shipment.signed_relation"} & facts.keys()


@pytest.mark.parametrize("status", [ShipmentStatus.PICKUP_POINT, ShipmentStatus.LOST, ShipmentStatus.RETURNED])
def test_a_parcel_that_waits_to_be_fetched_or_whose_end_is_known_has_not_gone_missing(status: ShipmentStatus) -> None:
    facts = values(known(bought(), sent(status=status)))
    assert facts["shipment.under_way"] is False
    assert facts["shipment.last_place"] == "杭州"
    assert "shipment.hours_without_scan" not in facts
    beside_one_on_its_way = values(
        known(bought(), sent(status=status), sent("T-2", scans=(Scan(at=NOW, place="苏州", status="x"),)))
    )
    assert beside_one_on_its_way["shipment.hours_without_scan"] == 0


@pytest.mark.parametrize(("consent", "late"), [(True, 96 - 50), (False, 96), (None, 96)])
def test_a_parcel_at_the_pick_up_point_that_the_customer_agreed_to_is_late_no_more(consent: bool | None, late: float) -> None:
    facts = values(known(bought(), sent(status=ShipmentStatus.PICKUP_POINT, consent_to_pickup_point=consent)))
    assert facts["delivery.late_hours"] == late
    assert facts["delivery.delivered"] is False


def test_the_warranty_of_its_category_holds_for_goods_that_name_none() -> None:
    plain, own = line(category="electronics"), line(warranty_months=3, category="electronics")
    for goods, warranties, days in ((plain, {}, None), (plain, {"electronics": 12}, 363), (own, {"electronics": 12}, 90)):
        facts = values(known(bought(lines=(goods,)), delivered(2), warranties=warranties))
        assert facts["line.warranted"] is (days is not None)
        assert facts.get("line.warranty_left_days") == days


def test_a_warranty_lasts_to_the_end_of_its_last_day_where_days_are_counted() -> None:
    goods = bought(lines=(line(warranty_months=3),))
    facts = values(known(goods, delivered(2), counting=EVERY_DAY))
    assert facts["line.warranty_ends_at"] == "2026-09-06T15:59:59+00:00"  # 23:59:59 in Shanghai
    assert facts["delivery.days_counted"] == 2


def test_delivered_without_a_signature_is_not_proved() -> None:
    facts = values(known(bought(), delivered(signed_by=None, signed_relation=None)))
    assert (facts["delivery.delivered"], facts["delivery.proved"]) == (True, False)
    assert "shipment.signed_by_other" not in facts


def test_who_signed_and_how_they_are_related_is_known_and_a_name_is_marked_personal() -> None:
    facts = values(known(bought(), delivered(signed_by="李先生", signed_relation="neighbour")))
    assert (facts["shipment.signed_by"], facts["shipment.signed_relation"]) == ("李先生", "neighbour")
    assert facts["shipment.signed_by_other"] is True
    assert PERSONAL_FACTS == {"shipment.signed_by"} <= FACTS.keys()


@pytest.mark.parametrize(
    ("status", "consent", "value"),
    [
        (ShipmentStatus.PICKUP_POINT, False, True),
        (ShipmentStatus.PICKUP_POINT, True, False),
        (ShipmentStatus.PICKUP_POINT, None, None),
        (ShipmentStatus.IN_TRANSIT, False, None),
    ],
)
def test_a_pick_up_point_is_without_consent_only_when_the_record_says_so(
    status: ShipmentStatus, consent: bool | None, value: bool | None
) -> None:
    facts = values(known(bought(), sent(status=status, consent_to_pickup_point=consent)))
    assert facts.get("shipment.pickup_point_without_consent") is value


def test_weights_are_those_of_the_parcels_that_were_weighed_twice() -> None:
    weighed = delivered(weight_sent=900, weight_arrived=700)
    facts = values(known(bought(), weighed, delivered(tracking="T-2", weight_sent=500)))
    assert facts["shipment.weight_sent_grams"] == 900
    assert facts["shipment.weight_loss_grams"] == 200


def test_of_several_parcels_the_facts_speak_of_the_one_in_trouble() -> None:
    lost, fine = sent("T-1", status=ShipmentStatus.LOST, carrier_id="K-2"), delivered(tracking="T-2")
    for parcels in ((lost, fine), (fine, lost)):
        facts = values(known(bought(), *parcels))
        assert (facts["shipment.status"], facts["shipment.count"]) == ("lost", 2)
        assert facts["delivery.delivered"] is False
        assert parcel_in_question(parcels) == lost
    assert parcel_in_question(()) is None


def test_goods_are_told_with_their_marks_and_the_warranty_that_ends_first() -> None:
    lines = (
        line("L1", marks=frozenset({"custom"}), warranty_months=12),
        line("L2", category="food", marks=frozenset({"perishable"}), warranty_months=3),
    )
    facts = values(known(bought(lines=lines), delivered(100)))
    assert facts["line.category"] == {"L1": "apparel", "L2": "food"}
    assert facts["line.marks"] == {"L1": ["custom"], "L2": ["perishable"]}
    assert (facts["line.custom"], facts["line.perishable"], facts["line.hygiene"]) == (True, True, False)
    assert facts["line.warranted"] is True
    assert isinstance(facts["line.warranty_left_days"], float)
    assert facts["line.warranty_left_days"] < 0
    only_first = values(known(bought(lines=lines), delivered(100), lines=(LineQuantity(line_id="L1"),)))
    assert only_first["line.perishable"] is False
    assert isinstance(only_first["line.warranty_left_days"], float)
    assert only_first["line.warranty_left_days"] > 200


def test_goods_without_a_warranty_leave_open_until_when_the_others_last() -> None:
    facts = values(known(bought(lines=(line("L1", warranty_months=12), line("L2"))), delivered(1)))
    assert facts["line.warranted"] is False
    assert "line.warranty_left_days" not in facts


@pytest.mark.parametrize(
    ("delivered_on", "months", "ends"),
    [((2026, 1, 31), 1, (2026, 2, 28)), ((2023, 11, 30), 3, (2024, 2, 29)), ((2026, 6, 8), 12, (2027, 6, 8))],
)
def test_a_warranty_ends_on_the_same_day_of_a_later_month(
    delivered_on: tuple[int, int, int], months: int, ends: tuple[int, int, int]
) -> None:
    assert warranty_end(datetime(*delivered_on, tzinfo=UTC), months) == datetime(*ends, tzinfo=UTC)


@pytest.mark.parametrize(
    ("listed", "paid", "marks", "discount"),
    [(10_000, 6_000, {"promotional"}, 4_000), (10_000, 10_000, set[str](), 0), (10_000, 10_500, set[str](), -500)],
)
def test_the_price_that_was_paid_is_compared_with_the_listed_one(listed: int, paid: int, marks: set[str], discount: int) -> None:
    priced = line(unit_price=Money(minor=listed), paid=Money(minor=paid), marks=frozenset(marks))
    facts = values(known(bought(lines=(priced,))))
    assert facts["line.discount_minor"] == discount
    assert facts["line.promotional"] is bool(marks)


# ── what the parties say ─────────────────────────────────────────────────────────────────────────────────────────────────


def asked(of: WaitingOn = WaitingOn.MERCHANT, **change: object) -> InformationRequest:
    base = InformationRequest(
        id="q1",
        of=of,
        recipient="M-1",
        question=Bilingual(zh="?", en="?"),
        asked_at=NOW - 2 * DAY,
        remind_at=NOW - DAY,
        due=NOW - HOUR,
    )
    return base.model_copy(update=change)


def saying(by: Actor, *evidence: EvidenceRef, hours_ago: int = 2) -> Saying:
    return Saying(at=NOW - hours_ago * HOUR, by=by, words="so it was", evidence=evidence)


def test_an_open_question_proves_nothing_yet() -> None:
    assert not [name for name in known(requests=(asked(),)) if name.startswith("merchant.")]


def test_silence_is_a_fact_once_the_deadline_passed_and_none_after_an_answer() -> None:
    silent = known(requests=(asked(silent=True),))["merchant.silent"]
    assert (silent.value, silent.as_of, silent.source) == (True, NOW - HOUR, "merchant")
    answered = asked(id="q2", answer=saying(MERCHANT))
    assert known(requests=(asked(silent=True), answered))["merchant.silent"].value is False


def test_the_last_word_on_responsibility_counts() -> None:
    first = asked(answer=saying(MERCHANT, hours_ago=20), admits=False)
    last = asked(id="q2", answer=saying(MERCHANT, hours_ago=1), admits=True)
    for requests in ((first, last), (last, first)):
        told = known(requests=requests)["merchant.admits"]
        assert (told.value, told.as_of) == (True, NOW - HOUR)


def test_each_partys_evidence_is_its_own() -> None:
    facts = values(known(sayings=(saying(CUSTOMER, PHOTO), saying(MERCHANT, PHOTO, PHOTO)), evidence=1))
    assert (facts["evidence.count"], facts["merchant.evidence"]) == (2, 2)
    assert "carrier.evidence" not in facts
    assert "evidence.count" not in known(sayings=(saying(MERCHANT, PHOTO),))


def test_missed_promises_are_told_with_who_held_the_case() -> None:
    def miss(tier: Tier) -> Miss:
        return Miss(clock=ClockName.PLAN, at=NOW - HOUR, due=NOW - HOUR, held_by=tier)

    facts = values(known(misses=(miss(Tier.MERCHANT), miss(Tier.PLATFORM), miss(Tier.SUPERVISOR))))
    assert (facts["service.missed_by_merchant"], facts["service.missed_by_platform"]) == (1, 2)


KINDS = {FactType.YES_NO: bool, FactType.NUMBER: int | float, FactType.TEXT: str, FactType.INSTANT: str, FactType.BY_LINE: dict}


def test_every_fact_is_of_its_type_and_source_and_can_be_proved() -> None:
    twice = (charged(1, refund(100)), charged(2))
    everything = [
        known(
            bought(lines=(line(warranty_months=12),)),
            delivered(weight_sent=9, weight_arrived=8),
            payments=twice,
            evidence=1,
            counting=EVERY_DAY,
        ),
        known(bought(), sent(consent_to_pickup_point=True, status=ShipmentStatus.PICKUP_POINT), sent("T-2")),
        known(
            requests=tuple(
                asked(of, answer=saying(MERCHANT), admits=True)
                for of in (WaitingOn.MERCHANT, WaitingOn.CARRIER, WaitingOn.CUSTOMER)
            ),
            sayings=(saying(MERCHANT, PHOTO), saying(Actor(role=Role.CARRIER, id="K-1"), PHOTO)),
            misses=tuple(Miss(clock=ClockName.PLAN, at=NOW, due=NOW, held_by=tier) for tier in (Tier.MERCHANT, Tier.PLATFORM)),
        ),
    ]
    seen = {name for facts in everything for name in facts}
    assert seen == set(FACTS)
    for fact in (fact for facts in everything for fact in facts.values()):
        spec = FACTS[fact.name]
        assert isinstance(fact.value, KINDS[spec.type]), fact
        assert spec.type is FactType.YES_NO or not isinstance(fact.value, bool), fact
        assert not spec.values or fact.value in spec.values
        assert fact.source == spec.source
        assert fact.as_of is not None
        assert fact.as_of <= fact.at
