"""A time limit stands in one place: who is responsible follows the eligibility row that gives it."""

import pytest

from models.common.vocabulary import Issue
from models.policy.policy import Policy
from rules.facts.liability import find
from rules.policy.load import PolicyError, parse_policy, slice_policy
from tests.rules.policy.test_default_policy import NOW
from tests.support.builders.facts import facts

LAST_DAYS: list[tuple[Issue, str, str, str | None]] = [
    (Issue.NO_REASON_RETURN, "issues: [product.no_reason_return]\n      days: {}", "returned-in-time", "returned-too-late"),
    (
        Issue.QUALITY_DEFECT,
        "- id: quality-return\n      remedies: [return_and_refund]\n      days: {}",
        "faulty-when-it-came",
        None,
    ),
]
GOODS = {f"line.{mark}": False for mark in ("custom", "perishable", "hygiene", "digital_opened", "no_return")}


def found(policy: Policy, issue: Issue, days: int) -> str | None:
    known = facts({"delivery.days_counted": days, "evidence.count": 1, **GOODS})
    finding = find(slice_policy(policy, NOW), issue, known, NOW)
    return finding.row if finding else None


@pytest.mark.parametrize("limited", LAST_DAYS, ids=[limited[0].value for limited in LAST_DAYS])
@pytest.mark.parametrize("days", [7, 30])
def test_a_changed_limit_changes_who_is_responsible(
    policy_text: str, limited: tuple[Issue, str, str, str | None], days: int
) -> None:
    issue, row, in_time, late = limited
    policy = parse_policy(policy_text.replace(row.format(7), row.format(days), 1), "policies/policy.yaml")
    assert (found(policy, issue, days), found(policy, issue, days + 1)) == (in_time, late)


@pytest.mark.parametrize(
    ("instead", "field", "said"),
    [
        ("{fact: delivery.days_counted, within: no-reason-returns}", "within", 'did you mean "no-reason-return"?'),
        ("{fact: delivery.days_counted, within: fresh-return}", "within", "no such eligibility row with `days` from delivery"),
        ("{fact: delivery.days_counted, after: no-reason-return, at_least: 9}", "after", "says the same as at_least"),
        ("{fact: delivery.days_since, within: no-reason-return}", "within", "compare delivery.days_counted with it"),
    ],
)
def test_a_limit_that_does_not_exist_is_refused(policy_text: str, instead: str, field: str, said: str) -> None:
    written = "{fact: delivery.days_counted, within: no-reason-return}"
    assert written in policy_text
    with pytest.raises(PolicyError) as refused:
        parse_policy(policy_text.replace(written, instead, 1), "policies/policy.yaml")
    assert [fault for fault in refused.value.faults if fault.field.endswith(f"when[0].{field}") and said in fault.detail]
