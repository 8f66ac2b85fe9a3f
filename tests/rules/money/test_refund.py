"""Refunds over the original payments: exact to the minor unit; and when what was refused goes another way (RES-5)."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.base import Money
from models.common.currencies import payable
from models.common.partners import Refund, RefundTo, RefusalCode
from models.common.vocabulary import RefundStatus
from models.policy.policy import PolicySlice
from models.remedies.remedy import RefundPart
from rules.money.refund import may_go_to_bank, split, to_balance


def refused(code: RefusalCode | None, to: RefundTo = RefundTo.ORIGINAL, method: str = "card") -> RefundPart:
    failed = RefundStatus.FAILED
    return RefundPart(
        key="k", payment_id="P-1", method=method, amount=Money(minor=1), refund_status=failed, refusal_code=code, to=to
    )


@given(st.integers(1, 10**9), st.lists(st.integers(0, 10**8), max_size=6))
def test_a_split_is_exact_or_refused(minor: int, held: list[int]) -> None:
    left = {f"P-{number}": holds for number, holds in enumerate(held)}
    shares = split(minor, left)
    if minor > sum(held):
        assert shares is None
        return
    assert shares is not None
    assert sum(share for _, share in shares) == minor
    assert all(0 < share <= left[payment_id] for payment_id, share in shares)
    assert all(share == left[payment_id] for payment_id, share in shares[:-1])  # a later payment only when the first is empty


@given(st.integers(1, 10**9), st.lists(st.integers(0, 10**8), max_size=6))
def test_what_cards_do_not_pay_is_split_off_in_shares_of_their_own(minor: int, held: list[int]) -> None:
    left = {f"P-{number}": holds for number, holds in enumerate(held)}
    shares = split(minor, left, payable("KWD"))
    if minor > sum(held):
        assert shares is None
        return
    assert shares is not None
    taken = Counter[str]()
    for payment_id, share in shares:
        taken[payment_id] += share
    assert sum(taken.values()) == minor
    assert all(share <= left[payment_id] for payment_id, share in taken.items())
    assert sum(share for _, share in shares if share % 10) < 10 * max(len(held), 1)


@pytest.mark.parametrize(
    ("minor", "left", "shares"),
    [
        (20_000, {"P-1": 12_345, "P-2": 20_000}, (("P-1", 12_340), ("P-2", 7_660))),
        (3_333, {"P-1": 10_000}, (("P-1", 3_330), ("P-1", 3))),
        (12_345, {"P-1": 12_345}, (("P-1", 12_340), ("P-1", 5))),
    ],
)
def test_dinars_go_back_in_tens_of_fils(minor: int, left: dict[str, int], shares: tuple[tuple[str, int], ...]) -> None:
    assert split(minor, left, payable("KWD")) == shares


@pytest.mark.parametrize(
    ("parts", "goes"),
    [
        ((refused(RefusalCode.ACCOUNT_CLOSED),), True),
        ((refused(RefusalCode.CARD_EXPIRED), RefundPart(key="a", payment_id="P-2", amount=Money(minor=1))), True),
        ((refused(RefusalCode.ACCOUNT_CLOSED), refused(RefusalCode.OTHER)), False),
        ((refused(RefusalCode.INSUFFICIENT_FUNDS),), False),
        ((refused(None),), False),
        ((refused(RefusalCode.ACCOUNT_CLOSED, RefundTo.BALANCE),), False),
        ((refused(RefusalCode.ACCOUNT_CLOSED, method="huabei"),), False),
        ((), False),
    ],
)
def test_only_what_can_never_go_back_goes_to_the_balance_by_itself(
    policy_slice: PolicySlice, parts: tuple[RefundPart, ...], goes: bool
) -> None:
    assert to_balance(parts, policy_slice) is goes


@pytest.mark.parametrize(
    ("parts", "may"),
    [
        ((refused(RefusalCode.ACCOUNT_CLOSED),), True),
        ((refused(RefusalCode.OTHER, RefundTo.BALANCE),), True),
        ((refused(RefusalCode.INSUFFICIENT_FUNDS, RefundTo.BANK_ACCOUNT),), True),
        ((refused(RefusalCode.ACCOUNT_CLOSED), refused(RefusalCode.INSUFFICIENT_FUNDS)), False),
        ((refused(None),), False),
        ((), False),
    ],
)
def test_a_bank_account_takes_what_no_way_back_is_open_for(
    policy_slice: PolicySlice, parts: tuple[RefundPart, ...], may: bool
) -> None:
    assert may_go_to_bank(parts, policy_slice) is may


def test_a_refusal_code_that_we_do_not_know_is_another_reason() -> None:
    told = {
        "refund_id": "R",
        "key": "k",
        "payment_id": "P",
        "order_id": "O",
        "amount": {"minor": 1},
        "status": "refused",
        "reference": "",
    }
    assert Refund.model_validate({**told, "refusal_code": "moon_phase"}).refusal_code is RefusalCode.OTHER
    assert Refund.model_validate({**told, "refusal_code": None}).refusal_code is None
