"""A coupon is never given after it was taken back, and only what was given is booked (RES-3, RES-11)."""

from datetime import timedelta
from typing import Any, cast

from temporalio.testing import ActivityEnvironment

from activities.money.coupon import CouponActivities
from adapters.database.engine import Database
from adapters.database.ledger import booked
from adapters.money.coupon import HttpPromotion
from adapters.partners.http import PartnerHttp
from models.case.activities import CouponRequest
from models.common.base import Money
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.money.coupon import CouponStatus, IssueCoupon
from tests.support.builders.cases import NOW
from tests.support.fakes.partners import World

REQUEST = CouponRequest(
    key="RD-1.m1.coupon",
    case_id="RD-1",
    remedy_id="m1",
    customer_id="C-1",
    order_id="O-1",
    amount=Money(minor=1_000),
    valid_until=NOW + timedelta(days=30),
    reason="service.slow_response",
    at=NOW,
)


async def test_a_coupon_that_comes_after_it_was_taken_back_is_not_issued_and_nothing_is_booked(database: Database) -> None:
    """Our call timed out, the case went elsewhere, and the promotion system works the request off only now."""
    world = World()
    coupons = CouponActivities(world, database)
    assert (await ActivityEnvironment().run(coupons.revoke_coupon, REQUEST)).status is CouponStatus.REVOKED
    assert (await ActivityEnvironment().run(coupons.issue_coupon, REQUEST)).status is CouponStatus.REVOKED
    assert [coupon.status for coupon in world.coupons.values()] == [CouponStatus.REVOKED]
    async with database.reading() as session:
        assert await booked(session, "O-1") == []


async def test_a_system_that_keeps_no_such_thing_in_mind_has_nothing_to_take_back() -> None:
    class Forgetful:
        async def write(self, *_: object) -> Any:
            raise PartnerError(ErrorType.NOT_FOUND, "there is no such coupon")

    asked = IssueCoupon(
        key=REQUEST.key,
        customer_id="C-1",
        order_id="O-1",
        amount=REQUEST.amount,
        valid_until=REQUEST.valid_until,
        reason=REQUEST.reason,
        reference="RD-1",
    )
    assert await HttpPromotion(cast("PartnerHttp", Forgetful())).revoke(asked) is None
