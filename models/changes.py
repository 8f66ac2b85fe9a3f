"""Changes of an order before it is shipped (RES-1)."""

from typing import Self

from pydantic import Field, model_validator

from models.base import Frozen, Identifier
from models.lines import LineQuantity, NewItem


class OrderChange(Frozen):
    """One change of an order. Exactly one field says what."""

    address_id: Identifier | None = None
    """The new address as it was stored by the API: addresses are personal and stay out of the history (ARC-3)."""
    items: tuple[NewItem, ...] = Field(default=(), max_length=20)
    """Other items of the same products."""
    quantities: tuple[LineQuantity, ...] = Field(default=(), max_length=20)
    """The lines' new quantities."""
    payment_method: Identifier | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        said = [bool(value) for value in (self.address_id, self.items, self.quantities, self.payment_method)]
        if said.count(True) != 1:
            message = "name one change: an address, items, quantities or a payment method"
            raise ValueError(message)
        return self
