"""What may be done: every action × role, and the moments that open and close it."""

import pytest

from models.case.actions import Action
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Bilingual, Money
from models.common.vocabulary import ErrorType, Kind, Outcome, RefundStatus, RemedyKind, Role, Stage, Tier, WaitFor, WaitingOn
from models.common.waits import Wait
from models.investigation.findings import InformationRequest
from models.remedies.offers import Option, RemedyOffer
from models.remedies.remedy import Proposal, RefundPart, Remedy
from rules.case.permissions import PERMISSIONS, allowed_actions, forbidden
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW, case

ANALYST = Actor(role=Role.ANALYST, id="ana")


def at(stage: Stage, **change: object) -> CaseState:
    return case(stage=stage, **change)


def waiting(stage: Stage, for_: WaitFor, **change: object) -> CaseState:
    return at(stage, wait=Wait(on=WaitingOn.CUSTOMER, for_=for_, until=NOW, since=NOW), **change)


def proposal(by: Actor = AGENT, **change: object) -> Proposal:
    option = Option(remedies=(RemedyOffer(kind=RemedyKind.REFUND_ONLY, amount=Money(minor=500)),), why="fair")
    made = Proposal(id="p1", round=1, by=by, at=NOW, options=(option,), amount=Money(minor=500))
    return made.model_copy(update=change)


def test_every_action_has_its_row() -> None:
    assert set(PERMISSIONS) == set(Action)


@pytest.mark.parametrize("actor", [ANALYST, Actor(role=Role.SYSTEM, id="redress")])
@pytest.mark.parametrize("stage", list(Stage))
def test_who_only_looks_may_do_nothing(actor: Actor, stage: Stage) -> None:
    assert allowed_actions(at(stage), actor) == ()


@pytest.mark.parametrize(
    ("actor", "state", "action"),
    [
        (CUSTOMER, at(Stage.RECEIPT), Action.WITHDRAW),
        (CUSTOMER, at(Stage.INVESTIGATION), Action.ADD_WORDS),
        (CUSTOMER, waiting(Stage.RECEIPT, WaitFor.ORDER_CORRECTION), Action.CORRECT_ORDER),
        (CUSTOMER, at(Stage.RESOLUTION, proposals=(proposal(),)), Action.ACCEPT),
        (CUSTOMER, at(Stage.RESOLUTION, proposals=(proposal(),)), Action.COUNTER),
        (CUSTOMER, at(Stage.INVESTIGATION, tier=Tier.MERCHANT), Action.ESCALATE),
        (CUSTOMER, waiting(Stage.FOLLOW_UP, WaitFor.CONFIRMATION), Action.CONFIRM),
        (CUSTOMER, waiting(Stage.FOLLOW_UP, WaitFor.CONFIRMATION), Action.DISPUTE),
        (CUSTOMER, at(Stage.CLOSED), Action.RATE),
        (CUSTOMER, waiting(Stage.CLOSED, WaitFor.REOPENING), Action.REOPEN),
        (MERCHANT, at(Stage.RESOLUTION, tier=Tier.MERCHANT), Action.PROPOSE),
        (MERCHANT, at(Stage.RESOLUTION, tier=Tier.MERCHANT), Action.REPLY),
        (AGENT, at(Stage.CLASSIFICATION), Action.CLASSIFY),
        (AGENT, at(Stage.RESOLUTION), Action.PROPOSE),
        (AGENT, at(Stage.INVESTIGATION), Action.FIND),
        (AGENT, at(Stage.INVESTIGATION, handler=AGENT), Action.TRANSFER),
        (SUPERVISOR, at(Stage.RESOLUTION, proposals=(proposal(needs_approval=True),)), Action.APPROVE),
        (SUPERVISOR, waiting(Stage.RESOLUTION, WaitFor.ARBITRATION, arbitration=True), Action.ARBITRATE),
    ],
)
def test_an_action_is_open_at_its_moment(actor: Actor, state: CaseState, action: Action) -> None:
    assert action in allowed_actions(state, actor)
    assert forbidden(state, actor, action) is None


@pytest.mark.parametrize(
    ("actor", "state", "action"),
    [
        (CUSTOMER, at(Stage.RESOLUTION, proposals=(proposal(needs_approval=True),)), Action.ACCEPT),
        (CUSTOMER, at(Stage.RESOLUTION, proposals=(proposal(refused="no"),)), Action.ACCEPT),
        (CUSTOMER, at(Stage.INVESTIGATION, tier=Tier.SUPERVISOR), Action.ESCALATE),
        (CUSTOMER, at(Stage.CLOSED), Action.ADD_WORDS),
        (MERCHANT, at(Stage.RESOLUTION, tier=Tier.PLATFORM), Action.PROPOSE),
        (AGENT, at(Stage.RESOLUTION, tier=Tier.MERCHANT), Action.PROPOSE),
        (AGENT, at(Stage.RESOLUTION, kind=Kind.INQUIRY), Action.PROPOSE),
        (AGENT, at(Stage.RESOLUTION, settled=True), Action.CLASSIFY),
        (AGENT, at(Stage.INVESTIGATION, tier=Tier.SUPERVISOR), Action.TAKE),
        (AGENT, at(Stage.INVESTIGATION, handler=AGENT), Action.TAKE),
        (SUPERVISOR, at(Stage.RESOLUTION, proposals=(proposal(by=SUPERVISOR, needs_approval=True),)), Action.APPROVE),
        (SUPERVISOR, at(Stage.RESOLUTION), Action.ARBITRATE),
    ],
)
def test_an_action_at_the_wrong_moment_names_what_is_possible(actor: Actor, state: CaseState, action: Action) -> None:
    fault = forbidden(state, actor, action)
    assert fault is not None
    assert fault.type is ErrorType.NOT_ALLOWED_NOW
    assert set(fault.allowed) == set(allowed_actions(state, actor))


@pytest.mark.parametrize(("actor", "action"), [(CUSTOMER, Action.APPROVE), (CARRIER, Action.PROPOSE), (AGENT, Action.ARBITRATE)])
def test_an_action_of_another_role_is_refused_as_such(actor: Actor, action: Action) -> None:
    fault = forbidden(at(Stage.RESOLUTION), actor, action)
    assert fault is not None
    assert fault.type is ErrorType.NOT_ALLOWED_FOR_ROLE


@pytest.mark.parametrize(
    ("refund_status", "may"),
    [
        (RefundStatus.NONE, True),
        (RefundStatus.PENDING, False),
        (RefundStatus.REQUESTED, False),
        (RefundStatus.ARRIVED, False),
        (RefundStatus.FAILED, True),
    ],
)
def test_a_case_is_withdrawn_until_money_moves(refund_status: RefundStatus, may: bool) -> None:
    remedy = Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, amount=Money(minor=1), refund_status=refund_status)
    state = at(Stage.RESOLUTION, settled=True, remedies=(remedy,))
    assert (Action.WITHDRAW in allowed_actions(state, CUSTOMER)) is may


def test_a_refund_that_came_back_after_its_remedy_was_done_is_tried_again_or_recorded_and_holds_the_case() -> None:
    back = RefundPart(key="k1", payment_id="P-1", amount=Money(minor=10), refund_status=RefundStatus.REVERSED)
    remedy = Remedy(
        id="m1",
        kind=RemedyKind.REFUND_ONLY,
        amount=Money(minor=10),
        refund_status=RefundStatus.FAILED,
        parts=(back,),
        done_at=NOW,
    )
    stuck = waiting(Stage.RESOLUTION, WaitFor.PAYMENT_REPAIR, settled=True, remedies=(remedy,))
    assert {Action.RETRY_REFUND, Action.RECORD_REFUND} <= set(allowed_actions(stuck, AGENT))
    assert Action.WITHDRAW not in allowed_actions(stuck, CUSTOMER)


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (RefundStatus.PENDING, False),
        (RefundStatus.REQUESTED, False),
        (RefundStatus.ARRIVED, False),
        (RefundStatus.FAILED, True),
    ],
)
def test_a_case_is_not_withdrawn_when_one_part_of_its_refund_failed_and_another_moves(state: RefundStatus, may: bool) -> None:
    refused = RefundPart(key="k1", payment_id="P-1", amount=Money(minor=6), refund_status=RefundStatus.FAILED)
    other = RefundPart(key="k2", payment_id="P-2", amount=Money(minor=4), refund_status=state)
    remedy = Remedy(
        id="m1",
        kind=RemedyKind.REFUND_ONLY,
        amount=Money(minor=10),
        refund_status=RefundStatus.FAILED,
        parts=(refused, other),
    )
    stuck = waiting(Stage.RESOLUTION, WaitFor.PAYMENT_REPAIR, settled=True, remedies=(remedy,))
    assert (Action.WITHDRAW in allowed_actions(stuck, CUSTOMER)) is may


@pytest.mark.parametrize(
    ("state", "actor", "actions"),
    [
        (
            at(Stage.RESOLUTION, next_stage=Stage.ARCHIVAL, outcome=Outcome.WITHDRAWN),
            SUPERVISOR,
            (Action.CLASSIFY, Action.PROPOSE),
        ),
        (waiting(Stage.FOLLOW_UP, WaitFor.CONFIRMATION, next_stage=Stage.RESOLUTION), CUSTOMER, (Action.CONFIRM, Action.DISPUTE)),
        (waiting(Stage.FOLLOW_UP, WaitFor.CONFIRMATION, confirmed=True), CUSTOMER, (Action.CONFIRM, Action.DISPUTE)),
        (waiting(Stage.CLOSED, WaitFor.REOPENING, next_stage=Stage.DISPATCH), CUSTOMER, (Action.REOPEN, Action.APPEAL)),
        (waiting(Stage.RESOLUTION, WaitFor.ARBITRATION, arbitration=False, settled=True), SUPERVISOR, (Action.ARBITRATE,)),
    ],
)
def test_of_two_who_send_a_case_different_ways_at_once_the_second_is_told(
    state: CaseState, actor: Actor, actions: tuple[Action, ...]
) -> None:
    for action in actions:
        fault = forbidden(state, actor, action)
        assert fault is not None
        assert fault.type is ErrorType.NOT_ALLOWED_NOW
        assert state.next_stage is None or state.next_stage in fault.detail


def test_words_are_heard_also_while_a_case_is_on_its_way() -> None:
    assert allowed_actions(at(Stage.RESOLUTION, next_stage=Stage.DISPATCH), CUSTOMER) == (Action.ADD_WORDS,)


def test_an_ended_case_is_not_withdrawn_once_more() -> None:
    assert Action.WITHDRAW not in allowed_actions(at(Stage.RESOLUTION, outcome=Outcome.WITHDRAWN), CUSTOMER)


def test_only_who_was_asked_answers() -> None:
    request = InformationRequest(
        id="q1",
        of=WaitingOn.CARRIER,
        recipient="K-1",
        question=Bilingual(zh="哪里？", en="where?"),
        asked_at=NOW,
        remind_at=NOW,
        due=NOW,
    )
    state = at(Stage.INVESTIGATION, requests=(request,))
    assert Action.ANSWER in allowed_actions(state, CARRIER)
    assert Action.ANSWER not in allowed_actions(state, Actor(role=Role.CARRIER, id="K-2"))
    assert Action.ANSWER not in allowed_actions(state, MERCHANT)
