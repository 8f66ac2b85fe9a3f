"""What brings a case back that was put aside, and for how long it may be (WRK-2)."""

from datetime import timedelta

import pytest

from models.case.desk_bodies import Snooze
from models.case.state import Snoozed
from models.common.actors import SYSTEM, Actor
from models.common.events import Event
from rules.desk.snooze import LONGEST, brings_back, unfit_snooze
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, SUPERVISOR
from tests.support.builders.cases import NOW

SNOOZED = Snoozed(by=AGENT, at=NOW)


@pytest.mark.parametrize(
    ("event", "by", "back"),
    [
        (Event.WORDS_ADDED, CUSTOMER, True),
        (Event.INFORMATION_GIVEN, CARRIER, True),
        (Event.PARTNER_NOTICE, SYSTEM, True),
        (Event.CLOCK_WARNED, SYSTEM, True),
        (Event.REPLIED, SUPERVISOR, True),
        (Event.REPLIED, AGENT, False),
        (Event.NOTED, SUPERVISOR, False),
        (Event.TAGGED, SUPERVISOR, False),
    ],
)
def test_whatever_happens_brings_a_case_back_but_what_its_snoozer_does(event: Event, by: Actor, back: bool) -> None:
    assert brings_back(SNOOZED, event, by) is back


@pytest.mark.parametrize(
    ("ahead", "fits"), [(timedelta(0), False), (timedelta(hours=1), True), (LONGEST, True), (LONGEST * 2, False)]
)
def test_a_case_is_put_aside_for_some_time_and_not_for_ever(ahead: timedelta, fits: bool) -> None:
    fault = unfit_snooze(Snooze(until=NOW + ahead), NOW)
    assert (fault is None) is fits
    assert fits or (fault is not None and (fault.field, fault.rule) == ("until", "WRK-2"))


def test_without_an_instant_it_waits_for_what_happens() -> None:
    assert unfit_snooze(Snooze(), NOW) is None
