"""A return (RES-6): where it stands, what came of it, and what people may do with it."""

from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.common.actors import Actor, EvidenceRef
from models.common.base import Body, Duration, Frozen, Identifier, Instant, Money, unfit
from models.common.decides import Decides, Version
from models.common.identifiers import TrackingNumber
from models.common.lines import LineQuantity
from models.common.vocabulary import Party
from models.returns.box import Join, Leave
from models.returns.partner import Label, Purpose, ReturnAddress
from models.returns.settlement import FreightClaim
from models.returns.worth import AgreeWorth, AppealWorth, OnSilence, ReducedPieces, ReducedWorth, RefuseWorth, RuleWorth


class Way(StrEnum):
    """How the customer sends them."""

    LABEL = "label"
    PICKUP = "pickup"
    OWN = "own"
    """With a carrier of the customer's own choice."""


class ReturnStage(StrEnum):
    OPENING = "opening"
    AWAITING = "awaiting"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    SENDING_BACK = "sending_back"
    OVER = "over"

    @classmethod
    def on_the_road(cls) -> frozenset["ReturnStage"]:
        """The goods are somewhere between people: what a carrier's list of parcels should show too."""
        return frozenset({cls.IN_TRANSIT, cls.SENDING_BACK})


class ReturnResult(StrEnum):
    ACCEPTED = "accepted"
    PARTLY = "partly_accepted"
    REJECTED = "rejected"
    LOST = "lost"
    """On a way that was ours: the refund is due."""
    LOST_BY_SENDER = "lost_by_sender"
    """On the customer's own way: a person decides."""
    TURNED_BACK = "turned_back"
    """The carrier brings the goods back to their sender: a person decides."""
    EXPIRED = "expired"
    CALLED_OFF = "called_off"
    NO_ADDRESS = "no_address"
    """The merchant stayed silent."""
    REFUSED = "refused"
    """The merchant will not have the goods back; why, is in `refusal`."""

    @classmethod
    def giving(cls) -> frozenset["ReturnResult"]:
        """What was agreed is due, as far as it was accepted."""
        return frozenset({cls.ACCEPTED, cls.PARTLY, cls.LOST})


class PickupState(StrEnum):
    REQUESTED = "requested"
    BOOKED = "booked"
    REFUSED = "refused"
    MISSED = "missed"
    CANCELLED = "cancelled"
    COLLECTED = "collected"

    @classmethod
    def standing(cls) -> frozenset["PickupState"]:
        return frozenset({cls.REQUESTED, cls.BOOKED})


class Pickup(Frozen):
    """An appointment at the customer's door. The address is named by its id: it is personal and stays out of the history (ARC-3)."""

    key: Identifier
    start: Instant
    end: Instant
    address_id: Identifier | None = None
    """None: where the order was delivered to."""
    state: PickupState = PickupState.REQUESTED
    moves: int = 0
    """How often another time was asked for."""
    tracking: TrackingNumber | None = None
    carrier_id: Identifier | None = None
    price: Money | None = None
    words: str | None = None
    """Why the carrier refused it."""


class ReturnLine(LineQuantity):
    """Pieces that come back, and what was paid for them: the weight of the line in the refund."""

    paid_minor: int = Field(ge=0)


class InspectedLine(Frozen):
    """What became of a line's pieces; together as many as were to come back."""

    line_id: Identifier
    accepted: int = Field(default=0, ge=0, le=10_000)
    rejected: int = Field(default=0, ge=0, le=10_000)
    missing: int = Field(default=0, ge=0, le=10_000)
    wrong: int = Field(default=0, ge=0, le=10_000)
    """Something else lay in the parcel in their place."""
    reason: str | None = Field(default=None, max_length=1000)

    @property
    def pieces(self) -> int:
        return self.accepted + self.rejected + self.missing + self.wrong

    @property
    def at_the_merchants(self) -> int:
        """What is there and not taken: it goes back to the customer."""
        return self.rejected + self.wrong


class Inspection(Frozen):
    at: Instant
    lines: tuple[InspectedLine, ...]
    by: Actor
    """The system, when the merchant was silent and everything counts as accepted."""
    evidence: tuple[EvidenceRef, ...] = ()


class ReturnParcelState(Frozen):
    """The parcel as its carrier tells of it."""

    tracking: TrackingNumber
    carrier_id: Identifier
    words: str | None = None
    """The carrier's own for its status."""


class ReturnState(Frozen):
    """The whole return, as everybody of the case sees it."""

    workflow_id: Identifier
    purpose: Purpose
    stage: ReturnStage = ReturnStage.OPENING
    lines: tuple[ReturnLine, ...]
    agreed: Money
    """What all of it is worth to the customer: the refund, before freight."""
    payer: Party | None = None
    """RES-8: who pays the way back; None: not the customer."""
    freight_most: Money | None = None
    """When it is the customer: at most so much is deducted for our label or pick-up."""
    restocking: Money | None = None
    """RES-13: what is kept for taking all of the goods back."""
    opened_at: Instant
    rma: Identifier | None = None
    address: ReturnAddress | None = None
    deadline: Instant | None = None
    """Until when the customer sends the goods."""
    label: Label | None = None
    labels: int = 1
    """How many of its own were asked for."""
    pickup: Pickup | None = None
    pickups: int = 0
    """How many were asked for."""
    travels_with: Identifier | None = None
    """The return in whose box it goes, or wants to go."""
    along_since: Instant | None = None
    """When that return took it along; the label is that one's from then on."""
    companions: tuple[Identifier, ...] = ()
    """The returns that travel with this one."""
    way: Way | None = None
    parcel: ReturnParcelState | None = None
    shipped_at: Instant | None = None
    received_at: Instant | None = None
    inspect_until: Instant | None = None
    inspection: Inspection | None = None
    worth: ReducedWorth | None = None
    """Of the pieces that the inspection accepts, those that are worth less, until the customer refuses that."""
    freight: FreightClaim | None = None
    result: ReturnResult | None = None
    refusal: str | None = None
    """The merchant's words, where it refused the return."""
    refusal_code: str | None = None
    sent_back: ReturnParcelState | None = None
    handed_back_at: Instant | None = None
    stuck: str | None = None
    """Why goods that are the customer's again do not get there, as `return.stuck` says it: a person sees to that."""
    offer_version: int = 1
    """Grows with what is decided on: the freight that the customer claims, the reduced worth of goods."""

    @property
    def sent(self) -> bool:
        return self.stage not in {ReturnStage.OPENING, ReturnStage.AWAITING}


class ReturnPolicy(Frozen):
    """The policy's figures for returns. The times themselves are in `waits`."""

    poll_every: Duration
    """How often the carrier is asked where the parcel is, when it tells nothing by itself."""
    remind_before: Duration
    """The last reminder, before the deadline of sending; the first is half-way."""
    pickup_grace: Duration
    """So long after its time a pick-up that nobody told of counts as missed."""
    after_a_missed_pickup: Duration
    """At least so much time is left to send the goods then."""
    most_pickups: int = Field(default=5, ge=1, le=20)
    most_in_a_box: int = Field(default=5, ge=1, le=20)
    """So many returns go in one box, the leading one among them."""
    longest_pickup: Duration = timedelta(hours=24)
    """From the earliest to the latest time at which the carrier may ring."""
    longest_to_send: Duration = timedelta(days=60)
    """Later than so long after the return was opened, nobody sets the deadline of sending."""
    most_freight_minor: int | None = Field(ge=0)
    """RES-8: what is refunded of a customer's own freight, at most; of a return in the order's currency. None: a person decides."""
    freight_most_minor: int | None = Field(default=None, ge=0)
    """RES-8: what is deducted for a label or pick-up of ours, where the customer pays it, at most; the customer is told before agreeing."""
    freight_told: bool = True
    """The shop tells customers before they order that they bear the freight of a return without a reason. Where law asks for that and it is
    not so, the merchant bears it."""
    silent_on_worth: OnSilence = OnSilence.APPEAL
    """RES-13: what a customer's silence on a reduced worth counts as, when the wait `reduced_worth` ends."""
    statuses: dict[str, str]
    """Carriers' words, in lower case → ours (`ShipmentStatus`). A word that is not here changes nothing, and is told to the operator."""
    codes: dict[str, dict[str, str]] = {}
    """The same for numbers, which mean something else with each service: its name, in lower case → its table."""
    usual_codes: str | None = None
    """Whose numbers they are when neither the notice's `codes` nor the carrier's id names a table."""


class ReturnAction(StrEnum):
    """What people do with a return. When, and who: `rules/returns/permissions.py`."""

    BOOK_PICKUP = "book_pickup"
    MOVE_PICKUP = "move_pickup"
    CANCEL_PICKUP = "cancel_pickup"
    SHIP = "ship"
    CLAIM_FREIGHT = "claim_freight"
    RECEIVE = "receive"
    INSPECT = "inspect"
    AGREE_WORTH = "agree_worth"
    REFUSE_WORTH = "refuse_worth"
    APPEAL_WORTH = "appeal_worth"
    RULE_WORTH = "rule_worth"
    EXTEND = "extend"
    JOIN = "join"
    LEAVE = "leave"


class _Slot(Body):
    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise unfit(rule="RES-6", zh="取件结束时间须晚于开始时间", en="a pick-up ends after it starts")
        return self


class BookPickup(_Slot):
    """Have the goods fetched at the door, at that time."""

    address_id: Identifier | None = None
    """From `POST /v1/addresses`; none: where the order was delivered to."""


class MovePickup(_Slot):
    """Another time for the pick-up that stands."""


class CancelPickup(Body):
    """Call the pick-up off; the goods can still be sent another way."""


class Ship(Body):
    """Say with which carrier the goods are on their way, when it is not with our label."""

    carrier_id: Identifier
    tracking: TrackingNumber


class ClaimFreight(Body):
    """RES-8: ask for the freight that you paid although somebody else is liable, with a picture of the receipt."""

    amount: Money
    receipt: EvidenceRef


class Receive(Body):
    """Say that the goods have come."""


class InspectedLines(Decides):
    """What was found, line by line."""

    version: Version = None
    """`offer_version` of the return."""
    lines: tuple[InspectedLine, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _reasons(self) -> Self:
        for line in self.lines:
            if line.at_the_merchants and not line.reason:
                raise unfit(
                    rule="RES-6",
                    zh=f"{line.line_id}：有拒收或错误的商品时须说明原因（`reason`）",
                    en=f"{line.line_id}: say why pieces are rejected or wrong (`reason`)",
                )
        return self


class Inspect(InspectedLines):
    """Say of each line what became of its pieces: accepted, rejected (and why), missing, or something else in their place.

    Of the accepted ones, `reduced` names those that are worth less (RES-13), at most once for each line: the customer has a word on that.
    """

    reduced: tuple[ReducedPieces, ...] = Field(default=(), max_length=100)
    evidence: tuple[EvidenceRef, ...] = Field(default=(), max_length=30)


class Extend(Body):
    """Give the customer more time to send the goods."""

    until: Instant
    reason: str = Field(min_length=1, max_length=1000)


RETURN_BODIES: dict[ReturnAction, type[Body]] = {
    ReturnAction.BOOK_PICKUP: BookPickup,
    ReturnAction.MOVE_PICKUP: MovePickup,
    ReturnAction.CANCEL_PICKUP: CancelPickup,
    ReturnAction.SHIP: Ship,
    ReturnAction.CLAIM_FREIGHT: ClaimFreight,
    ReturnAction.RECEIVE: Receive,
    ReturnAction.INSPECT: Inspect,
    ReturnAction.AGREE_WORTH: AgreeWorth,
    ReturnAction.REFUSE_WORTH: RefuseWorth,
    ReturnAction.APPEAL_WORTH: AppealWorth,
    ReturnAction.RULE_WORTH: RuleWorth,
    ReturnAction.EXTEND: Extend,
    ReturnAction.JOIN: Join,
    ReturnAction.LEAVE: Leave,
}
