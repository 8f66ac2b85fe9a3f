"""What a replacement asks of warehouses, workshops and carriers (RES-7): activities by name and signature, their time-outs in `effects.py`."""

from datetime import timedelta

from models.replacements.activities import DecideRepair, RenewStock, Watched, WatchParcel
from models.replacements.partner import Dispatch, DispatchRequest, Repair, RepairRequest, Reservation, ReservationRequest
from workflows.kit.activities import call_partner


async def reserve_stock(order: ReservationRequest, patience: timedelta) -> Reservation:
    """Set goods aside. Raises ActivityError when the warehouse stays silent for all of `patience`, like all of these."""
    return await call_partner("reserve_stock", order, Reservation, patience=patience, summary=order.key)


async def renew_stock(request: RenewStock, patience: timedelta) -> Reservation:
    """Hold them longer."""
    return await call_partner("renew_stock", request, Reservation, patience=patience, summary=request.key)


async def release_stock(key: str, patience: timedelta) -> Reservation:
    """Give them back to the shelf; what was never set aside is released already."""
    return await call_partner("release_stock", key, Reservation, patience=patience, summary=key)


async def send_replacement(order: DispatchRequest, patience: timedelta) -> Dispatch:
    """Pack and send what was set aside."""
    return await call_partner("send_replacement", order, Dispatch, patience=patience, summary=order.key)


async def stop_replacement(key: str, patience: timedelta) -> Dispatch:
    """Do not send it after all; the answer says `sent` when it is too late."""
    return await call_partner("stop_replacement", key, Dispatch, patience=patience, summary=key)


async def watch_parcel(request: WatchParcel, patience: timedelta) -> Watched:
    """Where it is."""
    return await call_partner(
        "watch_parcel", request, Watched, patience=patience, summary=request.tracking or request.key or "a parcel"
    )


async def order_repair(order: RepairRequest, patience: timedelta) -> Repair:
    """Have goods that came in looked at and repaired."""
    return await call_partner("order_repair", order, Repair, patience=patience, summary=order.key)


async def decide_repair(request: DecideRepair, patience: timedelta) -> Repair:
    """The customer's word on the estimate."""
    return await call_partner("decide_repair", request, Repair, patience=patience, summary=request.key)


async def repair_state(key: str, patience: timedelta) -> Repair:
    """How far the workshop is."""
    return await call_partner("repair_state", key, Repair, patience=patience, summary=key)
