"""What may be offered to a customer (RES-2, RES-3)."""

from typing import Self

from pydantic import Field, model_validator

from models.base import Frozen, Money, Words
from models.vocabulary import RemedyKind


class RemedyOffer(Frozen):
    """One part of an option (RES-3)."""

    kind: RemedyKind
    amount: Money | None = None
    """For refunds; in the order's currency, above zero."""
    words: str | None = Field(default=None, max_length=2000)
    """For an apology or explanation: what will be said."""

    @model_validator(mode="after")
    def _amount_goes_with_refunds(self) -> Self:
        needs_money = self.kind in RemedyKind.refunding()
        if needs_money and (self.amount is None or self.amount.minor == 0):
            message = f"{self.kind} needs an amount above zero"
            raise ValueError(message)
        if not needs_money and self.amount is not None:
            message = f"{self.kind} takes no amount"
            raise ValueError(message)
        if self.kind in RemedyKind.telling() and not self.words:
            message = f"{self.kind} needs words"
            raise ValueError(message)
        return self


class OptionOffer(Frozen):
    """One way out that the customer may choose; its remedies are all carried out."""

    remedies: tuple[RemedyOffer, ...] = Field(min_length=1, max_length=6)
    why: Words
