"""RVW-3: what becomes of an improvement."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.common.vocabulary import Issue, Party
from models.review.causes import Cause, CauseCount
from models.review.improvement import EffectKind, ImprovementState
from models.review.policy import ImprovementPolicy
from rules.review.improvements import Followed, Move, Next, effect_of, next_move

POLICY = ImprovementPolicy(within=timedelta(days=30), remind_every=timedelta(days=7), effect_after=timedelta(days=28), few=10)
BEGIN = datetime(2026, 6, 1, 9, tzinfo=UTC)
OPEN, DONE, GIVEN_UP = ImprovementState


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def followed(state: ImprovementState = OPEN, **known: object) -> Followed:
    return Followed(state, BEGIN, day(30))._replace(**known)


@pytest.mark.parametrize(
    ("task", "now", "move"),
    [
        (followed(), 0, Next(Move.WAIT, day(15))),
        (followed(), 15, Next(Move.REMIND)),
        (followed(reminded_at=day(15)), 16, Next(Move.WAIT, day(30))),
        (followed(reminded_at=day(15)), 30, Next(Move.REMIND)),
        (followed(reminded_at=day(30)), 30, Next(Move.WAIT, day(37))),  # overdue: every week
        (followed(reminded_at=day(30)), 50, Next(Move.REMIND)),  # the program was away: once, not thrice
        (followed(DONE, done_at=day(10)), 10, Next(Move.WAIT, day(38))),
        (followed(DONE, done_at=day(10)), 38, Next(Move.MEASURE)),
        (followed(DONE, done_at=day(10), measured=True), 38, Next(Move.END)),
        (followed(GIVEN_UP), 3, Next(Move.END)),
    ],
)
def test_what_is_due(task: Followed, now: float, move: Next) -> None:
    assert next_move(task, day(now), POLICY) == move


@pytest.mark.parametrize(
    ("own", "others", "kind", "expected"),
    [
        ((40, 10), (500, 500), EffectKind.FELL, 40),
        ((40, 38), (500, 500), EffectKind.UNMOVED, 40),
        ((40, 60), (500, 500), EffectKind.UNMOVED, 40),
        ((40, 10), (500, 125), EffectKind.UNMOVED, 10),  # the season was over for everybody
        ((40, 40), (500, 1000), EffectKind.FELL, 80),  # twice as many cases at all others
        ((4, 0), (500, 500), EffectKind.UNKNOWN, 4),
        ((40, 10), (0, 0), EffectKind.UNKNOWN, None),
        ((0, 0), (500, 500), EffectKind.UNKNOWN, None),
    ],
)
def test_whether_the_rate_moved(own: tuple[int, int], others: tuple[int, int], kind: EffectKind, expected: float | None) -> None:
    bad, good = (Cause(party=Party.MERCHANT, who=who, issue=Issue.QUALITY_DEFECT) for who in ("bad", "good"))
    before, after = (
        [CauseCount(date(2026, 6, 1), bad, None, mine, 0), CauseCount(date(2026, 6, 1), good, None, all_, 0)]
        for mine, all_ in zip(own, others, strict=True)
    )
    effect = effect_of(bad, before, after, POLICY)
    assert (effect.kind, effect.before, effect.after) == (kind, *own)
    assert effect.expected == (pytest.approx(expected) if expected is not None else None)


def test_an_issue_as_a_whole_is_measured_beside_the_others() -> None:
    lost = Cause(party=Party.CARRIER, issue=Issue.LOST)
    ours, others = (
        lost.model_copy(update={"who": "SF", "region": "CN-11"}),
        Cause(party=Party.MERCHANT, who="M", issue=Issue.WRONG_ITEM),
    )
    before, after = (
        [CauseCount(date(2026, 6, 1), ours, None, cases, 0), CauseCount(date(2026, 6, 1), others, None, 500, 0)]
        for cases in (40, 10)
    )
    effect = effect_of(lost, before, after, POLICY)
    assert (effect.kind, effect.before, effect.after) == (EffectKind.FELL, 40, 10)
