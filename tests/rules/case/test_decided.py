"""A decision names what it decides (WRK-5): every action that decides on something × what stands, is stale, unknown, or left out."""

from datetime import timedelta
from typing import Any

import pytest

from models.case.actions import BODIES, Act, Action
from models.case.held import Held
from models.case.state import CaseState, Suggestion, TransferOffer
from models.common.actors import Actor
from models.common.base import Body, Money
from models.common.decides import Decides, Named
from models.common.vocabulary import ErrorType, Party, RemedyKind, Role, Stage, WaitFor
from models.investigation.decisions import Appeal
from models.investigation.findings import Saying
from models.remedies.offers import Option, RemedyOffer
from models.remedies.remedy import Proposal, Voided
from rules.case.decided import SUBJECTS
from rules.case.permissions import forbidden, overtaken
from rules.case.view import view_of
from rules.policy.load import load_policy, slice_policy
from settings import Settings
from tests.rules.case.test_permissions import at, waiting
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW

BOB = Actor(role=Role.AGENT, id="bob")
GOOD: dict[Action, dict[str, Any]] = {
    Action.DECLINE_TRANSFER: {"reason": "no"},
    Action.HELPED: {"helped": True},
    Action.REPLY: {"words": "Hello."},
    Action.DECLINE: {"reason": "no"},
    Action.REJECT: {"reason": "no"},
    Action.COUNTER: {"reason": "no"},
    Action.DECIDE_APPEAL: {"granted": False, "reason": "no"},
    Action.DISPUTE: {"reason": "no"},
}
"""What a body needs besides."""


def proposal(number: int, **change: object) -> Proposal:
    option = Option(remedies=(RemedyOffer(kind=RemedyKind.REFUND_ONLY, amount=Money(minor=500)),), why="It broke.")
    made = Proposal(id=f"p{number}", round=number, by=AGENT, at=NOW, options=(option,), amount=Money(minor=500))
    return made.model_copy(update=change)


def proposed(*proposals: Proposal) -> CaseState:
    return at(Stage.RESOLUTION, proposals=proposals)


def offered(number: int) -> CaseState:
    offer = TransferOffer(id=f"t{number}", by=AGENT, to="bob", team="logistics", reason="It is theirs.", due=NOW)
    return at(Stage.RESOLUTION, transfer=offer, handler=AGENT)


def appeal(number: int, **change: object) -> Appeal:
    base = Appeal(id=f"a{number}", by=MERCHANT, at=NOW, words="Not us.", evidence=(), against=Party.MERCHANT, due=NOW)
    return base.model_copy(update=change)


def suggested(entry_id: str) -> CaseState:
    return at(Stage.RESOLUTION, suggestion=Suggestion(entry_id=entry_id, title="Refunds", body="Five days.", score=1))


def said(*words: tuple[Actor, str]) -> CaseState:
    sayings = (Saying(at=NOW + timedelta(minutes=n), by=by, words=told) for n, (by, told) in enumerate(words))
    return at(Stage.RESOLUTION, sayings=tuple(sayings))


Scene = tuple[Actor, CaseState, Named, Named, str]
"""Who decides in which state; how that names what stands; something else that it may name, and what the refusal then says."""
REFUSED, APPROVED = proposal(1, refused="Too little."), proposal(1, approved_by=SUPERVISOR)
CHOOSE: Scene = (
    CUSTOMER,
    proposed(REFUSED, proposal(2)),
    {"proposal_id": "p2", "version": 1},
    {"proposal_id": "p1"},
    "Too little.",
)
APPROVE: Scene = (
    SUPERVISOR,
    proposed(proposal(1, declined="Half of it."), proposal(2, needs_approval=True)),
    {"proposal_id": "p2", "version": 1},
    {"proposal_id": "p1"},
    "Half of it.",
)
TAKE_OVER: Scene = (BOB, offered(2), {"transfer_id": "t2"}, {"transfer_id": "t1"}, "It is theirs.")
SOLVED: Scene = (
    CUSTOMER,
    waiting(Stage.FOLLOW_UP, WaitFor.CONFIRMATION, solutions=2),
    {"solution": 2},
    {"solution": 1},
    "solution 2",
)
SENT = Held(id="h2", action=Action.REPLY, by=AGENT, at=NOW, due=NOW + timedelta(seconds=10), body={"words": "Hello."})
DENIED = appeal(1, granted=False, decided_by=SUPERVISOR, reason="Nothing new.")
SCENES: dict[Action, Scene] = {
    Action.ACCEPT: CHOOSE,
    Action.REJECT: CHOOSE,
    Action.COUNTER: CHOOSE,
    Action.APPROVE: APPROVE,
    Action.DECLINE: APPROVE,
    Action.ACCEPT_TRANSFER: TAKE_OVER,
    Action.DECLINE_TRANSFER: TAKE_OVER,
    Action.DECIDE_APPEAL: (
        SUPERVISOR,
        at(Stage.RESOLUTION, appeals_before=(DENIED,), appeal=appeal(2)),
        {"appeal_id": "a2"},
        {"appeal_id": "a1"},
        "Nothing new.",
    ),
    Action.HELPED: (CUSTOMER, suggested("b"), {"entry_id": "b"}, {"entry_id": "a"}, "not suggested"),
    Action.REPLY: (AGENT, said((CUSTOMER, "Well?"), (BOB, "It is on its way.")), {"seen": 1}, {"seen": 0}, "It is on its way."),
    Action.UNDO: (AGENT, at(Stage.RESOLUTION, held=SENT), {"held_id": "h2"}, {"held_id": "h1"}, "sent by now"),
    Action.CONFIRM: SOLVED,
    Action.DISPUTE: SOLVED,
}


def act(actor: Actor, action: Action, named: Named) -> Act[Body]:
    return Act[Body](actor=actor, request_id="r", body=BODIES[action].model_validate({**GOOD.get(action, {}), **named}))


def test_every_decision_has_its_subject_and_its_scene() -> None:
    deciding = {action for action, body in BODIES.items() if issubclass(body, Decides)}
    assert deciding == set(SUBJECTS) == set(SCENES)


@pytest.mark.parametrize("action", SCENES)
def test_what_stands_is_decided_on_and_shown_with_the_action(action: Action) -> None:
    actor, state, stands, _, _ = SCENES[action]
    assert overtaken(state, act(actor, action, stands), action) is None
    policy = slice_policy(load_policy(Settings().policy), NOW)
    shown = {offer.action: offer.decides for offer in view_of(state, policy, actor, NOW).available_actions}
    assert shown[action] == stands


@pytest.mark.parametrize("action", SCENES)
def test_something_else_than_what_stands_is_refused_with_what_was_said(action: Action) -> None:
    actor, state, stands, stale, words = SCENES[action]
    fault = overtaken(state, act(actor, action, stale), action)
    assert fault is not None
    assert (fault.type, fault.rule, fault.field) == (ErrorType.NOT_ALLOWED_NOW, "WRK-5", next(iter(stale)))
    assert words in fault.detail
    assert all(f"{name} {value}" in fault.detail and str(value) in str(fault.detail_zh) for name, value in stands.items())
    assert action.value in fault.allowed


@pytest.mark.parametrize("action", SCENES)
def test_what_was_never_there_is_refused_and_what_is_left_out_is_as_before(action: Action) -> None:
    actor, state, stands, _, _ = SCENES[action]
    unknown: Named = {name: 99 if isinstance(value, int) else "x9" for name, value in stands.items()}
    assert overtaken(state, act(actor, action, unknown), action) is not None
    assert overtaken(state, act(actor, action, {}), action) is None


@pytest.mark.parametrize(
    ("state", "named", "says"),
    [
        (proposed(proposal(1, lapsed=True, voided=Voided.RECLASSIFIED)), {"proposal_id": "p1"}, "classified anew"),
        (proposed(proposal(1, lapsed=True)), {"proposal_id": "p1"}, "lapsed"),
        (proposed(proposal(1, accepted=2)), {"proposal_id": "p1"}, "accepted (option 2)"),
        (proposed(APPROVED), {"proposal_id": "p1", "version": 1}, "CNY 5.00"),
        (proposed(APPROVED), {"version": 1}, "version 2"),
        (proposed(proposal(1, needs_approval=True)), {"proposal_id": "p1"}, "no such proposal"),
    ],
)
def test_a_customer_hears_what_became_of_a_proposal(state: CaseState, named: Named, says: str) -> None:
    fault = overtaken(state, act(CUSTOMER, Action.ACCEPT, named), Action.ACCEPT)
    assert fault is not None
    assert says in fault.detail
    assert "susan" not in fault.detail


def test_a_supervisor_who_is_late_hears_who_approved() -> None:
    fault = overtaken(proposed(APPROVED), act(SUPERVISOR, Action.APPROVE, {"proposal_id": "p1", "version": 1}), Action.APPROVE)
    assert fault is not None
    assert "approved by susan" in fault.detail


@pytest.mark.parametrize(
    ("actor", "state", "action", "says"),
    [
        (SUPERVISOR, proposed(proposal(1)), Action.PROPOSE, "“It broke.”"),
        (CUSTOMER, proposed(REFUSED), Action.ACCEPT, "“Too little.”"),
        (BOB, at(Stage.RESOLUTION, handler=SUPERVISOR), Action.ACCEPT_TRANSFER, "the case is susan's"),
        (SUPERVISOR, at(Stage.RESOLUTION, appeal=DENIED), Action.DECIDE_APPEAL, "“Nothing new.”"),
    ],
)
def test_of_two_at_once_the_later_reads_the_words_of_the_first(actor: Actor, state: CaseState, action: Action, says: str) -> None:
    fault = forbidden(state, actor, action)
    assert fault is not None
    assert says in fault.detail


@pytest.mark.parametrize("hidden", [proposal(1, needs_approval=True), proposal(1, declined="Half of it.")])
def test_a_merchant_reads_nothing_of_what_was_never_put(hidden: Proposal) -> None:
    fault = forbidden(proposed(hidden), MERCHANT, Action.PROPOSE)
    assert fault is not None
    assert "p1" not in fault.detail


def test_a_decision_that_is_not_for_the_role_is_refused_for_that() -> None:
    assert overtaken(proposed(proposal(2)), act(AGENT, Action.ACCEPT, {"proposal_id": "p1"}), Action.ACCEPT) is None


def test_a_merchants_private_answer_is_not_repeated_to_another_merchant() -> None:
    state = said((AGENT, "We are at it."))
    private = appeal(1, at=NOW + timedelta(hours=1))
    words = Saying(at=private.at, by=private.by, words="Not us.")
    state = state.model_copy(update={"appeal": private, "sayings": (*state.sayings, words)})
    fault = overtaken(state, act(MERCHANT, Action.REPLY, {"seen": 0}), Action.REPLY)
    assert fault is not None
    assert "We are at it." in fault.detail
    assert "Not us." not in fault.detail
