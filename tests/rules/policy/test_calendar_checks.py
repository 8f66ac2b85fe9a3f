"""Operators are told of a year whose days off are not announced, and of a calendar that cannot work (SLA-2)."""

from datetime import date

import pytest

from models.policy.policy import Policy
from rules.common.holidays import announced_to
from rules.policy.calendar_checks import not_announced
from rules.policy.load import PolicyError, parse_policy


@pytest.mark.parametrize(("today", "told"), [(date(2040, 1, 1), True), (date(2010, 10, 1), False), (date(2010, 12, 1), False)])
def test_a_year_is_told_that_begins_soon_and_is_not_announced(policy: Policy, today: date, told: bool) -> None:
    sentences = list(not_announced(policy, today))
    assert [sentence.partition(":")[0] for sentence in sentences] == (
        [f"calendars.{name}" for name in ("service", "office", "china")] if told else []
    )
    for sentence in sentences:
        assert "the days off of CN after 2039-12-31 are not announced" in sentence
        assert "announced_through: 2040" in sentence


def test_a_year_that_the_operator_wrote_down_is_known(policy: Policy) -> None:
    office = policy.calendars["office"]
    assert announced_to(office, date(2040, 12, 1)) == date(2039, 12, 31)
    assert announced_to(office.model_copy(update={"announced_through": 2040}), date(2040, 12, 1)) == date(2040, 12, 31)
    assert announced_to(policy.calendars["always"], date(2040, 1, 1)) == date(2041, 2, 4)


FAULTS = [
    ("    holidays: CN", "    holidays: DE-XX", "calendars.service.holidays", 'no part "XX" of DE is known; its parts are DE-BB'),
    ("    holidays: CN", "    holidays: GB", "calendars.service.holidays", "name one of GB-ENG, GB-NIR, GB-SCT, GB-WLS, or add"),
    ("    holidays: CN", "    holidays: HK", "calendars.service.categories", "to public optional adds"),
    ("    holidays: CN", "    holidays: DE-BY", "calendars.service.categories", "catholic adds Assumption Day; name those that"),
    (
        "    holidays: CN",
        "    holidays: CN\n    categories: [statutory]",
        "calendars.service.categories[0]",
        'no such category of days off "statutory"; name one of public',
    ),
    ("    holidays: CN", "    holidays: DE-HH\n    nationwide: true", "calendars.service.nationwide", "DE-HH is a part of DE"),
    ("    holidays: CN", "    categories: [public]", "calendars.service.categories", "the calendar has none; add holidays"),
    ('counting: {"*": china, ', "counting: {", "eligibility.counting", '"no-reason-return" counts days, and nothing says how'),
    (
        '      days: 7\n      why: {zh: "签收后 {{ days }}内可无',
        '      days: 7\n      within: 7d\n      why: {zh: "签收后 {{ days }}内可无',
        "eligibility.rules[12]",
        "counted in `days` or runs `within` hours; keep one of the two",
    ),
]
"""What is written instead of what, the field that is refused, and the mend."""


@pytest.mark.parametrize(
    ("written", "instead", "field", "mend"), FAULTS, ids=[f"{field}: {mend[:30]}" for _, _, field, mend in FAULTS]
)
def test_a_calendar_or_a_count_that_cannot_work_is_refused_with_what_exists(
    policy_text: str, written: str, instead: str, field: str, mend: str
) -> None:
    assert written in policy_text
    with pytest.raises(PolicyError) as refused:
        parse_policy(policy_text.replace(written, instead, 1), "policy.yaml")
    assert any(fault.field.startswith(field) and mend in fault.detail for fault in refused.value.faults), str(refused.value)
