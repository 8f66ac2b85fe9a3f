"""What a promotion system must do by docs/partners/promotion.yaml. A coupon that is issued is taken back."""

from datetime import UTC, datetime, timedelta

from commands.partner.system import NOBODY, WORDS, Rule, System, conflicts, expect, needs_token, rule
from models.common.base import Money
from models.money.coupon import CouponForm, CouponStatus, IssueCoupon


def a_coupon(system: System, name: str) -> IssueCoupon:
    return IssueCoupon(
        key=system.key(name),
        customer_id="redress-partner-check",
        order_id=system.order_id or None,
        amount=Money(minor=100),
        valid_until=datetime.now(UTC).replace(microsecond=0) + timedelta(days=30),
        reason=WORDS,
        reference=system.run,
    )


async def unknown_coupon(system: System) -> None:
    told = await system.partners.promotion.coupon_by_key(f"{system.run}-{NOBODY}")
    expect(told is None, told)


async def coupon(system: System) -> None:
    promotion, asked = system.partners.promotion, a_coupon(system, "coupon")
    told = await promotion.issue(asked)
    expect(told == await promotion.issue(asked) == await promotion.coupon_by_key(asked.key), "another answer to the same key")
    await conflicts(promotion.issue(asked.model_copy(update={"customer_id": "another"})))
    if told.status is CouponStatus.REFUSED:
        expect(bool(told.refusal), "a refusal without words")
        return
    expect(told.status is CouponStatus.ISSUED and bool(told.code), f"{told.status}, code {told.code}")
    for _ in range(2):
        off = await promotion.revoke(asked)
        expect(off is not None and off.status is CouponStatus.REVOKED, off)


async def bonus(system: System) -> None:
    """A system that knows no bonuses gives a code; the contract says what that means."""
    promotion, asked = system.partners.promotion, a_coupon(system, "bonus").model_copy(update={"form": CouponForm.BALANCE})
    told = await promotion.issue(asked)
    if told.status is CouponStatus.REFUSED:
        expect(bool(told.refusal), "a refusal without words")
        return
    expect(told.status is CouponStatus.ISSUED, told.status)
    expect(bool(told.code) is (told.form is CouponForm.CODE), f"{told.form}, code {told.code}")
    off = await promotion.revoke(asked)
    expect(off is not None and off.status is CouponStatus.REVOKED, off)


async def revoked_before_it_came(system: System) -> None:
    """A system may answer 404 instead; the contract says what that means."""
    promotion, asked = system.partners.promotion, a_coupon(system, "late")
    off = await promotion.revoke(asked)
    if off is None:
        return
    expect(off.status is CouponStatus.REVOKED, off.status)
    late = await promotion.issue(asked)
    expect(late.status is CouponStatus.REVOKED, f"{late.status}, when it came after all")


RULES: tuple[Rule, ...] = (
    rule("GET /coupons", "没有令牌的请求得到 401", "a call without the token is answered 401", needs_token(f"/coupons/{NOBODY}")),
    rule("GET /coupons", "未知的键得到 404", "an unknown key is answered 404", unknown_coupon),
    rule("POST /coupons", "优惠券只发一次，可收回，或以说明拒绝", "a coupon is issued once and taken back, or refused with words", coupon),
    rule("POST /coupons", "赠金没有券码或以优惠券发放，可收回", "a bonus has no code, or is a coupon, and is taken back", bonus),
    rule("POST …/revoke", "先收回、后到达的不发放，或得到 404", "what comes once it was revoked is not issued, or unknown", revoked_before_it_came),
)  # fmt: skip
