"""The activities of replacements (RES-7), as workflows call them: warehouses, workshops, carriers. Time-outs: workflows/kit/activities.py."""

from datetime import timedelta

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
from models.replacements.activities import DecideRepair, RenewStock, Watched, WatchParcel
from models.replacements.partner import Dispatch, DispatchRequest, Repair, RepairRequest, Reservation, ReservationRequest
from workflows.kit.calls import call_partner


async def reserve_stock(order: ReservationRequest, patience: timedelta) -> Reservation:
    """Set goods aside. Raises ActivityError when the warehouse stays silent for all of `patience`, like all of these."""
    return await call_partner(RESERVE_STOCK, order, patience=patience, summary=order.key)


async def renew_stock(request: RenewStock, patience: timedelta) -> Reservation:
    """Hold them longer."""
    return await call_partner(RENEW_STOCK, request, patience=patience, summary=request.key)


async def release_stock(key: str, patience: timedelta) -> Reservation:
    """Give them back to the shelf; what was never set aside is released already."""
    return await call_partner(RELEASE_STOCK, key, patience=patience, summary=key)


async def send_replacement(order: DispatchRequest, patience: timedelta) -> Dispatch:
    """Pack and send what was set aside."""
    return await call_partner(SEND_REPLACEMENT, order, patience=patience, summary=order.key)


async def stop_replacement(key: str, patience: timedelta) -> Dispatch:
    """Do not send it after all; the answer says `sent` when it is too late."""
    return await call_partner(STOP_REPLACEMENT, key, patience=patience, summary=key)


async def watch_parcel(request: WatchParcel, patience: timedelta) -> Watched:
    """Where it is."""
    return await call_partner(WATCH_PARCEL, request, patience=patience, summary=request.tracking or request.key or "a parcel")


async def order_repair(order: RepairRequest, patience: timedelta) -> Repair:
    """Have goods that came in looked at and repaired."""
    return await call_partner(ORDER_REPAIR, order, patience=patience, summary=order.key)


async def decide_repair(request: DecideRepair, patience: timedelta) -> Repair:
    """The customer's answer to the estimate."""
    return await call_partner(DECIDE_REPAIR, request, patience=patience, summary=request.key)


async def repair_state(key: str, patience: timedelta) -> Repair:
    """How far the workshop is."""
    return await call_partner(REPAIR_STATE, key, patience=patience, summary=key)
