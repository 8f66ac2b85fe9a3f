"""What becomes of a chargeback (RES-12): told twice, late, out of order; warned, missed; answered, refused, sent without a receipt."""

from datetime import timedelta
from typing import Any

import pytest

from models.chargebacks.partner import AnswerKind, ChargebackPhase, ChargebackStatus
from models.chargebacks.policy import ChargebackPolicy
from models.chargebacks.state import AnswerState, ChargebackState
from models.common.base import Money
from models.common.events import Event
from rules.chargebacks import hearing
from tests.support.builders.actors import AGENT, SUPERVISOR
from tests.support.fakes.chargebacks import OPENED, chargeback

POLICY = ChargebackPolicy()
HOUR = timedelta(hours=1)
FIRST = ChargebackState.first_heard("payment", "DP-1", OPENED)


def told(state: ChargebackState = FIRST, **change: Any) -> ChargebackState:
    return hearing.heard(state, chargeback(**change), OPENED)


def events(state: ChargebackState) -> list[Event]:
    return [entry.event for entry in state.entries]


def answered(kind: AnswerKind = AnswerKind.EVIDENCE, *, above_limit: bool = False) -> ChargebackState:
    return hearing.answered(told(), kind, None, AGENT, OPENED, above_limit=above_limit)


def test_the_same_chargeback_has_one_id_whoever_tells_of_it_and_two_providers_have_two() -> None:
    again = ChargebackState.first_heard("payment", "DP-1", OPENED + HOUR)
    assert FIRST.chargeback_id == again.chargeback_id
    assert ChargebackState.first_heard("stripe", "DP-1", OPENED).chargeback_id != FIRST.chargeback_id


def test_told_twice_it_is_opened_once() -> None:
    assert told(told()) == told()


def test_first_heard_of_when_it_was_lost_it_is_opened_and_over() -> None:
    state = told(status="lost")
    assert events(state) == [Event.CHARGEBACK_OPENED, Event.CHARGEBACK_CLOSED]
    assert (state.open, state.closed_at) == (False, OPENED)


def test_an_inquiry_that_was_answered_and_becomes_a_chargeback_is_to_be_answered_anew() -> None:
    asked = told(phase=ChargebackPhase.INQUIRY)
    sent = hearing.sent(hearing.answered(asked, AnswerKind.EVIDENCE, None, AGENT, OPENED, above_limit=False), OPENED)
    taken = told(sent)
    assert events(taken)[-1] is Event.CHARGEBACK_TAKEN
    assert taken.answer is None
    assert taken.answer_until is not None
    again = hearing.answered(taken, AnswerKind.EVIDENCE, None, AGENT, OPENED, above_limit=False)
    first, second = (
        hearing.to_send(hearing.answered(asked, AnswerKind.EVIDENCE, None, AGENT, OPENED, above_limit=False)),
        hearing.to_send(again),
    )
    assert first is not None
    assert second is not None
    assert first.key != second.key


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(days=4), []),
        (timedelta(days=3), [Event.CHARGEBACK_DUE]),
        (timedelta(hours=23), [Event.CHARGEBACK_DUE]),
        (timedelta(0), [Event.CHARGEBACK_MISSED]),
    ],
)
def test_people_are_warned_before_the_providers_deadline_and_told_that_it_was_missed(
    before: timedelta, expected: list[Event]
) -> None:
    state = told()
    assert state.answer_until is not None
    at = state.answer_until - before
    after = hearing.due(state, POLICY, at)
    assert events(after)[1:] == expected
    assert hearing.due(after, POLICY, at) == after


def test_what_was_answered_in_time_is_neither_warned_of_nor_missed() -> None:
    state = hearing.sent(answered(), OPENED)
    assert hearing.due(state, POLICY, OPENED + timedelta(days=30)) == state


def test_the_loop_looks_again_at_the_next_warning_and_never_when_it_is_over() -> None:
    state = told()
    assert state.answer_until is not None
    assert hearing.next_look(state, POLICY, OPENED) == OPENED + POLICY.look_every
    near = state.answer_until - timedelta(days=3) - HOUR
    assert hearing.next_look(state, POLICY, near) == near + HOUR
    assert hearing.next_look(told(status="won"), POLICY, OPENED) is None


def test_an_answer_above_the_limit_is_not_sent_before_another_person_approved_it() -> None:
    proposed = answered(above_limit=True)
    assert hearing.to_send(proposed) is None
    approved = hearing.approved(proposed, SUPERVISOR, OPENED)
    assert hearing.to_send(approved) is not None
    assert hearing.declined(proposed, "no", SUPERVISOR, OPENED).answer is None


def test_an_answer_whose_receipt_got_lost_is_known_by_its_key_and_not_sent_again() -> None:
    approved = answered()
    answer = hearing.to_send(approved)
    assert answer is not None
    state = told(approved, status="under_review", answer_key=answer.key)
    assert state.answer is not None
    assert state.answer.state is AnswerState.SENT
    assert hearing.to_send(state) is None


def test_what_the_provider_does_not_take_may_be_answered_again() -> None:
    state = hearing.refused(answered(), "too many words", OPENED)
    assert hearing.to_send(state) is None
    assert events(state)[-1] is Event.CHARGEBACK_ANSWER_REFUSED
    assert state.answer_until is not None


def test_nothing_is_sent_to_a_bank_that_awaits_nothing_any_more() -> None:
    assert hearing.to_send(told(answered(), status="lost")) is None


def test_what_we_gave_in_to_is_accepted_also_where_the_provider_calls_it_lost() -> None:
    state = told(answered(AnswerKind.ACCEPTANCE), status="lost")
    assert state.status is ChargebackStatus.ACCEPTED
    assert told(status="lost").status is ChargebackStatus.LOST


def test_cases_hear_what_is_lost_and_how_much_of_that_no_refund_gave() -> None:
    state = hearing.heard(FIRST, chargeback(12_900, status="lost"), OPENED, twice_minor=2_900)
    assert state.ref is not None
    assert (state.ref.lost, state.ref.settles) == (Money(minor=12_900), Money(minor=10_000))
    whole = hearing.heard(FIRST, chargeback(12_900, status="lost"), OPENED, twice_minor=12_900)
    assert whole.ref is not None
    assert whole.ref.settles is None
