"""Which entries are in the database already: known by what happened, whatever version and moment they have."""

import pytest

from models.case.state import TimelineEntry
from models.common.actors import SYSTEM
from models.common.events import Event
from rules.common.timeline import Kept, Reconciled, digest_of_entry, reconcile
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.cases import entry

WORDS, TAKEN, NOTICE = Event.WORDS_ADDED, Event.TAKEN, Event.PARTNER_NOTICE


def digest(of: TimelineEntry) -> str:
    return digest_of_entry(of.event, of.by, of.data)


def reconciled(kept: list[TimelineEntry], *entries: TimelineEntry, after: int = 0) -> Reconciled[TimelineEntry]:
    there = [Kept(one.version, digest(one)) for one in kept]
    return reconcile(entries, [digest(one) for one in entries], there, after, max((one.version for one in kept), default=0))


def written(told: Reconciled[TimelineEntry]) -> list[tuple[int, Event]]:
    return [(fresh.version, fresh.entry.event) for fresh in told.fresh]


def test_new_entries_get_the_versions_that_the_workflow_gave_them() -> None:
    told = reconciled([], entry(1, WORDS, CUSTOMER), entry(3, TAKEN, AGENT))
    assert (written(told), told.known, told.gone, told.version) == ([(1, WORDS), (3, TAKEN)], (), (), 3)


def test_the_same_entries_again_are_known() -> None:
    entries = [entry(1, WORDS, CUSTOMER), entry(2, TAKEN, AGENT)]
    told = reconciled(entries, *entries)
    assert (written(told), [known.version for known in told.known], told.gone) == ([], [1, 2], ())


def test_an_entry_that_came_first_the_second_time_is_new_and_those_behind_it_are_known() -> None:
    lost = [entry(5, WORDS, CUSTOMER), entry(6, TAKEN, AGENT)]
    told = reconciled(lost, entry(5, NOTICE), entry(6, WORDS, CUSTOMER), entry(7, TAKEN, AGENT), after=4)
    assert written(told) == [(7, NOTICE)]
    assert [known.version for known in told.known] == [5, 6]
    assert (told.gone, told.version) == ((), 7)


def test_an_entry_that_did_not_happen_again_is_gone_and_its_version_is_given_to_nothing_else() -> None:
    told = reconciled([entry(5, WORDS, CUSTOMER)], entry(5, TAKEN, AGENT), after=4)
    assert (written(told), told.gone, told.version) == ([(6, TAKEN)], (5,), 6)


def test_what_the_workflow_knows_to_be_saved_is_never_gone() -> None:
    told = reconciled([entry(1, WORDS, CUSTOMER), entry(2, TAKEN, AGENT)], entry(3, NOTICE), after=2)
    assert (written(told), told.gone) == ([(3, NOTICE)], ())


def test_the_same_may_happen_twice() -> None:
    saved = entry(1, WORDS, CUSTOMER, evidence=0)
    told = reconciled([saved], entry(2, WORDS, CUSTOMER, evidence=0), entry(3, WORDS, CUSTOMER, evidence=0), after=1)
    assert written(told) == [(2, WORDS), (3, WORDS)]
    assert len({fresh.identity for fresh in told.fresh}) == 2
    lost = [saved, *(fresh.entry for fresh in told.fresh)]
    again = reconciled(lost, entry(2, WORDS, CUSTOMER, evidence=0), after=1)
    assert ([known.version for known in again.known], again.gone) == ([2], (3,))


def test_an_entry_that_comes_back_after_it_was_gone_is_the_same_as_before() -> None:
    first = reconciled([], entry(5, WORDS, CUSTOMER), after=4)
    back = reconciled([entry(6, TAKEN, AGENT)], entry(7, WORDS, CUSTOMER), after=6)
    assert first.fresh[0].identity == back.fresh[0].identity


@pytest.mark.parametrize("name", ["until", "due", "deadline", "sha256"])
def test_when_something_was_worked_out_does_not_tell_it_from_itself(name: str) -> None:
    said = [digest_of_entry(Event.CLOCK_WARNED, SYSTEM, {"clock": "plan", name: value}) for value in ("1", "2")]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "other", [entry(1, WORDS, AGENT, evidence=0), entry(1, WORDS, CUSTOMER, evidence=1), entry(1, TAKEN, CUSTOMER)]
)
def test_who_did_what_with_what_tells_it_from_others(other: TimelineEntry) -> None:
    assert digest(entry(1, WORDS, CUSTOMER, evidence=0)) != digest(other)
