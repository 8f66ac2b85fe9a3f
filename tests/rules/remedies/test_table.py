"""Every kind of remedy has its row, its steps, its way in the policy and its name in both languages (RES-3)."""

import pytest

from models.claims.policy import ClaimsPolicy
from models.common.vocabulary import Locale, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.table import REMEDIES, About, Amount
from rules.notifications.texts import texts
from workflows.remedies.table import STEPS


@pytest.mark.parametrize("kind", RemedyKind)
def test_every_kind_is_complete(policy_slice: PolicySlice, kind: RemedyKind) -> None:
    assert kind in REMEDIES
    assert kind in STEPS
    assert policy_slice.eligibility.courses[kind].steps
    offered = not REMEDIES[kind].with_credit
    assert any(kind in rule.remedies for rule in policy_slice.issues.values()) is offered
    assert any(kind in row.remedies and row.allow for row in policy_slice.eligibility.rules) is offered
    assert texts("UTC").name(kind, Locale.ZH) != kind.value


@pytest.mark.parametrize("kind", RemedyKind)
def test_every_row_agrees_with_itself(kind: RemedyKind) -> None:
    spec = REMEDIES[kind]
    assert spec.amount is not Amount.NONE or not spec.refunds
    assert spec.about is About.LINES or not (spec.refunds or spec.takes_pieces)
    assert spec.takes_pieces or not (spec.travels or spec.costs_goods)
    assert spec.words or not spec.told
    assert STEPS[kind].compensate is not None or not spec.reversible


def test_what_costs_something_is_somebodys_cost(policy_slice: PolicySlice) -> None:
    paid = {kind for kind, spec in REMEDIES.items() if spec.funded_by}
    assert paid == {kind for kind, spec in REMEDIES.items() if spec.amount is not Amount.NONE or spec.takes_pieces}
    assert set(ClaimsPolicy().funded_by) == set(policy_slice.claims.funded_by) == paid
