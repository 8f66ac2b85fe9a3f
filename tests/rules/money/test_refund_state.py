"""A refund's part only moves forward, whatever is told of it and in whatever order (RES-5)."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.base import Money
from models.common.partners import ProviderRefundStatus
from models.common.vocabulary import RefundStatus
from models.remedies.remedy import RefundPart
from rules.money.refund_state import PROVIDERS, may_follow, standing, standing_minor, status_of, told_as

NONE, PENDING, REQUESTED = RefundStatus.NONE, RefundStatus.PENDING, RefundStatus.REQUESTED
ARRIVED, FAILED, REVERSED = RefundStatus.ARRIVED, RefundStatus.FAILED, RefundStatus.REVERSED
FORWARD = {
    (PENDING, REQUESTED),
    (PENDING, FAILED),
    (PENDING, ARRIVED),
    (REQUESTED, FAILED),
    (REQUESTED, ARRIVED),
    (FAILED, ARRIVED),
    (ARRIVED, REVERSED),
}


def parts(*states: RefundStatus) -> tuple[RefundPart, ...]:
    return tuple(
        RefundPart(key=f"k{number}", payment_id="P-1", amount=Money(minor=10**number), refund_status=state)
        for number, state in enumerate(states)
    )


@pytest.mark.parametrize(("known", "new"), list(product(RefundStatus, RefundStatus)))
def test_a_part_only_moves_forward(known: RefundStatus, new: RefundStatus) -> None:
    assert may_follow(new, known) is ((known, new) in FORWARD)


@given(st.lists(st.sampled_from([PENDING, REQUESTED, ARRIVED, FAILED])))
def test_whatever_is_told_twice_and_out_of_order_ends_the_same(told: list[RefundStatus]) -> None:
    def end(news: list[RefundStatus]) -> RefundStatus:
        known = PENDING
        for new in news:
            known = new if may_follow(new, known) else known
        return known

    assert end(told) is end(sorted(told)) is end([*told, *told])


@pytest.mark.parametrize("told", ProviderRefundStatus)
def test_every_word_of_a_provider_is_a_state_of_ours(told: ProviderRefundStatus) -> None:
    assert PROVIDERS[told] in {REQUESTED, ARRIVED, FAILED}


@given(st.lists(st.sampled_from(ProviderRefundStatus)), st.booleans())
def test_a_refund_that_came_back_is_reversed_once_the_providers_list_says_so_whatever_was_told_before(
    told: list[ProviderRefundStatus], again: bool
) -> None:
    known = ARRIVED
    for word in [*told, ProviderRefundStatus.REFUSED, *(told if again else [])]:
        new = told_as(word, known)
        known = new if may_follow(new, known) else known
    assert known is REVERSED


@pytest.mark.parametrize(
    ("states", "known", "whole"),
    [
        ((REQUESTED, REQUESTED), PENDING, REQUESTED),
        ((REQUESTED, ARRIVED), PENDING, REQUESTED),
        ((ARRIVED, ARRIVED), REQUESTED, REQUESTED),  # a step of its own says that it arrived, with the event
        ((REQUESTED, PENDING), PENDING, PENDING),
        ((REQUESTED, FAILED), PENDING, PENDING),
        ((ARRIVED, FAILED), FAILED, FAILED),
    ],
)
def test_a_refund_is_requested_once_every_part_is(
    states: tuple[RefundStatus, ...], known: RefundStatus, whole: RefundStatus
) -> None:
    assert status_of(parts(*states), known) is whole


def test_a_refused_part_no_longer_counts() -> None:
    every = parts(PENDING, REQUESTED, FAILED, ARRIVED, REVERSED)
    assert [part.refund_status for part in standing(every)] == [PENDING, REQUESTED, ARRIVED]
    assert standing_minor(every) == 1_011
