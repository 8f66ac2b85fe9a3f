"""Coupons (RES-3) and bonuses (RES-17): issued once under a key that survives every retry, booked, taken back when not used (RES-11)."""

from temporalio import activity

from activities.kit.carries_out import carries_out
from activities.kit.errors import to_temporal
from activities.money.refund_parts import post
from adapters.database.engine import Database
from adapters.partners.protocols import Promotion
from models.activities import ISSUE_COUPON, REVOKE_COUPON
from models.case.activities import CouponRequest, CouponState
from models.common.errors import PartnerError
from models.money.coupon import Coupon, CouponStatus, IssueCoupon
from rules.money.ledger import Whose, coupon_issued, coupon_revoked


class CouponActivities:
    """Calls the promotion system; what it did is booked with the same step."""

    def __init__(self, promotion: Promotion, database: Database) -> None:
        self._promotion = promotion
        self._database = database

    @carries_out(ISSUE_COUPON)
    async def issue_coupon(self, request: CouponRequest) -> CouponState:
        """After a lost answer the system is asked for the key before anything is sent again."""
        try:
            coupon = await self._promotion.coupon_by_key(request.key) if activity.info().attempt > 1 else None
            coupon = coupon or await self._promotion.issue(_order(request))
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        if coupon.status in CouponStatus.given():
            await self._book(request, revoked=False)
        return _state(coupon)

    @carries_out(REVOKE_COUPON)
    async def revoke_coupon(self, request: CouponRequest) -> CouponState:
        """One that was not issued yet never will be; one that the system will not take back stays the customer's."""
        try:
            known = await self._promotion.coupon_by_key(request.key)
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        try:
            coupon = await self._promotion.revoke(_order(request)) or known
        except PartnerError as error:
            if not error.permanent:
                raise to_temporal(error) from error
            coupon = known
        if coupon is None:
            return CouponState(code="", status=CouponStatus.REVOKED)
        if known is not None and coupon.status is CouponStatus.REVOKED:
            await self._book(request, revoked=True)
        return _state(coupon)

    async def _book(self, request: CouponRequest, *, revoked: bool) -> None:
        if request.order_id is None:
            return
        whose = Whose(request.order_id, request.case_id, request.remedy_id)
        issued = coupon_issued(whose, request.amount, request.form)
        entries = (issued, coupon_revoked(whose, request.amount, request.form)) if revoked else (issued,)
        async with self._database.writing() as session:
            await post(session, request.at, *entries)


def _order(request: CouponRequest) -> IssueCoupon:
    return IssueCoupon(
        key=request.key,
        customer_id=request.customer_id,
        order_id=request.order_id,
        amount=request.amount,
        valid_until=request.valid_until,
        reason=request.reason,
        reference=request.case_id,
        form=request.form,
    )


def _state(coupon: Coupon) -> CouponState:
    return CouponState(code=coupon.code, status=coupon.status, refusal=coupon.refusal)
