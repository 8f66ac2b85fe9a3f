"""Cases that are put aside (WRK-2): who may, for how long, and what brings them back."""

from datetime import datetime, timedelta

from models.case.desk_bodies import Snooze
from models.case.state import CaseState, Snoozed
from models.common.actors import Actor
from models.common.base import Body
from models.common.errors import Fault
from models.common.events import Event
from models.common.vocabulary import ErrorType, Role, Stage

LONGEST = timedelta(days=90)
WRITTEN_DOWN = frozenset(
    {Event.SNOOZED, Event.UNSNOOZED, Event.NOTED, Event.TAGGED, Event.LINKED, Event.UNLINKED, Event.HELD, Event.TAKEN_BACK}
)
"""What changes nothing about a case."""


def brings_back(snoozed: Snoozed, event: Event, by: Actor) -> bool:
    """Anything that happens, but what its snoozer does, and what colleagues only write down."""
    return event not in WRITTEN_DOWN and not by.is_(snoozed.by)


def may_snooze(case: CaseState, actor: Actor) -> bool:
    """Whoever has the case, or anybody while nobody has it; not while a colleague is asked to take it over."""
    free = case.handler is None or case.handler.is_(actor) or actor.role is Role.SUPERVISOR
    return case.stage in Stage.open_stages() and case.transfer is None and free


def is_snoozed(case: CaseState, _: Actor) -> bool:
    return case.snoozed is not None


def unfit_snooze(body: Body, now: datetime) -> Fault | None:
    """It ends some day soon, and not before it begins."""
    if not isinstance(body, Snooze) or body.until is None or now < body.until <= now + LONGEST:
        return None
    return Fault(
        type=ErrorType.INVALID,
        detail=f"until: name an instant of the next {LONGEST.days} days, or leave it out: then the case comes back when something happens.",
        detail_zh=f"until：须为今后 {LONGEST.days} 天内的时间；不填则在工单有新动态时恢复。",
        field="until",
        rule="WRK-2",
    )
