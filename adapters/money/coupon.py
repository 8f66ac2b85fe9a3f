"""The marketplace's promotion system over HTTP: docs/partners/promotion.yaml."""

from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.money.coupon import Coupon, IssueCoupon


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

    async def revoke(self, order: IssueCoupon) -> Coupon | None:
        path = f"/coupons/{quote(order.key, safe='')}/revoke"
        try:
            answer = await self._http.write(path, order, f"{order.key}.revoke")
        except PartnerError as error:
            if error.type is ErrorType.NOT_FOUND:
                return None
            raise
        coupon = self._http.parse(answer, Coupon)
        if coupon.key != order.key:
            raise self._http.invalid_response(f"asked to revoke coupon {order.key}, it tells of {coupon.key}")
        return coupon
