"""What partners say of an order right now, for an endpoint that cannot wait long: an order of somebody else is as unknown as none."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from adapters.connect import Partners
from api.http.auth import Caller
from api.http.problems import not_found, problem
from models.common.errors import PartnerError
from models.common.partners import Order, Payment, Shipment
from models.common.vocabulary import ErrorType, Role

PATIENCE = 8
"""Seconds for all answers together."""
COME_BACK = 5
"""Seconds after which a caller may ask again, when the partner does not say."""


Patience = float
"""Seconds."""
AnswerT = TypeVar("AnswerT")
Seen = tuple[Order, tuple[Shipment, ...], tuple[Payment, ...]]
"""An order with its parcels and payments."""


async def order_in_sight(partners: Partners, caller: Caller, order_id: str, patience: Patience = PATIENCE) -> Seen:
    """The order with its parcels and payments. 404 when the caller has nothing to do with it; 503 when a partner is away."""
    async with _answering_within(patience):
        order = await _order(partners, caller, order_id)
        shipments, payments = await asyncio.gather(
            partners.carrier.shipments(order_id), partners.payment.payments(order_id, order.merchant_id)
        )
    return order, shipments, payments


async def visible_order(partners: Partners, caller: Caller, order_id: str) -> Order:
    """The order alone; 404 and 503 as above."""
    async with _answering_within(PATIENCE):
        return await _order(partners, caller, order_id)


async def ask_partner(call: Awaitable[AnswerT]) -> AnswerT:
    """A partner's answer; 503 when it is away."""
    async with _answering_within(PATIENCE):
        return await call


@asynccontextmanager
async def _answering_within(patience: Patience) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(patience):
            yield
    except TimeoutError as error:
        raise _away(None) from error
    except PartnerError as error:
        raise _away(error.retry_after) from error


async def _order(partners: Partners, caller: Caller, order_id: str) -> Order:
    order = await partners.merchant.order(order_id)
    if order is None or not _concerns(caller, order):
        raise not_found()
    return order


def _concerns(caller: Caller, order: Order) -> bool:
    match caller.role:
        case Role.CUSTOMER:
            return order.customer_id == caller.actor.id
        case Role.MERCHANT:
            return order.merchant_id == caller.actor.id
        case role:
            return role in Role.platform()


def _away(retry_after: float | None) -> Exception:
    return problem(
        ErrorType.PARTNER_UNAVAILABLE,
        "A partner's system does not answer at the moment, so nothing can be said of the order. Try again shortly.",
        "合作方系统暂时没有答复，无法查询该订单，请稍后重试。",
        status=503,
        retry_after=max(int(retry_after or COME_BACK), 1),
    )
