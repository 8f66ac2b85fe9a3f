"""The party found liable may appeal, each party once (INV-5): who, until when, and who decides.

When an appeal moves the responsibility, whom it moved to has not been heard yet: that party's time runs from the decision.
"""

from datetime import datetime

from models.case.state import CaseState
from models.common.actors import Actor
from models.common.vocabulary import Party, Role, Stage
from models.policy.policy import PolicySlice

APPELLANTS = {
    Role.CUSTOMER: frozenset({Party.CUSTOMER}),
    Role.MERCHANT: frozenset({Party.MERCHANT, Party.SHARED}),
    Role.CARRIER: frozenset({Party.CARRIER, Party.SHARED}),
}
"""Whose appeal a finding is open to."""


def may_appeal(case: CaseState, actor: Actor) -> bool:
    """The actor is whom the finding names, it was decided what is to be done, and neither did the actor appeal before nor does anybody now.

    A customer waits until that is done.
    """
    named = case.liable in APPELLANTS.get(actor.role, frozenset())
    done = actor.role is not Role.CUSTOMER or case.stage in {Stage.FOLLOW_UP, Stage.CLOSED}
    heard = any(appeal.pending or appeal.by.role is actor.role for appeal in case.appeals)
    return named and done and not heard and case.settled_at is not None


def last_moment(case: CaseState, policy: PolicySlice) -> datetime | None:
    """Until when an appeal is heard; None: nothing was decided yet."""
    moved = (appeal.decided_at for appeal in case.appeals if appeal.granted)
    decided = [at for at in (case.settled_at, *moved) if at is not None]
    return max(decided) + policy.appeal_within if case.settled_at else None


def too_late(case: CaseState, policy: PolicySlice, now: datetime) -> bool:
    until = last_moment(case, policy)
    return until is not None and now > until


def may_decide(case: CaseState, actor: Actor) -> bool:
    """A supervisor who did not make the finding decides."""
    made_it = case.finding is not None and case.finding.by.id == actor.id
    return case.appeal is not None and case.appeal.pending and not made_it
