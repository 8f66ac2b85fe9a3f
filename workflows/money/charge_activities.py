"""The activities of order changes and charges, as workflows call them (see workflows/kit/activities.py)."""

from datetime import timedelta

from models.activities import ASK_CHARGE, BOOK_CHARGE, CANCEL_CHARGE, CHANGE_ORDER, CHANGE_STATE, CHARGE_STATE, UNDO_CHANGE
from models.money.charge import BookCharge, Charge, ChargeCall
from models.remedies.order_change import AskChange, ChangeAnswer, ChangeQuery
from workflows.kit.activities import A_NOTICE
from workflows.kit.calls import call_own, call_partner


async def change_order(request: AskChange, patience: timedelta) -> ChangeAnswer:
    """Ask the merchant's system for a change. Raises ActivityError when it stays silent for all of `patience`."""
    what = f"{request.order.kind} of {request.order.order_id}"
    return await call_partner(CHANGE_ORDER, request, patience=patience, summary=what)


async def change_state(query: ChangeQuery) -> ChangeAnswer:
    """What became of a change, when no webhook came."""
    return await call_partner(CHANGE_STATE, query)


async def undo_change(query: ChangeQuery, patience: timedelta) -> ChangeAnswer:
    """Take a change back. Raises ActivityError when the merchant's system stays silent for all of `patience`."""
    return await call_partner(UNDO_CHANGE, query, patience=patience, summary=f"undo {query.key}")


async def ask_charge(call: ChargeCall) -> Charge:
    """Ask the customer for money."""
    return await call_partner(ASK_CHARGE, call, summary=f"{call.order.key}: {call.order.amount.minor}")


async def charge_state(call: ChargeCall) -> Charge:
    """What became of a charge, when no webhook came."""
    return await call_partner(CHARGE_STATE, call)


async def charge_by_key(call: ChargeCall) -> Charge:
    """What the provider says of a charge of which a notice told. Raises ActivityError when it stays silent for `A_NOTICE`."""
    return await call_partner(CHARGE_STATE, call, patience=A_NOTICE)


async def cancel_charge(call: ChargeCall, patience: timedelta) -> Charge:
    """Cancel a charge, unless it was paid just before. Raises ActivityError when the provider does not for so long."""
    return await call_partner(CANCEL_CHARGE, call, patience=patience)


async def book_charge(request: BookCharge) -> None:
    """Take a paid charge into the order's ledger."""
    await call_own(BOOK_CHARGE, request)
