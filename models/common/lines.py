"""Lines of an order and quantities of them."""

from pydantic import Field

from models.common.base import Frozen, Identifier
from models.common.readers import Everybody


class LineQuantity(Frozen):
    """How many pieces of an order's line."""

    line_id: Everybody[Identifier]
    quantity: Everybody[int] = Field(default=1, ge=1, le=10_000)


class NewItem(Frozen):
    """What comes in a line's place (RES-7): another item of the same product, or the same again."""

    line_id: Everybody[Identifier]
    sku: Everybody[Identifier | None] = None
    """None: the line's own."""
    quantity: Everybody[int] = Field(default=1, ge=1, le=10_000)
