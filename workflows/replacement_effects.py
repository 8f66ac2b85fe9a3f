"""What a replacement asks of warehouses, workshops and carriers (RES-7): activities by name and signature, their time-outs in `effects.py`."""

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow

from models.replacement_calls import DecideRepair, RenewStock, Watched, WatchParcel
from models.warehouse import Dispatch, DispatchOrder, Repair, RepairOrder, Reservation, ReservationOrder
from workflows.effects import PARTNER_CALL, PATIENT

T = TypeVar("T")


async def reserve_stock(order: ReservationOrder, patience: timedelta) -> Reservation:
    """Set goods aside. Raises ActivityError when the warehouse stays silent for all of `patience`, like all of these."""
    return await _partner("reserve_stock", order, Reservation, patience, order.key)


async def renew_stock(request: RenewStock, patience: timedelta) -> Reservation:
    """Hold them longer."""
    return await _partner("renew_stock", request, Reservation, patience, request.key)


async def release_stock(key: str, patience: timedelta) -> Reservation:
    """Give them back to the shelf; what was never set aside is released already."""
    return await _partner("release_stock", key, Reservation, patience, key)


async def send_replacement(order: DispatchOrder, patience: timedelta) -> Dispatch:
    """Pack and send what was set aside."""
    return await _partner("send_replacement", order, Dispatch, patience, order.key)


async def stop_replacement(key: str, patience: timedelta) -> Dispatch:
    """Do not send it after all; the answer says `sent` when it is too late."""
    return await _partner("stop_replacement", key, Dispatch, patience, key)


async def watch_parcel(request: WatchParcel, patience: timedelta) -> Watched:
    """Where it is."""
    return await _partner("watch_parcel", request, Watched, patience, request.tracking or request.key or request.order_id)


async def order_repair(order: RepairOrder, patience: timedelta) -> Repair:
    """Have goods that came in looked at and repaired."""
    return await _partner("order_repair", order, Repair, patience, order.key)


async def decide_repair(request: DecideRepair, patience: timedelta) -> Repair:
    """The customer's word on the estimate."""
    return await _partner("decide_repair", request, Repair, patience, request.key)


async def repair_state(key: str, patience: timedelta) -> Repair:
    """How far the workshop is."""
    return await _partner("repair_state", key, Repair, patience, key)


async def _partner(name: str, request: object, answer: type[T], patience: timedelta, summary: str) -> T:
    return await workflow.execute_activity(
        name,
        request,
        result_type=answer,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=patience,
        retry_policy=PATIENT,
        summary=summary,
    )
