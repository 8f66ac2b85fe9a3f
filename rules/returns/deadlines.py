"""Every pending deadline of a return (RES-6)."""

from collections.abc import Iterator
from datetime import datetime

from models.common.base import Bilingual
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import WaitFor, WaitingOn
from models.common.waits import Terms, Wait
from models.returns.state import Pickup, PickupState, ReturnPolicy, ReturnStage, ReturnState
from rules.common import deadlines
from rules.returns.worth import then_of

PICKUP_MISSED = Bilingual(zh="视为取件失败，顾客另行安排", en="the pick-up counts as missed, and the customer finds another way")


def pending(
    state: ReturnState, wait: Wait | None, terms: Terms, policy: ReturnPolicy, reminded_at: datetime
) -> tuple[Deadline, ...]:
    """`wait`: the one that the return is in; `reminded_at`: when the customer was last reminded to send the goods."""
    return (*_pickup(state, policy), *_wait(state, wait, terms, policy, reminded_at))


def sending_closes(state: ReturnState, policy: ReturnPolicy, now: datetime) -> datetime:
    """The deadline of sending; a pick-up that stands is waited for."""
    return max((state.deadline or now, *(pickup.at for pickup in _pickup(state, policy))))


def standing_pickup(state: ReturnState) -> Pickup | None:
    """The pick-up that is asked for or booked, unless it is over."""
    return state.pickup if state.pickup is not None and state.pickup.state in PickupState.standing() else None


def _wait(state: ReturnState, wait: Wait | None, terms: Terms, policy: ReturnPolicy, reminded_at: datetime) -> Iterator[Deadline]:
    if wait is None:
        return
    deadline = deadlines.of_wait(wait, terms.waits[wait.for_], terms.calendars, then_of(state, wait))
    if wait.for_ is WaitFor.RETURN_SHIPPING and state.deadline is not None:
        half_way = state.opened_at + (state.deadline - state.opened_at) / 2
        alone = state.travels_with is None  # else the customer is reminded of the box
        reminders = deadline.warn_at or (half_way, state.deadline - policy.remind_before)
        deadline = deadline.model_copy(
            update={"warn_at": tuple(moment for moment in reminders if moment > reminded_at and alone)}
        )
    yield deadline


def _pickup(state: ReturnState, policy: ReturnPolicy) -> Iterator[Deadline]:
    """One that stands counts as missed, if nobody tells of it."""
    pickup = standing_pickup(state)
    if state.stage is ReturnStage.AWAITING and pickup is not None:
        at = pickup.end + policy.pickup_grace
        yield Deadline(kind=DeadlineKind.PICKUP, what=pickup.key, at=at, whose=WaitingOn.CARRIER, then=PICKUP_MISSED)
