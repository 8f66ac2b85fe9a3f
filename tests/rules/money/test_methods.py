"""Where a refund goes by a payment method's name (RES-16)."""

import pytest
from pydantic import ValidationError

from models.case.receipt import Wanted
from models.case.state import CaseState
from models.common.base import Money
from models.common.partners import PaymentStatus
from models.common.vocabulary import Issue, RemedyKind, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import OptionOffer, RemedyOffer
from rules.money.methods import method_fault, refund_methods, with_wished_method
from rules.remedies.limits import unfit
from rules.remedies.offers import lay_out
from tests.support.builders.cases import classified, receipt
from tests.support.builders.orders import payment

TWO = (payment(number=1, minor=8_000, method="gift_card"), payment(number=2, minor=4_900, method="wechat_pay"))
REFUND = RemedyOffer(kind=RemedyKind.REFUND_ONLY, amount=Money(minor=1_000))


def wishing(method: str | None) -> CaseState:
    wanted = Wanted(remedy=RemedyKind.REFUND_ONLY, method=method)
    return classified(Issue.QUALITY_DEFECT, payments=TWO).model_copy(update={"receipt": receipt(wanted=wanted)})


def test_what_paid_for_the_order_may_be_named_and_the_balance() -> None:
    failed = payment(number=3, method="card", status=PaymentStatus.FAILED)
    assert refund_methods((*TWO, *TWO, failed), ()) == ("gift_card", "wechat_pay", "balance")


@pytest.mark.parametrize(("wished", "goes"), [("wechat_pay", "wechat_pay"), ("balance", "balance"), ("card", None), (None, None)])
def test_a_wish_that_can_be_fulfilled_is_part_of_the_option_that_the_customer_sees(
    policy_slice: PolicySlice, wished: str | None, goes: str | None
) -> None:
    option = lay_out(policy_slice, wishing(wished), OptionOffer(remedies=(REFUND,), why="fair"))
    assert option.remedies[0].method == goes


def test_whoever_proposes_another_way_is_not_overruled_by_the_wish() -> None:
    offer = REFUND.model_copy(update={"method": "gift_card"})
    assert with_wished_method(wishing("wechat_pay"), offer, ()).method == "gift_card"


def test_store_credit_goes_to_the_balance_whatever_was_wished() -> None:
    credit = RemedyOffer(kind=RemedyKind.STORE_CREDIT, amount=Money(minor=1_000))
    assert with_wished_method(wishing("wechat_pay"), credit, ()) == credit


def test_a_method_that_did_not_pay_is_refused_with_those_that_did(policy_slice: PolicySlice) -> None:
    said = unfit(wishing(None), policy_slice, (REFUND.model_copy(update={"method": "card"}),), Role.SUPERVISOR)
    assert said is not None
    assert said.en == "RES-16: nothing of the order was paid by card; refunds go to: gift_card, wechat_pay, balance"
    assert "gift_card、wechat_pay、balance" in said.zh


@pytest.mark.parametrize("kind", [RemedyKind.EXCHANGE, RemedyKind.STORE_CREDIT, RemedyKind.COUPON])
def test_a_remedy_whose_money_goes_no_other_way_names_none(kind: RemedyKind) -> None:
    amount = None if kind is RemedyKind.EXCHANGE else Money(minor=1_000)
    with pytest.raises(ValidationError, match="takes no method"):
        RemedyOffer(kind=kind, amount=amount, method="alipay")


def test_what_goes_back_to_its_method_alone_leaves_no_balance_to_wish_for() -> None:
    credit = payment(number=1, minor=8_000, method="huabei")
    assert refund_methods((credit,), ("huabei",)) == ("huabei",)
    assert refund_methods((credit, TWO[1]), ("huabei",)) == ("huabei", "wechat_pay", "balance")
    said = method_fault((credit,), "balance", ("huabei",))
    assert said is not None
    assert said.en == "RES-16: what paid for the order goes back there and nowhere else; refunds go to: huabei"
