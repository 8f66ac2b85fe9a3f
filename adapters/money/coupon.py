"""The marketplace's promotion system over HTTP: docs/partners/promotion.yaml."""

from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.common.base import Frozen
from models.money.coupon import Coupon, IssueCoupon


class Nothing(Frozen):
    """A request that its path says everything of."""


class HttpPromotion:
    """A `Promotion`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def issue(self, order: IssueCoupon) -> Coupon:
        coupon = self._http.parse(await self._http.write("/coupons", order, order.key), Coupon)
        if (coupon.key, coupon.amount) != (order.key, order.amount):
            raise self._http.invalid_response(f"asked for coupon {order.key}, it tells of another key or amount")
        return coupon

    async def coupon_by_key(self, key: str) -> Coupon | None:
        coupon = await self._http.read(f"/coupons/{quote(key, safe='')}", Coupon)
        if coupon is not None and coupon.key != key:
            raise self._http.invalid_response(f"asked for coupon {key}, it tells of {coupon.key}")
        return coupon

    async def revoke(self, key: str) -> Coupon:
        path = f"/coupons/{quote(key, safe='')}/revoke"
        return self._http.parse(await self._http.write(path, Nothing(), f"{key}.revoke"), Coupon)
