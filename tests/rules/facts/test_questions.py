"""INV-2: what is missing is asked for by itself, of whoever can supply it, in one question to each."""

import re

import pytest
from pydantic import JsonValue

from models.common.vocabulary import Issue, WaitingOn
from models.policy.policy import PolicySlice
from rules.facts.questions import questions
from rules.facts.registry import FACTS
from tests.support.builders.facts import facts

CUSTOMER, MERCHANT, CARRIER = WaitingOn.CUSTOMER, WaitingOn.MERCHANT, WaitingOn.CARRIER
PAID: dict[str, JsonValue] = {"payment.captured_count": 1, "order.promised_at": "2026-06-01T00:00:00Z"}


def asked(policy: PolicySlice, issue: Issue, known: dict[str, JsonValue]) -> dict[WaitingOn, str]:
    return {of: question.en for of, question in questions(policy, issue, facts(known)).items()}


def test_one_question_names_everything_that_a_party_is_needed_for(policy_slice: PolicySlice) -> None:
    known: dict[str, JsonValue] = {"delivery.delivered": True, "shipment.exists": True}
    said = asked(policy_slice, Issue.DAMAGED, known)
    assert set(said) == {CUSTOMER, MERCHANT, CARRIER}
    assert "damaged on the way" in said[CARRIER]
    for needed in ("take responsibility", "who signed", "weights at hand-over", "photos"):
        assert needed in said[CARRIER]
    assert "inspection, packing" in said[MERCHANT]
    assert "photos, a video" in said[CUSTOMER]


def test_what_is_known_is_not_asked_for(policy_slice: PolicySlice) -> None:
    known: dict[str, JsonValue] = {
        "delivery.delivered": True,
        "evidence.count": 1,
        "shipment.signed_relation": "self",
        "shipment.weight_loss_grams": 3,
    }
    said = asked(policy_slice, Issue.DAMAGED, known)
    assert CUSTOMER not in said
    assert "who signed" not in said[CARRIER]
    assert "weights" not in said[CARRIER]


@pytest.mark.parametrize(
    ("issue", "known", "of"),
    [
        (Issue.QUALITY_DEFECT, {"evidence.count": 1}, {MERCHANT}),
        (Issue.QUALITY_DEFECT, {}, {MERCHANT, CUSTOMER}),
        (Issue.LOST, {**PAID, "shipment.exists": True}, {CARRIER}),
        (Issue.LOST, {"shipment.exists": True}, {CARRIER, MERCHANT}),  # by when was it promised?
        (Issue.CHARGED_TWICE, {"payment.captured_count": 2}, set[WaitingOn]()),
        (Issue.CHARGED_TWICE, {}, {CUSTOMER}),  # the provider knows of no payment
        (Issue.REFUND_NOT_ARRIVED, {"payment.refunded_minor": 0}, set[WaitingOn]()),
        (Issue.PLATFORM_ATTITUDE, {}, set[WaitingOn]()),
        (Issue.MERCHANT_ATTITUDE, {}, {MERCHANT}),
        (Issue.CARRIER_ATTITUDE, {}, {CARRIER}),
        (Issue.PLATFORM_RULE, {}, set[WaitingOn]()),
    ],
)
def test_only_who_can_supply_something_is_asked(
    policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue], of: set[WaitingOn]
) -> None:
    assert set(asked(policy_slice, issue, known)) == of


@pytest.mark.parametrize("issue", Issue)
def test_whom_the_policy_names_is_asked_in_both_languages(policy_slice: PolicySlice, issue: Issue) -> None:
    said = questions(policy_slice, issue, ())
    assert {party.value for party in policy_slice.issues[issue].ask} <= {of.value for of in said}
    for question in said.values():
        assert re.search(r"[\u4e00-\u9fff]", question.zh)
        assert not re.search(r"[\u4e00-\u9fff]", question.en)


def test_every_fact_has_a_name_in_both_languages_and_a_plea_when_somebody_can_supply_it() -> None:
    for name, spec in FACTS.items():
        assert re.search(r"[\u4e00-\u9fff]", spec.zh), name
        assert re.fullmatch(r"[\x20-\x7e]+", spec.en), name
        assert (spec.please is None) is (spec.asked_of is None), name
        assert spec.once is None or spec.once in FACTS, name
