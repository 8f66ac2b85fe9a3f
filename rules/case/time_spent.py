"""Counting the time that a case spends (RVW-1). Counted whenever it is saved: between two pauses no time passes."""

from datetime import datetime, timedelta

from models.case.state import CaseState
from models.case.time_spent import TimeSpent
from models.common.vocabulary import Stage, WaitingOn

SECOND = timedelta(seconds=1)


def place_of(case: CaseState) -> str | None:
    """Where its time goes from now on; None: nowhere, for it is over."""
    if case.stage is Stage.CLOSED:
        return None
    return f"{case.stage}/{case.tier}/{case.wait.on if case.wait else WaitingOn.NOBODY}"


def count_time(case: CaseState, now: datetime) -> TimeSpent:
    """What was spent so far; whole seconds are counted, and what is left of one counts later."""
    spent = case.spent or TimeSpent(at=case.receipt.received_at, place=f"{Stage.RECEIPT}/{case.tier}/{WaitingOn.NOBODY}")
    passed = max((now - spent.at) // SECOND, 0)
    place = place_of(case)
    if spent.place is None:
        return TimeSpent(at=now, place=place, seconds=spent.seconds)
    seconds = {**spent.seconds, spent.place: spent.seconds.get(spent.place, 0) + passed} if passed else spent.seconds
    return TimeSpent(at=spent.at + passed * SECOND, place=place, seconds=seconds)
