"""INV-4: the finding explains itself. What is found and what is told agree; more facts take no finding away without a reason."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.vocabulary import Issue, Party, Role
from models.investigation.findings import Explanation, FactType, Finding, RowTold, Told
from models.policy.policy import Condition, LiabilityRow, PolicySlice
from rules.facts.liability import decisive, explain, find, missing
from rules.facts.registry import FACTS
from tests.support.builders.facts import facts

NOW = datetime(2026, 6, 8, tzinfo=UTC)
SOME: dict[FactType, st.SearchStrategy[JsonValue]] = {
    FactType.YES_NO: st.booleans(),
    FactType.NUMBER: st.sampled_from([-300.0, -1.0, 0, 1, 2.0, 7.0, 24.0, 49.9, 60.0, 121.0, 169.0, 300.0]),
    FactType.INSTANT: st.just("2026-06-01T00:00:00+00:00"),
    FactType.BY_LINE: st.just({"L1": "apparel"}),
}


def value_of(name: str) -> st.SearchStrategy[JsonValue]:
    spec = FACTS[name]
    return SOME[spec.type] if spec.type in SOME else st.sampled_from(spec.values or ("neighbour", "self"))


KNOWN = st.fixed_dictionaries({}, optional={name: value_of(name) for name in FACTS})


def row_of(explanation: Explanation, row: str) -> RowTold:
    return next(told for told in explanation.rows if told.row == row)


@given(issue=st.sampled_from(list(Issue)), known=KNOWN)
def test_what_is_found_is_the_surest_row_that_is_told_to_hold(
    policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue]
) -> None:
    finding = find(policy_slice, issue, facts(known), NOW)
    told = explain(policy_slice, issue, facts(known), finding)
    holding = [row for row in told.rows if row.told is Told.HOLDS]
    assert (finding.row if finding else None) == (holding[0].row if holding else None)
    assert told.decided_by == (finding.row if finding and decisive(policy_slice, finding) else None)
    assert told.suggestion == (finding.row if finding and not decisive(policy_slice, finding) else None)
    assert [row.confidence for row in told.rows] == sorted((row.confidence for row in told.rows), reverse=True)
    assert {row.row for row in told.rows} == {row.id for row in policy_slice.liability if issue in row.issues}


@given(issue=st.sampled_from(list(Issue)), known=KNOWN, more=KNOWN)
def test_more_facts_take_away_only_what_rested_on_not_knowing(
    policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue], more: dict[str, JsonValue]
) -> None:
    before = explain(policy_slice, issue, facts(known), None)
    after = explain(policy_slice, issue, facts({**more, **known}), None)
    rows = {row.id: row for row in policy_slice.liability}
    for told in before.rows:
        rests_on_not_knowing = any(condition.known is False for condition in rows[told.row].when)
        if told.told is not Told.LACKING and not (rests_on_not_knowing and told.told is Told.HOLDS):
            assert row_of(after, told.row).told is told.told


@given(issue=st.sampled_from(list(Issue)), known=KNOWN)
def test_a_row_that_does_not_hold_says_by_what(policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue]) -> None:
    for row in explain(policy_slice, issue, facts(known), None).rows:
        told = {condition.told for condition in row.conditions}
        expected = Told.FAILS if Told.FAILS in told else Told.LACKING if Told.LACKING in told else Told.HOLDS
        assert row.told is expected
        for condition in row.conditions:
            unknown = condition.fact not in known
            assert (condition.value == Bilingual(zh="未知", en="not known")) is unknown
            assert condition.told is not Told.LACKING or unknown


@given(issue=st.sampled_from(list(Issue)), known=KNOWN)
def test_the_order_in_which_facts_come_changes_nothing(
    policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue]
) -> None:
    there, back = facts(known), tuple(reversed(facts(known)))
    assert find(policy_slice, issue, there, NOW) == find(policy_slice, issue, back, NOW)
    assert explain(policy_slice, issue, there, None) == explain(policy_slice, issue, back, None)


def test_the_explanation_says_what_matched_what_did_not_and_what_is_lacking(policy_slice: PolicySlice) -> None:
    known = facts({"delivery.late_hours": 30.0, "shipment.shipped_late_hours": -50.0, "carrier.silent": False})
    told = explain(policy_slice, Issue.DELAY, known, find(policy_slice, Issue.DELAY, known, NOW))
    assert told.decided_by == "late-on-the-way"
    assert told.suggestion is None
    shipped_late = row_of(told, "shipped-late")
    assert shipped_late.told is Told.FAILS
    late, shipped = shipped_late.conditions
    assert (late.told, shipped.told) == (Told.HOLDS, Told.FAILS)
    assert (shipped.wanted.en, shipped.value.en) == ("at least 0 hours", "-50 hours")
    assert (shipped.wanted.zh, shipped.value.zh) == ("不少于 0 小时", "-50 小时")
    assert row_of(told, "carrier-admits").told is Told.LACKING
    assert row_of(told, "carrier-silent").told is Told.FAILS


def test_what_is_not_sure_enough_is_a_suggestion_to_an_agent(policy_slice: PolicySlice) -> None:
    known = facts({"line.warranty_left_days": 40.0})
    finding = find(policy_slice, Issue.WARRANTY_REPAIR, known, NOW)
    told = explain(policy_slice, Issue.WARRANTY_REPAIR, known, finding)
    assert (told.decided_by, told.suggestion) == (None, "in-warranty")


def test_a_persons_finding_stands_whatever_the_rows_say(policy_slice: PolicySlice) -> None:
    by = Actor(role=Role.AGENT, id="alice")
    words = Bilingual(zh="看过聊天记录", en="read the chat")
    finding = Finding(party=Party.CUSTOMER, confidence=1, basis=words, by=by, at=NOW)
    told = explain(policy_slice, Issue.QUALITY_DEFECT, facts({"merchant.silent": True, "evidence.count": 1}), finding)
    assert decisive(policy_slice, finding)
    assert (told.decided_by, told.suggestion) == (None, None)
    assert row_of(told, "merchant-silent").told is Told.HOLDS


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (Condition.model_validate({"fact": "payment.captured_count", "is": 1}), 1, True),
        (Condition.model_validate({"fact": "payment.captured_count", "is": 1}), True, False),
        (Condition(fact="payment.captured_count", at_least=1), True, False),
        (Condition(fact="delivery.late_hours", at_least=0, below=24), 24.0, False),
        (Condition(fact="delivery.late_hours", at_least=0, below=24), 0.0, True),
        (Condition.model_validate({"fact": "line.custom", "is": False}), False, True),
        (Condition.model_validate({"fact": "line.custom", "is": False}), 0, False),
        (Condition(fact="line.custom", known=True), False, True),
        (Condition(fact="line.custom", known=False), False, False),
        (Condition(fact="line.custom", known=False), None, True),
        (Condition(fact="line.custom", known=True), None, False),
    ],
)
def test_a_condition_takes_numbers_for_numbers_and_yes_for_yes(
    policy_slice: PolicySlice, condition: Condition, value: JsonValue, holds: bool
) -> None:
    basis = Bilingual(zh="试", en="try")
    row = LiabilityRow(id="try", issues=(Issue.DELAY,), when=(condition,), party=Party.NONE, confidence=1, basis=basis)
    policy = policy_slice.model_copy(update={"liability": (row,)})
    known = facts({} if value is None else {condition.fact: value})
    assert (find(policy, Issue.DELAY, known, NOW) is not None) is holds


def test_nobody_is_asked_who_signed_for_a_parcel_that_is_on_its_way(policy_slice: PolicySlice) -> None:
    def asked(known: dict[str, JsonValue]) -> dict[str, str | None]:
        return {gap.fact: gap.asked_of for gap in missing(policy_slice, Issue.SIGNED_BY_OTHER, facts(known))}

    assert asked({"delivery.delivered": False})["shipment.signed_relation"] is None
    assert asked({"delivery.delivered": True})["shipment.signed_relation"] == "carrier"
