"""INV-4: facts and conditions are told in words that people use, in both languages."""

import pytest
from pydantic import JsonValue

from models.common.conditions import Condition
from rules.facts.registry import FACTS
from rules.facts.wording import told, wanted


@pytest.mark.parametrize(
    ("fact", "value", "zh", "en"),
    [
        ("payment.refunded_minor", 12_900, "¥129.00", "CNY 129.00"),
        ("line.discount_minor", -300, "-¥3.00", "-CNY 3.00"),
        ("delivery.delivered_at", "2026-03-02T09:30:00+00:00", "3月2日17:30", "2 Mar, 17:30 (GMT+8)"),
        ("delivery.late_hours", 30.5, "30.5 小时", "30.5 hours"),
        ("shipment.weight_loss_grams", 1_200, "1,200 克", "1,200 g"),
        ("shipment.count", 2, "2", "2"),
        ("shipment.status", "pickup_point", "代收点", "at a pick-up point"),
        ("merchant.admits", False, "否", "no"),
        (
            "line.category",
            {"L1": "electronics", "L2": "ship models"},
            "L1：数码电子；L2：ship models",
            "L1: electronics; L2: ship models",
        ),
        ("line.marks", {"L1": [], "L2": ["custom", "own"]}, "L1：无；L2：定制商品、own", "L1: none; L2: made to order, own"),
        ("evidence.count", None, "未知", "not known"),
    ],
)
def test_a_fact_is_told_in_words(fact: str, value: JsonValue, zh: str, en: str) -> None:
    said = told(fact, value, "CNY", "Asia/Shanghai")
    assert (said.zh, said.en) == (zh, en)


def test_money_is_told_in_the_orders_currency() -> None:
    assert told("payment.captured_minor", 500, "JPY").en == "JPY 500"
    assert wanted(Condition(fact="payment.duplicate_minor", at_least=1), "EUR").en == "at least EUR 0.01"


@pytest.mark.parametrize("fact", FACTS)
def test_whatever_is_wanted_of_a_fact_can_be_told(fact: str) -> None:
    for known in (True, False):
        assert wanted(Condition(fact=fact, known=known), "CNY").zh
