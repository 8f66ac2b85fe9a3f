"""A policy file that says only what differs from another one: what is taken together, what stands instead, and how faults are placed."""

import re
from pathlib import Path

import pytest

from models.common.vocabulary import WaitFor
from models.policy.policy import Policy
from rules.policy.extends import MONEY
from rules.policy.load import PolicyError, load_policy, parse_policy

NAME = "policies/own.yaml"


def own(text: str) -> Policy:
    return parse_policy(f"extends: default.yaml\n{text}", NAME)


def refused(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        own(text)
    return str(caught.value).splitlines()


def test_what_a_file_does_not_write_is_as_in_the_other(policy: Policy) -> None:
    assert own("version: own\n") == policy.model_copy(update={"version": "own"})


def test_tables_are_taken_together_and_other_values_stand_instead(policy: Policy) -> None:
    changed = own("waits: {inspection: {within: 10d}}\nchanges: {cancel: {marks: {custom: 3h}}}\nwarn_at: 0.5\n")
    assert changed.waits[WaitFor.INSPECTION].within.days == 10
    assert changed.waits[WaitFor.INSPECTION].then == policy.waits[WaitFor.INSPECTION].then
    assert changed.waits[WaitFor.CHOICE] == policy.waits[WaitFor.CHOICE]
    assert (changed.warn_at, changed.changes.cancel.reasons) == (0.5, policy.changes.cancel.reasons)


def test_a_row_changes_by_its_id_and_its_words_with_it(policy: Policy) -> None:
    changed = own("eligibility: {rules: [{id: no-reason-return, days: 30}]}\n")
    assert [row.id for row in changed.eligibility.rules] == [row.id for row in policy.eligibility.rules]
    (row,) = [row for row in changed.eligibility.rules if row.id == "no-reason-return"]
    assert (row.days, row.why.en) == (30, "goods may be returned without a reason within 30 days of delivery")
    (finding,) = [row for row in changed.liability if row.id == "returned-in-time"]
    assert "within 30 days" in finding.basis.en


def test_a_new_row_comes_before_those_of_the_other_file(policy: Policy) -> None:
    row = "{id: vip, merchant: M-7, team: complaints, tier: platform}"
    assert [row.id for row in own(f"routing: [{row}]\n").routing] == ["vip", *(row.id for row in policy.routing)]


def test_what_is_each_markets_own_is_written_whole() -> None:
    assert set(own("rates: {USD: 7}\n").rates) == {"USD"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("waits:\n  inspection: {within: soon}\n", f"{NAME}:3 waits.inspection.within: "),
        ("routing:\n  - {id: rules, team: rule}\n", f"{NAME}:3 routing[14].team: no such team"),
        ("max_rounds: 3\nmax_rounds: 4\n", f"{NAME}:3 max_rounds: is written twice"),
        ("calendars: {always: {always: true}}\n", "policies/default.yaml:"),
    ],
)
def test_a_fault_names_the_file_and_line_where_it_is_written(text: str, line: str) -> None:
    assert any(found.startswith(line) for found in refused(text))


def test_money_is_not_taken_over_into_another_currency() -> None:
    lines = refused("currency: EUR\napproval: {automatic: 5000}\n")
    fields = {line.split(" ")[1].rstrip(":") for line in lines}
    assert all(line.startswith(f"{NAME}:2 ") and "is written in CNY (policies/default.yaml:" in line for line in lines)
    assert "approval.automatic" not in fields
    assert {"approval.agent", "rates", "grading.money", "eligibility.rules.coupon-goodwill.most", "claims.carriers"} <= fields


def test_every_figure_in_minor_units_is_known_as_money(policy_text: str) -> None:
    known = {str(path[-1]) for path in MONEY} | {"at_least_minor", "late_at_least_minor"}  # of `claims.carriers`
    written = set(re.findall(r"\b([a-z_]*minor[a-z_]*):", policy_text))
    assert "max_minor_a_day" in written
    assert written <= known


def test_a_file_may_extend_one_that_extends_another(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(f"extends: {Path('policies/us.yaml').resolve()}\nmax_rounds: 3\n", encoding="utf-8")
    (tmp_path / "second.yaml").write_text("extends: first.yaml\nlow_score: 3\n", encoding="utf-8")
    policy = load_policy(tmp_path / "second.yaml")
    assert (policy.currency, policy.max_rounds, policy.low_score) == ("USD", 3, 3)


@pytest.mark.parametrize(
    ("other", "told"), [("own.yaml", "extends this file; extend another one"), ("absent.yaml", "there is no policy")]
)
def test_a_file_that_extends_itself_or_nothing_is_refused(tmp_path: Path, other: str, told: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f"\nextends: {other}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=f"own.yaml:2 .*{told}"):
        load_policy(file)
