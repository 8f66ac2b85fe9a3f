"""A warehouse, a workshop and their carrier in memory (RES-7): a test sets up the shelves and looks at what was really sent."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from models.common.base import Money
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.replacements.partner import (
    Dispatch,
    DispatchRequest,
    DispatchStatus,
    Renewal,
    Repair,
    RepairDecision,
    RepairRequest,
    RepairStatus,
    Reservation,
    ReservationRequest,
    ReservationStatus,
)


@dataclass
class FakeWarehouse:
    """A `Warehouse` with endless stock, which sends at once."""

    gone: set[str] = field(default_factory=set)
    """Articles that are out of stock."""
    expected_at: datetime | None = None
    prices: dict[str, int] = field(default_factory=dict)
    """Of an article, today, in minor units."""
    sends_at_once: bool = True
    down: bool = False
    unknown: set[str] = field(default_factory=set)
    """Articles that it does not sell."""
    refuses_to_send: bool = False
    refuses_to_repair: bool = False
    refuses_to_stop: bool = False
    silent_about_sending: bool = False
    """What is to be sent is packed, and nobody answers."""
    forgets_reservations: bool = False
    """Renewals come too late."""
    loses_answers: int = 0
    """So many things are done whose answers get lost."""
    reservations: dict[str, Reservation] = field(default_factory=dict)
    dispatches: dict[str, Dispatch] = field(default_factory=dict)
    packed: dict[str, str] = field(default_factory=dict)
    """Of which reservation a parcel is made."""
    orders: dict[str, ReservationRequest] = field(default_factory=dict)
    repairs: dict[str, Repair] = field(default_factory=dict)
    decisions: dict[str, bool] = field(default_factory=dict)
    renewals: int = 0
    holds_shorter: timedelta = timedelta()
    """Goods are held for so much less than it is asked."""

    @property
    def held(self) -> list[str]:
        """Keys of goods that are set aside."""
        return [key for key, known in self.reservations.items() if known.status is ReservationStatus.RESERVED]

    @property
    def sent(self) -> list[str]:
        """Tracking numbers of what really left."""
        return [known.tracking for known in self.dispatches.values() if known.tracking]

    def _answering(self) -> None:
        if self.down:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the warehouse does not answer")

    def _lost(self) -> None:
        if self.loses_answers:
            self.loses_answers -= 1
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the answer got lost")

    async def reserve(self, order: ReservationRequest) -> Reservation:
        self._answering()
        if any(item.sku in self.unknown for item in order.items):
            words = {"refusal": "no such article", "refusal_code": "unknown_article"}
            return Reservation(key=order.key, status=ReservationStatus.REFUSED).model_copy(update=words)
        if order.key not in self.reservations:
            self.orders[order.key] = order
            gone = any(item.sku in self.gone for item in order.items)
            price = sum(self.prices.get(item.sku, 0) * item.quantity for item in order.items)
            self.reservations[order.key] = Reservation(
                key=order.key,
                status=ReservationStatus.OUT_OF_STOCK if gone else ReservationStatus.RESERVED,
                until=None if gone else order.until - self.holds_shorter,
                price=Money(minor=price) if price else None,
                expected_at=self.expected_at if gone else None,
            )
            self._lost()
        return self.reservations[order.key]

    async def reservation(self, key: str) -> Reservation | None:
        self._answering()
        return self.reservations.get(key)

    async def renew(self, key: str, renewal: Renewal) -> Reservation:
        self._answering()
        self.renewals += 1
        until = renewal.until - self.holds_shorter
        change = {"status": ReservationStatus.EXPIRED} if self.forgets_reservations else {"until": until}
        self.reservations[key] = self.reservations[key].model_copy(update=change)
        return self.reservations[key]

    async def release(self, key: str) -> Reservation:
        self._answering()
        if key not in self.reservations:
            raise PartnerError(ErrorType.NOT_FOUND, f"there is no reservation {key}")
        self.reservations[key] = self.reservations[key].model_copy(update={"status": ReservationStatus.RELEASED})
        return self.reservations[key]

    async def send(self, order: DispatchRequest) -> Dispatch:
        self._answering()
        if self.refuses_to_send:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "the line is broken", code="no_line")
        if order.key not in self.dispatches:
            kept = self.reservations[order.reservation_key]
            self.reservations[order.reservation_key] = kept.model_copy(update={"status": ReservationStatus.USED})
            self.dispatches[order.key] = Dispatch(key=order.key, status=DispatchStatus.PREPARING)
            self.packed[order.key] = order.reservation_key
            if self.sends_at_once:
                self.hand_over(order.key)
            self._lost()
        return self._of_parcel(order.key)

    def hand_over(self, key: str) -> Dispatch:
        """The parcel leaves."""
        change = {"status": DispatchStatus.SENT, "tracking": f"R-{key}", "carrier_id": "K-9"}
        self.dispatches[key] = self.dispatches[key].model_copy(update=change)
        return self.dispatches[key]

    async def dispatch(self, key: str) -> Dispatch | None:
        self._answering()
        return self._of_parcel(key) if key in self.dispatches else None

    def _of_parcel(self, key: str) -> Dispatch:
        if self.silent_about_sending:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "nobody says what became of the parcel")
        return self.dispatches[key]

    async def stop(self, key: str) -> Dispatch:
        self._answering()
        if key not in self.dispatches:
            raise PartnerError(ErrorType.NOT_FOUND, f"there is no parcel {key}")
        known = self.dispatches[key]
        if self.refuses_to_stop:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "it is at the gate")
        if known.status is DispatchStatus.PREPARING:
            self.dispatches[key] = known.model_copy(update={"status": DispatchStatus.STOPPED})
            packed = self.reservations[self.packed[key]]
            self.reservations[packed.key] = packed.model_copy(update={"status": ReservationStatus.RELEASED})
        return self.dispatches[key]

    async def repair(self, order: RepairRequest) -> Repair:
        self._answering()
        if self.refuses_to_repair:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "not our make", code="other_make")
        if order.key not in self.repairs:
            self.repairs[order.key] = Repair(key=order.key, status=RepairStatus.TAKEN)
            self._lost()
        return self.repairs[order.key]

    async def repair_by_key(self, key: str) -> Repair | None:
        self._answering()
        return self.repairs.get(key)

    async def decide(self, key: str, decision: RepairDecision) -> Repair:
        self._answering()
        self.decisions[key] = decision.approved
        return self.repairs[key]


SOON = timedelta(hours=20)


def soon() -> datetime:
    return datetime.now(UTC) + SOON
