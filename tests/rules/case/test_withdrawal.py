"""Every step of every remedy × what may interrupt it (RES-11): withdraw, dispute, reclassify, reopen; and what is due for goods that stay."""

from typing import Any

import pytest

from models.case.actions import Action
from models.case.state import CaseState
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import ErrorType, RefundStatus, RemedyKind, Stage, WaitFor, WaitingOn
from models.common.waits import Wait
from models.money.charge import Charge, ChargeStatus
from models.remedies.order_change import ChangeStatus, OrderingState
from models.remedies.remedy import RefundPart, Remedy
from models.replacements.state import AT_THE_WORKSHOP, ON_THE_ROAD, ReplacementStage, ReplacementState
from models.returns.partner import Purpose
from models.returns.state import InspectedLine, Inspection, ReturnLine, ReturnResult, ReturnStage, ReturnState
from rules.case.permissions import allowed_actions, forbidden
from rules.case.withdrawal import Binding, binding, earned, kept_goods, owed_for_goods
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import line, order

K, R, B, S, L = RemedyKind, ReturnResult, Binding, ReplacementStage, RefundStatus
INTERRUPTIONS = (Action.WITHDRAW, Action.DISPUTE, Action.CLASSIFY, Action.REOPEN)
TWO = (ReturnLine(line_id="L1", quantity=2, paid_minor=20_000),)
WORDS = (K.APOLOGY, K.EXPLANATION, K.SERVICE_IMPROVEMENT)
REFUNDS = (K.REFUND_ONLY, K.STORE_CREDIT, K.PRICE_ADJUSTMENT, K.FREIGHT_REFUND)
CHANGES = (K.ORDER_CANCELLED, K.ORDER_CHANGED)
REPLACEMENTS = (K.RESHIP, K.EXCHANGE, K.REPAIR)


def remedy(kind: RemedyKind, **change: Any) -> Remedy:
    return Remedy(id="m1", kind=kind, **change)


def returned(
    purpose: Purpose, result: ReturnResult | None = None, stage: ReturnStage = ReturnStage.OVER, accepted: int = 2
) -> Any:
    looked_at = InspectedLine(line_id="L1", accepted=accepted, rejected=2 - accepted)
    inspection = Inspection(at=NOW, lines=(looked_at,), by=MERCHANT) if result in {R.ACCEPTED, R.PARTLY, R.REJECTED} else None
    return ReturnState(
        workflow_id="RD-1.m1.return",
        purpose=purpose,
        stage=stage,
        lines=TWO,
        agreed=Money(minor=18_000),
        opened_at=NOW,
        result=result,
        inspection=inspection,
    )


def goods(kind: RemedyKind, stage: ReplacementStage, **change: Any) -> ReplacementState:
    return ReplacementState(workflow_id="RD-1.m1.replacement", kind=kind, stage=stage, items=(), **change)


def ordering(status: ChangeStatus, *, done: bool = False) -> OrderingState:
    return OrderingState(key="k", until=NOW, status=status, done=done)


def exchanging(result: ReturnResult | None, stage: ReplacementStage, **change: Any) -> Remedy:
    old = returned(Purpose.EXCHANGE, result)
    return remedy(K.EXCHANGE, return_=old, replacement=goods(K.EXCHANGE, stage, **change))


def repairing(stage: ReplacementStage, **change: Any) -> Remedy:
    return remedy(K.REPAIR, return_=returned(Purpose.REPAIR, R.ACCEPTED), replacement=goods(K.REPAIR, stage, **change))


PAID = Charge(key="c", order_id="O-1", reference="r", amount=Money(minor=4_500), status=ChargeStatus.PAID, payment_id="P-2")

STEPS: list[tuple[str, Remedy, Binding | None]] = [
    *[("not said yet", remedy(kind), None) for kind in WORDS],
    *[("not issued yet", remedy(kind, amount=Money(minor=500)), None) for kind in (K.COUPON, K.CREDIT_BONUS)],
    *[("not begun", remedy(kind), None) for kind in CHANGES],
    *[("asked of the merchant", remedy(kind, ordering=ordering(ChangeStatus.PENDING)), None) for kind in CHANGES],
    *[("confirmed, not paid yet", remedy(kind, ordering=ordering(ChangeStatus.CONFIRMED)), None) for kind in CHANGES],
    *[("done at the merchant's", remedy(kind, ordering=ordering(ChangeStatus.CONFIRMED, done=True)), B.ORDER) for kind in CHANGES],
    *[("refused by the merchant", remedy(kind, ordering=ordering(ChangeStatus.REFUSED)), None) for kind in CHANGES],
    *[("undone by the merchant", remedy(kind, ordering=ordering(ChangeStatus.UNDONE, done=True)), None) for kind in CHANGES],
    *[("not begun", remedy(kind, refund_status=L.NONE), None) for kind in REFUNDS],
    *[
        (f"refund {status}", remedy(kind, refund_status=status), B.MONEY)
        for kind in REFUNDS
        for status in (L.PENDING, L.REQUESTED, L.ARRIVED)
    ],
    *[("refund refused", remedy(kind, refund_status=L.FAILED), None) for kind in REFUNDS],
    *[
        (f"the way back is {stage}", remedy(kind, return_=returned(purpose, stage=stage)), None)
        for kind, purpose in ((K.RETURN_AND_REFUND, Purpose.REFUND), (K.EXCHANGE, Purpose.EXCHANGE), (K.REPAIR, Purpose.REPAIR))
        for stage in ReturnStage
    ],
    *[
        (f"the goods were {result}", remedy(kind, return_=returned(purpose, result)), B.GOODS_KEPT if result in R.giving() else None)
        for kind, purpose in ((K.RETURN_AND_REFUND, Purpose.REFUND), (K.EXCHANGE, Purpose.EXCHANGE))
        for result in ReturnResult
    ],
    ("accepted, its refund refused", remedy(K.RETURN_AND_REFUND, return_=returned(Purpose.REFUND, R.ACCEPTED), refund_status=L.FAILED),
     B.GOODS_KEPT),
    *[
        (f"the goods are {stage}", remedy(K.RESHIP, replacement=goods(K.RESHIP, stage)),
         B.GOODS_SENT if stage in {S.ON_ITS_WAY, S.DELIVERED} else None)
        for stage in ReplacementStage
    ],
    *[(f"old goods awaited, new ones {stage}", exchanging(None, stage), None) for stage in (S.RESERVING, S.PAYMENT, S.AWAITING_RETURN)],
    *[
        (f"old goods accepted, new ones {stage}", exchanging(R.ACCEPTED, stage), B.GOODS_KEPT)
        for stage in (S.AWAITING_RETURN, S.AWAITING_STOCK, S.SENDING)
    ],
    *[(f"old goods accepted, new ones {stage}", exchanging(R.ACCEPTED, stage), B.GOODS_SENT) for stage in (S.ON_ITS_WAY, S.DELIVERED)],
    *[(f"at the workshop: {stage}", repairing(stage), None) for stage in (S.DIAGNOSIS, S.ESTIMATE, S.PAYMENT)],
    ("at the workshop: repair", repairing(S.REPAIR), B.WORK),
    ("price refused", repairing(S.SENDING_BACK), None),
    ("repaired, not sent home yet", repairing(S.SENDING_BACK, mended=True), B.WORK),
    ("on its way home", repairing(S.ON_ITS_WAY, mended=True), B.GOODS_SENT),
    ("at home again", repairing(S.DELIVERED, mended=True), B.GOODS_SENT),
    *[
        (f"given up by the workshop, another one {stage}", repairing(stage, given_up=True), B.GOODS_KEPT)
        for stage in (S.RESERVING, S.AWAITING_STOCK, S.SENDING)
    ],
    ("lost on the way to the workshop", remedy(K.REPAIR, return_=returned(Purpose.REPAIR, R.LOST)), B.GOODS_KEPT),
    ("sent too early, of a remedy that was given up", remedy(K.RESHIP, undone="x", replacement=goods(K.RESHIP, S.ON_ITS_WAY)), None),
]  # fmt: skip


def test_the_table_has_every_remedy_and_every_step() -> None:
    assert {one.kind for _, one, _ in STEPS} == set(RemedyKind)
    for kind in (K.RETURN_AND_REFUND, K.EXCHANGE):
        assert {one.return_.result for _, one, _ in STEPS if one.kind is kind and one.return_} == {None, *ReturnResult}
    seen = {one.replacement.stage for _, one, _ in STEPS if one.kind in REPLACEMENTS and one.replacement}
    assert seen == set(ReplacementStage)
    assert {one.ordering.status for _, one, _ in STEPS if one.ordering} == set(ChangeStatus)


@pytest.mark.parametrize(("step", "given", "bound"), STEPS, ids=[f"{one.kind}: {step}" for step, one, _ in STEPS])
def test_what_may_interrupt_a_remedy_that_is_carried_out(step: str, given: Remedy, bound: Binding | None) -> None:
    state = case(stage=Stage.RESOLUTION, settled=True, remedies=(given,))
    possible = {action for action in INTERRUPTIONS for actor in (CUSTOMER, AGENT) if action in allowed_actions(state, actor)}
    assert possible == ({Action.WITHDRAW} if bound is None else set()), step
    assert binding(state) is bound
    if bound is not None:
        fault = forbidden(state, CUSTOMER, Action.WITHDRAW)
        assert fault is not None
        assert fault.type is ErrorType.NOT_ALLOWED_NOW


@pytest.mark.parametrize("given", [one for _, one, _ in STEPS], ids=[f"{one.kind}: {step}" for step, one, _ in STEPS])
def test_what_may_interrupt_a_case_whose_remedy_came_to_nothing(given: Remedy) -> None:
    """People look for something else: goods that the merchant keeps are not forgotten by a withdrawal."""
    state = case(stage=Stage.RESOLUTION, remedies=(given.model_copy(update={"undone": "failed"}),))
    kept = bool(kept_goods(state.remedies[0]))
    assert (Action.WITHDRAW in allowed_actions(state, CUSTOMER)) is (binding(state) is None)
    assert binding(state) is not B.GOODS_SENT
    assert not kept or binding(state) in {B.GOODS_KEPT, B.MONEY}
    assert Action.CLASSIFY in allowed_actions(state, AGENT)
    assert Action.DISPUTE not in allowed_actions(state, CUSTOMER)


@pytest.mark.parametrize(("stage", "for_", "action"), [
    (Stage.FOLLOW_UP, WaitFor.CONFIRMATION, Action.DISPUTE),
    (Stage.CLOSED, WaitFor.REOPENING, Action.REOPEN),
])  # fmt: skip
@pytest.mark.parametrize("given", [one for _, one, _ in STEPS], ids=[f"{one.kind}: {step}" for step, one, _ in STEPS])
def test_a_remedy_that_is_done_is_disputed_or_its_case_reopened_and_never_withdrawn(
    given: Remedy, stage: Stage, for_: WaitFor, action: Action
) -> None:
    wait = Wait(on=WaitingOn.CUSTOMER, for_=for_, until=NOW, since=NOW)
    state = case(stage=stage, wait=wait, settled=True, remedies=(given.model_copy(update={"done_at": NOW}),))
    assert {one for one in INTERRUPTIONS if one in allowed_actions(state, CUSTOMER)} == {action}


def ended(*remedies: Remedy) -> CaseState:
    bought = order("O-1", line("L1", quantity=2, minor=20_000))
    return case(order=bought, stage=Stage.ARCHIVAL, remedies=remedies)


def due(*remedies: Remedy) -> list[int]:
    return [amount.minor for _, amount in owed_for_goods(ended(*remedies))]


def given_up(one: Remedy) -> Remedy:
    return one.model_copy(update={"undone": "withdrawn"})


@pytest.mark.parametrize(
    ("situation", "given", "minor"),
    [
        ("old goods accepted, nothing sent", exchanging(R.ACCEPTED, S.OVER), 20_000),
        ("old goods lost on our way", exchanging(R.LOST, S.OVER), 20_000),
        ("half of the old goods accepted", remedy(K.EXCHANGE, return_=returned(Purpose.EXCHANGE, R.PARTLY, accepted=1)), 10_000),
        ("old goods rejected, sent back", exchanging(R.REJECTED, S.OVER), None),
        ("new goods could not be stopped", exchanging(R.ACCEPTED, S.SENDING, kept=(ON_THE_ROAD,)), None),
        ("new goods arrived all the same", exchanging(R.ACCEPTED, S.DELIVERED), None),
        ("own goods come home from the workshop", repairing(S.OVER, kept=(AT_THE_WORKSHOP,)), None),
        ("the workshop keeps them", repairing(S.OVER, given_up=True), 20_000),
        (
            "accepted for a refund, as was agreed",
            remedy(K.RETURN_AND_REFUND, return_=returned(Purpose.REFUND, R.ACCEPTED)),
            18_000,
        ),
        ("half accepted", remedy(K.RETURN_AND_REFUND, return_=returned(Purpose.REFUND, R.PARTLY, accepted=1)), 9_000),
        ("on the road back to the customer", remedy(K.RETURN_AND_REFUND, return_=returned(Purpose.REFUND, R.CALLED_OFF)), None),
    ],
)
def test_what_is_due_when_a_case_ends_with_goods_at_the_merchants(situation: str, given: Remedy, minor: int | None) -> None:
    assert due(given_up(given)) == ([] if minor is None else [minor]), situation


def test_three_single_pieces_that_stayed_are_paid_for_as_the_whole() -> None:
    piece = (ReturnLine(line_id="L1", quantity=1, paid_minor=3_333),)
    kept = returned(Purpose.EXCHANGE, R.LOST).model_copy(update={"lines": piece})
    ones = [given_up(remedy(K.EXCHANGE, return_=kept)).model_copy(update={"id": f"m{number}"}) for number in range(1, 4)]
    three = case(order=order("O-1", line("L1", quantity=3, minor=10_000)), stage=Stage.ARCHIVAL, remedies=ones)
    assert [amount.minor for _, amount in owed_for_goods(three)] == [3_333, 3_333, 3_334]


def test_goods_that_stayed_are_paid_for_once() -> None:
    given = given_up(exchanging(R.ACCEPTED, S.OVER))
    assert due(given, Remedy(id="m1-goods", kind=K.REFUND_ONLY, amount=Money(minor=20_000), pays_for="m1")) == []


def test_what_was_given_since_settles_goods_that_stayed() -> None:
    given = given_up(exchanging(R.ACCEPTED, S.OVER))
    refund = Remedy(id="m2", kind=K.REFUND_ONLY, amount=Money(minor=5_000))
    part = RefundPart(key="k", payment_id="P-1", amount=Money(minor=5_000), refund_status=L.REQUESTED)
    assert due(given, refund.model_copy(update={"done_at": NOW})) == []
    assert due(given, refund.model_copy(update={"refund_status": L.REQUESTED, "parts": (part,)})) == []
    assert due(given, Remedy(id="m2", kind=K.APOLOGY, done_at=NOW)) == [20_000]
    assert due(given, refund.model_copy(update={"payment_id": "P-2", "done_at": NOW})) == [20_000]
    assert due(given, refund.model_copy(update={"undone": "x"})) == [20_000]


@pytest.mark.parametrize(
    ("situation", "status", "done", "bound"),
    [
        ("refused, a person has it", L.FAILED, False, B.MONEY),
        ("with the customer", L.ARRIVED, True, None),
        ("come back after it had arrived", L.FAILED, True, B.MONEY),
    ],
)
def test_money_that_is_due_for_what_was_not_carried_out_holds_a_withdrawal_until_it_is_back(
    situation: str, status: RefundStatus, done: bool, bound: Binding | None
) -> None:
    back = Remedy(id="m1-charge", kind=K.REFUND_ONLY, payment_id="P-2", refund_status=status, done_at=NOW if done else None)
    assert binding(case(stage=Stage.RESOLUTION, remedies=(back,))) is bound, situation


@pytest.mark.parametrize(
    ("given", "stays"),
    [
        (repairing(S.OVER, mended=True, charge=PAID), True),
        (repairing(S.OVER, charge=PAID), False),
        (repairing(S.OVER, mended=True, given_up=True, charge=PAID), False),
        (exchanging(R.ACCEPTED, S.SENDING, kept=(ON_THE_ROAD,), charge=PAID), True),
        (exchanging(R.ACCEPTED, S.OVER, charge=PAID), False),
    ],
)
def test_what_was_paid_for_work_that_was_done_or_goods_that_were_sent_stays_paid(given: Remedy, stays: bool) -> None:
    assert earned(given_up(given)) is stays


def test_lines_of_a_refund_for_kept_goods_are_those_that_stayed() -> None:
    half = given_up(remedy(K.EXCHANGE, return_=returned(Purpose.EXCHANGE, R.PARTLY, accepted=1)))
    assert kept_goods(half) == (LineQuantity(line_id="L1", quantity=1),)
