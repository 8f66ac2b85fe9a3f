"""The activities of returns, as workflows call them, with their patience."""

from datetime import timedelta

from models.activities import ARRANGE_PICKUP, CALL_OFF_RETURN, PREPARE_RETURN, SEND_GOODS_BACK, TELL_RETURN, TRACE_PARCEL
from models.returns.activities import (
    ArrangePickup,
    CallOffReturn,
    PickupArranged,
    Prepared,
    PrepareReturn,
    SendGoodsBack,
    Traced,
    TraceParcel,
)
from models.returns.box import Heard, TellReturn
from models.returns.partner import SentBack
from workflows.kit.calls import MORE_DIRECT, call_directly, call_own, call_partner

A_QUESTION = timedelta(hours=6)
"""A carrier that cannot be reached for so long has said nothing; it is asked again at the next poll."""
PATIENCE = timedelta(hours=24)
"""How long a merchant may take to name an address, and a carrier to answer about a pick-up."""
GIVE_UP_AFTER = timedelta(days=7)
"""For so long a partner is asked to send goods back or to void a label, before a person takes over."""


async def prepare_return_directly(request: PrepareReturn) -> Prepared | None:
    """The same at once or not at all. Only what asks again when its task is lost, whatever came meanwhile: else nobody would call it off."""
    return await call_directly(PREPARE_RETURN, request, MORE_DIRECT)


async def prepare_return(request: PrepareReturn, patience: timedelta) -> Prepared:
    """Number, address and label. Raises ActivityError when the merchant stays silent for all of `patience`, or says no."""
    return await call_partner(PREPARE_RETURN, request, patience=patience, summary=f"{request.purpose} · {request.order_id}")


async def arrange_pickup(request: ArrangePickup, patience: timedelta) -> PickupArranged:
    """Raises ActivityError when the carrier stays silent."""
    return await call_partner(
        ARRANGE_PICKUP, request, patience=patience, summary=f"{request.call} {request.start:%Y-%m-%d %H:%M}"
    )


async def trace_parcel(request: TraceParcel) -> Traced:
    """Where the parcel is. Raises ActivityError when nobody can say."""
    return await call_partner(TRACE_PARCEL, request, patience=A_QUESTION, summary=request.tracking)


async def send_goods_back(request: SendGoodsBack) -> SentBack:
    """Raises ActivityError when the merchant will not."""
    return await call_partner(
        SEND_GOODS_BACK,
        request,
        patience=GIVE_UP_AFTER,
        summary=", ".join(f"{line.line_id}×{line.quantity}" for line in request.lines),
    )


async def call_off_return(request: CallOffReturn) -> None:
    """Raises ActivityError when a partner cannot be told."""
    await call_partner(CALL_OFF_RETURN, request, patience=GIVE_UP_AFTER)


async def tell_return(word: TellReturn) -> Heard:
    """Signal another return of the box. Said again after a failure, the same word changes nothing there."""
    return await call_own(TELL_RETURN, word, word.to)
