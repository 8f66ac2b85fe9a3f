"""Which variants of a line's product may be had (RES-7): shown before anything is asked for, and what a wish for one is checked against."""

import asyncio
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.cases.eligibility import READERS
from api.http.dependencies import CallerOf, Parts, PartsOf, only_for
from api.http.partner_data import ask_partner, visible_order
from api.http.problems import not_found, problem
from api.http.responses import OWN
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier
from models.common.errors import PartnerError
from models.common.lines import NewItem
from models.common.partners import Order
from models.common.readers import Everybody
from models.common.vocabulary import ErrorType
from models.replacements.partner import Variant

PATIENCE = 2
"""Seconds for the partners' answers to what is only checked beforehand; then it goes on, and finds out by itself."""

router = APIRouter(prefix="/v1/orders", tags=["eligibility"], route_class=SeenRoute)


class LineVariants(Frozen):
    """What a line may be exchanged for, or changed into before shipping, as the merchant's catalogue has it now."""

    order_id: Everybody[str]
    line_id: Everybody[str]
    variants: Everybody[tuple[Variant, ...] | None] = Field(
        description="Null: the merchant does not tell; whether there is one then shows when it is asked for."
    )


@router.get("/{order_id:path}/variants", summary="Variants of a line · 可换规格", responses=OWN)
async def line_variants(
    parts: PartsOf,
    caller: CallerOf,
    order_id: Annotated[str, Path(description="The order's id.", examples=["O-1001"])],
    line_id: Annotated[Identifier, Query(examples=["L1"])],
) -> LineVariants:
    """Each with its price and, where the merchant tells, how many there are. To the order's customer and merchant, and the platform's people."""
    only_for(caller, READERS)
    order = await visible_order(parts.partners, caller, order_id)
    if line_id not in {line.line_id for line in order.lines}:
        raise not_found()
    told = await ask_partner(parts.partners.merchant.variants(order_id, line_id))
    return LineVariants(order_id=order_id, line_id=line_id, variants=told)


async def check_items(parts: Parts, order: Order, items: Iterable[NewItem], field: str) -> None:
    """Raise a problem for an article that is no variant of its line. A merchant that does not tell, or not in time, decides when it is asked."""
    own = {line.line_id: line.sku for line in order.lines}
    for number, item in enumerate(items):
        if item.sku is None or item.sku == own.get(item.line_id):
            continue
        try:
            async with asyncio.timeout(PATIENCE):
                told = await parts.partners.merchant.variants(order.order_id, item.line_id)
        except (TimeoutError, PartnerError):
            return
        known = [variant.sku for variant in told or ()]
        if told is not None and item.sku not in known:
            raise problem(
                ErrorType.INVALID,
                f"{item.sku} is no variant of {item.line_id}; there are: {', '.join(known)}.",
                f"{item.sku} 不是 {item.line_id} 的可选规格；可选：{'、'.join(known)}。",
                field=f"{field}.{number}.sku",
                rule="RES-7",
                allowed=known,
            )
