"""Every pending deadline of a claim (RES-9)."""

from models.claims.state import ClaimState
from models.common.base import Bilingual
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import WaitingOn

FINAL = Bilingual(zh="索赔不再变更", en="nothing changes the claim any more")


def pending(state: ClaimState) -> tuple[Deadline, ...]:
    """The end of its wait; when it is over, of the time in which it may still change."""
    wait = waiting(state)
    if wait is not None:
        return (wait,)
    if state.closed_at is None:
        return ()
    at = state.closed_at + state.terms.adjustable_for
    return (Deadline(kind=DeadlineKind.CHANGES, what="open to changes", at=at, whose=WaitingOn.NOBODY, then=FINAL),)


def waiting(state: ClaimState) -> Deadline | None:
    """Whose move it is; a partner is reminded once."""
    wait = state.wait
    if wait is None:
        return None
    warn_at = (wait.remind_at,) if wait.remind_at is not None else ()
    then = state.terms.waits[wait.for_].then
    return Deadline(kind=DeadlineKind.WAIT, what=wait.for_, at=wait.until, warn_at=warn_at, whose=wait.on, then=then)
