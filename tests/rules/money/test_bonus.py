"""The bonus on store credit (RES-17): a share up to a sum, beside what is refunded and never of it, and only on what is on the balance."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.base import Money
from models.common.partners import RefundTo
from models.common.vocabulary import Issue, RefundStatus, RemedyKind, Role
from models.money.policy import BonusPolicy, StoreCreditPolicy
from models.policy.policy import PolicySlice
from models.remedies.offers import Option, OptionOffer, RemedyOffer
from models.remedies.remedy import RefundPart, Remedy
from models.remedies.table import REMEDIES
from rules.money.bonus import bonus_due, bonus_on, with_bonus
from rules.remedies.limits import unfit
from rules.remedies.offers import lay_out
from tests.support.builders.cases import classified
from tests.support.builders.orders import order, payment

KINDS = [kind for kind, spec in REMEDIES.items() if spec.refunds]
CREDIT, BONUS = RemedyKind.STORE_CREDIT, RemedyKind.CREDIT_BONUS
AMOUNT = st.integers(min_value=1, max_value=10_000_000)
CURRENCY = st.sampled_from(["CNY", "JPY", "KWD"])


def giving(policy: PolicySlice, share: float, most: int) -> PolicySlice:
    rates = {**(policy.rates or {}), "JPY": Decimal("0.05"), "KWD": Decimal(23)}
    bonus = BonusPolicy(share=share, most_minor=most)
    return policy.model_copy(update={"store_credit": StoreCreditPolicy(bonus=bonus), "rates": rates})


def offer(kind: RemedyKind, minor: int, currency: str = "CNY", method: str | None = None) -> RemedyOffer:
    return RemedyOffer(kind=kind, amount=Money(minor=minor, currency=currency), method=method)


def part(minor: int, currency: str, to: RefundTo, status: RefundStatus, *, otherwise: bool = False) -> RefundPart:
    return RefundPart(
        key="k",
        payment_id="P",
        amount=Money(minor=minor, currency=currency),
        to=to,
        refund_status=status,
        paid_otherwise=otherwise,
    )


def agreed(amount: Money, *parts: RefundPart, settlement: int = 1) -> tuple[Remedy, Remedy]:
    whole = Money(minor=max(sum(one.amount.minor for one in parts), 1), currency=amount.currency)
    credit = Remedy(id="m1", kind=CREDIT, amount=whole, parts=parts, settlement=settlement)
    return credit, Remedy(id="m2", kind=BONUS, amount=amount)


@pytest.mark.parametrize(
    ("minor", "currency", "comes_to"),
    [(10_000, "CNY", 500), (999_999, "CNY", 2_000), (19, "CNY", 0), (10_001, "CNY", 500), (1_000, "XAU", 0)],
)
def test_the_shipped_policy_adds_a_share_up_to_a_sum(policy_slice: PolicySlice, minor: int, currency: str, comes_to: int) -> None:
    assert bonus_on(policy_slice, Money(minor=minor, currency=currency)) == Money(minor=comes_to, currency=currency)


@given(minor=AMOUNT, more=AMOUNT, rule=st.tuples(st.floats(0, 1), st.integers(0, 1_000_000)), currency=CURRENCY)
def test_it_is_never_more_than_the_share_nor_the_sum_and_grows_with_what_is_taken(
    policy_slice: PolicySlice, minor: int, more: int, rule: tuple[float, int], currency: str
) -> None:
    policy, (share, most) = giving(policy_slice, *rule), rule
    bonus = bonus_on(policy, Money(minor=minor, currency=currency)).minor
    assert 0 <= bonus <= minor * Decimal(str(share))
    assert currency != "CNY" or bonus <= most
    assert bonus % (10 if currency == "KWD" else 1) == 0
    assert bonus <= bonus_on(policy, Money(minor=minor + more, currency=currency)).minor


@given(offers=st.lists(st.tuples(st.sampled_from(KINDS), AMOUNT, st.booleans()), min_size=1, max_size=6), currency=CURRENCY)
def test_what_is_refunded_stays_what_it_is_and_the_bonus_stands_beside_it(
    policy_slice: PolicySlice, offers: list[tuple[RemedyKind, int, bool]], currency: str
) -> None:
    made = tuple(
        offer(kind, minor, currency, "balance" if named and kind is not CREDIT else None) for kind, minor, named in offers
    )
    policy = giving(policy_slice, 0.05, 2_000)
    laid_out = with_bonus(policy, made)
    assert laid_out[: len(made)] == made
    taken = sum(minor for kind, minor, named in offers if kind is CREDIT or named)
    bonus = [one.amount for one in laid_out[len(made) :]]
    due = bonus_on(policy, Money(minor=taken, currency=currency))
    assert bonus == ([due] if due.minor else [])
    assert with_bonus(policy, laid_out) == laid_out
    assert Option(remedies=laid_out, why="six at most, and the bonus")


@given(
    parts=st.lists(st.tuples(AMOUNT, st.sampled_from(RefundTo), st.sampled_from(RefundStatus), st.booleans()), max_size=5),
    promised=AMOUNT,
    currency=CURRENCY,
)
def test_only_what_is_on_the_balance_brings_it_and_never_more_than_was_agreed(
    policy_slice: PolicySlice, parts: list[tuple[int, RefundTo, RefundStatus, bool]], promised: int, currency: str
) -> None:
    policy = giving(policy_slice, 0.05, 2_000)
    made = [part(minor, currency, to, status, otherwise=by_hand) for minor, to, status, by_hand in parts]
    credit, bonus = agreed(Money(minor=promised, currency=currency), *made)
    there = sum(
        minor for minor, to, status, by_hand in parts if (to, status, by_hand) == (RefundTo.BALANCE, RefundStatus.ARRIVED, False)
    )
    whole = bonus_on(policy, Money(minor=there, currency=currency)).minor
    assert bonus_due(policy, (credit, bonus), bonus) == Money(minor=min(whole, promised), currency=currency)


def test_money_of_another_solution_brings_none(policy_slice: PolicySlice) -> None:
    there = part(10_000, "CNY", RefundTo.BALANCE, RefundStatus.ARRIVED)
    credit, bonus = agreed(Money(minor=500), there, settlement=2)
    assert bonus_due(policy_slice, (credit, bonus), bonus).minor == 0


def test_the_option_shows_amount_and_bonus_apart_with_its_steps(policy_slice: PolicySlice) -> None:
    case = classified(Issue.QUALITY_DEFECT, order=order(), payments=(payment(),))
    option = lay_out(policy_slice, case, OptionOffer(remedies=(offer(CREDIT, 6_000),), why="fair"))
    assert [(one.kind, one.amount) for one in option.remedies] == [(CREDIT, Money(minor=6_000)), (BONUS, Money(minor=300))]
    assert "180 days" in option.steps[-1].en
    assert "180 天" in option.steps[-1].zh


def test_without_a_share_there_is_none(policy_slice: PolicySlice) -> None:
    offers = (offer(CREDIT, 6_000),)
    assert with_bonus(policy_slice.changed(store_credit=StoreCreditPolicy()), offers) == offers


@pytest.mark.parametrize("role", [Role.AGENT, Role.MERCHANT, Role.SUPERVISOR])
def test_nobody_names_one_of_their_own(policy_slice: PolicySlice, role: Role) -> None:
    case = classified(Issue.QUALITY_DEFECT, order=order(), payments=(payment(),))
    said = unfit(case, policy_slice, (offer(CREDIT, 6_000), offer(BONUS, 6_000)), role)
    assert said is not None
    assert "added by the policy" in said.en
    assert "自动附加" in said.zh
