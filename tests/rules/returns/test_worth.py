"""What goods at a reduced worth come to (RES-13): exact in minor units, in the customer's favour by less than one, never below nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.case.actions import Act
from models.common.actors import EvidenceRef
from models.common.base import Body, Money
from models.common.currencies import payable
from models.common.vocabulary import ErrorType
from models.returns.partner import Purpose, ToldReduction
from models.returns.state import Inspect as InspectBody
from models.returns.state import InspectedLine, Inspection, ReturnAction, ReturnLine, ReturnStage, ReturnState
from models.returns.worth import OnSilence, ReducedPieces, ReducedWorth, RuledShare, RuleWorth, WorthAnswer, WorthAppeal
from rules.money.settlement import settle
from rules.policy.load import load_policy
from rules.returns.outcome import accepted_lines, result_of, to_send_back
from rules.returns.permissions import allowed_with, fault_of
from rules.returns.worth import after_refusal, in_words, ruled, told_pieces, worth_less
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PICTURE = EvidenceRef(sha256="2" * 64, media_type="image/jpeg", size=10, name="scratch.jpg")
PDF = PICTURE.model_copy(update={"media_type": "application/pdf"})
POLICY = load_policy(Settings().policy).returns
ENTRY = datetime(2026, 6, 4, tzinfo=UTC)


def pieces(line_id: str, quantity: int, share: str | Decimal, picture: EvidenceRef = PICTURE) -> ReducedPieces:
    return ReducedPieces(line_id=line_id, quantity=quantity, share=Decimal(share), reason="scratched", picture=picture)


def a_return(*lines: tuple[str, int, int], agreed: int, currency: str = "CNY", **change: object) -> ReturnState:
    """Lines as id, pieces, what was paid."""
    state = ReturnState(
        workflow_id="RD-1.m1.return",
        purpose=Purpose.REFUND,
        stage=ReturnStage.RECEIVED,
        lines=tuple(ReturnLine(line_id=line_id, quantity=count, paid_minor=paid) for line_id, count, paid in lines),
        agreed=Money(minor=agreed, currency=currency),
        opened_at=NOW,
    )
    return state.model_copy(update=change)


def accepted_at(state: ReturnState, *reduced: ReducedPieces, **more: object) -> ReturnState:
    """All of it accepted, these pieces at their share."""
    lines = tuple(InspectedLine(line_id=line.line_id, accepted=line.quantity) for line in state.lines)
    inspection = Inspection(at=NOW, lines=lines, by=MERCHANT)
    worth = ReducedWorth(pieces=reduced, until=ENTRY)
    return state.model_copy(
        update={"inspection": inspection, "result": result_of(inspection), "worth": worth.model_copy(update=more)}
    )


def shares() -> st.SearchStrategy[Decimal]:
    return st.integers(1, 9_999).map(lambda part: Decimal(part).scaleb(-4))


@st.composite
def reduced_returns(draw: st.DrawFn) -> tuple[ReturnState, tuple[ReducedPieces, ...]]:
    currency = draw(st.sampled_from(("CNY", "JPY", "KWD")))
    step = payable(currency)
    lines = [
        (f"L{number}", draw(st.integers(1, 9)), draw(st.integers(1, 100_000)) * step) for number in range(draw(st.integers(1, 4)))
    ]
    paid = sum(line[2] for line in lines)
    agreed = draw(st.sampled_from((paid, paid + 1_000 * step, draw(st.integers(0, paid // step)) * step)))
    worse = [pieces(line_id, draw(st.integers(1, count)), draw(shares())) for line_id, count, _ in lines if draw(st.booleans())]
    return a_return(*lines, agreed=agreed, currency=currency), tuple(worse)


@given(reduced_returns())
def test_the_refund_is_the_worth_at_the_shares_to_the_smallest_amount_and_the_rest_goes_to_the_customer(
    drawn: tuple[ReturnState, tuple[ReducedPieces, ...]],
) -> None:
    state, worse = drawn
    came_to, step = settle(accepted_at(state, *worse)), payable(state.agreed.currency)
    paid = {line.line_id: Fraction(line.paid_minor, line.quantity) for line in state.lines}
    whole = sum(line.paid_minor for line in state.lines)
    lost = sum((paid[one.line_id] * one.quantity * (1 - Fraction(one.share)) for one in worse), Fraction(0))
    exact = state.agreed.minor - lost * Fraction(min(state.agreed.minor, whole), whole)
    assert came_to.goods.minor - came_to.reduced.minor - came_to.deducted.minor == came_to.refund
    assert 0 <= came_to.refund <= state.agreed.minor
    assert came_to.refund % step == 0
    assert 2 * abs(came_to.refund - exact) <= step
    if 2 * abs(came_to.refund - exact) == step:
        assert came_to.refund > exact


@given(reduced_returns(), st.data())
def test_a_higher_share_never_lowers_the_refund(
    drawn: tuple[ReturnState, tuple[ReducedPieces, ...]], data: st.DataObject
) -> None:
    state, worse = drawn
    better = tuple(one.model_copy(update={"share": data.draw(st.sampled_from((one.share, Decimal(1))))}) for one in worse)
    assert settle(accepted_at(state, *better)).refund >= settle(accepted_at(state, *worse)).refund


@given(reduced_returns())
def test_what_the_customer_refuses_goes_back_whole_and_only_the_rest_is_refunded(
    drawn: tuple[ReturnState, tuple[ReducedPieces, ...]],
) -> None:
    state, worse = drawn
    before = accepted_at(state, *worse, answer=WorthAnswer.REFUSED)
    assert before.inspection is not None
    assert before.worth is not None
    inspection = after_refusal(before.inspection, before.worth)
    after = before.model_copy(update={"inspection": inspection, "result": result_of(inspection)})
    back = {line.line_id: line.quantity for line in to_send_back(inspection)}
    assert back == {one.line_id: one.quantity for one in worse}
    assert sum(back.values()) + sum(line.quantity for line in accepted_lines(after)) == sum(line.quantity for line in state.lines)
    assert settle(after).reduced.minor == 0
    assert settle(after).refund <= settle(before).goods.minor
    assert all(line.reason for line in inspection.lines if line.rejected)


def test_three_parts_that_are_halves_of_a_fen_round_to_the_customer() -> None:
    assert settle(accepted_at(a_return(("L1", 1, 101), agreed=101), pieces("L1", 1, "0.5"))).refund == 51
    assert settle(accepted_at(a_return(("L1", 3, 100), agreed=100), pieces("L1", 1, "0.7"))).refund == 90
    assert settle(accepted_at(a_return(("L1", 1, 10_000), agreed=10_000), pieces("L1", 1, "0.3333"))).refund == 3_333


def test_the_orders_freight_that_goes_back_with_the_goods_is_not_worth_less() -> None:
    state = accepted_at(a_return(("L1", 1, 10_000), agreed=11_000), pieces("L1", 1, "0.7"))
    assert settle(state).refund == 8_000


def test_goods_that_cost_nothing_and_were_agreed_on_at_something_weigh_by_pieces() -> None:
    state = accepted_at(a_return(("L1", 2, 0), agreed=1_000), pieces("L1", 1, "0.5"))
    assert settle(state).refund == 750


@pytest.mark.parametrize("share", ["0", "-0.1", "1.0001", "2", "0.12345", "NaN", "Infinity"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises(ValidationError):
        pieces("L1", 1, share)


@pytest.mark.parametrize("blank", [{"reason": ""}, {"reason": "  "}, {"picture": None}, {"quantity": 0}])
def test_without_a_reason_a_picture_or_pieces_nothing_is_worth_less(blank: dict[str, Any]) -> None:
    told = {"line_id": "L1", "quantity": 1, "share": "0.5", "reason": "worn", "picture": PICTURE.model_dump()}
    with pytest.raises(ValidationError):
        ReducedPieces.model_validate(told | blank)


@pytest.mark.parametrize(
    ("reduced", "field"),
    [
        ((pieces("L1", 1, "0.5"),), None),
        ((pieces("L1", 3, "0.5"),), "reduced.0.quantity"),
        ((pieces("L9", 1, "0.5"),), "reduced.0.quantity"),
        ((pieces("L2", 1, "0.5"),), "reduced.0.quantity"),
        ((pieces("L1", 1, "0.5"), pieces("L1", 1, "0.6")), "reduced.1.line_id"),
        ((pieces("L1", 1, "0.5", PDF),), "reduced.0.picture"),
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.REFUND, Purpose.EXCHANGE])
def test_only_accepted_pieces_of_a_return_for_a_refund_are_worth_less(
    reduced: tuple[ReducedPieces, ...], field: str | None, purpose: Purpose
) -> None:
    state = a_return(("L1", 2, 20_000), ("L2", 1, 5_000), agreed=25_000, purpose=purpose)
    lines = (InspectedLine(line_id="L1", accepted=2), InspectedLine(line_id="L2", rejected=1, reason="broken"))
    act = Act[Body](actor=MERCHANT, request_id="r1", body=InspectBody(lines=lines, reduced=reduced))
    fault = fault_of(state, POLICY, ReturnAction.INSPECT, act, NOW)
    expected = field if purpose is Purpose.REFUND else "reduced"
    assert (fault and (fault.field, fault.rule)) == (expected and (expected, "RES-13"))


def test_a_notice_is_taken_with_pictures_that_the_merchant_uploaded_alone() -> None:
    told = ToldReduction(line_id="L1", quantity=1, share=Decimal("0.7"), reason="scratched", picture=PICTURE.sha256)
    assert told_pieces([told], {PICTURE.sha256: PICTURE}) == (pieces("L1", 1, "0.7"),)
    for wrong in ({"picture": "3" * 64}, {"share": Decimal("1.2")}, {"reason": ""}, {"quantity": 0}):
        assert told_pieces([told.model_copy(update=wrong)], {PICTURE.sha256: PICTURE}) is None


def test_a_ruling_moves_the_shares_that_it_names_and_one_of_1_takes_nothing() -> None:
    worth = ReducedWorth(pieces=(pieces("L1", 1, "0.5"), pieces("L2", 2, "0.6")), until=ENTRY)
    after = ruled(worth, [RuledShare(line_id="L1", share=Decimal(1))])
    assert [one.share for one in after] == [Decimal(1), Decimal("0.6")]
    assert [one.line_id for one in worth_less(after)] == ["L2"]
    assert in_words(after) == ["L1 × 1: 100%", "L2 × 2: 60%"]


APPEAL = WorthAppeal(by=CUSTOMER, at=NOW, due=ENTRY, words="it came so")


def test_whose_move_it_is() -> None:
    offered = accepted_at(a_return(("L1", 1, 10_000), agreed=10_000), pieces("L1", 1, "0.5"))
    customers = (ReturnAction.AGREE_WORTH, ReturnAction.REFUSE_WORTH, ReturnAction.APPEAL_WORTH)
    assert allowed_with(offered, CUSTOMER) == customers
    assert allowed_with(offered, MERCHANT) == ()
    assert offered.worth is not None
    appealed = offered.model_copy(update={"worth": offered.worth.model_copy(update={"appeal": APPEAL})})
    assert allowed_with(appealed, CUSTOMER) == allowed_with(appealed, AGENT) == ()
    assert allowed_with(appealed, SUPERVISOR) == (ReturnAction.RULE_WORTH,)


def test_nobody_decides_on_their_own_inspection_nor_about_lines_of_full_worth() -> None:
    offered = accepted_at(a_return(("L1", 1, 10_000), agreed=10_000), pieces("L1", 1, "0.5"), appeal=APPEAL)

    def fault(state: ReturnState, *named: str) -> str | None:
        shares = tuple(RuledShare(line_id=line_id, share=Decimal("0.9")) for line_id in named)
        act = Act[Body](actor=SUPERVISOR, request_id="r1", body=RuleWorth(shares=shares, reason="slight"))
        found = fault_of(state, POLICY, ReturnAction.RULE_WORTH, act, NOW)
        return found and (found.field or found.type.value)

    assert fault(offered, "L1") is None
    assert fault(offered, "L1", "L1") == "shares.1.line_id"
    assert fault(offered, "L2") == "shares.0.line_id"
    own = offered.model_copy(update={"inspection": Inspection(at=NOW, lines=(), by=SUPERVISOR)})
    assert fault(own, "L1") == ErrorType.NOT_ALLOWED_NOW


def test_the_shipped_policy_has_a_supervisor_look_at_what_a_silent_customer_did_not_agree_to() -> None:
    assert POLICY.silent_on_worth is OnSilence.APPEAL
