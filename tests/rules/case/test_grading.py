"""CLS-3: severity × urgency → priority, with reasons that a person can read."""

from datetime import timedelta
from typing import Any

import pytest

from models.case.action_bodies import AddWords, Confirm, Rate
from models.case.actions import BODIES, Action
from models.case.heard import Heard
from models.case.state import Grade
from models.common.actors import EvidenceRef
from models.common.base import Money
from models.common.decides import Decides
from models.common.vocabulary import Issue, Kind, Meaning, Priority
from models.investigation.findings import Saying
from models.policy.policy import PolicySlice
from rules.case.access import PARTIES
from rules.case.grading import grade, heard_so_far, said_by_parties, said_in
from rules.case.permissions import PERMISSIONS
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.cases import NOW, case, receipt

P1, P2, P3, P4 = Priority
ORDINARY: dict[str, Any] = {
    "issue": Issue.QUALITY_DEFECT,
    "kind": Kind.AFTER_SALES,
    "text": "拉链坏了，想退货",
    "at_stake": Money(minor=5_000),
    "lines": 1,
    "marks": (),
    "waited": timedelta(hours=2),
    "repeats": 0,
}


def graded(policy_slice: PolicySlice, **differently: Any) -> Grade:
    return grade(policy_slice, **{**ORDINARY, **differently})


def test_an_ordinary_case_is_the_least_urgent_without_a_reason(policy_slice: PolicySlice) -> None:
    assert graded(policy_slice) == Grade(priority=P4, severity=0, urgency=0, reasons=())


@pytest.mark.parametrize(
    ("differently", "severity", "urgency"),
    [
        ({"at_stake": Money(minor=19_999)}, 0, 0),
        ({"at_stake": Money(minor=20_000)}, 1, 0),
        ({"at_stake": Money(minor=100_000)}, 2, 0),
        ({"at_stake": Money(minor=1_000_000)}, 3, 0),
        ({"lines": 2}, 0, 0),
        ({"lines": 3}, 1, 0),
        ({"issue": Issue.COUNTERFEIT_SUSPECTED}, 2, 0),
        ({"text": "插上电就漏电，孩子触电了"}, 3, 0),
        ({"text": "My son was injured by the blade"}, 3, 0),
        ({"text": "The charger caught fire!"}, 3, 0),
        ({"text": "She was fired up about the fireplace"}, 0, 0),
        ({"text": "再不解决我就打12315"}, 0, 3),
        ({"text": "I'll talk to a LAWYER"}, 0, 3),
        ({"text": "the courteous courier pressed the bell"}, 0, 0),
        ({"text": "我很着急，今天必须用"}, 0, 2),
        ({"marks": {"perishable", "promotional"}}, 0, 2),
        ({"marks": {"custom"}}, 0, 0),
        ({"waited": timedelta(hours=24)}, 0, 1),
        ({"waited": timedelta(days=3)}, 0, 2),
        ({"waited": timedelta(days=30)}, 0, 3),
        ({"repeats": 1}, 0, 2),
        ({"repeats": 3}, 0, 3),
        ({"kind": Kind.COMPLAINT}, 0, 1),
    ],
)
def test_what_raises_severity_and_urgency(
    policy_slice: PolicySlice, differently: dict[str, Any], severity: int, urgency: int
) -> None:
    result = graded(policy_slice, **differently)
    assert (result.severity, result.urgency) == (severity, urgency)
    assert bool(result.reasons) is bool(severity or urgency)


@pytest.mark.parametrize(
    ("money", "repeats", "priority"),
    [(0, 0, P4), (0, 1, P3), (0, 3, P2), (20_000, 1, P3), (20_000, 3, P2), (100_000, 0, P3), (100_000, 1, P2), (100_000, 3, P1)],
)
def test_the_matrix_weighs_severity_and_urgency(policy_slice: PolicySlice, money: int, repeats: int, priority: Priority) -> None:
    assert graded(policy_slice, at_stake=Money(minor=money), repeats=repeats).priority is priority


def test_danger_to_people_is_most_urgent_by_itself(policy_slice: PolicySlice) -> None:
    assert graded(policy_slice, text="充电宝爆炸了").priority is P1


def test_reasons_are_readable_in_both_languages_the_heaviest_first(policy_slice: PolicySlice) -> None:
    result = graded(policy_slice, at_stake=Money(minor=150_000), text="漏电，存在安全隐患", waited=timedelta(days=4))
    assert result.reasons == (
        "安全或伤害：“漏电” · safety or harm: “漏电”",
        "安全或伤害：“安全隐患” · safety or harm: “安全隐患”",
        "涉及金额 ≥ ¥1,000.00 · at stake ≥ CNY 1,000.00",
        "已等待 ≥ 72 小时 · waited ≥ 72 h",
    )


@pytest.mark.parametrize("action", [action for action, permission in PERMISSIONS.items() if permission.roles & PARTIES])
def test_every_word_that_a_party_may_say_with_an_action_is_read(action: Action) -> None:
    free = {"words", "reason", "question", "comment"}
    body = BODIES[action]
    named = set(body.NAMED_BY) if issubclass(body, Decides) else set[str]()
    texts = {name for name, field in body.model_fields.items() if "str" in str(field.annotation)} - named
    assert texts <= free | {"order_id", "request_id"}


def test_what_somebody_says_is_read_with_the_names_of_their_evidence() -> None:
    rating = Rate(speed=1, solution=1, attitude=1, comment="it burned")
    photo = EvidenceRef(sha256="0" * 64, media_type="image/png", size=1, name="冒烟.png")
    assert said_in(Confirm(rating=rating)).strip() == "it burned"
    assert said_in(AddWords(words="see", evidence=(photo,))) == "see\n冒烟.png"


def test_danger_that_was_told_before_counts_when_its_words_are_put_away(policy_slice: PolicySlice) -> None:
    assert graded(policy_slice, dangers=("着火",)).priority is P1


def test_what_a_model_read_is_a_reason_with_the_words_and_the_model(policy_slice: PolicySlice) -> None:
    heard = Heard(meaning=Meaning.DANGER, words="凳子一坐就塌", by="model:1")
    result = graded(policy_slice, heard=(heard, heard), text="-")
    assert result.priority is P1
    assert result.reasons == ("安全或伤害（model:1 读出） · safety or harm (read by model:1)",)


def test_what_was_read_where_it_came_in_counts_instead_of_the_lists(policy_slice: PolicySlice) -> None:
    opened = receipt(description="smoke, and fire")
    said = Heard(meaning=Meaning.URGENT, words="tomorrow", by="model:1")
    unread = heard_so_far(case(receipt=opened), policy_slice.grading)
    read = heard_so_far(case(receipt=opened.model_copy(update={"heard": ()}), heard=(said,)), policy_slice.grading)
    assert [one.words for one in unread] == ["smoke", "fire"]
    assert read == (said,)


def test_what_our_own_people_ask_is_no_danger(policy_slice: PolicySlice) -> None:
    asked = Saying(at=NOW, by=AGENT, words="Was anybody injured?")
    told = Saying(at=NOW, by=CUSTOMER, words="Only the cup.")
    text = said_by_parties(case(sayings=(asked, told)), policy_slice.grading)
    assert text.endswith("\nOnly the cup.")
    assert "injured" not in text
