"""Every pending deadline of a case. The timer, the warnings, the Web UI and the view read this list."""

from collections.abc import Iterator

from models.case.state import CaseState
from models.common.base import Bilingual
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import Role, Stage, WaitFor, WaitingOn
from models.common.waits import Wait
from models.policy.policy import PolicySlice
from models.remedies.remedy import Silence
from rules.common import deadlines, sla_clock
from rules.facts.questions import when_silent
from rules.returns.worth import then_of

REMINDED = Bilingual(zh="再次提醒主管，并记录超时", en="the supervisors are reminded, and the delay is recorded")
FIRST_OPTION = Bilingual(zh="逾期未选择，将执行第一个方案", en="without a choice, the first option is carried out")
BACK = Bilingual(zh="工单回到队列", en="the case is back in its queue")
SAID = Bilingual(zh="发出，不能再撤回", en="it is sent, and cannot be taken back any more")
LAPSED = Bilingual(zh="转交未被接受，由团队主管接手", en="nobody took the case over: it goes to the team's supervisor")


def pending(case: CaseState, policy: PolicySlice) -> tuple[Deadline, ...]:
    """All of them, in the order in which those of one instant are dealt with."""
    wait = waiting(case, policy)
    return (
        *_promises(case, policy),
        *_requests(case, policy),
        *_transfer(case),
        *_appeal(case),
        *_snooze(case),
        *_held(case),
        *((wait,) if wait else ()),
    )


def waiting(case: CaseState, policy: PolicySlice) -> Deadline | None:
    """The end of the wait that the case is in. While it follows a child workflow, that one gives the warnings."""
    wait = case.wait
    if wait is None:
        return None
    followed = any(
        remedy.child is not None and remedy.child.for_ is wait.for_ and not remedy.child.done for remedy in case.remedies
    )
    deadline = deadlines.of_wait(wait, policy.waits[wait.for_], policy.calendars, _default_outcome(case, wait, policy))
    return deadline.model_copy(update={"warn_at": ()}) if followed else deadline


def _default_outcome(case: CaseState, wait: Wait, policy: PolicySlice) -> Bilingual:
    """What happens by itself when nobody moves; for an answer it depends on who was asked (INV-2), for a choice on what the proposal said."""
    proposal = case.standing_proposal
    if wait.for_ is WaitFor.CHOICE and proposal is not None and proposal.if_silent is Silence.FIRST_OPTION:
        return FIRST_OPTION
    if wait.on is WaitingOn.SUPERVISOR:
        return REMINDED
    if wait.for_ is WaitFor.REDUCED_WORTH:
        followed = (then_of(remedy.return_, wait) for remedy in case.remedies if remedy.return_ is not None)
        return next((then for then in followed if then), policy.waits[wait.for_].then)
    if wait.for_ is WaitFor.ANSWERS and wait.on in policy.answers:
        asked = (request.by.role for request in case.open_requests if request.of is wait.on and request.due == wait.until)
        return when_silent(policy, wait.on, next(asked, Role.SYSTEM))
    return policy.waits[wait.for_].then


def _promises(case: CaseState, policy: PolicySlice) -> Iterator[Deadline]:
    """SLA-4."""
    for clock in case.clocks:
        deadline = sla_clock.deadline(clock, policy.calendars[clock.calendar], policy.warn_at)
        if deadline is not None:
            yield deadline


def _requests(case: CaseState, policy: PolicySlice) -> Iterator[Deadline]:
    """INV-2: reminded once, then taken for silent."""
    for request in case.open_requests:
        yield Deadline(
            kind=DeadlineKind.REQUEST,
            what=request.id,
            at=request.due,
            warn_at=() if request.reminded else (request.remind_at,),
            whose=request.of,
            then=when_silent(policy, request.of, request.by.role),
        )


def _transfer(case: CaseState) -> Iterator[Deadline]:
    """DSP-4."""
    if case.transfer is not None and case.stage in Stage.open_stages():
        yield Deadline(
            kind=DeadlineKind.TRANSFER,
            what=case.transfer.team,
            at=case.transfer.due,
            whose=WaitingOn.AGENT,
            then=LAPSED,
            provisional=case.transfer.provisional,
        )


def _appeal(case: CaseState) -> Iterator[Deadline]:
    """INV-5: the supervisors are told once."""
    appeal = case.appeal
    if appeal is not None and appeal.pending and not appeal.overdue:
        whose, party = WaitingOn.SUPERVISOR, appeal.by.role.value
        yield Deadline(kind=DeadlineKind.APPEAL, what=party, at=appeal.due, whose=whose, then=REMINDED)


def _snooze(case: CaseState) -> Iterator[Deadline]:
    """WRK-2."""
    if case.snoozed is not None and case.snoozed.until is not None:
        yield Deadline(kind=DeadlineKind.SNOOZE, what="snooze", at=case.snoozed.until, whose=WaitingOn.AGENT, then=BACK)


def _held(case: CaseState) -> Iterator[Deadline]:
    """WRK-5."""
    if case.held is not None:
        yield Deadline(kind=DeadlineKind.HELD, what=case.held.action.value, at=case.held.due, whose=WaitingOn.NOBODY, then=SAID)
