"""What we ask of the marketplace's promotion system: coupons (RES-3), and bonuses on store credit (RES-17). See docs/partners/promotion.yaml."""

from enum import StrEnum

from pydantic import Field

from models.common.base import Identifier, Instant, Money
from models.common.partners import FromPartner, Told


class CouponStatus(StrEnum):
    """A used coupon cannot be taken back."""

    ISSUED = "issued"
    REFUSED = "refused"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"

    @classmethod
    def given(cls) -> frozenset["CouponStatus"]:
        """The customer has it, or had it."""
        return frozenset({cls.ISSUED, cls.USED, cls.EXPIRED})


class CouponForm(StrEnum):
    """How the customer has what it is worth."""

    CODE = "code"
    """They type it in, or see it in their wallet."""
    BALANCE = "balance"
    """On their balance at the marketplace, apart from their own money and spent first; it ends with `valid_until` (RES-17)."""


def coupon_key(case_id: str, remedy_id: str) -> str:
    """The key of a remedy's coupon, everywhere."""
    return f"{case_id}.{remedy_id}.coupon"


class IssueCoupon(FromPartner):
    """A coupon to be issued. `key` is the idempotency key: the same key is the same coupon."""

    key: Identifier
    customer_id: Identifier
    order_id: Identifier | None
    amount: Money
    valid_until: Instant
    reason: str
    reference: str
    """The case id."""
    form: CouponForm = Field(default=CouponForm.CODE, exclude_if=lambda form: form is CouponForm.CODE)
    """Sent only where it is no code: a promotion system from before there were bonuses is asked as before."""


class Coupon(FromPartner):
    """A coupon as the promotion system knows it."""

    key: Identifier
    coupon_id: Identifier
    code: Told
    """What the customer types in, or sees in their wallet."""
    amount: Money
    status: CouponStatus
    valid_until: Instant
    refusal: Told | None = None
    form: CouponForm = CouponForm.CODE
    """A system that knows no bonuses gives a code instead."""
