"""A request that comes again does nothing again, however long ago it was: what a workflow carries, and what the table has (REC-5)."""

import pytest

from models.case.action_bodies import AddWords
from models.case.actions import Act
from rules.common.requests import CARRIED, REMEMBERED, UNKNOWN, carried_on, reused, to_put_away
from tests.support.builders.actors import CUSTOMER


def seen(count: int, first: int = 0) -> dict[str, int]:
    return {f"r{number}": 2 + number for number in range(first, first + count)}


def act(words: str) -> Act[AddWords]:
    return Act(actor=CUSTOMER, request_id="r1", body=AddWords(words=words))


@pytest.mark.parametrize(("carried", "away"), [(REMEMBERED, 0), (REMEMBERED + 1, 1), (CARRIED + 50, CARRIED + 50 - REMEMBERED)])
def test_the_oldest_are_put_away(carried: int, away: int) -> None:
    assert to_put_away(seen(carried)) == seen(away)


@pytest.mark.parametrize(
    ("carried", "away", "left"),
    [
        (CARRIED, CARRIED - REMEMBERED, CARRIED),  # in both places for a while: none is missed between two looks
        (CARRIED + 50, CARRIED + 50 - REMEMBERED, CARRIED),
        (CARRIED + 400, 10, CARRIED + 390),  # what came while it was being saved is in no table yet
        (CARRIED + 50, 0, CARRIED + 50),  # the database was not there, or the projection came late
    ],
)
def test_nothing_is_let_go_that_the_table_does_not_have(carried: int, away: int, left: int) -> None:
    assert carried_on(seen(carried), away) == seen(left, carried - left)


def test_the_same_key_with_other_content_is_none_of_the_same() -> None:
    assert reused(act("one").digest, act("one")) is None
    assert reused(UNKNOWN, act("one")) is None
    assert reused(act("one").digest, act("two")) is not None
