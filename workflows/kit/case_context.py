"""The context of a case: its state, and the operations that every stage uses (note, save, wait, escalate).

One projection per pause and one timer for the whole case keep its history short (docs/architecture.md, Temporal).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError

from models.case.actions import Act, Action
from models.case.activities import Projection, RenewRequest, Sealed
from models.case.merging import Absorb, Part
from models.case.state import CaseStart, CaseState, TimelineEntry
from models.case.views import CaseView
from models.common.actors import SYSTEM, Actor
from models.common.errors import Fault
from models.common.events import Event
from models.common.identifiers import tracking_number
from models.common.partners import Notice
from models.common.vocabulary import ClockName, Outcome, Role, Stage, Tier, WaitFor, WaitingOn
from models.common.waits import PauseReason, Wait
from models.policy.policy import interned
from rules.case import deadlines, time_spent
from rules.case.merging import question_of, unfit_to_absorb, unfit_to_part
from rules.case.permissions import forbidden, overtaken
from rules.case.room import no_room
from rules.case.splitting import unfit_split
from rules.case.texts import put_away
from rules.case.validation import closed_request, unfit_body
from rules.case.view import view_of
from rules.common import working_time
from rules.common.notices import Whose
from rules.common.requests import carried_on
from rules.desk.snooze import brings_back, unfit_snooze
from workflows.kit import activities, search_attributes
from workflows.kit.case_deadlines import CaseDeadlines
from workflows.kit.context import Seen
from workflows.kit.grading import grade_again
from workflows.kit.numbering import Numbering, a_task_later, this_task
from workflows.kit.refusals import note_unanswered
from workflows.kit.web_ui import details_of

T = TypeVar("T")

AHEAD = timedelta(days=30)
"""How far beyond a deadline the holidays should be known: it may still be moved."""
BETWEEN = timedelta(days=1)
"""A year that is not announced is asked for once for all deadlines that are nearer to each other than this."""

NEXT_TIER = {Tier.MERCHANT: Tier.PLATFORM, Tier.PLATFORM: Tier.SUPERVISOR, Tier.SUPERVISOR: Tier.SUPERVISOR}


def give_up_on(task: asyncio.Future[Any]) -> None:
    """Cancel a task whose answer nobody waits for any more, and keep its cancellation out of the log."""
    task.cancel()
    task.add_done_callback(lambda done: done.cancelled() or done.exception())


class StageChange(Exception):  # noqa: N818  # no error
    """The case leaves its stage before the stage is done, because `change_stage` was called. Only `CaseWorkflow.run` catches it."""


class CaseContext(CaseDeadlines):
    """The working copy of one case inside its workflow."""

    def __init__(self, start: CaseStart) -> None:
        # A copy: what the case was started with stays as it came until its seal was looked at (adapters/seal.py)
        case = (start.state and start.state.model_copy(deep=True)) or CaseState(
            receipt=start.receipt,
            policy_version=start.policy.version,
            kind=start.receipt.kind,
            order_id=start.receipt.order_id,
        )
        super().__init__(case, interned(start.policy))
        self._saved = Numbering(case)
        self._background: set[asyncio.Task[None]] = set()
        self.refusals: dict[str, Fault] = {}
        """By request: what another case said no with, until its update hears it (WRK-7)."""
        self.child_watchers: list[asyncio.Task[None]] = []
        """Over its child workflows, in case one is broken off from outside."""

    @property
    def seen(self) -> Seen:
        return self.case

    def fault_of(self, action: Action, act: Act[Any]) -> Fault | None:
        case = self.case
        if isinstance(act.body, Absorb):
            return unfit_to_absorb(case, self.policy, act.body) or no_room(case, act)
        if isinstance(act.body, Part):
            return unfit_to_part(case)
        return (
            closed_request(case, act)
            or overtaken(case, act, action)
            or forbidden(case, act.actor, action)
            or unfit_body(case, self.policy, act, self.now)
            or unfit_snooze(act.body, self.now)
            or unfit_split(case, act.body)
            or no_room(case, act)
        )

    def heard(self, act: Act[Any], /) -> None:
        """Whoever of the customer and the platform's people acts has seen to a customer who was not reached (NTF-4)."""
        if act.actor.role is Role.CUSTOMER or act.actor.role in Role.platform():
            self.case.unreached_since = None
        grade_again(self, act)

    def view_for(self, act: Act[Any], /) -> CaseView:
        return view_of(self.case, self.policy, act.actor, self.now, act.locale)

    def speaker(self, whose: Whose, notice: Notice) -> str | None:
        case, told = self.case, notice.payload
        match whose:
            case Whose.MERCHANT:
                return case.order.merchant_id if case.order else None
            case Whose.CARRIER:
                tracking = tracking_number(told.get("tracking"))
                beside = (part for one in case.remedies for part in (one.return_ and one.return_.parcel, one.replacement))
                known = (one for one in (*case.shipments, *beside) if one is not None and one.tracking == tracking)
                return next((one.carrier_id for one in known), None)
            case Whose.RECIPIENT if notice.named is not None:
                question = question_of(case, notice)
                return question.recipient if question else None
            case Whose.RECIPIENT:
                asked = (request for request in case.requests if request.id == told.get("request_id"))
                return next((request.recipient for request in asked), None)
            case Whose.PROVIDER:
                return None

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        """Add a timeline entry; who is told of it is the policy's business (NTF-1)."""
        self.case.version += 1
        entry = TimelineEntry(version=self.case.version, at=self.now, event=event, by=by, data=data)
        self.case.entries = (*self.case.entries, entry)
        self._dirty = True
        if self.case.snoozed is not None and brings_back(self.case.snoozed, event, by):
            self.unsnooze("news")

    async def save(self) -> None:
        """Project the case into the database, if anything changed since the last time."""
        if not self._dirty:
            return
        self._dirty = False
        if not self.case.entries:
            self.case.version += 1  # the deadline or the holder changed, which is no entry
        saving = self.case.version
        projection = self._projection()
        workflow.set_current_details(details_of(self.case, self.deadlines()))
        search_attributes.show(search_attributes.of_case(self.case, deadlines.waiting(self.case, self.policy)))
        saved = await activities.save_case(projection, self._headline())
        if saved and saved.late:
            self.mark()
            await a_task_later()
            return
        self._saved.let_go(saving, saved.version if saved else None)
        put_away(self.case, saved.put_away if saved else {})
        self.case.requests_seen = carried_on(self.case.requests_seen, saved.requests if saved else 0)

    async def seal(self) -> Sealed:
        """Save the case and write its record in the same transaction (ARC-1)."""
        while True:
            self._dirty = False
            saving = self.case.version
            sealed = await activities.seal_case(self._projection(), self._headline())
            if not sealed.late:
                break
            await a_task_later()
        self._saved.let_go(saving, sealed.version)
        put_away(self.case, sealed.put_away)
        return sealed

    def _projection(self) -> Projection:
        self.case.spent = time_spent.count_time(self.case, self.now)
        return Projection(state=self.case.model_copy(), at=self.now, after=self._saved.version, **this_task())

    def _headline(self) -> str:
        """What the Web UI shows of a save: where the case stands, and what happened last."""
        news = ", ".join(entry.event.value.partition(".")[2] for entry in self.case.entries[-3:])
        return f"{self.case.stage}: {news or (self.case.wait.for_ if self.case.wait else '—')}"

    def deadline(self, for_: WaitFor, within: timedelta | None = None) -> datetime:
        """When a wait that begins now ends by the policy; `within`: of another length than the usual one."""
        policy = self.policy.waits[for_]
        return working_time.add_working(self.policy.calendars[policy.calendar], self.now, within or policy.within)

    async def wait_for(self, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime | None = None) -> bool:
        """Pause until `done`, or the wait's deadline: True or False. Raises StageChange when an action sends the case elsewhere.

        Meanwhile clocks warn and are missed, requests are reminded and fall silent, everything is saved before each sleep.
        """
        if not self.stage_changed and done():
            return True
        wait = self._begin_wait(on, for_, until)
        await self.pause(lambda: self.stage_changed or done(), wait.until)
        self.clocks.resume(wait.since)
        self.case.wait = None
        self.leave_stage_if_changed()
        return done()

    async def publish(self) -> None:
        """Save the case, with calendars that reach beyond its deadline."""
        if self.case.wait is not None:
            await self._renew_calendars_in_time(self.case.wait.until)
        await self.save()

    async def await_partner(
        self,
        effect: Coroutine[Any, Any, T],
        for_: WaitFor,
        until: datetime | None = None,
        *,
        when_silent: Callable[[], None] | None = None,
    ) -> T:
        """Pause while a partner is asked. A deadline that passes is told, the partner goes on being asked until the stage changes.

        `when_silent`: what is done at each such deadline besides.
        """
        task = asyncio.ensure_future(effect)
        try:
            while not task.done():
                if not await self.wait_for(WaitingOn.NOBODY, for_, task.done, until):
                    self.note(Event.PARTNER_SILENT, waiting_for=for_.value)
                    until = None
                    if when_silent is not None:
                        when_silent()
        except StageChange:
            give_up_on(task)
            await asyncio.wait((task,))  # at once, but for what has to be known before it can be taken back
            raise
        return await task

    def in_background(self, effect: Awaitable[None]) -> None:
        """Ask a partner and go on; when it cannot be reached, the request's own deadline deals with it."""

        async def ask() -> None:
            try:
                await effect
            except ActivityError as error:
                note_unanswered(self.note, error, WaitFor.ANSWERS)

        task = asyncio.create_task(ask())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def escalate(self, reason: str, by: Actor = SYSTEM, to: Tier | None = None, **data: JsonValue) -> None:
        """Give the case to the next tier, with everything it has (DSP-5)."""
        tier = to or NEXT_TIER[self.case.tier]
        if tier is not self.case.tier:
            self.case.tier = tier
            self.case.handler = self.case.transfer = None
            self.clocks.hand_over(tier)
        self.note(Event.ESCALATED, by, tier=tier.value, reason=reason, **data)

    def replied(self) -> None:
        """The customer's words have their answer (WRK-6)."""
        self.case.reply_owed_since = None
        self.clocks.stop(ClockName.NEXT_REPLY)

    def take_up_again(self, stage: Stage) -> None:
        """Work on a case that was over, with what it has, new clocks, and no decision without a person."""
        case = self.case
        case.reopened += 1
        case.confirmed, case.settled, case.outcome, case.automatic = False, False, None, False
        case.arbitration, case.survey, case.closed_at = False, None, None
        self.clocks.start()
        self.change_stage(stage)

    def change_stage(self, stage: Stage) -> None:
        """Send the case to another stage. It gets there when the present stage is done or pauses; until then the first word counts."""
        self.case.next_stage = self.case.next_stage or stage

    @property
    def stage_changed(self) -> bool:
        """Whether the case was sent to another stage, and is not there yet."""
        return self.case.next_stage is not None

    def leave_stage_if_changed(self) -> None:
        """Raise StageChange when the case was sent to another stage. Every wait asks; ask before anything irrevocable, too."""
        if self.stage_changed:
            raise StageChange

    def enter_changed_stage(self) -> None:
        """Put the case at the stage to which it was sent."""
        if self.case.next_stage is not None:
            self.case.stage, self.case.next_stage, self.case.reminders = self.case.next_stage, None, 0
            self._dirty = True

    def end(self, outcome: Outcome) -> None:
        """The case is over with this outcome: it goes to the archive at its next pause, its questions are withdrawn."""
        self.case.outcome = outcome
        self.withdraw_requests()
        self.change_stage(Stage.ARCHIVAL)

    def give_up(self, why: str) -> NoReturn:
        """The customer did not move in time: the case closes as not pursued, and may be reopened."""
        self.note(Event.NOT_PURSUED, why=why)
        self.end(Outcome.NOT_PURSUED)
        self.leave_stage_if_changed()
        raise AssertionError(why)  # end() changed the stage

    def withdraw_requests(self) -> None:
        """What was asked does not matter any more (INV-2)."""
        self.case.requests = tuple(
            request.model_copy(update={"withdrawn": True}) if request.open else request for request in self.case.requests
        )

    def _begin_wait(self, on: WaitingOn, for_: WaitFor, until: datetime | None) -> Wait:
        if self.case.stage not in Stage.open_stages():
            self.case.transfer = None
        standing = self.case.wait
        if standing is not None and standing.on is on and standing.for_ is for_ and until in {None, standing.until}:
            return standing  # continued as new in the middle of it
        wait = self.case.wait = Wait(on=on, for_=for_, until=until or self.deadline(for_), since=self.now)
        self._dirty = True
        if on is WaitingOn.CUSTOMER:
            self.clocks.pause(PauseReason.CUSTOMER_TO_ACT)
        pauses = self.policy.waits[for_].pauses
        if pauses is not None:
            self.clocks.pause(pauses)
        return wait

    async def _renew_calendars_in_time(self, until: datetime) -> None:
        """Before a deadline falls on days whose holidays are not known (SLA-2): beyond a year, or in one that was not announced yet."""
        asked = self.case.renewed_at
        again = asked is None or abs(until - asked) >= BETWEEN
        aging = tuple(
            name
            for name, known in self.policy.calendars.items()
            if not working_time.covers(known, until + AHEAD) or (again and working_time.provisional(known, until))
        )
        if not aging or self.case.renewed_at == until:
            return
        self.case.renewed_at = until
        renewed = await activities.renew_calendars(RenewRequest(names=aging, at=self.now))
        promised = self.clocks.promised()
        self.policy = interned(self.policy.changed(calendars={**self.policy.calendars, **renewed.calendars}))
        self.clocks.tell_moved(promised)

    async def continue_as_new_when_long(self) -> None:
        """Only from a pause at which nothing is under way."""
        if self._background or not workflow.info().is_continue_as_new_suggested():
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self.save()
        workflow.continue_as_new(CaseStart(receipt=self.case.receipt, policy=self.policy, state=self.case.model_copy(deep=True)))
