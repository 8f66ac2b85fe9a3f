"""A decision on what its address names: a claim, a return, a repair's price (WRK-5). Every such action × what it may name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from models.case.actions import Act
from models.claims.actions import CLAIM_BODIES, ClaimAction
from models.claims.state import ClaimState
from models.common.actors import Actor, EvidenceRef
from models.common.base import Body, Money
from models.common.decides import Decides
from models.common.errors import Fault
from models.common.vocabulary import ErrorType, Party
from models.replacements.state import REPLACEMENT_BODIES, ReplacementAction, ReplacementStage
from models.returns.settlement import FreightClaim
from models.returns.state import RETURN_BODIES, ReturnAction, ReturnStage
from rules.claims import permissions as claims
from rules.common.decided import changed
from rules.policy.load import load_policy, slice_policy
from rules.replacements import permissions as replacements
from rules.returns import permissions as returns
from rules.returns.view import view_of_return
from settings import Settings
from tests.rules.replacements.test_permissions import state as a_replacement
from tests.rules.returns.test_permissions import a_return
from tests.rules.returns.test_worth import APPEAL, accepted_at, pieces
from tests.rules.returns.test_worth import a_return as worn
from tests.support.builders.actors import CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.claims import claim

NOW = datetime(2026, 6, 1, tzinfo=UTC)
POLICY = slice_policy(load_policy(Settings().policy), NOW)

WORDS = {"words": "We say so.", "reason": "So it is.", "proof": "slip", "amount": {"minor": 100, "currency": "CNY"}}
LINES = [{"line_id": "L1", "accepted": 1}]
PICTURE = EvidenceRef(sha256="0" * 64, media_type="image/png", size=1, name="receipt.png")

CLAIMED = ClaimState(claim=claim((Party.MERCHANT, 12_900)), terms=POLICY.claims.terms(Party.CARRIER, "K-1"), offer_version=2)
FREIGHT = FreightClaim(amount=Money(minor=1_200), allowed=Money(minor=1_200), receipt=PICTURE)
COME = changed(a_return(stage=ReturnStage.RECEIVED), {"freight"}, {"freight": FREIGHT})
OFFERED = accepted_at(worn(("L1", 1, 10_000), agreed=10_000), pieces("L1", 1, "0.5"), appeal=None).model_copy(
    update={"offer_version": 2}
)
APPEALED = accepted_at(OFFERED, pieces("L1", 1, "0.5"), appeal=APPEAL)
PRICED = changed(a_replacement(ReplacementStage.ESTIMATE), {"estimate"}, {"estimate": Money(minor=4_500)})

Checked = Callable[[Act[Body]], Fault | None]


def of_claim(action: ClaimAction) -> tuple[type[Body], Actor, Checked, str]:
    actor = CARRIER if CARRIER.role in claims.PERMISSIONS[action].roles else SUPERVISOR
    return CLAIM_BODIES[action], actor, lambda act: claims.overtaken(CLAIMED, act, action), "for CNY 129.00"


def of_goods(action: ReplacementAction) -> tuple[type[Body], Actor, Checked, str]:
    return REPLACEMENT_BODIES[action], CUSTOMER, lambda act: replacements.overtaken(PRICED, act, action), "CNY 45.00"


def of_return(action: ReturnAction) -> tuple[type[Body], Actor, Checked, str]:
    state, actor, says = COME, MERCHANT, "CNY 12.00"
    if action is ReturnAction.RULE_WORTH:
        state, actor, says = APPEALED, SUPERVISOR, "50%"
    elif action.value.endswith("_worth"):
        state, actor, says = OFFERED, CUSTOMER, "50%"

    def check(act: Act[Body]) -> Fault | None:
        return returns.fault_of(state, POLICY.returns, action, act, NOW)

    return RETURN_BODIES[action], actor, check, says


def deciding(bodies: dict[Any, type[Body]]) -> list[Any]:
    return [action for action, body in bodies.items() if issubclass(body, Decides)]


SCENES = (
    *map(of_claim, deciding(CLAIM_BODIES)),
    *map(of_goods, deciding(REPLACEMENT_BODIES)),
    *map(of_return, deciding(RETURN_BODIES)),
)


@pytest.mark.parametrize(("body", "actor", "check", "says"), SCENES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_decision_on_an_older_version_is_refused_with_what_changed(
    body: type[Body], actor: Actor, check: Checked, says: str
) -> None:
    needs = {name: value for name, value in {**WORDS, "lines": LINES}.items() if name in body.model_fields}

    def decided(**named: int) -> Fault | None:
        return check(Act[Body](actor=actor, request_id="r", body=body.model_validate({**needs, **named})))

    assert decided(version=2) is None
    assert decided() is None
    for other in (1, 99):
        fault = decided(version=other)
        assert fault is not None
        assert (fault.type, fault.rule, fault.field) == (ErrorType.NOT_ALLOWED_NOW, "WRK-5", "version")
        assert says in fault.detail
        assert "version 2" in fault.detail


def test_the_version_grows_only_with_what_is_decided_on() -> None:
    assert changed(COME, {"freight"}, {"freight": FREIGHT, "stage": ReturnStage.OVER}).offer_version == COME.offer_version == 2


def test_the_view_says_what_to_name() -> None:
    actions = view_of_return("RD-1", "m1", COME, MERCHANT).available_actions
    assert {action.action: action.decides for action in actions}[ReturnAction.INSPECT] == {"version": 2}
