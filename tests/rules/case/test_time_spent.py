"""Where a case's time goes (RVW-1)."""

from datetime import timedelta

from models.common.vocabulary import Stage, Tier, WaitFor, WaitingOn
from models.common.waits import Wait
from rules.case.time_spent import count_time
from tests.support.builders.cases import NOW, case

HOUR = timedelta(hours=1)


def test_time_counts_for_where_the_case_was_when_it_was_saved_last() -> None:
    state = case(stage=Stage.RESOLUTION, wait=Wait(on=WaitingOn.CUSTOMER, for_=WaitFor.CHOICE, until=NOW, since=NOW))
    state.spent = count_time(state, NOW + timedelta(seconds=5))
    state.tier, state.wait = Tier.SUPERVISOR, None
    state.spent = count_time(state, NOW + HOUR)
    state.stage = Stage.CLOSED
    state.spent = count_time(state, NOW + 2 * HOUR)
    assert state.spent.seconds == {
        "receipt/platform/nobody": 5,
        "resolution/platform/customer": 3595,
        "resolution/supervisor/nobody": 3600,
    }


def test_a_closed_case_spends_no_time_until_it_is_reopened() -> None:
    state = case(stage=Stage.CLOSED)
    state.spent = count_time(state, NOW)
    state.stage = Stage.RESOLUTION
    state.spent = count_time(state, NOW + 24 * HOUR)
    assert count_time(state, NOW + 25 * HOUR).seconds == {"resolution/platform/nobody": 3600}


def test_parts_of_seconds_are_not_lost_over_many_pauses() -> None:
    state = case(stage=Stage.DISPATCH)
    state.spent = count_time(state, NOW)
    for number in range(1, 101):
        state.spent = count_time(state, NOW + number * timedelta(seconds=0.9))
    assert state.spent is not None
    assert state.spent.seconds == {"dispatch/platform/nobody": 90}
