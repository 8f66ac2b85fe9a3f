"""The context of a claim (RES-9): its state, and how it notes, waits and saves. Smaller than a case's: one party, no stages."""

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from models.case.actions import Act
from models.claims.actions import ClaimAction
from models.claims.partner import ClaimMessage, ClaimMove, SendClaim
from models.claims.policy import ClaimWaitFor
from models.claims.state import ClaimEntry, ClaimKind, ClaimOver, ClaimProjection, ClaimStart, ClaimState, ClaimStatus, ClaimWait
from models.claims.views import ClaimView
from models.common.actors import SYSTEM, Actor, EvidenceRef
from models.common.base import Money
from models.common.deadline import Deadline
from models.common.errors import Fault
from models.common.events import Event
from models.common.partners import Notice
from models.common.vocabulary import WaitingOn
from rules.claims import deadlines
from rules.claims.permissions import forbidden, not_there, overtaken, unfit_body, view_of
from rules.common.notices import Whose
from rules.common.requests import carried_on
from workflows.kit import activities, search_attributes
from workflows.kit.context import Context, Seen
from workflows.kit.numbering import Numbering, a_task_later, this_task
from workflows.kit.wait_loop import WaitLoop
from workflows.kit.web_ui import details_of_claim

DECIDED_ON = frozenset(
    {
        Event.CLAIM_CHANGED,
        Event.CLAIM_ANSWERED,
        Event.CLAIM_DISPUTED,
        Event.CLAIM_PART_AGREED,
        Event.CLAIM_PAID,
        Event.CLAIM_OWED,
        Event.CLAIM_CLOSED,
    }
)
"""After these another claim stands than before (WRK-5)."""
SIMPLE = (str, int, float, bool, type(None))


class ClaimContext(WaitLoop, Context[ClaimAction, ClaimView]):
    """The working copy of one claim inside its workflow."""

    NOTICE_EVENT = Event.CLAIM_NOTICE

    def __init__(self, state: ClaimState, act: Callable[["ClaimContext", Deadline], bool]) -> None:
        """`act`: what happens by itself when a deadline is due."""
        super().__init__(dirty=True)
        self.state = state
        self._saved = Numbering(state)
        self._act = act
        self._news_for_the_case = False
        self._sending: asyncio.Task[None] | None = None
        self.telling_directly = False
        """The party may answer within this task."""

    @property
    def seen(self) -> Seen:
        return self.state

    def fault_of(self, action: ClaimAction, act: Act[Any]) -> Fault | None:
        return (
            not_there(self.state, act.actor)
            or overtaken(self.state, act, action)
            or forbidden(self.state, act.actor, action)
            or unfit_body(self.state, act)
        )

    def view_for(self, act: Act[Any], /) -> ClaimView:
        return view_of(self.state, act.actor)

    def speaker(self, whose: Whose, notice: Notice) -> str | None:  # whatever is told, it is of this claim
        claim = self.state.claim
        return None if whose is Whose.CARRIER and claim.kind is not ClaimKind.CARRIER else claim.who

    @property
    def finished(self) -> bool:
        """It is over, and nothing can change it any more."""
        closed = self.state.closed_at
        silent = self._sending is None or self._sending.done()
        return closed is not None and silent and self.now >= closed + self.state.terms.adjustable_for

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        """Add a line to the claim's history; who is told of it is the policy's business (NTF-1). The claim's own fields stand."""
        self.state.version += 1
        self.state.offer_version += event in DECIDED_ON
        entry = ClaimEntry(version=self.state.version, at=self.now, event=event, by=by, data={**data, **self.state.claim.named})
        self.state.entries = (*self.state.entries, entry)
        self._dirty = True

    def wait(self, on: WaitingOn, for_: ClaimWaitFor) -> None:
        """It is that party's move; a partner is reminded half-way."""
        within = self.state.terms.waits[for_].within
        half = self.now + within / 2 if on is self.party else None
        self.state.wait = ClaimWait(on=on, for_=for_, since=self.now, until=self.now + within, remind_at=half)
        self._dirty = True

    @property
    def party(self) -> WaitingOn:
        return WaitingOn(self.state.claim.kind.of.value)

    def close(self, status: ClaimStatus, by: Actor = SYSTEM, reason: str | None = None) -> None:
        """Over; the case is told while it runs. For a while it may still be changed."""
        state = self.state
        state.status, state.reason, state.wait, state.closed_at = status, reason, None, self.now
        received = max(state.received_minor, 0)
        self.note(Event.CLAIM_CLOSED, by, status=status.value, reason=reason, recovered_minor=received)
        self._news_for_the_case = True

    def tell(
        self,
        move: ClaimMove,
        words: str | None = None,
        evidence: tuple[EvidenceRef, ...] | None = None,
        *,
        directly: bool = False,
    ) -> None:
        """Hand a message over to the party's system, after the ones before it. Nothing waits for that.

        `directly`: only what is told again, word for word, when this task is lost; a later message would be taken for it, by its key.
        """
        claim, state = self.state.claim, self.state
        state.messages += 1
        message = ClaimMessage(
            key=f"{claim.claim_id}.{state.messages}",
            reference=claim.claim_id,
            move=move,
            kind=claim.kind,
            recipient=claim.who,
            order_id=claim.order_id,
            tracking=claim.tracking,
            cause=claim.cause,
            amount=claim.amount,
            words=words or f"{claim.finding.basis.zh} / {claim.finding.basis.en}",
            facts={fact.name: fact.value for fact in claim.facts if isinstance(fact.value, SIMPLE)},
            evidence=claim.evidence if evidence is None else evidence,
            due=state.wait.until if state.wait else self.now,
        )
        self.telling_directly = directly
        self._sending = asyncio.create_task(self._send(self._sending, message))

    async def save(self) -> None:
        """Project the claim into the database, if anything changed since the last time."""
        if not self._dirty:
            return
        self._dirty = False
        if not self.state.entries:
            self.state.version += 1  # only the deadline changed, which is no entry
        saving = self.state.version
        workflow.set_current_details(details_of_claim(self.state, self.deadlines()))
        search_attributes.show(search_attributes.of_claim(self.state, deadlines.waiting(self.state)))
        news = ", ".join(entry.event.value.partition(".")[2] for entry in self.state.entries[-3:])
        projection = ClaimProjection(state=self.state.model_copy(), at=self.now, after=self._saved.version, **this_task())
        saved = await activities.save_claim(projection, f"{self.state.status}: {news or '—'}")
        if saved and saved.late:
            self.mark()
            await a_task_later()
            return
        self._saved.let_go(saving, saved.version if saved else None)
        self.state.requests_seen = carried_on(self.state.requests_seen, saved.requests if saved else 0)

    async def report(self) -> None:
        """Tell the case that the claim is over; one that runs no more is told nothing."""
        if not self._news_for_the_case:
            return
        self._news_for_the_case = False
        state, claim = self.state, self.state.claim
        received = Money(minor=max(state.received_minor, 0), currency=claim.currency)
        await activities.tell_claim_over(
            ClaimOver(claim_id=claim.claim_id, case_id=claim.case_id, status=state.status, received=received)
        )

    def deadlines(self) -> tuple[Deadline, ...]:
        return deadlines.pending(self.state)

    async def act(self, deadline: Deadline) -> bool:
        return self._act(self, deadline)

    async def publish(self) -> None:
        """Save the claim, and tell its case when it is over."""
        await self.save()
        await self.report()

    async def continue_as_new_when_long(self) -> None:
        """Only from a pause at which nothing is under way."""
        if workflow.info().is_continue_as_new_suggested() and (self._sending is None or self._sending.done()):
            await workflow.wait_condition(workflow.all_handlers_finished)
            await self.save()
            workflow.continue_as_new(ClaimStart(state=self.state.model_copy(deep=True)))

    async def _send(self, before: asyncio.Task[None] | None, message: ClaimMessage) -> None:
        if before is not None:
            await before
        state, request = self.state, SendClaim(of=self.state.claim.kind.of, message=message)
        sent = None
        if self.telling_directly:
            sent, request = await activities.send_claim_directly(request), request.model_copy(update={"again": True})
        self.telling_directly = False
        try:
            receipt = (sent or await activities.send_claim(request)).receipt
        except ActivityError as error:
            cause = error.cause
            state.undelivered = (cause.message if isinstance(cause, ApplicationError) else str(cause or error))[:300]
            self.note(Event.CLAIM_UNDELIVERED, why=state.undelivered)
        else:
            state.partner_reference = receipt.claim_number or state.partner_reference
            state.undelivered = None
            self._dirty = True
