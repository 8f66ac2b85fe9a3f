"""What another policy would have made of past cases, and what a changed file changes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.case.receipt import Wanted
from models.case.state import CaseState
from models.common.base import Money
from models.common.vocabulary import Issue, Party, RemedyKind
from models.investigation.findings import Fact
from rules.common.policy_fault import PolicyError
from rules.policy.load import load_policy, slice_policy
from rules.policy.proposed import changes, proposed
from rules.policy.replay import Fate, Replay, judge
from settings import ROOT
from tests.support.builders.cases import NOW, case, classified, receipt

POLICIES = ROOT / "policies"
USED = load_policy(POLICIES / "default.yaml")
BEFORE = slice_policy(USED, datetime(2026, 3, 1, tzinfo=UTC))


def lost(minor: int = 5_000) -> CaseState:
    """A parcel that the carrier says is lost: the customer wants the money back."""
    wanted = Wanted(remedy=RemedyKind.REFUND_ONLY, amount=Money(minor=minor, currency="CNY"))
    told = {"shipment.status": "lost", "shipment.count": 1}
    known = tuple(Fact(name=name, value=value, source="carrier", at=NOW) for name, value in told.items())
    return classified(Issue.LOST, receipt=receipt(wanted=wanted), facts=known)


def test_a_small_clear_case_goes_alone_and_under_a_lower_limit_by_a_person() -> None:
    lower = BEFORE.changed(approval=BEFORE.approval.model_copy(update={"automatic": 1_000}))
    replay = Replay()
    replay.look_at(lost(), BEFORE, lower)
    assert [*replay.fates] == [(Fate.ALONE, Fate.PERSON)]
    assert replay.fates[Fate.ALONE, Fate.PERSON].examples == ["RD-1"]


def test_what_may_not_be_offered_any_more_is_refused() -> None:
    issues = {**BEFORE.issues, Issue.LOST: BEFORE.issues[Issue.LOST].model_copy(update={"remedies": (RemedyKind.RESHIP,)})}
    judged = judge(lost(), BEFORE.changed(issues=issues))
    assert judged is not None
    assert judged.fate is Fate.REFUSED


def test_a_row_that_names_somebody_else_moves_the_responsibility() -> None:
    rows = tuple(row.model_copy(update={"party": Party.MERCHANT}) for row in BEFORE.liability)
    replay = Replay()
    replay.look_at(lost(), BEFORE, BEFORE.changed(liability=rows))
    assert [*replay.parties] == [(Party.CARRIER, Party.MERCHANT)]


def test_the_same_policy_changes_nothing() -> None:
    replay = Replay()
    replay.look_at(lost(), BEFORE, BEFORE)
    replay.look_at(case(), BEFORE, BEFORE)
    assert (replay.looked_at, replay.left_out, replay.fates, replay.parties, replay.teams) == (1, 1, {}, {}, {})


def test_a_changed_figure_is_named_by_its_row() -> None:
    text = 'extends: default.yaml\nversion: "ours"\neligibility:\n  rules:\n    - {id: no-reason-return, days: 30}\n'
    found = {one.field: (one.before, one.after) for one in changes(USED, proposed(text, POLICIES))}
    assert found["version"] == (USED.version, "ours")
    assert found["eligibility.rules[no-reason-return].days"] == ("7", "30")


BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("extends: ../../etc/passwd\n", "extends"),
        ("extends: /etc/passwd\n", "extends"),
        ('"extends": /etc/hosts\n', "extends"),
        ("{extends: /etc/hosts}\n", "extends"),
        ("extends: there-is-none.yaml\n", "extends"),
        (BOMB, ""),
        ("x" * 1_000_001, ""),
    ],
    ids=["folder above", "absolute", "in quotes", "in braces", "unknown", "anchors without end", "too long"],
)
def test_a_file_that_nobody_vouches_for_reads_nothing_else_and_ends(text: str, field: str) -> None:
    with pytest.raises(PolicyError) as refused:
        proposed(text, Path(POLICIES))
    assert refused.value.faults[0].field == field
