"""What happens by itself at each deadline of a case: clocks, questions, transfers and appeals."""

from abc import abstractmethod
from collections.abc import Callable

from pydantic import JsonValue

from models.case.actions import Action
from models.case.state import CaseState
from models.case.views import CaseView
from models.common.actors import SYSTEM, Actor
from models.common.deadline import Deadline, DeadlineKind
from models.common.events import Event
from models.common.vocabulary import ClockName, Outcome, Role, Stage, Tier, WaitingOn
from models.investigation.findings import InformationRequest
from models.policy.policy import PolicySlice
from rules.case import deadlines
from rules.common.deadlines import near, warned
from workflows.kit.context import Context
from workflows.kit.sla import SlaClocks
from workflows.kit.wait_loop import WaitLoop


class CaseDeadlines(WaitLoop, Context[Action, CaseView]):
    """The part of a case's context that acts when nobody moved in time."""

    def __init__(self, case: CaseState, policy: PolicySlice) -> None:
        super().__init__(dirty=bool(case.entries))  # what the run before did not save
        self.case = case
        self.policy = policy
        self.clocks = SlaClocks(case, lambda: self.policy, self.note)

    @abstractmethod
    def escalate(self, reason: str, by: Actor = SYSTEM, to: Tier | None = None, **data: JsonValue) -> None: ...

    say_held: Callable[[], None]
    """Says what may not be taken back any more; the workflow sets it, as it knows what people do."""

    @abstractmethod
    def end(self, outcome: Outcome) -> None: ...

    def deadlines(self) -> tuple[Deadline, ...]:
        return deadlines.pending(self.case, self.policy)

    async def act(self, deadline: Deadline) -> bool:
        match deadline.kind:
            case DeadlineKind.PROMISE:
                self._promises()
            case DeadlineKind.REQUEST:
                self._request(next(request for request in self.case.requests if request.id == deadline.what), deadline)
            case DeadlineKind.TRANSFER:
                self._transfer()
            case DeadlineKind.APPEAL:
                self._appeal(deadline)
            case DeadlineKind.SNOOZE:
                self.unsnooze("date")
            case DeadlineKind.HELD:
                self.say_held()
            case DeadlineKind.WAIT if self.case.wait is not None and not deadline.passed(self.now):
                self.case.wait = warned(self.case.wait, deadline, self.now)
                self.note(Event.DEADLINE_NEAR, **near(deadline))
            case _:
                return False
        return True

    def drop_held(self) -> None:
        """WRK-5: it may not be said any more; its writer is told, and has it as a draft again."""
        held, self.case.held = self.case.held, None
        if held is not None:
            self.note(Event.NOT_SENT, action=held.action.value, whose=held.by.id, body=held.body, mentions=[held.by.id])

    def unsnooze(self, why: str, by: Actor = SYSTEM) -> None:
        """WRK-2: back into the queue."""
        self.case.snoozed = None
        self.note(Event.UNSNOOZED, by, why=why)

    def _promises(self) -> None:
        """SLA-4: all that are due at once, so that the case rises by one tier only."""
        missed = self.clocks.tick()
        open_ = self.case.stage in Stage.before_follow_up() or ClockName.NEXT_REPLY in missed
        if missed and self.case.tier is not Tier.SUPERVISOR and open_:
            self.escalate("missed", clocks=[name.value for name in missed])

    def _request(self, request: InformationRequest, deadline: Deadline) -> None:
        """INV-2: reminded, or silent."""
        silent = deadline.passed(self.now)
        after = request.model_copy(update={"silent": True} if silent else {"reminded": True})
        self.case.requests = tuple(after if known.id == request.id else known for known in self.case.requests)
        self.note(Event.INFORMATION_SILENT if silent else Event.INFORMATION_REMINDED, **request.told)
        if silent and self._closes_the_case(after):
            self.note(Event.NOT_PURSUED, why="customer_silent")
            self.end(Outcome.NOT_PURSUED)

    def _closes_the_case(self, request: InformationRequest) -> bool:
        """INV-2: the platform asked the customer, nothing is decided or offered without the answer, and not a word came since.

        An invitation of the merchant (RES-2) need not be answered.
        """
        case = self.case
        undecided = case.stage in {Stage.INVESTIGATION, Stage.RESOLUTION} and not (case.settled or case.arbitration)
        spoke = any(saying.by.role is Role.CUSTOMER and saying.at >= request.asked_at for saying in case.sayings)
        needed = request.of is WaitingOn.CUSTOMER and request.by.role is not Role.MERCHANT
        return needed and undecided and case.standing_proposal is None and not spoke

    def _transfer(self) -> None:
        """DSP-4: nobody accepted in time; the team's supervisor has the case now."""
        lapsed, self.case.transfer = self.case.transfer, None
        assert lapsed is not None  # noqa: S101  # it was listed
        self.case.team = lapsed.team
        self.note(Event.TRANSFER_LAPSED, to=lapsed.to, team=lapsed.team)
        self.escalate("transfer_lapsed", to=Tier.SUPERVISOR)

    def _appeal(self, deadline: Deadline) -> None:
        """INV-5: an appeal that nobody decided in time; the supervisors are told once more."""
        assert self.case.appeal is not None  # noqa: S101  # it was listed
        self.case.appeal = self.case.appeal.model_copy(update={"overdue": True})
        self.note(Event.APPEAL_OVERDUE, party=deadline.what, due=deadline.at.isoformat())
