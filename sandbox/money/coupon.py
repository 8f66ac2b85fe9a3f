"""The marketplace's promotion system: docs/partners/promotion.yaml. The same key is the same coupon, for ever."""

from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Response

from models.common.partner_registry import Partner
from models.money.coupon import Coupon, CouponForm, CouponStatus, IssueCoupon
from sandbox.kit.books import Row, now
from sandbox.kit.faults import Fault
from sandbox.kit.parts import FaultsOf, KeyOf, SandboxOf, answer, contract

router = contract(Partner.PROMOTION)
wallet = APIRouter(tags=["sandbox"])


@router.post("/coupons")
async def issue_coupon(order: IssueCoupon, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    if key != order.key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    known = sandbox.books.one("select * from coupons where key = ?", key)
    if known is not None:
        if IssueCoupon.model_validate_json(known["request"]) != order:
            raise HTTPException(409, "this key came with another coupon before")
        sandbox.books.write("update coupons set calls = calls + 1 where key = ?", key)
        return answer(read(known))
    coupon = _keep(sandbox, order, CouponStatus.REFUSED if Fault.REFUSE in faults else CouponStatus.ISSUED)
    return answer(coupon, HTTPStatus.CREATED)


@router.get("/coupons/{key}")
async def coupon_by_key(key: str, sandbox: SandboxOf) -> Response:
    return answer(read(_known(sandbox, key)))


@router.post("/coupons/{key}/revoke")
async def revoke_coupon(key: str, order: IssueCoupon, sandbox: SandboxOf) -> Response:
    """A coupon that was not used yet, or has not come yet, is worth nothing from now on; any other stays what it is."""
    if key != order.key:
        raise HTTPException(422, "the path's key and the body's differ")
    if sandbox.books.one("select * from coupons where key = ?", key) is None:
        _keep(sandbox, order, CouponStatus.REVOKED)
    sandbox.books.write("update coupons set status = 'revoked' where key = ? and status = 'issued'", key)
    return answer(read(_known(sandbox, key)))


@wallet.post("/coupons/{key}/use")
async def use_coupon(key: str, sandbox: SandboxOf) -> Response:
    """Let the customer spend a coupon."""
    _known(sandbox, key)
    sandbox.books.write("update coupons set status = 'used' where key = ? and status = 'issued'", key)
    return answer(read(_known(sandbox, key)))


def read(row: Row) -> Coupon:
    """The coupon as it is now."""
    return Coupon.model_validate_json(row["coupon"]).model_copy(update={"status": CouponStatus(row["status"])})


def _keep(sandbox: SandboxOf, order: IssueCoupon, status: CouponStatus) -> Coupon:
    """Note a coupon that comes for the first time."""
    coupon = Coupon(
        key=order.key,
        coupon_id=f"CP-{uuid4().hex[:12]}",
        code=uuid4().hex[:8].upper() if status is CouponStatus.ISSUED and order.form is CouponForm.CODE else "",
        amount=order.amount,
        status=status,
        valid_until=order.valid_until,
        refusal="该顾客不可领券 This customer may not be given coupons." if status is CouponStatus.REFUSED else None,
        form=order.form,
    )
    sandbox.books.insert(
        "coupons",
        key=order.key,
        coupon=coupon.model_dump_json(),
        request=order.model_dump_json(),
        status=status,
        at=now().isoformat(),
    )
    return coupon


def _known(sandbox: SandboxOf, key: str) -> Row:
    row = sandbox.books.one("select * from coupons where key = ?", key)
    if row is None:
        raise HTTPException(404, f"there is no coupon with the key {key}")
    return row
