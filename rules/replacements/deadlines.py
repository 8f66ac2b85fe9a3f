"""Every pending deadline of an exchange, a reshipment or a repair (RES-7)."""

from collections.abc import Iterator

from models.common.base import Bilingual
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import WaitingOn
from models.common.waits import Terms, Wait
from models.replacements.state import ReplacementPolicy, ReplacementStage, ReplacementState
from rules.common import deadlines

RELEASED = Bilingual(zh="仓库不再预留商品", en="the warehouse holds the goods no longer")
HOLDING = frozenset({ReplacementStage.PAYMENT, ReplacementStage.AWAITING_RETURN})
"""The goods are set aside while the replacement waits for something else."""


def pending(state: ReplacementState, wait: Wait | None, terms: Terms, policy: ReplacementPolicy) -> tuple[Deadline, ...]:
    """`wait`: the one that the replacement is in."""
    waits = (deadlines.of_wait(wait, terms.waits[wait.for_], terms.calendars),) if wait is not None else ()
    return (*waits, *reservation(state, policy))


def reservation(state: ReplacementState, policy: ReplacementPolicy) -> Iterator[Deadline]:
    """Its warning is the moment to renew it."""
    until = state.reserved_until
    if until is not None and state.stage in HOLDING:
        renew_at = state.renew_at or until - policy.reserve_for / 4  # of replacements begun before it was kept
        yield Deadline(
            kind=DeadlineKind.RESERVATION,
            what=state.stage,
            at=until,
            warn_at=(renew_at,),
            whose=WaitingOn.NOBODY,
            then=RELEASED,
        )
