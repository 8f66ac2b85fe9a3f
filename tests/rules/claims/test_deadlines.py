"""The deadlines of a claim: the party is reminded once; when it is over, it may change for a while (RES-9)."""

from datetime import UTC, datetime, timedelta

from models.claims.policy import ClaimWaitFor
from models.claims.state import Claim, ClaimCause, ClaimKind, ClaimState, ClaimWait
from models.common.base import Bilingual
from models.common.deadline import DeadlineKind
from models.common.vocabulary import Party, WaitingOn
from models.investigation.findings import Finding
from models.policy.policy import PolicySlice
from rules.claims import deadlines

NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def claim(policy: PolicySlice) -> ClaimState:
    terms = policy.claims.terms(Party.CARRIER, "SF")
    finding = Finding(party=Party.CARRIER, confidence=1, basis=Bilingual(zh="依据", en="basis"), at=NOW)
    made = Claim(
        claim_id="RD-1.claim.1",
        case_id="RD-1",
        order_id="O-1",
        kind=ClaimKind.CARRIER,
        who="SF",
        cause=ClaimCause.LOST,
        items=(),
        currency="CNY",
        finding=finding,
        opened_at=NOW,
    )
    return ClaimState(claim=made, terms=terms)


def test_the_party_is_reminded_once(policy_slice: PolicySlice) -> None:
    state = claim(policy_slice)
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
    state = claim(policy_slice)
    assert deadlines.pending(state) == ()
    state.closed_at = NOW
    (deadline,) = deadlines.pending(state)
    assert (deadline.kind, deadline.at) == (DeadlineKind.CHANGES, NOW + state.terms.adjustable_for)
    assert deadlines.waiting(state) is None
