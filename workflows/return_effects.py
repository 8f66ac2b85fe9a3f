"""What a return asks of merchants and carriers: activities by name and signature, with their patience."""

from datetime import timedelta

from temporalio import workflow

from models.return_calls import SentBack
from models.return_effects import (
    ArrangePickup,
    CallOffReturn,
    PickupArranged,
    Prepared,
    PrepareReturn,
    SendGoodsBack,
    Traced,
    TraceParcel,
)
from workflows.effects import PARTNER_CALL, PATIENT

A_QUESTION = timedelta(hours=6)
"""A carrier that cannot be asked for so long has told nothing; it is asked again at the next turn."""
A_DEED = timedelta(days=7)
"""Goods or a label are somewhere: a partner is asked for a week before a person has to see to it."""


async def prepare_return(request: PrepareReturn, patience: timedelta) -> Prepared:
    """Number, address and label. Raises ActivityError when the merchant stays silent for all of `patience`, or says no."""
    return await workflow.execute_activity(
        "prepare_return",
        request,
        result_type=Prepared,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=patience,
        retry_policy=PATIENT,
        summary=f"{request.purpose} · {request.order_id}",
    )


async def arrange_pickup(request: ArrangePickup, patience: timedelta) -> PickupArranged:
    """Raises ActivityError when the carrier stays silent."""
    return await workflow.execute_activity(
        "arrange_pickup",
        request,
        result_type=PickupArranged,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=patience,
        retry_policy=PATIENT,
        summary=f"{request.call} {request.start:%Y-%m-%d %H:%M}",
    )


async def trace_parcel(request: TraceParcel) -> Traced:
    """Where the parcel is. Raises ActivityError when nobody can say."""
    return await workflow.execute_activity(
        "trace_parcel",
        request,
        result_type=Traced,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=A_QUESTION,
        retry_policy=PATIENT,
        summary=request.tracking,
    )


async def send_goods_back(request: SendGoodsBack) -> SentBack:
    """Raises ActivityError when the merchant will not."""
    return await workflow.execute_activity(
        "send_goods_back",
        request,
        result_type=SentBack,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=A_DEED,
        retry_policy=PATIENT,
        summary=", ".join(f"{line.line_id}×{line.quantity}" for line in request.lines),
    )


async def call_off_return(request: CallOffReturn) -> None:
    """Raises ActivityError when a partner cannot be told."""
    await workflow.execute_activity(
        "call_off_return",
        request,
        start_to_close_timeout=PARTNER_CALL,
        schedule_to_close_timeout=A_DEED,
        retry_policy=PATIENT,
    )
