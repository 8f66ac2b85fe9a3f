"""Operators are told of a year whose days off are not announced before promises run into it (SLA-2)."""

from datetime import date

import pytest

from models.policy.policy import Policy
from rules.common.holidays import announced_to
from rules.policy.calendar_checks import not_announced


@pytest.mark.parametrize(("today", "told"), [(date(2040, 1, 1), True), (date(2010, 10, 1), False), (date(2010, 12, 1), False)])
def test_a_year_is_told_that_begins_soon_and_is_not_announced(policy: Policy, today: date, told: bool) -> None:
    sentences = list(not_announced(policy, today))
    assert [sentence.partition(":")[0] for sentence in sentences] == (["calendars.service", "calendars.office"] if told else [])
    for sentence in sentences:
        assert "the days off of CN after 2039-12-31 are not announced" in sentence
        assert "announced_through: 2040" in sentence


def test_a_year_that_the_operator_wrote_down_is_known(policy: Policy) -> None:
    office = policy.calendars["office"]
    assert announced_to(office, date(2040, 12, 1)) == date(2039, 12, 31)
    assert announced_to(office.model_copy(update={"announced_through": 2040}), date(2040, 12, 1)) == date(2040, 12, 31)
    assert announced_to(policy.calendars["always"], date(2040, 1, 1)) == date(2041, 2, 4)
