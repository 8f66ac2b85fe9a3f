"""A wait's warnings come at the policy's shares of its working time, each once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.common.base import Bilingual
from models.common.vocabulary import WaitFor, WaitingOn
from models.common.waits import Wait, WaitPolicy
from models.policy.policy import PolicySlice
from rules.common.deadlines import in_words, of_wait, warned
from rules.common.working_time import add_working

NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)  # a Monday, ten o'clock in Shanghai
HOUR = timedelta(hours=1)
THEN = Bilingual(zh="视为同意", en="it counts as a yes")


def rule(*warn_at: float, calendar: str = "always") -> WaitPolicy:
    return WaitPolicy(within=10 * HOUR, calendar=calendar, then=THEN, warn_at=warn_at)


def wait(on: WaitingOn = WaitingOn.MERCHANT, until: datetime = NOW + 10 * HOUR) -> Wait:
    return Wait(on=on, for_=WaitFor.INSPECTION, since=NOW, until=until)


def test_a_warning_comes_at_its_share_of_the_time_and_leaves_the_list(policy_slice: PolicySlice) -> None:
    deadline = of_wait(wait(), rule(0.8, 0.5), policy_slice.calendars)
    assert deadline.warn_at == (NOW + 5 * HOUR, NOW + 8 * HOUR)
    assert (deadline.at, deadline.then) == (NOW + 10 * HOUR, THEN)
    after = warned(wait(), deadline, NOW + 5 * HOUR)
    assert of_wait(after, rule(0.5, 0.8), policy_slice.calendars).warn_at == (NOW + 8 * HOUR,)


def test_warnings_that_were_both_late_are_given_as_one(policy_slice: PolicySlice) -> None:
    deadline = of_wait(wait(), rule(0.5, 0.8), policy_slice.calendars)
    after = warned(wait(), deadline, NOW + 9 * HOUR)
    assert of_wait(after, rule(0.5, 0.8), policy_slice.calendars).warn_at == ()


def test_the_shares_are_of_working_time(policy_slice: PolicySlice) -> None:
    office = policy_slice.calendars["office"]
    until = add_working(office, NOW, 10 * HOUR)  # over a night
    deadline = of_wait(wait(until=until), rule(0.5, 0.8, calendar="office"), policy_slice.calendars)
    assert deadline.warn_at == (add_working(office, NOW, 5 * HOUR), add_working(office, NOW, 8 * HOUR))


@pytest.mark.parametrize(("on", "shares"), [(WaitingOn.NOBODY, (0.5,)), (WaitingOn.MERCHANT, ())])
def test_nobody_is_warned_without_a_share_or_a_person(
    policy_slice: PolicySlice, on: WaitingOn, shares: tuple[float, ...]
) -> None:
    assert of_wait(wait(on), rule(*shares), policy_slice.calendars).warn_at == ()


def test_a_deadline_in_a_year_that_is_not_announced_says_that_it_may_move(policy_slice: PolicySlice) -> None:
    office = policy_slice.calendars["office"].model_copy(update={"announced_to": date(2026, 6, 8)})
    calendars = {**policy_slice.calendars, "office": office}
    announced, beyond = (of_wait(wait(until=NOW + hours * HOUR), rule(calendar="office"), calendars) for hours in (10, 30))
    assert (announced.provisional, beyond.provisional) == (False, True)
    assert "may move" not in in_words((announced,))[0]
    assert "may move: the days off of that year are not announced" in in_words((beyond,))[0]
    assert not of_wait(wait(until=NOW + 30 * HOUR), rule(), calendars).provisional  # day and night, holidays or not
