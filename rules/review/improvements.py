"""How an improvement is followed (RVW-3): when its owner is reminded, when its effect is measured, and whether the rate moved."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from models.review.causes import Cause, CauseCount
from models.review.improvement import Effect, EffectKind, ImprovementState
from models.review.policy import ImprovementPolicy
from models.review.scorecards import Verdict
from rules.review.comparison import Limits, Tally, compare


class Move(StrEnum):
    """What is due for an improvement."""

    WAIT = "wait"
    REMIND = "remind"
    MEASURE = "measure"
    END = "end"


class Followed(NamedTuple):
    """An improvement as far as its next move depends on it."""

    state: ImprovementState
    opened_at: datetime
    due: datetime
    reminded_at: datetime | None = None
    done_at: datetime | None = None
    measured: bool = False
    """Its effect, since it was done."""


class Next(NamedTuple):
    """What to do now; of WAIT: and until when."""

    move: Move
    until: datetime | None = None


def next_move(task: Followed, now: datetime, policy: ImprovementPolicy) -> Next:
    """An open one is reminded half-way, at its date, and regularly after that; a done one is measured, and is then over."""
    match task.state:
        case ImprovementState.GIVEN_UP:
            return Next(Move.END)
        case ImprovementState.DONE:
            if task.measured or task.done_at is None:
                return Next(Move.END)
            at, move = task.done_at + policy.effect_after, Move.MEASURE
        case ImprovementState.OPEN:
            at, move = _reminder(task, policy), Move.REMIND
    return Next(move) if now >= at else Next(Move.WAIT, at)


def _reminder(task: Followed, policy: ImprovementPolicy) -> datetime:
    """The first one after the last."""
    last = task.reminded_at or task.opened_at
    for at in (task.opened_at + (task.due - task.opened_at) / 2, task.due):
        if last < at:
            return at
    return last + policy.remind_every


def effect_of(cause: Cause, before: Iterable[CauseCount], after: Iterable[CauseCount], policy: ImprovementPolicy) -> Effect:
    """Whether the cause has fewer cases since, beside everybody else's cases of the same issue and goods; for an issue as a whole: beside all others.

    The same exact test as for what got worse, with the time turned round: are so many of its cases from before?
    """
    periods = ((list(before), True), (list(after), False))
    tallies = [
        Tally(
            cause.covers(one.cause),
            one.goods if cause.who is None else (one.cause.issue, one.goods),
            one.cases,
            one.cases if earlier else 0,
        )
        for counts, earlier in periods
        for one in counts
        if cause.who is None or (one.cause.party, one.cause.issue) == (cause.party, cause.issue)
    ]
    had, has = (sum(one.cases for one in counts if cause.covers(one.cause)) for counts, _ in periods)
    standing = compare(tallies, Limits(policy.few, policy.by_chance)).get(True)
    expected = None
    if standing is not None and standing.expected:
        expected = round(had * (1 - standing.expected) / standing.expected, 2)
    if standing is None or standing.p is None or standing.verdict is Verdict.SMALL:
        kind = EffectKind.UNKNOWN
    else:
        kind = EffectKind.FELL if standing.p <= policy.by_chance else EffectKind.UNMOVED
    return Effect(kind=kind, before=had, after=has, expected=expected)
