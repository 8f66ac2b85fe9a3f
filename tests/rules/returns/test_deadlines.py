"""The deadlines of a return: half-way and shortly before the end the customer is reminded, a pick-up that stands is waited for (RES-6)."""

from datetime import UTC, datetime, timedelta

import pytest

from models.common.base import Money
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import WaitFor, WaitingOn
from models.common.waits import Terms, Wait
from models.policy.policy import PolicySlice
from models.returns.partner import Purpose
from models.returns.state import Pickup, PickupState, ReturnLine, ReturnStage, ReturnState
from rules.returns import deadlines

NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)
DAY = timedelta(days=1)
DEADLINE = NOW + 7 * DAY
PICKUP = Pickup(key="p1", start=NOW + 6 * DAY, end=NOW + 8 * DAY, state=PickupState.BOOKED)


def awaiting(**change: object) -> ReturnState:
    state = ReturnState(
        workflow_id="RD-1.m1.return",
        purpose=Purpose.REFUND,
        stage=ReturnStage.AWAITING,
        lines=(ReturnLine(line_id="L1", quantity=1, paid_minor=100),),
        agreed=Money(minor=100),
        opened_at=NOW,
        deadline=DEADLINE,
    )
    return state.model_copy(update=change)


def listed(state: ReturnState, policy: PolicySlice, reminded_at: datetime) -> list[Deadline]:
    wait = Wait(on=WaitingOn.CUSTOMER, for_=WaitFor.RETURN_SHIPPING, until=DEADLINE, since=NOW)
    terms = Terms(waits=policy.waits, calendars=policy.calendars)
    return list(deadlines.pending(state, wait, terms, policy.returns, reminded_at))


@pytest.mark.parametrize(
    ("reminded_at", "left"),
    [
        (NOW, (NOW + 3.5 * DAY, NOW + 6 * DAY)),
        (NOW + 3.5 * DAY, (NOW + 6 * DAY,)),
        (NOW + 6 * DAY, ()),
    ],
)
def test_a_reminder_that_was_given_is_not_listed_again(
    policy_slice: PolicySlice, reminded_at: datetime, left: tuple[datetime, ...]
) -> None:
    (deadline,) = listed(awaiting(), policy_slice, reminded_at)
    assert deadline.warn_at == left
    assert deadline.at == DEADLINE


def test_a_pickup_that_stands_has_a_deadline_of_its_own_and_is_waited_for(policy_slice: PolicySlice) -> None:
    state = awaiting(pickup=PICKUP)
    missed = PICKUP.end + policy_slice.returns.pickup_grace
    pickup, _ = listed(state, policy_slice, NOW)
    assert (pickup.kind, pickup.at, pickup.whose) == (DeadlineKind.PICKUP, missed, WaitingOn.CARRIER)
    assert deadlines.sending_closes(state, policy_slice.returns, NOW) == missed
    gone = awaiting(pickup=PICKUP.model_copy(update={"state": PickupState.MISSED}))
    assert deadlines.sending_closes(gone, policy_slice.returns, NOW) == DEADLINE
