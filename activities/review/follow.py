"""One look at an improvement: its owner is reminded, its effect measured, whatever is due (RVW-3)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.carries_out import carries_out
from activities.review.tell import Telling
from adapters.database.engine import Database
from adapters.database.review import cause_counts
from models.activities import FOLLOW_IMPROVEMENT
from models.common.events import Event
from models.policy.policy import Policy
from models.review.causes import Cause
from models.review.improvement import Effect, EffectKind, FollowedUntil, FollowImprovement, ImprovementState
from models.review.period import Period
from models.tables.improvements import ImprovementRow
from rules.notifications.texts import Texts
from rules.review.improvements import Followed, Move, effect_of, next_move


class ImprovementFollowing:
    """Does what is due for improvements. The row is the truth: whatever its workflow missed is found at the next look."""

    def __init__(self, database: Database, texts: Texts, policy: Policy) -> None:
        self._database = database
        self._policy = policy
        self._telling = Telling(texts, policy)

    @carries_out(FOLLOW_IMPROVEMENT)
    async def follow_improvement(self, look: FollowImprovement) -> FollowedUntil:
        """Each thing is done once: it is written down with the message that tells of it."""
        policy = self._policy.review.improvements
        async with self._database.writing() as session:
            row = await session.get(ImprovementRow, look.improvement_id, with_for_update=True)
            if row is None:
                return FollowedUntil()
            while (due := next_move(_followed(row), look.at, policy)).move in {Move.REMIND, Move.MEASURE}:
                row.reminders, row.reminded_at = row.reminders + 1, look.at
                if due.move is Move.REMIND:
                    await self._telling.of_improvement(session, Event.IMPROVEMENT_DUE, row, look.at)
                else:
                    await self._measured(session, row, look.at)
            session.add(row)
        return FollowedUntil(at=due.until)

    async def _measured(self, session: AsyncSession, row: ImprovementRow, at: datetime) -> None:
        """An improvement whose rate did not move is open again, with a new date."""
        effect = await self._effect(session, row)
        row.effect = effect.model_dump(mode="json")
        if effect.kind is EffectKind.UNMOVED:
            row.state, row.due = ImprovementState.OPEN, at + self._policy.review.improvements.within
        told = effect.model_dump(mode="json")
        await self._telling.of_improvement(session, Event.IMPROVEMENT_MEASURED, row, at, **told)

    async def _effect(self, session: AsyncSession, row: ImprovementRow) -> Effect:
        assert row.done_at is not None  # noqa: S101  # only what was done is measured
        zone, days = ZoneInfo(self._policy.zone), self._policy.review.improvements.effect_after.days
        after = Period(_day(row.done_at, zone), _day(row.done_at + self._policy.review.improvements.effect_after, zone), zone)
        before = Period(_day(row.opened_at, zone), after.until, zone).before(days)
        earlier = await cause_counts(session, before, self._policy.currency)
        later = await cause_counts(session, after, self._policy.currency)
        return effect_of(Cause.model_validate(row.cause), earlier, later, self._policy.review.improvements)


def _followed(row: ImprovementRow) -> Followed:
    return Followed(
        state=ImprovementState(row.state),
        opened_at=row.opened_at,
        due=row.due,
        reminded_at=row.reminded_at,
        done_at=row.done_at,
        measured=row.effect is not None,
    )


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
