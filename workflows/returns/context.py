"""The context of a return (RES-6): its state, and how it reacts to people, partners and deadlines.

The stage only moves forward, so that notices may come twice and out of order.
"""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from temporalio.exceptions import ActivityError

from models.case.actions import Act
from models.common.actors import SYSTEM, Actor
from models.common.deadline import Deadline, DeadlineKind
from models.common.errors import Fault
from models.common.events import Event
from models.common.identifiers import tracking_number
from models.common.lines import LineQuantity
from models.common.partner_registry import Partner
from models.common.partners import Notice, ShipmentStatus
from models.common.vocabulary import ErrorType, Reception, WaitFor
from models.common.waits import Wait
from models.returns.activities import PickupCall, PrepareReturn, ReturnStart, TraceParcel
from models.returns.box import Companion, Leading, TellReturn
from models.returns.partner import Purpose, ReturnParcel
from models.returns.state import (
    Inspect,
    Inspection,
    PickupState,
    ReturnAction,
    ReturnParcelState,
    ReturnStage,
    ReturnState,
    Way,
)
from rules.common.decided import changed
from rules.common.notices import Whose
from rules.common.traces import latest
from rules.returns import deadlines
from rules.returns.box import parcel_of, told_of_box
from rules.returns.outcome import inspects
from rules.returns.permissions import fault_of
from workflows.kit.child_workflow import ChildContext, workflow_id
from workflows.kit.context import Context, Seen
from workflows.kit.patches import patched
from workflows.kit.traces import Traces, status_of
from workflows.returns import activities as return_activities
from workflows.returns.post import Post

DECIDED_ON = frozenset({"freight", "worth"})
"""What inspections, and people after them, decide on."""
UNANNOUNCED = "inspected-without-a-scan"
"""Patch: before it, a merchant's word of goods that nobody had told of as sent changed nothing, and the return expired."""
PICKUP_OFF = "pickup-of-posted-goods-is-called-off"
"""Patch: before it, the courier came for goods that had gone another way."""
NO_WORTH = Fault(
    type=ErrorType.INVALID,
    detail="reduced: this return was begun before there was reduced worth; accept or reject the pieces.",
    detail_zh="reduced：本次退货开始时尚不支持折价，请选择接收或拒收。",
    field="reduced",
    rule="RES-13",
)
TURNED_BACK = "turned-back"
"""Patch: before it, goods that their carrier brought back to the customer counted as lost in the end."""


class ReturnContext(Context[ReturnAction, ReturnState]):
    """The working copy of one return inside its workflow."""

    def __init__(self, start: ReturnStart) -> None:
        self.start = start
        self.policy = start.policy
        self.state: ReturnState = start.state
        self.reminded_at: datetime = start.state.opened_at
        """When the customer was last reminded to send the goods, or need not be."""
        self.child = ChildContext(start.case_id, start.remedy_id, start.terms, self._deadlines, self._act)
        self.call: PickupCall | None = None
        """What somebody wants of the carrier's pick-up service, until it was asked."""
        self.slot: tuple[datetime, datetime] | None = None
        """The time that was asked for with it."""
        self.pickup_off: asyncio.Task[None] | None = None
        """The carrier is asked to call off the pick-up of goods that went another way."""
        self.post = Post(self._word_for, self._unheard)
        self.chores: list[asyncio.Task[None]] = []
        self.joined_by = SYSTEM
        self.why_apart: dict[str, str] = {}
        """Why other returns do not travel in this one's box."""
        self.leading_heard: datetime = start.state.opened_at
        self.leader_gone = False
        """The return that it travels with is over, without a word."""
        self.alone = False
        """It has just left a box, and needs a label."""
        self.lost = False
        self.turned_back = False
        """The carrier brings the goods to their sender again."""
        self.back = False
        """Goods that were sent back to the customer are with them."""
        self.heard_at: datetime = start.state.opened_at
        self.traces = Traces()
        self._unknown: str | None = None
        """The last word of the carrier that nobody knows, which is noted once."""

    @property
    def seen(self) -> Seen:
        return self.child

    def fault_of(self, action: ReturnAction, act: Act[Any]) -> Fault | None:
        fault = fault_of(self.state, self.policy, action, act, self.child.now)
        return fault or (NO_WORTH if isinstance(act.body, Inspect) and act.body.reduced and not self.knows_worth else None)

    @property
    def knows_worth(self) -> bool:
        """Whether it was begun with a deadline for the customer's word on a reduced worth (RES-13)."""
        return WaitFor.REDUCED_WORTH in self.start.terms.waits

    def view_for(self, _: Act[Any], /) -> ReturnState:
        return self.state

    def speaker(self, whose: Whose, notice: Notice) -> str | None:  # whatever is told, it is of this return
        if whose is not Whose.CARRIER:
            return self.start.merchant_id
        back, state = self.state.sent_back, self.state
        told = tracking_number(notice.payload.get("tracking"))
        known = (back if back and back.tracking == told else None, state.parcel, state.pickup, state.label)
        return next((one.carrier_id for one in known if one is not None and one.carrier_id), None)

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        self.child.note(event, by, **data)

    def change(self, **fields: object) -> None:
        before, self.state = self.state, changed(self.state, DECIDED_ON, fields)
        self.child.state(return_=self.state)
        if told_of_box(before) != told_of_box(self.state):
            for other in self.state.companions:
                self.post.put(other)

    def chore(self, work: Coroutine[Any, Any, None]) -> None:
        """Done beside what the return waits for, and before it ends."""
        self.chores.append(asyncio.create_task(work))

    @property
    def request(self) -> PrepareReturn:
        """What the merchant is asked, with the first label."""
        start, state = self.start, self.state
        refunds = state.purpose is Purpose.REFUND
        return PrepareReturn(
            workflow_id=state.workflow_id,
            order_id=start.order_id,
            merchant_id=start.merchant_id,
            lines=tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in state.lines),
            purpose=state.purpose,
            replacement_id=None if refunds else workflow_id(start.case_id, start.remedy_id, "replacement"),
        )

    def _word_for(self, other: str) -> TellReturn:
        state, me = self.state, self.state.workflow_id
        if other != state.travels_with and (other in state.companions or other in self.why_apart):
            leading = Leading(
                workflow_id=me,
                at=self.child.now,
                along=other in state.companions,
                why=self.why_apart.get(other),
                label=state.label,
                deadline=state.deadline,
                parcel=parcel_of(state),
                received_at=state.received_at,
            )
            return TellReturn(to=other, leading=leading)
        assert state.address is not None  # noqa: S101  # only an announced return travels
        along = other == state.travels_with and self.child.called_off is None
        return TellReturn(
            to=other,
            companion=Companion(workflow_id=me, merchant_id=self.start.merchant_id, address=state.address, along=along),
        )

    def _unheard(self, other: str) -> None:
        """A return that is over: it neither leads nor travels along."""
        if other in self.state.companions:
            self.change(companions=tuple(one for one in self.state.companions if one != other))
        self.leader_gone = self.leader_gone or other == self.state.travels_with

    @property
    def expected(self) -> str | None:
        """The parcel's number, as far as it is known before it is on its way."""
        known = (self.state.parcel, self.state.pickup, self.state.label)
        return next((one.tracking for one in known if one is not None and one.tracking), None)

    def sent(self, way: Way, tracking: str, carrier_id: str, by: Actor = SYSTEM) -> None:
        """The goods are on their way; before another return took them along, not in its box."""
        pickup, box = self.state.pickup, self.state.travels_with
        if box is not None and self.state.along_since is None:
            self.change(travels_with=None)
            self.post.put(box)
        if way is Way.PICKUP and pickup is not None:
            pickup = pickup.model_copy(update={"state": PickupState.COLLECTED})
        parcel = ReturnParcelState(tracking=tracking, carrier_id=carrier_id)
        self.heard_at = self.child.now
        self.change(stage=ReturnStage.IN_TRANSIT, way=way, parcel=parcel, pickup=pickup, shipped_at=self.child.now)
        self.child.goods(reception=Reception.IN_TRANSIT)
        self.note(Event.RETURN_ON_ITS_WAY, by, way=way.value, tracking=tracking, carrier=carrier_id)

    def received(self, by: Actor = SYSTEM) -> None:
        """The goods are with the merchant, who has so long to look at them."""
        until = self.child.deadline(WaitFor.INSPECTION)
        self.change(stage=ReturnStage.RECEIVED, received_at=self.child.now, inspect_until=until)
        self.child.goods(reception=Reception.RECEIVED)
        told_until = until.isoformat() if inspects(self.state) else None
        self.note(Event.RETURN_RECEIVED, by, until=told_until)

    def inspected(self, inspection: Inspection) -> None:
        """What the merchant says; the goods have come then, whatever the carrier told."""
        if self.state.stage is not ReturnStage.RECEIVED:
            self.received(inspection.by)
        self.change(inspection=inspection)

    def missed(self) -> None:
        """RES-6: nobody came, or nobody opened; there is time enough for another try."""
        pickup = self.state.pickup
        if pickup is None or pickup.state not in PickupState.standing() or self.state.sent:
            return
        least = self.child.now + self.policy.after_a_missed_pickup
        deadline = max(self.state.deadline or least, least)
        self.change(pickup=pickup.model_copy(update={"state": PickupState.MISSED}), deadline=deadline)
        self.note(Event.RETURN_PICKUP_MISSED, start=pickup.start.isoformat(), deadline=deadline.isoformat())

    def _deadlines(self, wait: Wait | None) -> tuple[Deadline, ...]:
        return deadlines.pending(self.state, wait, self.start.terms, self.policy, self.reminded_at)

    async def _act(self, deadline: Deadline) -> bool:
        """Remind the customer, or give a pick-up up; not before the carrier was asked, for the goods may be on their way."""
        somebody_moved = self.state.sent or self.call is not None or self.child.called_off is not None
        reminds = deadline.what == WaitFor.RETURN_SHIPPING and not deadline.passed(self.child.now)
        if somebody_moved or not (reminds or deadline.kind is DeadlineKind.PICKUP):
            return False
        await self.trace()
        self.reminded_at = self.child.now
        if self.state.sent:
            return True
        if deadline.kind is DeadlineKind.PICKUP:
            self.missed()
        elif self.state.pickup is None or self.state.pickup.state not in PickupState.standing():
            self.note(Event.RETURN_REMINDED, deadline=deadline.at.isoformat())
        return True

    async def trace(self) -> None:
        """Ask the carrier where the parcel is; an unknown one has not moved."""
        back = self.state.sent_back
        tracking = back.tracking if back else self.expected
        if tracking is None:
            return
        try:
            traced = await return_activities.trace_parcel(TraceParcel(tracking=tracking))
        except ActivityError:
            return
        parcel = traced.parcel
        if parcel is not None and self.traces.is_news(parcel, asked=True) and (odd := self.told_of(parcel)) is not None:
            self.note(Event.PARTNER_NOTICE, partner=Partner.CARRIER, kind="shipment", status=odd)

    def told_of(self, parcel: ReturnParcel) -> str | None:
        """Apply what the carrier says of a parcel of this return, by webhook or when polled. Returns what is odd about it, or None."""
        status = status_of(parcel, self.policy)
        heard = self.state.parcel.words if self.state.parcel else None
        if self.state.sent_back is not None and parcel.tracking == self.state.sent_back.tracking:
            self.back = self.back or status is ShipmentStatus.DELIVERED
            self.lost = self.lost or status is ShipmentStatus.LOST
        elif parcel.tracking != self.expected:
            return "other_parcel"
        elif status is not None:
            self._moved(parcel, status)
        if status is None:
            heard, self._unknown = self._unknown, parcel.status[:100]
        odd = status in {ShipmentStatus.RETURNED, None}
        return parcel.status[:100] if odd and parcel.status[:100] != heard else None

    def _moved(self, parcel: ReturnParcel, status: ShipmentStatus) -> None:
        self.heard_at = self.child.now
        if status is ShipmentStatus.CREATED or self.state.stage not in {ReturnStage.AWAITING, ReturnStage.IN_TRANSIT}:
            return
        if not self.state.sent:
            pickup = self.state.pickup
            fetched = pickup is not None and pickup.state in PickupState.standing() and pickup.tracking == parcel.tracking
            early = pickup is not None and (latest(parcel.scans) or self.heard_at) < pickup.start
            if fetched and early and self.state.label is not None and patched(PICKUP_OFF):
                fetched = False  # posted with the same label: the courier has not come yet
            self.sent(Way.PICKUP if fetched else Way.LABEL, parcel.tracking, parcel.carrier_id)
        if self.state.parcel is not None:
            self.change(parcel=self.state.parcel.model_copy(update={"words": parcel.status[:100]}))
        self.lost = status is ShipmentStatus.LOST
        self.turned_back = status is ShipmentStatus.RETURNED and patched(TURNED_BACK)
        if status is ShipmentStatus.DELIVERED:
            self.received()
