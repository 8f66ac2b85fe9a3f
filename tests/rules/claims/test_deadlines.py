"""The deadlines of a claim: the party is reminded once; when it is over, it may change for a while (RES-9)."""

from datetime import UTC, datetime, timedelta

from models.claims.policy import ClaimWaitFor
from models.claims.state import ClaimState, ClaimWait
from models.common.deadline import DeadlineKind
from models.common.vocabulary import Party, WaitingOn
from models.policy.policy import PolicySlice
from rules.claims import deadlines
from tests.support.builders.claims import claim

NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def claimed(policy: PolicySlice) -> ClaimState:
    return ClaimState(claim=claim(who="SF").model_copy(update={"opened_at": NOW}), terms=policy.claims.terms(Party.CARRIER, "SF"))


def test_the_party_is_reminded_once(policy_slice: PolicySlice) -> None:
    state = claimed(policy_slice)
    state.wait = ClaimWait(
        on=WaitingOn.CARRIER, for_=ClaimWaitFor.ANSWER, since=NOW, until=NOW + 4 * DAY, remind_at=NOW + 2 * DAY
    )
    (deadline,) = deadlines.pending(state)
    assert (deadline.kind, deadline.next, deadline.at) == (DeadlineKind.WAIT, NOW + 2 * DAY, NOW + 4 * DAY)
    state.wait = state.wait.model_copy(update={"remind_at": None})
    (deadline,) = deadlines.pending(state)
    assert deadline.next == NOW + 4 * DAY
    assert deadline.then == state.terms.waits[ClaimWaitFor.ANSWER].then


def test_a_claim_that_is_over_may_change_for_a_while(policy_slice: PolicySlice) -> None:
    state = claimed(policy_slice)
    assert deadlines.pending(state) == ()
    state.closed_at = NOW
    (deadline,) = deadlines.pending(state)
    assert (deadline.kind, deadline.at) == (DeadlineKind.CHANGES, NOW + state.terms.adjustable_for)
    assert deadlines.waiting(state) is None
