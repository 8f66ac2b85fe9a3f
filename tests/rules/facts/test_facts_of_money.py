"""INV-1: what a provider's payments prove."""

import pytest

from models.common.base import Money
from models.common.partners import Payment, ProviderRefundStatus, Refund
from tests.support.builders.facts import HOUR, NOW, bought, charged, known, refund, values


@pytest.mark.parametrize(
    ("payments", "duplicate", "above"),
    [
        ((charged(),), 0, 0),
        ((charged(1), charged(2)), 12_900, 12_900),
        ((charged(1), charged(2), charged(3)), 25_800, 25_800),
        ((charged(1), charged(2, refund(12_900))), 0, 0),
        ((charged(1, refund(12_900)), charged(2)), 0, 0),
        ((charged(1), charged(2, refund(4_000))), 8_900, 8_900),
        ((charged(1), charged(2), charged(3, refund(12_900))), 12_900, 12_900),
        ((charged(1, minor=12_900), charged(2, refund(100), minor=100)), 0, 0),
        ((charged(1), charged(2, refund(12_900, ProviderRefundStatus.REFUSED))), 12_900, 12_900),
        ((charged(1, minor=6_450), charged(2, minor=6_450)), 0, 0),  # one order paid in two halves
        ((charged(1, minor=12_900), charged(2, minor=100)), 0, 100),
        ((charged(1), charged(2, method="card")), 0, 12_900),
    ],
)
def test_a_charge_counts_twice_or_as_too_much_only_above_the_orders_total_and_while_it_did_not_go_back(
    payments: tuple[Payment, ...], duplicate: int, above: int
) -> None:
    facts = values(known(bought(), payments=payments))
    assert facts["payment.duplicate_minor"] == duplicate
    assert facts["payment.overcharged_minor"] == above
    assert facts["payment.captured_count"] == len(payments)


@pytest.mark.parametrize(
    ("situation", "payments", "for_goods", "duplicate", "above"),
    [
        ("goods returned, nothing of the second charge", (charged(1, refund(6_000)), charged(2)), 6_000, 12_900, 12_900),
        ("from the second charge", (charged(1), charged(2, refund(6_000))), 6_000, 12_900, 12_900),
        (
            "goods returned, and the second charge given back",
            (charged(1, refund(6_000)), charged(2, refund(12_900))),
            6_000,
            0,
            0,
        ),
        ("some of it by somebody else", (charged(1, refund(6_000)), charged(2, refund(4_000))), 6_000, 8_900, 8_900),
        ("goods returned that were charged once", (charged(1, refund(6_000)),), 6_000, 0, 0),
        ("by hand, so that the provider knows of none", (charged(1), charged(2)), 6_000, 12_900, 12_900),
    ],
)
def test_what_was_refunded_for_goods_is_no_money_that_was_charged_too_much(
    situation: str, payments: tuple[Payment, ...], for_goods: int, duplicate: int, above: int
) -> None:
    facts = values(known(bought(), payments=payments, given_for_goods=for_goods))
    assert (facts["payment.duplicate_minor"], facts["payment.overcharged_minor"]) == (duplicate, above), situation


@pytest.mark.parametrize(
    ("refunds", "by"),
    [
        ((refund(100),), "outside"),
        ((refund(100, key="RD-7.m1.1.1", reference="RD-7"),), "redress"),
        ((refund(100), refund(50, key="RD-7.m1.1.1", reference="RD-7")), "both"),
    ],
)
def test_a_refund_on_its_way_is_told_with_who_asked_for_it_and_since_when(refunds: tuple[Refund, ...], by: str) -> None:
    facts = known(bought(), payments=(charged(1, *refunds, refund(900, ProviderRefundStatus.ARRIVED, key="earlier")),))
    on_their_way = sum(one.amount.minor for one in refunds)
    assert facts["payment.refund_pending_by"].value == by
    assert facts["payment.refund_pending_minor"].value == on_their_way
    assert facts["payment.refunded_minor"].value == on_their_way + 900
    assert facts["payment.refund_pending_hours"].value == 30
    assert facts["payment.refund_pending_hours"].as_of == NOW - 30 * HOUR


def test_an_order_of_which_the_provider_knows_nothing_has_no_facts_of_payment() -> None:
    assert not [name for name in known(bought()) if name.startswith("payment.")]


def test_the_same_figure_in_another_currency_is_no_second_charge() -> None:
    dollars = charged(2).model_copy(update={"amount": Money(minor=12_900, currency="USD")})
    facts = values(known(bought(), payments=(charged(1), dollars)))
    assert (facts["payment.duplicate_minor"], facts["payment.overcharged_minor"]) == (0, 0)
