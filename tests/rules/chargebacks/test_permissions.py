"""Who may answer a chargeback, and when (RES-12)."""

from typing import Any

import pytest

from models.chargebacks.actions import ChargebackAction, Contest
from models.chargebacks.partner import AnswerKind
from models.chargebacks.state import ChargebackState
from models.common.actors import Actor
from models.common.vocabulary import ErrorType, Role
from rules.chargebacks import hearing
from rules.chargebacks.evidence import digest_of, pack_of
from rules.chargebacks.permissions import allowed_actions, forbidden, may_see, needs_approval, overtaken, view_of
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.actors import AGENT, SUPERVISOR
from tests.support.builders.cases import case
from tests.support.builders.orders import order, parcel
from tests.support.fakes.chargebacks import OPENED, chargeback

POLICY = load_policy(Settings().policy)
MERCHANT, OTHER = Actor(role=Role.MERCHANT, id="M-1"), Actor(role=Role.MERCHANT, id="M-2")
ANOTHER = Actor(role=Role.SUPERVISOR, id="S-9")
CONTEST, ACCEPT, APPROVE, DECLINE = ChargebackAction


def state(minor: int = 12_900, **change: Any) -> ChargebackState:
    first = ChargebackState.first_heard("payment", "DP-1", OPENED).model_copy(update={"order_id": "O-1", "merchant_id": "M-1"})
    return hearing.heard(first, chargeback(minor, **change), OPENED)


def proposed(by: Actor = AGENT) -> ChargebackState:
    return hearing.answered(state(300_000), AnswerKind.ACCEPTANCE, None, by, OPENED, above_limit=True)


@pytest.mark.parametrize(
    ("of", "actor", "expected"),
    [
        pytest.param(state(), AGENT, (CONTEST, ACCEPT), id="it waits for us"),
        pytest.param(state(), MERCHANT, (), id="the merchant looks"),
        pytest.param(state(status="under_review"), AGENT, (), id="the bank looks into it"),
        pytest.param(state(status="lost"), SUPERVISOR, (), id="it is over"),
        pytest.param(proposed(), AGENT, (), id="their own proposal"),
        pytest.param(proposed(), SUPERVISOR, (APPROVE, DECLINE), id="another's proposal"),
        pytest.param(proposed(SUPERVISOR), SUPERVISOR, (), id="a supervisor's own proposal"),
        pytest.param(proposed(SUPERVISOR), ANOTHER, (APPROVE, DECLINE), id="another supervisor's"),
        pytest.param(
            hearing.refused(hearing.approved(proposed(), SUPERVISOR, OPENED), "no", OPENED),
            AGENT,
            (CONTEST, ACCEPT),
            id="refused",
        ),
        pytest.param(state().model_copy(update={"missed_at": OPENED}), AGENT, (ACCEPT,), id="too late for evidence"),
        pytest.param(state().model_copy(update={"order_id": None}), AGENT, (ACCEPT,), id="of no order of ours"),
    ],
)
def test_what_may_be_done(of: ChargebackState, actor: Actor, expected: tuple[ChargebackAction, ...]) -> None:
    assert allowed_actions(of, actor) == expected
    for action in ChargebackAction:
        assert (forbidden(of, actor, action) is None) is (action in expected)


def test_above_an_agents_limit_and_in_a_currency_without_a_rate_another_person_decides() -> None:
    assert not needs_approval(state(POLICY.approval.agent), POLICY)
    assert needs_approval(state(POLICY.approval.agent + 1), POLICY)
    assert needs_approval(state(amount={"minor": 1, "currency": "XAF"}), POLICY)


def test_the_orders_merchant_sees_it_and_no_other_one() -> None:
    assert may_see(state(), MERCHANT)
    assert not may_see(state(), OTHER)
    assert not may_see(state(), Actor(role=Role.CUSTOMER, id="C-1"))


def test_nobody_sends_evidence_that_they_did_not_see() -> None:
    pack = pack_of((case(order=order(), shipments=(parcel(),)),), POLICY.chargebacks)
    digest = digest_of(pack)
    assert overtaken(state(), Contest(evidence_digest=digest), pack) is None
    fault = overtaken(state(), Contest(evidence_digest="another"), pack)
    assert fault is not None
    assert (fault.type, fault.field) == (ErrorType.NOT_ALLOWED_NOW, "evidence_digest")
    assert view_of(state(), AGENT, POLICY, pack).evidence_digest == digest
    assert view_of(state(), MERCHANT, POLICY, pack).evidence is None


def test_after_a_refusal_the_evidence_that_would_be_sent_is_shown_and_no_longer_what_was() -> None:
    was, now = (pack_of((case(order=order(), shipments=parcels),), POLICY.chargebacks) for parcels in ((), (parcel(),)))
    answered = hearing.answered(state(), AnswerKind.EVIDENCE, was, AGENT, OPENED, above_limit=False)
    assert view_of(answered, AGENT, POLICY, now).evidence == was
    assert view_of(hearing.refused(answered, "no", OPENED), AGENT, POLICY, now).evidence == now
