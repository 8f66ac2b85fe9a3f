"""Merchants and carriers of goods that come back, in memory: what a test can set up and look at."""

from dataclasses import dataclass, field
from datetime import datetime

from models.common.base import Money
from models.common.errors import PartnerError
from models.common.partners import Scan
from models.common.vocabulary import ErrorType
from models.returns.partner import (
    Label,
    LabelRequest,
    PickupBooked,
    PickupMove,
    PickupRequest,
    PickupStatus,
    ReturnAddress,
    ReturnBox,
    ReturnCancelled,
    ReturnParcel,
    ReturnRequest,
    ReturnSlip,
    SendBack,
    SentBack,
    Voided,
)

WAREHOUSE = ReturnAddress(name="暖居家品退货仓", street="望江路 8 号", city="杭州", region="CN-33", postcode="310008")


@dataclass
class ReturnWorld:
    """A `ReturnPartners`. Everything that was asked for is kept by its key."""

    opened: dict[str, ReturnRequest] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    pickups: dict[str, PickupBooked] = field(default_factory=dict)
    rang_at: list[PickupRequest] = field(default_factory=list)
    back: dict[str, SendBack] = field(default_factory=dict)
    boxes: dict[str, str | None] = field(default_factory=dict)
    """With which other return the goods come, as the merchant was told."""
    off: list[str] = field(default_factory=list)
    """Keys that were called off, voided or cancelled."""
    parcels: dict[str, ReturnParcel] = field(default_factory=dict)
    price: int = 800
    refuses: set[str] = field(default_factory=set)
    """Calls that are refused for good: open_return, label, pickup, move_pickup, send_back."""
    down: bool = False
    loses_answers: int = 0
    """So many labels and pick-ups are made, but their answers get lost."""
    retry_after: float | None = None
    """Seconds after which it wants to be asked again, while it is down."""
    calls: list[str] = field(default_factory=list)

    def scan(self, tracking: str, status: str, at: datetime | None = None) -> ReturnParcel:
        """The parcel moves; the carrier tells of it when it is asked, or in the payload that this gives. `at`: when it was scanned."""
        scans = (Scan(at=at, place="杭州", status=status),) if at else ()
        told = ReturnParcel(tracking=tracking, carrier_id="K-9", status=status, scans=scans)
        self.parcels[told.tracking] = told
        return told

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if self.down:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "nobody answers", retry_after=self.retry_after)
        if call in self.refuses:
            raise PartnerError(ErrorType.PARTNER_REFUSED, f"we do not {call}", code=f"no_{call}")

    def _lose(self) -> None:
        if self.loses_answers:
            self.loses_answers -= 1
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the answer got lost")

    async def open_return(self, order: ReturnRequest) -> ReturnSlip:
        self._called("open_return")
        self.opened[order.key] = order
        return ReturnSlip(key=order.key, rma=f"RMA-{order.reference.partition('.')[0][-6:]}", address=WAREHOUSE)

    async def cancel_return(self, return_key: str, word: ReturnCancelled) -> None:
        self._called("cancel_return")
        self.off.append(return_key)

    async def box(self, return_key: str, word: ReturnBox) -> None:
        self._called("box")
        self.boxes[return_key] = word.with_reference

    async def send_back(self, return_key: str, order: SendBack) -> SentBack:
        self._called("send_back")
        self.back[return_key] = order
        return SentBack(key=order.key, tracking=f"B-{return_key}", carrier_id="K-9")

    async def sent_back(self, return_key: str) -> SentBack | None:
        order = self.back.get(return_key)
        return SentBack(key=order.key, tracking=f"B-{return_key}", carrier_id="K-9") if order else None

    async def label(self, order: LabelRequest) -> Label:
        self._called("label")
        tracking = f"LB-{order.reference}{order.key.rpartition('.label')[2]}"
        self.labels[order.key] = Label(key=order.key, tracking=tracking, carrier_id="K-9", price=Money(minor=self.price))
        self._lose()
        return self.labels[order.key]

    async def label_by_key(self, key: str) -> Label | None:
        return self.labels.get(key)

    async def void_label(self, label_key: str, word: Voided) -> None:
        self._called("void_label")
        self.off.append(label_key)

    async def pickup(self, order: PickupRequest) -> PickupBooked:
        self._called("pickup")
        self.rang_at.append(order)
        self.pickups[order.key] = PickupBooked(
            key=order.key,
            status=PickupStatus.BOOKED,
            start=order.start,
            end=order.end,
            tracking=order.tracking or f"PU-{order.reference}",
            carrier_id="K-9",
            price=Money(minor=self.price + 400),
        )
        self._lose()
        return self.pickups[order.key]

    async def pickup_by_key(self, key: str) -> PickupBooked | None:
        return self.pickups.get(key)

    async def move_pickup(self, pickup_key: str, order: PickupMove) -> PickupBooked:
        self._called("move_pickup")
        return self._changed(pickup_key, start=order.start, end=order.end)

    async def cancel_pickup(self, pickup_key: str, word: Voided) -> PickupBooked:
        self._called("cancel_pickup")
        self.off.append(pickup_key)
        return self._changed(pickup_key, status=PickupStatus.CANCELLED)

    def _changed(self, key: str, **change: object) -> PickupBooked:
        self.pickups[key] = self.pickups[key].model_copy(update=change)
        return self.pickups[key]

    async def parcel(self, tracking: str) -> ReturnParcel | None:
        self._called("parcel")
        return self.parcels.get(tracking)
