"""What is asked of warehouses and workshops (RES-7). Each is safe to repeat: before sending again, it asks what became of the first time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio import activity

from activities.kit.carries_out import carries_out
from activities.kit.errors import to_temporal
from adapters.partners.returns import ReturnPartners
from adapters.partners.warehouse import Warehouse
from models.activities import (
    DECIDE_REPAIR,
    ORDER_REPAIR,
    RELEASE_STOCK,
    RENEW_STOCK,
    REPAIR_STATE,
    RESERVE_STOCK,
    SEND_REPLACEMENT,
    STOP_REPLACEMENT,
    WATCH_PARCEL,
)
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.replacements.activities import DecideRepair, RenewStock, Watched, WatchParcel
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

T = TypeVar("T")


class ReplacementActivities:
    """Calls of partners for replacements and repairs."""

    def __init__(self, warehouse: Warehouse, carriers: ReturnPartners) -> None:
        self._warehouse = warehouse
        self._carriers = carriers

    @carries_out(RESERVE_STOCK)
    async def reserve_stock(self, order: ReservationRequest) -> Reservation:
        """A warehouse's no is an answer."""
        try:
            return await _once(lambda: self._warehouse.reservation(order.key), lambda: self._warehouse.reserve(order))
        except PartnerError as error:
            if error.permanent:
                return Reservation(key=order.key, status=ReservationStatus.REFUSED, **error.refusal)
            raise to_temporal(error) from error

    @carries_out(RENEW_STOCK)
    async def renew_stock(self, request: RenewStock) -> Reservation:
        """Raises `partner-refused` when there is no such reservation any more."""
        return await _told(self._warehouse.renew(request.key, Renewal(until=request.until)))

    @carries_out(RELEASE_STOCK)
    async def release_stock(self, key: str) -> Reservation:
        """What was never set aside is released already."""
        try:
            return await self._warehouse.release(key)
        except PartnerError as error:
            if error.type is ErrorType.NOT_FOUND:
                return Reservation(key=key, status=ReservationStatus.RELEASED)
            raise to_temporal(error) from error

    @carries_out(SEND_REPLACEMENT)
    async def send_replacement(self, order: DispatchRequest) -> Dispatch:
        """A merchant's no is an answer."""
        try:
            return await _once(lambda: self._warehouse.dispatch(order.key), lambda: self._warehouse.send(order))
        except PartnerError as error:
            if error.permanent:
                return Dispatch(key=order.key, status=DispatchStatus.REFUSED, **error.refusal)
            raise to_temporal(error) from error

    @carries_out(STOP_REPLACEMENT)
    async def stop_replacement(self, key: str) -> Dispatch:
        """What was never to be sent is stopped already."""
        try:
            return await self._warehouse.stop(key)
        except PartnerError as error:
            if error.type is ErrorType.NOT_FOUND:
                return Dispatch(key=key, status=DispatchStatus.STOPPED)
            raise to_temporal(error) from error

    @carries_out(WATCH_PARCEL)
    async def watch_parcel(self, request: WatchParcel) -> Watched:
        """What the warehouse says while it packs, then the carrier."""
        try:
            dispatch = await self._warehouse.dispatch(request.key) if request.key else None
            parcel = await self._carriers.parcel(request.tracking) if request.tracking else None
        except PartnerError as error:
            raise to_temporal(error) from error
        return Watched(dispatch=dispatch, parcel=parcel)

    @carries_out(ORDER_REPAIR)
    async def order_repair(self, order: RepairRequest) -> Repair:
        """A workshop's no is an answer."""
        try:
            return await _once(lambda: self._warehouse.repair_by_key(order.key), lambda: self._warehouse.repair(order))
        except PartnerError as error:
            if error.permanent:
                return Repair(key=order.key, status=RepairStatus.REFUSED, **error.refusal)
            raise to_temporal(error) from error

    @carries_out(DECIDE_REPAIR)
    async def decide_repair(self, request: DecideRepair) -> Repair:
        """The same word twice is one."""
        return await _told(self._warehouse.decide(request.key, RepairDecision(approved=request.approved)))

    @carries_out(REPAIR_STATE)
    async def repair_state(self, key: str) -> Repair:
        """Raises `not-found` when the workshop was never asked."""
        try:
            known = await self._warehouse.repair_by_key(key)
        except PartnerError as error:
            raise to_temporal(error) from error
        if known is None:
            error = PartnerError(ErrorType.NOT_FOUND, f"the workshop has no repair {key}")
            raise to_temporal(error) from error
        return known


async def _once(known: Callable[[], Awaitable[T | None]], send: Callable[[], Awaitable[T]]) -> T:
    """After a lost answer, look before sending again."""
    answer = await known() if activity.info().attempt > 1 else None
    return answer if answer is not None else await send()


async def _told(call: Awaitable[T]) -> T:
    try:
        return await call
    except PartnerError as error:
        raise to_temporal(error) from error
