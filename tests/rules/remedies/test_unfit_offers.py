"""What an offer meets: the rules, who may go beyond them, and what a case gave before (RES-1, RES-3)."""

from typing import Any

import pytest

from models.case.history import LineGiven, OrderHistory
from models.case.state import CaseState, Classification
from models.common.base import Money
from models.common.lines import LineQuantity, NewItem
from models.common.partners import Order, OrderStatus
from models.common.vocabulary import Issue, RefundStatus, RemedyKind, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from models.remedies.order_change import OrderChange
from models.remedies.remedy import RefundPart, Remedy
from rules.facts.establish import facts_of
from rules.remedies.ask import Ask
from rules.remedies.eligibility import eligible
from rules.remedies.limits import unfit
from tests.support.builders.cases import NOW, case, receipt
from tests.support.builders.eligibility import CANCEL, COUPON, DAY, EXCHANGE, REFUND, REPAIR, RETURN, delivered, order
from tests.support.builders.orders import line, payment, refund
from tests.support.builders.remedies import offer


def state(issue: Issue, **change: Any) -> CaseState:
    bought: Order = change.pop("order", order())
    taken = receipt(lines=change.pop("lines", ()))
    fields: dict[str, Any] = {
        "order": bought,
        "payments": (payment(minor=bought.total.minor),),
        "shipments": (delivered(DAY),),
        "classification": Classification(issue=issue, confidence=1, by="customer"),
        **change,
    }
    seen = {name: fields[name] for name in ("order", "shipments", "payments")}
    fields.setdefault("facts", facts_of(**seen, lines=(), requests=(), sayings=(), evidence=0, now=NOW))
    return case(**fields).model_copy(update={"receipt": taken})


def test_an_agent_keeps_to_the_rule_and_reads_it_in_the_refusal(policy_slice: PolicySlice) -> None:
    case_ = state(Issue.QUALITY_DEFECT)
    said = unfit(case_, policy_slice, (offer(REFUND, 6_451),), Role.AGENT)
    assert said is not None
    assert "CNY 64.50" in said.en
    assert "(rule refund-in-part)" in said.en
    assert "（规则 refund-in-part）" in said.zh
    assert unfit(case_, policy_slice, (offer(REFUND, 6_450),), Role.AGENT) is None


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.SUPERVISOR])
def test_a_merchant_and_a_supervisor_may_give_more_but_never_what_is_not_there(policy_slice: PolicySlice, role: Role) -> None:
    case_ = state(Issue.QUALITY_DEFECT)
    assert unfit(case_, policy_slice, (offer(REFUND, 12_900),), role) is None
    too_much = unfit(case_, policy_slice, (offer(REFUND, 12_901),), role)
    assert too_much is not None
    assert "money-left" in too_much.en


GIFT_AND_SHIRT = order(line(minor=0), line("L2", minor=5_000))


@pytest.mark.parametrize(
    ("offered", "change"),
    [
        (offer(RETURN, 5_000), {}),
        (offer(REFUND, 5_000), {}),
        (offer(EXCHANGE), {}),
        (offer(CANCEL, 5_000), {"order": GIFT_AND_SHIRT.model_copy(update={"status": OrderStatus.PAID}), "shipments": ()}),
        (offer(EXCHANGE, None, LineQuantity(line_id="L1")), {}),
    ],
)
def test_a_gift_in_an_order_is_in_the_way_of_nothing(
    policy_slice: PolicySlice, offered: RemedyOffer, change: dict[str, Any]
) -> None:
    issue = Issue.CANCEL if offered.kind is CANCEL else Issue.QUALITY_DEFECT
    case_ = state(issue, **{"order": GIFT_AND_SHIRT, **change})
    assert unfit(case_, policy_slice, (offered,), Role.AGENT) is None


def test_a_gift_is_worth_no_money(policy_slice: PolicySlice) -> None:
    case_ = state(Issue.QUALITY_DEFECT, order=GIFT_AND_SHIRT)
    said = unfit(case_, policy_slice, (offer(RETURN, 1, LineQuantity(line_id="L1")),), Role.AGENT)
    assert said is not None
    assert "more than the CNY 0.00" in said.en


@pytest.mark.parametrize(("role", "allowed"), [(Role.AGENT, False), (Role.MERCHANT, True), (Role.SUPERVISOR, True)])
@pytest.mark.parametrize("again", [True, False])
def test_half_refunded_is_not_all_refunded(policy_slice: PolicySlice, role: Role, *, allowed: bool, again: bool) -> None:
    """Half of 100.00 is all that the policy gives; 10.00 more is for who may go beyond it, in the same case or in another."""
    bought = order(line(minor=10_000))
    if again:
        half = Remedy(id="m1", kind=REFUND, amount=Money(minor=5_000), done_at=NOW, refund_status=RefundStatus.ARRIVED)
        case_ = state(Issue.QUALITY_DEFECT, order=bought, remedies=(half,))
    else:
        earlier = OrderHistory(given=(LineGiven(line_id="L1", minor=5_000),), given_minor=5_000, refunded_minor=5_000)
        case_ = state(Issue.QUALITY_DEFECT, order=bought, history=earlier)
    said = unfit(case_, policy_slice, (offer(REFUND, 1_000),), role)
    assert (said is None) is allowed
    assert said is None or ("given before" in said.en and "(rule refund-in-part)" in said.en)
    assert unfit(case_, policy_slice, (offer(REFUND, 5_000),), Role.SUPERVISOR) is None
    too_much = unfit(case_, policy_slice, (offer(REFUND, 5_001),), Role.SUPERVISOR)
    assert too_much is not None
    assert "money-left" in too_much.en


def test_what_is_all_refunded_is_refunded_no_more_by_anybody(policy_slice: PolicySlice) -> None:
    earlier = OrderHistory(given=(LineGiven(line_id="L1", minor=12_900),), given_minor=12_900, refunded_minor=12_900)
    case_ = state(Issue.QUALITY_DEFECT, history=earlier)
    (shirt,) = eligible(Ask.of(case_, policy_slice)).lines
    refund_ = next(one for one in shirt.remedies if one.kind is REFUND)
    assert (refund_.allowed, refund_.rule, refund_.firm) == (False, "money-left", True)


def test_a_supervisor_may_allow_what_is_too_late_and_an_agent_may_not(policy_slice: PolicySlice) -> None:
    late = state(Issue.QUALITY_DEFECT, shipments=(delivered(9 * DAY),))
    assert unfit(late, policy_slice, (offer(RETURN, 5_000),), Role.SUPERVISOR) is None
    said = unfit(late, policy_slice, (offer(RETURN, 5_000),), Role.AGENT)
    assert said is not None
    assert "(rule quality-return)" in said.en


@pytest.mark.parametrize("role", [Role.AGENT, Role.MERCHANT, Role.SUPERVISOR])
def test_nobody_offers_what_cannot_be_done(policy_slice: PolicySlice, role: Role) -> None:
    waiting = state(Issue.QUALITY_DEFECT, order=order(status=OrderStatus.PAID), shipments=())
    said = unfit(waiting, policy_slice, (offer(RETURN, 5_000),), role)
    assert said is not None
    assert "(rule not-shipped-yet)" in said.en


def test_a_piece_is_offered_once_over_all_remedies_of_an_option(policy_slice: PolicySlice) -> None:
    case_ = state(Issue.QUALITY_DEFECT, order=order(line(quantity=2)))
    one, two = LineQuantity(line_id="L1"), LineQuantity(line_id="L1", quantity=2)
    assert unfit(case_, policy_slice, (offer(RETURN, 100, one), offer(EXCHANGE, None, one)), Role.MERCHANT) is None
    said = unfit(case_, policy_slice, (offer(RETURN, 100, one), offer(EXCHANGE, None, two)), Role.MERCHANT)
    assert said is not None
    assert "3 of L1 are more than the 2 that are left (bought: 2)" in said.en


def test_a_coupon_has_its_own_limit_and_takes_nothing_from_the_order(policy_slice: PolicySlice) -> None:
    case_ = state(Issue.DELAY, payments=(payment(minor=1),))
    assert unfit(case_, policy_slice, (offer(COUPON, 5_000),), Role.AGENT) is None
    said = unfit(case_, policy_slice, (offer(COUPON, 5_001),), Role.AGENT)
    assert said is not None
    assert "(rule coupon-goodwill)" in said.en


def test_no_remedy_is_offered_for_lines_that_were_not_bought(policy_slice: PolicySlice) -> None:
    said = unfit(state(Issue.LOST), policy_slice, (offer(REFUND, 100, LineQuantity(line_id="L9")),), Role.SUPERVISOR)
    assert said is not None
    assert "no line L9; it has L1" in said.en


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ((NewItem(line_id="L9", sku="SKU-2"),), "no line L9; it has L1"),
        ((NewItem(line_id="L1", sku="SKU-2", quantity=3),), "L1: at most 2 piece(s) come in exchange, 3 are named"),
        ((NewItem(line_id="L1", sku="A", quantity=2), NewItem(line_id="L1", sku="B")), "3 are named"),
        ((NewItem(line_id="L1", sku="A"), NewItem(line_id="L1", sku="B")), None),
    ],
)
def test_no_more_comes_in_exchange_than_goes_back(
    policy_slice: PolicySlice, items: tuple[NewItem, ...], words: str | None
) -> None:
    case_ = state(Issue.QUALITY_DEFECT, order=order(line(quantity=2)))
    said = unfit(case_, policy_slice, (RemedyOffer(kind=EXCHANGE, items=items),), Role.SUPERVISOR)
    assert (said and said.en) == words if words is None else said is not None and words in said.en


@pytest.mark.parametrize("kind", [EXCHANGE, REPAIR, RETURN, REFUND, RemedyKind.RESHIP, RemedyKind.ORDER_CANCELLED])
@pytest.mark.parametrize("role", [Role.AGENT, Role.MERCHANT, Role.SUPERVISOR])
def test_nothing_of_an_order_is_offered_where_none_is_known(policy_slice: PolicySlice, kind: RemedyKind, role: Role) -> None:
    issue = Issue.DELAY if kind in {RemedyKind.RESHIP, RemedyKind.ORDER_CANCELLED} else Issue.QUALITY_DEFECT
    case_ = state(issue).model_copy(update={"order": None, "payments": ()})
    amount = 100 if kind in {RETURN, REFUND} else None
    assert unfit(case_, policy_slice, (offer(kind, amount),), role) is not None
    assert unfit(case_, policy_slice, (RemedyOffer(kind=RemedyKind.APOLOGY, words="Sorry."), offer(COUPON, 100)), role) is None


def test_words_are_free_also_when_the_case_names_a_line_that_was_not_bought(policy_slice: PolicySlice) -> None:
    sorry = RemedyOffer(kind=RemedyKind.APOLOGY, words="Sorry.")
    assert unfit(state(Issue.LOST, lines=(LineQuantity(line_id="L9"),)), policy_slice, (sorry,)) is None


def part(minor: int, refund_status: RefundStatus) -> RefundPart:
    return RefundPart(key="RD-1.m1.1.1", payment_id="P-O-1-1", amount=Money(minor=minor), refund_status=refund_status)


@pytest.mark.parametrize(
    ("refund_status", "left"), [(RefundStatus.ARRIVED, 2_900), (RefundStatus.REQUESTED, 2_900), (RefundStatus.FAILED, 12_900)]
)
def test_a_case_that_is_open_again_counts_what_it_gave_itself(
    policy_slice: PolicySlice, refund_status: RefundStatus, left: int
) -> None:
    before = Remedy(id="m1", kind=REFUND, amount=Money(minor=10_000), parts=(part(10_000, refund_status),))
    case_ = state(Issue.LOST, remedies=(before,))
    assert eligible(Ask.of(case_, policy_slice)).left.minor == left


def test_a_refund_that_the_payments_show_already_counts_once(policy_slice: PolicySlice) -> None:
    before = Remedy(id="m1", kind=REFUND, amount=Money(minor=10_000), parts=(part(10_000, RefundStatus.ARRIVED),))
    shown = refund(10_000, key="RD-1.m1.1.1", reference="RD-1")
    charged = payment("O-1", 1, shown)
    case_ = state(Issue.LOST, remedies=(before,), payments=(charged,))
    assert eligible(Ask.of(case_, policy_slice)).left.minor == 2_900


@pytest.mark.parametrize(
    "made",
    [
        offer(RemedyKind.RESHIP),
        offer(EXCHANGE),
        offer(RemedyKind.REPAIR),
        offer(RETURN, 100),
        offer(RemedyKind.ORDER_CANCELLED),
        RemedyOffer(kind=RemedyKind.ORDER_CHANGED, change=OrderChange(address_id="A-1")),
    ],
)
def test_without_a_verified_order_nobody_offers_goods_or_a_change_of_it(policy_slice: PolicySlice, made: RemedyOffer) -> None:
    issue = next(issue for issue, known in policy_slice.issues.items() if made.kind in known.remedies)
    unknown = state(issue).model_copy(update={"order": None, "payments": ()})
    said = unfit(unknown, policy_slice, (made,), Role.SUPERVISOR)
    assert said is not None
    assert "verified" in said.en
    assert unfit(unknown, policy_slice, (offer(COUPON, 500),), Role.SUPERVISOR) is None
