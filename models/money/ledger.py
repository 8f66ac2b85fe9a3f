"""The ledger of an order's money (RES-5): double-entry, append-only. Accounts and kinds of entries: docs/money.md."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.common.base import Frozen, Identifier, Money
from models.common.readers import Books


class EntryKind(StrEnum):
    """What moved the money."""

    CAPTURED = "captured"
    CHARGED = "charged"
    REFUNDED_OUTSIDE = "refunded_outside"
    REFUSED_OUTSIDE = "refused_outside"
    RESERVED = "set_aside"
    REQUESTED = "requested"
    ARRIVED = "arrived"
    RELEASED = "released"
    REVERSED = "reversed"
    PAID_OTHERWISE = "paid_otherwise"
    COUPON_ISSUED = "coupon_issued"
    COUPON_REVOKED = "coupon_revoked"
    BONUS_GIVEN = "bonus_given"
    BONUS_REVOKED = "bonus_revoked"
    KEPT = "kept"
    RECOVERED = "recovered"
    CHARGEBACK_HELD = "chargeback_held"
    CHARGEBACK_RETURNED = "chargeback_returned"
    CHARGEBACK_LOST = "chargeback_lost"
    CHARGEBACK_SETTLED = "chargeback_settled"
    CHARGEBACK_FEE = "chargeback_fee"
    CHARGEBACK_FEE_RETURNED = "chargeback_fee_returned"

    @classmethod
    def paying_in(cls) -> frozenset["EntryKind"]:
        """The customer paid."""
        return frozenset({cls.CAPTURED, cls.CHARGED})

    @classmethod
    def to_the_customer(cls) -> frozenset["EntryKind"]:
        """Money of a refund reached the customer, or came back from there."""
        return frozenset({cls.ARRIVED, cls.REVERSED, cls.PAID_OTHERWISE})

    @classmethod
    def of_the_customer(cls) -> frozenset["EntryKind"]:
        """What the customer is concerned with; the rest is between the platform and others."""
        between_others = {cls.CHARGEBACK_HELD, cls.CHARGEBACK_RETURNED, cls.CHARGEBACK_FEE, cls.CHARGEBACK_FEE_RETURNED}
        return frozenset(cls) - {cls.RELEASED, cls.REFUSED_OUTSIDE, cls.RECOVERED} - between_others


class Posting(Frozen):
    """A change of one account; what is taken from it is negative."""

    account: Books[str] = Field(min_length=1, max_length=220)
    minor: Books[int]


class Entry(Frozen):
    """One movement of money. Its `key` is the same whenever the same movement is booked, so that it is booked once."""

    key: str = Field(min_length=1, max_length=400)
    kind: EntryKind
    order_id: Identifier
    case_id: Identifier | None = None
    remedy_id: Identifier | None = None
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    postings: tuple[Posting, ...] = Field(min_length=2)

    @property
    def amount(self) -> Money:
        """What moved."""
        return Money(minor=sum(max(posting.minor, 0) for posting in self.postings), currency=self.currency)

    @property
    def credited(self) -> int:
        """Minor units of the order's price that it gives the customer again (RES-15); less than 0: that came back.

        What the platform gives of its own money lowers no price of the merchant's.
        """
        if self.kind not in EntryKind.to_the_customer() | {EntryKind.CHARGEBACK_SETTLED}:
            return 0
        return -sum(posting.minor for posting in self.postings if posting.account not in {"customer", "platform"})

    @model_validator(mode="after")
    def _sums_to_zero(self) -> Self:
        accounts = {posting.account for posting in self.postings}
        if sum(posting.minor for posting in self.postings) or len(accounts) < len(self.postings):
            message = "an entry takes from some accounts exactly what it gives to others"
            raise ValueError(message)
        return self
