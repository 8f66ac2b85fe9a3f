"""Every pending deadline of a case is on one list, and leaves it once it was dealt with (SLA-4, INV-2, DSP-4, INV-5)."""

from datetime import timedelta

from models.case.state import CaseState, TransferOffer
from models.common.actors import Actor, EvidenceRef
from models.common.base import Bilingual
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import ClockName, Kind, Party, Role, Stage, Tier, WaitFor, WaitingOn
from models.common.waits import Wait
from models.investigation.decisions import Appeal
from models.investigation.findings import InformationRequest
from models.policy.policy import PolicySlice
from rules.case import deadlines
from rules.common import sla_clock
from rules.common.deadlines import in_words
from tests.support.builders.actors import AGENT
from tests.support.builders.cases import NOW, case

HOUR = timedelta(hours=1)
REQUEST = InformationRequest(
    id="q1",
    of=WaitingOn.CUSTOMER,
    recipient="C-1",
    question=Bilingual(zh="哪里？", en="where?"),
    asked_at=NOW,
    remind_at=NOW + HOUR,
    due=NOW + 2 * HOUR,
)
APPEAL = Appeal(
    by=Actor(role=Role.MERCHANT, id="M-1"),
    at=NOW,
    words="不同意",
    evidence=(EvidenceRef(sha256="1" * 64, media_type="image/png", size=1, name="a.png"),),
    against=Party.MERCHANT,
    due=NOW + 4 * HOUR,
)


def busy(policy: PolicySlice) -> CaseState:
    """A case in which everything that has a deadline is pending."""
    target = sla_clock.target_for(
        policy, ClockName.PLAN, kind=Kind.AFTER_SALES, group=None, channel=case().receipt.channel, priority=None
    )
    return case(
        stage=Stage.INVESTIGATION,
        wait=Wait(on=WaitingOn.CUSTOMER, for_=WaitFor.ANSWERS, until=REQUEST.due, since=NOW),
        clocks=(sla_clock.start(ClockName.PLAN, target, NOW, Tier.MERCHANT),),
        requests=(REQUEST,),
        transfer=TransferOffer(by=AGENT, to=None, team="quality", reason="shift", due=NOW + 3 * HOUR),
        appeal=APPEAL,
    )


def listed(state: CaseState, policy: PolicySlice) -> dict[DeadlineKind, Deadline]:
    return {deadline.kind: deadline for deadline in deadlines.pending(state, policy)}


def test_everything_that_has_a_deadline_is_listed(policy_slice: PolicySlice) -> None:
    found = listed(busy(policy_slice), policy_slice)
    assert set(found) == {
        DeadlineKind.PROMISE,
        DeadlineKind.REQUEST,
        DeadlineKind.TRANSFER,
        DeadlineKind.APPEAL,
        DeadlineKind.WAIT,
    }
    assert found[DeadlineKind.REQUEST].next == REQUEST.remind_at
    assert found[DeadlineKind.PROMISE].whose is WaitingOn.MERCHANT
    assert found[DeadlineKind.WAIT].then == policy_slice.answers[WaitingOn.CUSTOMER].then
    assert found[DeadlineKind.APPEAL].at == APPEAL.due


def test_what_was_dealt_with_is_not_listed_again(policy_slice: PolicySlice) -> None:
    state = busy(policy_slice)
    state.requests = (REQUEST.model_copy(update={"reminded": True}),)
    assert listed(state, policy_slice)[DeadlineKind.REQUEST].next == REQUEST.due
    state.requests = (REQUEST.model_copy(update={"silent": True}),)
    state.appeal = APPEAL.model_copy(update={"overdue": True})
    state.transfer = state.wait = None
    state.clocks = tuple(clock.model_copy(update={"missed_at": NOW}) for clock in state.clocks)
    assert listed(state, policy_slice) == {}


def test_an_operator_reads_the_wait_first(policy_slice: PolicySlice) -> None:
    told = in_words(deadlines.pending(busy(policy_slice), policy_slice))
    assert told[0].startswith("Waits for **answers** from **customer** until")
    assert told[1].startswith("Then by itself: ")
    assert len(told) == 6
