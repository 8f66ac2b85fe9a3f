"""What came back and what it is worth (RES-6, RES-8): exact, never more than was agreed, every piece told of once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case.actions import Act
from models.common.actors import SYSTEM, Actor, EvidenceRef
from models.common.base import Body, Money
from models.common.vocabulary import Party, Reception, Role
from models.returns.partner import Label, ToldInspection, ToldLine
from models.returns.settlement import FreightClaim
from models.returns.state import (
    BookPickup,
    ClaimFreight,
    Extend,
    InspectedLine,
    Inspection,
    Pickup,
    PickupState,
    Purpose,
    ReturnAction,
    ReturnLine,
    ReturnResult,
    ReturnStage,
    ReturnState,
    Way,
)
from rules.money.settlement import settle
from rules.policy.load import load_policy
from rules.returns.outcome import (
    accepted_lines,
    all_accepted,
    reception_of,
    result_of,
    to_send_back,
    told_lines,
)
from rules.returns.permissions import PERMISSIONS, RETURN_ROLES, allowed_with, fault_of
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER

NOW = datetime(2026, 6, 1, tzinfo=UTC)
POLICY = load_policy(Settings().policy).returns


def a_return(*lines: ReturnLine, agreed: int = 10_000, **change: object) -> ReturnState:
    base = ReturnState(
        workflow_id="RD-1.m1.return",
        purpose=Purpose.REFUND,
        lines=lines or (ReturnLine(line_id="L1", quantity=1, paid_minor=10_000),),
        agreed=Money(minor=agreed),
        opened_at=NOW,
    )
    return base.model_copy(update=change)


def inspected(state: ReturnState, *lines: InspectedLine) -> ReturnState:
    inspection = Inspection(at=NOW, lines=lines, by=SYSTEM)
    return state.model_copy(update={"inspection": inspection, "result": result_of(inspection)})


@st.composite
def inspections(draw: st.DrawFn) -> tuple[ReturnState, tuple[InspectedLine, ...]]:
    """A return of a few lines, and what the merchant says of each of their pieces."""
    count = draw(st.integers(1, 5))
    lines = tuple(
        ReturnLine(line_id=f"L{number}", quantity=draw(st.integers(1, 9)), paid_minor=draw(st.integers(0, 100_000)))
        for number in range(1, count + 1)
    )
    told: list[InspectedLine] = []
    for line in lines:
        fates = draw(
            st.lists(
                st.sampled_from(("accepted", "rejected", "missing", "wrong")), min_size=line.quantity, max_size=line.quantity
            )
        )
        told.append(InspectedLine(line_id=line.line_id, reason="?", **{fate: fates.count(fate) for fate in set(fates)}))
    return a_return(*lines, agreed=draw(st.integers(0, 500_000))), tuple(told)


@given(inspections())
def test_the_refund_is_never_above_what_was_agreed_and_whole_when_everything_is_accepted(
    given_: tuple[ReturnState, tuple[InspectedLine, ...]],
) -> None:
    state, lines = given_
    after = inspected(state, *lines)
    came_to = settle(after)
    assert 0 <= came_to.goods.minor <= state.agreed.minor
    assert settle(inspected(state, *all_accepted(state, NOW).lines)).goods == state.agreed
    if after.result is ReturnResult.REJECTED:
        assert came_to.refund == 0


@given(inspections())
def test_every_piece_is_accepted_missing_or_goes_back(given_: tuple[ReturnState, tuple[InspectedLine, ...]]) -> None:
    state, lines = given_
    after = inspected(state, *lines)
    assert after.inspection is not None
    back = sum(line.quantity for line in to_send_back(after.inspection))
    kept = sum(line.quantity for line in accepted_lines(after))
    missing = sum(line.missing for line in lines)
    assert back + kept + missing == sum(line.quantity for line in state.lines)


@given(inspections())
def test_accepting_one_piece_more_never_lowers_the_refund(given_: tuple[ReturnState, tuple[InspectedLine, ...]]) -> None:
    state, lines = given_
    index = next((number for number, line in enumerate(lines) if line.rejected), None)
    if index is None:
        return
    line = lines[index]
    better = line.model_copy(update={"accepted": line.accepted + 1, "rejected": line.rejected - 1})
    more = (*lines[:index], better, *lines[index + 1 :])
    assert settle(inspected(state, *more)).goods.minor >= settle(inspected(state, *lines)).goods.minor


def test_lines_weigh_what_was_paid_for_them() -> None:
    state = a_return(
        ReturnLine(line_id="L1", quantity=2, paid_minor=20_000),
        ReturnLine(line_id="L2", quantity=1, paid_minor=5_000),
        agreed=25_000,
    )
    half = (InspectedLine(line_id="L1", accepted=1, rejected=1, reason="有划痕"), InspectedLine(line_id="L2", accepted=1))
    assert settle(inspected(state, *half)).goods.minor == 15_000


def test_halves_of_a_minor_unit_go_to_the_customer() -> None:
    state = a_return(ReturnLine(line_id="L1", quantity=2, paid_minor=1), agreed=1)
    assert settle(inspected(state, InspectedLine(line_id="L1", accepted=1, missing=1))).goods.minor == 1


LABEL = Label(key="k", tracking="T", carrier_id="SF", price=Money(minor=800))
PICKUP = Pickup(key="p", start=NOW, end=NOW, state=PickupState.COLLECTED, price=Money(minor=1_200))


@pytest.mark.parametrize(
    ("payer", "way", "result", "deducted"),
    [
        (Party.CUSTOMER, Way.LABEL, ReturnResult.ACCEPTED, 800),
        (Party.CUSTOMER, Way.PICKUP, ReturnResult.ACCEPTED, 1_200),
        (Party.CUSTOMER, Way.OWN, ReturnResult.ACCEPTED, 0),
        (Party.CUSTOMER, Way.LABEL, ReturnResult.LOST, 0),
        (Party.MERCHANT, Way.LABEL, ReturnResult.ACCEPTED, 0),
        (Party.CARRIER, Way.PICKUP, ReturnResult.ACCEPTED, 0),
        (None, Way.LABEL, ReturnResult.ACCEPTED, 0),
    ],
)
def test_the_way_back_is_paid_by_whoever_is_liable(payer: Party | None, way: Way, result: ReturnResult, deducted: int) -> None:
    state = a_return(payer=payer, way=way, label=LABEL, pickup=PICKUP, result=result)
    assert settle(state).deducted.minor == deducted
    assert settle(state).refund == 10_000 - deducted


def test_freight_dearer_than_the_goods_leaves_nothing_and_never_less() -> None:
    state = a_return(
        ReturnLine(line_id="L1", quantity=1, paid_minor=500), agreed=500, payer=Party.CUSTOMER, way=Way.LABEL, label=LABEL
    )
    assert settle(state.model_copy(update={"result": ReturnResult.ACCEPTED})).refund == 0


def test_the_customers_own_freight_comes_on_top_only_when_something_is_accepted() -> None:
    receipt = EvidenceRef(sha256="1" * 64, media_type="image/png", size=1, name="r.png")
    claim = FreightClaim(amount=Money(minor=1_500), allowed=Money(minor=1_200), receipt=receipt)
    state = a_return(way=Way.OWN, freight=claim)
    assert settle(inspected(state, InspectedLine(line_id="L1", accepted=1))).freight.minor == 1_200
    assert settle(inspected(state, InspectedLine(line_id="L1", rejected=1, reason="?"))).freight.minor == 0


@pytest.mark.parametrize(
    ("line", "reception"),
    [
        (InspectedLine(line_id="L1", accepted=1), Reception.RECEIVED),
        (InspectedLine(line_id="L1", rejected=1), Reception.RECEIVED),
        (InspectedLine(line_id="L1", missing=1), Reception.SHORT),
        (InspectedLine(line_id="L1", wrong=1), Reception.WRONG_ITEM),
    ],
)
def test_what_lay_in_the_parcel(line: InspectedLine, reception: Reception) -> None:
    assert reception_of(Inspection(at=NOW, lines=(line,), by=SYSTEM)) is reception


@pytest.mark.parametrize(
    "told",
    [
        ToldInspection(lines=(ToldLine(line_id="L9", rejected=1, reason="?"),)),
        ToldInspection(lines=(ToldLine(line_id="L1", rejected=2, reason="?"),)),
        ToldInspection(lines=(ToldLine(line_id="L1", rejected=1),)),
        ToldInspection(lines=(ToldLine(line_id="L1", missing=-1),)),
        ToldInspection(lines=(ToldLine(line_id="L1"), ToldLine(line_id="L1"))),
    ],
)
def test_a_notice_whose_figures_do_not_fit_is_not_an_inspection(told: ToldInspection) -> None:
    assert told_lines(a_return(), told) is None


def test_pieces_that_a_notice_does_not_name_are_accepted() -> None:
    assert told_lines(a_return(), ToldInspection()) == (InspectedLine(line_id="L1", accepted=1),)


@pytest.mark.parametrize("action", list(ReturnAction))
def test_every_action_has_a_row_and_is_open_to_the_platform(action: ReturnAction) -> None:
    assert set(PERMISSIONS) == set(ReturnAction)
    decides = {Role.SUPERVISOR} if action is ReturnAction.RULE_WORTH else {Role.AGENT, Role.SUPERVISOR}
    assert decides <= RETURN_ROLES[action]


@pytest.mark.parametrize("stage", [ReturnStage.OPENING, ReturnStage.SENDING_BACK, ReturnStage.OVER])
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST])
def test_nothing_is_open_before_there_is_an_address_or_after_the_end(stage: ReturnStage, role: Role) -> None:
    assert allowed_with(a_return(stage=stage), Actor(role=role, id="x")) == ()


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        (ReturnAction.BOOK_PICKUP, BookPickup(start=NOW + DAY, end=NOW + 2 * DAY), None),
        (ReturnAction.BOOK_PICKUP, BookPickup(start=NOW + DAY, end=NOW + 3 * DAY), "end"),
        (ReturnAction.BOOK_PICKUP, BookPickup(start=NOW - DAY, end=NOW), "start"),
        (ReturnAction.BOOK_PICKUP, BookPickup(start=NOW + 8 * DAY, end=NOW + 9 * DAY), "start"),
        (ReturnAction.EXTEND, Extend(until=NOW + 60 * DAY, reason="away"), None),
        (ReturnAction.EXTEND, Extend(until=NOW + 61 * DAY, reason="away"), "until"),
        (ReturnAction.EXTEND, Extend(until=NOW + 6 * DAY, reason="away"), "until"),
    ],
)
def test_nobody_can_make_a_return_wait_for_years(action: ReturnAction, body: Body, field: str | None) -> None:
    state = a_return(stage=ReturnStage.AWAITING, deadline=NOW + 7 * DAY)
    actor = AGENT if action is ReturnAction.EXTEND else CUSTOMER
    fault = fault_of(state, POLICY, action, Act(actor=actor, request_id="r1", body=body), NOW)
    assert (fault and fault.field) == field


@pytest.mark.parametrize(("most", "field"), [(3_000, None), (None, "amount")])
def test_freight_in_a_currency_without_a_limit_is_left_to_a_person(most: int | None, field: str | None) -> None:
    receipt = EvidenceRef(sha256="1" * 64, media_type="image/png", size=1, name="r.png")
    state = a_return(stage=ReturnStage.IN_TRANSIT, way=Way.OWN, payer=Party.MERCHANT, agreed=10_000).model_copy(
        update={"agreed": Money(minor=10_000, currency="KWD")}
    )
    act: Act[Body] = Act(
        actor=CUSTOMER, request_id="r1", body=ClaimFreight(amount=Money(minor=900, currency="KWD"), receipt=receipt)
    )
    policy = POLICY.model_copy(update={"most_freight_minor": most})
    fault = fault_of(state, policy, ReturnAction.CLAIM_FREIGHT, act, NOW)
    assert (fault and fault.field) == field
    assert fault is None or ("no rate" in fault.detail and "联系客服" in (fault.detail_zh or ""))
