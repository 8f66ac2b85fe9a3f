"""The context of a replacement or repair (RES-7): its state, how it waits and asks, and how it reads notices.

What partners say only moves it forward, so that notices may come twice and out of order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError

from models.case.actions import Act
from models.common.actors import SYSTEM, Actor
from models.common.deadline import Deadline
from models.common.errors import Fault
from models.common.events import Event
from models.common.partners import Notice, NoticeKind, Refusable, ShipmentStatus
from models.common.vocabulary import WaitFor, WaitingOn
from models.common.waits import Wait
from models.money.charge import Charge, ChargeStatus
from models.replacements.activities import ReplacementStart
from models.replacements.partner import Dispatch, DispatchStatus, Repair, RepairStatus, Reservation
from models.replacements.state import ReplacementAction, ReplacementStage, ReplacementState
from models.returns.partner import ReturnParcel
from rules.common.decided import changed
from rules.common.notices import Whose
from rules.replacements import deadlines
from rules.replacements.permissions import forbidden, merged, newer, overtaken, unfit
from workflows.kit.case_context import give_up_on
from workflows.kit.child_workflow import ChildContext, workflow_id
from workflows.kit.context import Context, Seen
from workflows.kit.refusals import REFUSED
from workflows.kit.traces import Traces, status_of
from workflows.money import charge

T = TypeVar("T")
DECIDED_ON = frozenset({"estimate", "expected_at"})
"""What the customer decides on."""
CALLED_OFF = "called_off"
OVER = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.LOST, ShipmentStatus.RETURNED})
"""Nothing more will come of a parcel; one that came back to its sender counts as lost."""


class Ended(Exception):  # noqa: N818  # an end is no error
    """It ends here, not as it was meant."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ReplacementContext(Context[ReplacementAction, ReplacementState]):
    """The working copy of one replacement inside its workflow."""

    def __init__(self, start: ReplacementStart) -> None:
        self.start = start
        self.id = workflow.info().workflow_id
        """Also the reference that partners send back in their notices."""
        stage = ReplacementStage.DIAGNOSIS if start.mend else ReplacementStage.RESERVING
        self.state = ReplacementState(workflow_id=self.id, kind=start.kind, stage=stage, items=start.items, paid=start.paid)
        self.child = ChildContext(start.case_id, start.remedy_id, start.terms, self._deadlines)
        self.child.state(replacement=self.state)
        self.reservation: Reservation | None = None
        self.reservations = 0
        """Each has a key of its own; so has the parcel that is made of it."""
        self.dispatch: Dispatch | None = None
        self.road: ShipmentStatus | None = None
        """How the parcel of the day is."""
        self.repair: Repair | None = None
        self.bill: charge.Bill | None = None
        self.left_workshop = False
        """The customer's own goods are on their way back."""
        self.refused = False
        """The customer did not agree to the repair's price."""
        self.decision: bool | None = None
        self.return_asked = False
        """The merchant was asked to have the old goods back, and no return was begun yet."""
        self.goods_are_back = False
        self.refund_chosen = False
        self.out_of_stock = False
        self.expected_at: datetime | None = None
        """What the merchant says, beside the warehouse."""
        self._unknown: str | None = None
        """The last word of a carrier that nobody knows, which is noted once."""
        self.traces = Traces()

    @property
    def now(self) -> datetime:
        return workflow.now()

    @property
    def seen(self) -> Seen:
        return self.child

    def fault_of(self, action: ReplacementAction, act: Act[Any]) -> Fault | None:
        return (
            overtaken(self.state, act, action) or forbidden(self.state, act.actor, action) or unfit(act, self.start.paid.currency)
        )

    def view_for(self, _: Act[Any], /) -> ReplacementState:
        return self.state

    def speaker(self, whose: Whose, notice: Notice) -> str | None:  # whatever is told, it is of this replacement
        return self.state.carrier_id if whose is Whose.CARRIER else self.start.merchant_id if whose is Whose.MERCHANT else None

    @property
    def sent(self) -> bool:
        return self.state.tracking is not None

    def change(self, **fields: object) -> None:
        self.state = changed(self.state, DECIDED_ON, fields)
        self.child.state(replacement=self.state)

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        self.child.note(event, by, **data)

    def _deadlines(self, wait: Wait | None) -> tuple[Deadline, ...]:
        return deadlines.pending(self.state, wait, self.start.terms, self.start.policy)

    def deadline(self, for_: WaitFor) -> datetime:
        return self.child.deadline(for_)

    def patience(self, for_: WaitFor) -> timedelta:
        """How long a partner may stay silent."""
        return self.start.terms.waits[for_].within

    async def pause(
        self, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime, wake: datetime | None = None
    ) -> bool:
        """Wait as every child workflow does; ends when the case takes the replacement back."""
        moved = await self.child.wait_for(on, for_, done, until, wake)
        if not moved and self.child.called_off is not None:
            raise Ended(CALLED_OFF)
        return moved

    async def watch(
        self,
        on: WaitingOn,
        for_: WaitFor,
        done: Callable[[], bool],
        until: datetime,
        look: Callable[[], Coroutine[Any, Any, None]],
    ) -> bool:
        """Wait for a partner's answer; poll in case its notice got lost."""
        while not done() and self.now < until:
            if not await self.pause(on, for_, done, until, self.now + self.start.policy.poll_every):
                await look()
        return done()

    async def ask(self, effect: Coroutine[Any, Any, T], enough: Callable[[], bool] = lambda: False) -> T | None:
        """A partner's answer. None: it stayed silent or will not; or somebody said meanwhile what makes the answer needless."""
        task = asyncio.ensure_future(effect)
        await workflow.wait_condition(lambda: task.done() or self.child.called_off is not None or enough())
        if not task.done():
            give_up_on(task)
            if self.child.called_off is not None:
                raise Ended(CALLED_OFF)
            return None
        try:
            return await task
        except ActivityError:
            return None

    def told_of_dispatch(self, told: Dispatch) -> str | None:
        """Apply what the warehouse says of the parcel that it packs. Returns what is odd about it, or None."""
        if self.dispatch is None or told.key != self.dispatch.key:
            return "other_parcel"
        if self.sent or self.dispatch.status is not DispatchStatus.PREPARING or told == self.dispatch:
            return None
        self.dispatch = told
        if told.status is DispatchStatus.SENT and told.tracking and told.carrier_id:
            self.on_its_way(told.tracking, told.carrier_id)
        return None

    def told_of_repair(self, told: Repair) -> str | None:
        """Apply what the workshop says; an older state than the last changes nothing."""
        if told.key != self.repair_key:
            return "other_repair"
        if newer(self.repair, told):
            self.repair = merged(self.repair, told)
        if told.status is RepairStatus.SENT_BACK and told.tracking and told.carrier_id and self.at_the_workshop and not self.sent:
            self.on_its_way(told.tracking, told.carrier_id)
        return None

    def told_of_parcel(self, told: ReturnParcel) -> str | None:
        """Apply what the carrier says; what has ended stays as it is. An unknown status is noted once."""
        if told.tracking in self.state.lost:
            return None  # the case hears of it, too
        if told.tracking != self.state.tracking:
            return "other_parcel"
        status = status_of(told, self.start.carriers)
        if status is None:
            heard, self._unknown = self._unknown, told.status
            return told.status[:100] if told.status != heard else None
        if self.road not in OVER:
            self.road = status
        return None

    def on_its_way(self, tracking: str, carrier_id: str, by: Actor = SYSTEM) -> None:
        """A parcel is on its way to the customer."""
        own_goods = self.at_the_workshop
        self.left_workshop = self.left_workshop or own_goods
        self.road = ShipmentStatus.IN_TRANSIT
        self.change(stage=ReplacementStage.ON_ITS_WAY, tracking=tracking, carrier_id=carrier_id, expected_at=None)
        if own_goods:
            self.note(Event.REPAIR_SENT_BACK, by, tracking=tracking, carrier_id=carrier_id, mended=not self.refused)
        else:
            kind = self.start.kind.value
            self.note(Event.REPLACEMENT_SENT, by, kind=kind, tracking=tracking, carrier_id=carrier_id)

    def refused_by(self, told: Refusable) -> Ended:
        """A partner will not: its words and code are kept and told. The end that this is."""
        refusal = {"refusal": told.refusal, "refusal_code": told.refusal_code}
        self.change(**refusal)
        self.note(Event.REPLACEMENT_REFUSED, kind=self.start.kind.value, **refusal)
        return Ended(REFUSED)

    @property
    def charge_refused(self) -> bool:
        """The provider would not ask the customer for the money."""
        return self.state.charge is not None and self.state.charge.status is ChargeStatus.REFUSED

    @property
    def return_id(self) -> str:
        """The workflow that brings the old goods, or those to be repaired; also its reference with the merchant."""
        return workflow_id(self.start.case_id, self.start.remedy_id, "return")

    @property
    def repair_key(self) -> str:
        return f"{self.id}.repair"

    @property
    def at_the_workshop(self) -> bool:
        """The customer's own goods are there, and are not to be replaced."""
        return self.start.mend and not self.state.given_up and not self.left_workshop


def _dispatch(context: ReplacementContext, notice: Notice) -> str | None:
    return context.told_of_dispatch(Dispatch.model_validate(notice.payload))


def _repair(context: ReplacementContext, notice: Notice) -> str | None:
    return context.told_of_repair(Repair.model_validate(notice.payload))


def _shipment(context: ReplacementContext, notice: Notice) -> str | None:
    told = ReturnParcel.model_validate(notice.payload)
    return context.told_of_parcel(told) if context.traces.is_news(told) else "already_known"


def _charge(context: ReplacementContext, notice: Notice) -> str | None:
    told = Charge.model_validate(notice.payload)
    if context.bill is None or told.key != context.bill.order.key:
        return "other_charge"
    charge.take_in(context.child, context.bill, told)
    return None


async def _ask_about_charge(context: ReplacementContext, notice: Notice) -> str | None:
    told = Charge.model_validate(notice.payload)
    if context.bill is None or told.key != context.bill.order.key:
        return "other_charge"
    return await charge.ask_about(context.child, context.bill, told)


READERS: dict[str, Callable[[ReplacementContext, Notice], str | None]] = {
    NoticeKind.DISPATCH: _dispatch,
    NoticeKind.REPAIR: _repair,
    NoticeKind.SHIPMENT: _shipment,
    NoticeKind.CHARGE: _charge,
}

ASKING: dict[str, Callable[[ReplacementContext, Notice], Awaitable[str | None]]] = {NoticeKind.CHARGE: _ask_about_charge}
