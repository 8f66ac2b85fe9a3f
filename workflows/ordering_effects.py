"""What order changes and charges ask of the world: activities by name and signature (see workflows/effects.py)."""

from datetime import timedelta

from temporalio import workflow

from models.changes import AskChange, ChangeAnswer, ChangeQuery
from models.charges import BookCharge, Charge, ChargeOrder
from workflows.effects import OWN, OWN_CALL, PARTNER_CALL, PATIENT


async def change_order(request: AskChange, patience: timedelta) -> ChangeAnswer:
    """Ask the merchant's system for a change. Raises ActivityError when it stays silent for all of `patience`."""
    return await workflow.execute_activity(
        "change_order",
        request,
        result_type=ChangeAnswer,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=patience,
        retry_policy=PATIENT,
        summary=f"{request.order.kind} of {request.order.order_id}",
    )


async def change_state(query: ChangeQuery) -> ChangeAnswer:
    """What became of a change, when no webhook came."""
    return await workflow.execute_activity(
        "change_state", query, result_type=ChangeAnswer, start_to_close_timeout=PARTNER_CALL, retry_policy=PATIENT
    )


async def undo_change(query: ChangeQuery, patience: timedelta) -> ChangeAnswer:
    """Take a change back. Raises ActivityError when the merchant's system stays silent for all of `patience`."""
    return await workflow.execute_activity(
        "undo_change",
        query,
        result_type=ChangeAnswer,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=patience,
        retry_policy=PATIENT,
        summary=f"undo {query.key}",
    )


async def ask_charge(order: ChargeOrder) -> Charge:
    """Ask the customer for money."""
    return await workflow.execute_activity(
        "ask_charge",
        order,
        result_type=Charge,
        start_to_close_timeout=PARTNER_CALL,
        retry_policy=PATIENT,
        summary=f"{order.key}: {order.amount.minor}",
    )


async def charge_state(charge: Charge) -> Charge:
    """What became of a charge, when no webhook came."""
    return await workflow.execute_activity(
        "charge_state", charge, result_type=Charge, start_to_close_timeout=PARTNER_CALL, retry_policy=PATIENT
    )


async def cancel_charge(order: ChargeOrder) -> Charge:
    """See to it that nobody pays it any more; it may have been paid just before."""
    return await workflow.execute_activity(
        "cancel_charge", order, result_type=Charge, start_to_close_timeout=PARTNER_CALL, retry_policy=PATIENT
    )


async def book_charge(request: BookCharge) -> None:
    """Take a paid charge into the order's ledger."""
    await workflow.execute_local_activity(
        "book_charge",
        request,
        start_to_close_timeout=OWN_CALL,
        retry_policy=OWN,
        local_retry_threshold=timedelta(seconds=10),
    )
