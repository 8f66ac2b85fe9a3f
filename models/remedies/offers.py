"""What may be offered to a customer (RES-2, RES-3)."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from models.common.base import Bilingual, Frozen, Identifier, Money, Words, unfit
from models.common.lines import LineQuantity, NewItem
from models.common.partners import RefundTo
from models.common.readers import Everybody, Participants
from models.common.vocabulary import Party, RemedyKind
from models.remedies.order_change import OrderChange
from models.remedies.table import REMEDIES, Amount

MOST_OFFERED = 6
"""Remedies in one option."""


class RemedyOffer(Frozen):
    """One part of an option (RES-3)."""

    kind: Everybody[RemedyKind]
    amount: Everybody[Money | None] = None
    """For refunds and coupons; in the order's currency, above zero. With a return: at most, the inspection decides."""
    method: Everybody[Identifier | None] = None
    """For a refund (RES-16): the payment method, by its name, that the money goes back to first, or `balance`; none: as the customer
    wished, else over the order's payments in their order."""
    restocking: Everybody[Money | None] = None
    """For a return (RES-13): what is kept of the amount for taking back goods that are only not wanted; none: what the policy says, 0: nothing."""
    lines: Everybody[tuple[LineQuantity, ...]] = Field(default=(), max_length=100)
    """The goods it is about; none: those of the case, and of a case without any, the whole order."""
    items: Everybody[tuple[NewItem, ...]] = Field(default=(), max_length=100)
    """For an exchange: what is sent instead; none: the same again."""
    change: Everybody[OrderChange | None] = None
    """For a changed order: what is changed."""
    words: Participants[str | None] = Field(default=None, max_length=2000)
    """For an apology or explanation: what will be said. For a service improvement: what will be made better."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        spec = REMEDIES[self.kind]
        missing = spec.amount is Amount.REQUIRED if self.amount is None else not self.amount.minor
        faults = {
            ("须填写大于零的金额", "needs an amount above zero"): spec.amount is not Amount.NONE and missing,
            ("没有金额", "takes no amount"): spec.amount is Amount.NONE and self.amount is not None,
            ("须填写说明文字（words）", "needs words"): spec.words and not self.words,
            ("须填写修改内容（change）", "needs a change"): spec.names_change and self.change is None,
            ("没有修改内容（change）", "takes no change"): not spec.names_change and self.change is not None,
            ("不能指定退款方式（method）", "takes no method"): self.method is not None
            and not (spec.refunds and spec.refund_to is RefundTo.ORIGINAL),
            ("没有退货整理费（restocking）", "takes no restocking fee"): self.restocking is not None
            and self.kind is not RemedyKind.RETURN_AND_REFUND,
            ("没有更换的商品（items）", "takes no items"): not spec.items and bool(self.items),
        }
        for (zh, en), wrong in faults.items():
            if wrong:
                raise unfit(rule="RES-3", zh=f"{self.kind} {zh}", en=f"{self.kind} {en}")
        return self


class OptionOffer(Frozen):
    """One way out that the customer may choose; its remedies are all carried out."""

    remedies: Everybody[tuple[RemedyOffer, ...]] = Field(min_length=1, max_length=MOST_OFFERED)
    why: Participants[Words]


class Option(OptionOffer):
    """An option as it is laid out before the customer (RES-2): what will happen, how long it takes, who pays the freight."""

    remedies: Everybody[tuple[RemedyOffer, ...]] = Field(min_length=1, max_length=MOST_OFFERED + 1)
    """Those that were offered, and the bonus that the policy adds to store credit (RES-17)."""

    steps: Everybody[tuple[Bilingual, ...]] = ()
    within: Everybody[timedelta] = timedelta(0)
    """How long the whole of it takes, as a rule."""
    freight: Everybody[Party | None] = None
    """RES-8: who pays for goods that travel; None: none do."""
    freight_why: Everybody[Bilingual | None] = None
    freight_most: Everybody[Money | None] = None
    """When it is the customer: at most so much is deducted for a label or pick-up of ours; none: what it costs."""
    restocking_why: Everybody[Bilingual | None] = None
    """RES-13: why something is kept of a refund; how much, its `restocking` says."""
