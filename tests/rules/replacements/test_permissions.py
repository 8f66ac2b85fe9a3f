"""What a replacement is about, what it costs more or less, and what may be done to it (RES-7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Money
from models.common.lines import LineQuantity, NewItem
from models.common.partners import Order, OrderLine
from models.common.vocabulary import ErrorType, RemedyKind, Role
from models.remedies.remedy import Remedy
from models.replacements.partner import Repair, RepairStatus, StockItem
from models.replacements.state import ReplacementAction, ReplacementStage, ReplacementState
from rules.replacements import permissions as rules
from tests.support.builders.cases import receipt
from tests.support.builders.orders import order

STAGES = ReplacementStage
A = ReplacementAction


def bought(quantity: int = 3, paid: int = 10_000) -> Order:
    first = OrderLine(
        line_id="L1",
        sku="CUP",
        title="杯子",
        category="home",
        quantity=quantity,
        unit_price=Money(minor=paid),
        paid=Money(minor=paid),
    )
    second = first.model_copy(update={"line_id": "L2", "sku": "MAT", "quantity": 1})
    return order(lines=(first, second), total=Money(minor=2 * paid))


def state(stage: ReplacementStage) -> ReplacementState:
    item = StockItem(line_id="L1", sku="CUP")
    return ReplacementState(workflow_id="RD-1.m1.replacement", kind=RemedyKind.REPAIR, stage=stage, items=(item,))


MAY = {
    STAGES.RESERVING: {Role.MERCHANT: {A.SENT, A.OUT_OF_STOCK}},
    STAGES.AWAITING_STOCK: {Role.CUSTOMER: {A.CHOOSE_REFUND}, Role.MERCHANT: {A.SENT, A.OUT_OF_STOCK}},
    STAGES.SENDING: {Role.MERCHANT: {A.SENT, A.OUT_OF_STOCK}},
    STAGES.DIAGNOSIS: {Role.MERCHANT: {A.DIAGNOSE, A.REPAIRED, A.NOT_REPAIRABLE}},
    STAGES.ESTIMATE: {Role.CUSTOMER: {A.ACCEPT_ESTIMATE, A.REFUSE_ESTIMATE}},
    STAGES.REPAIR: {Role.MERCHANT: {A.REPAIRED, A.NOT_REPAIRABLE}},
    STAGES.SENDING_BACK: {Role.MERCHANT: {A.SENT}},
}


@pytest.mark.parametrize("stage", STAGES)
def test_who_may_do_what_is_exactly_this(stage: ReplacementStage) -> None:
    expected = MAY.get(stage, {})
    for role in Role:
        own = expected.get(role, set[A]())
        both = set[A]().union(*expected.values())
        may = set(rules.allowed_actions(state(stage), Actor(role=role, id="x")))
        assert may == (both if role in Role.platform() else own), role


def test_a_refusal_says_why_and_what_is_possible() -> None:
    merchant = Actor(role=Role.MERCHANT, id="M-1")
    wrong_role = rules.forbidden(state(STAGES.ESTIMATE), merchant, A.ACCEPT_ESTIMATE)
    wrong_time = rules.forbidden(state(STAGES.SENDING_BACK), merchant, A.REPAIRED)
    assert wrong_role is not None
    assert wrong_role.type is ErrorType.NOT_ALLOWED_FOR_ROLE
    assert wrong_time is not None
    assert (wrong_time.type, wrong_time.allowed, wrong_time.rule) == (ErrorType.NOT_ALLOWED_NOW, ("sent",), "RES-7")
    assert wrong_time.detail_zh


def test_what_is_sent_is_what_was_named_and_else_the_same_again() -> None:
    case = CaseState.model_validate(_case(bought()))
    lines = (LineQuantity(line_id="L1", quantity=2), LineQuantity(line_id="L2"))
    remedy = Remedy(id="m1", kind=RemedyKind.EXCHANGE, lines=lines, items=(NewItem(line_id="L1", sku="CUP-BLUE", quantity=2),))
    items = rules.items_of(case, remedy)
    assert [(item.line_id, item.sku, item.quantity) for item in items] == [("L1", "CUP-BLUE", 2), ("L2", "MAT", 1)]
    assert not rules.same_again(bought(), items, lines)
    same = rules.items_of(case, remedy.model_copy(update={"items": ()}))
    assert rules.same_again(bought(), same, lines)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_difference_is_exact_and_goes_one_way(paid: int, price: int) -> None:
    whole = Money(minor=paid)
    to_pay, to_give_back = rules.difference(whole, Money(minor=price), same=False)
    assert (to_pay.minor if to_pay else 0) - (to_give_back.minor if to_give_back else 0) == price - paid
    assert to_pay is None or to_give_back is None
    assert rules.difference(whole, Money(minor=price), same=True) == (None, None)
    assert rules.difference(whole, Money(minor=price, currency="EUR"), same=False) == (None, None)
    assert rules.difference(whole, None, same=False) == (None, None)


@given(st.lists(st.sampled_from(RepairStatus), min_size=1))
def test_a_repair_only_goes_on(said: list[RepairStatus]) -> None:
    known: Repair | None = None
    ranks: list[int] = []
    for status in said:
        told = Repair(key="r", status=status, in_warranty=True if status is RepairStatus.DIAGNOSED else None)
        if rules.newer(known, told):
            known = rules.merged(known, told)
            ranks.append(rules.RANK[known.status])
    assert ranks == sorted(set(ranks))
    assert known is not None


def test_what_the_workshop_said_once_stays_said() -> None:
    first = Repair(key="r", status=RepairStatus.DIAGNOSED, in_warranty=False, words="wet")
    after = rules.merged(first, Repair(key="r", status=RepairStatus.REPAIRED))
    assert (after.status, after.in_warranty, after.words) == (RepairStatus.REPAIRED, False, "wet")


def _case(of: Order) -> dict[str, object]:
    return {"receipt": receipt(), "policy_version": "1", "kind": "after_sales", "order_id": of.order_id, "order": of}
