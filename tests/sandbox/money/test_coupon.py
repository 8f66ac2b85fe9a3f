"""The sandbox's promotion system keeps in mind what it was told to take back, also before it came (RES-11)."""

from typing import Any

from tests.support.processes.sandbox import Town

KEY = "RD-0123456789AB.m1.coupon"
ASKED: dict[str, Any] = {
    "key": KEY,
    "customer_id": "C-1",
    "order_id": None,
    "amount": {"minor": 1_000, "currency": "CNY"},
    "valid_until": "2027-02-20T00:00:00Z",
    "reason": "service.slow_response",
    "reference": "RD-0123456789AB",
}


async def test_a_coupon_that_was_revoked_before_it_came_is_never_issued(town: Town) -> None:
    revoked = await town.http.post(f"/promotion/coupons/{KEY}/revoke", json=ASKED, headers={"Idempotency-Key": f"{KEY}.revoke"})
    assert (revoked.status_code, revoked.json()["status"]) == (200, "revoked")
    late = await town.http.post("/promotion/coupons", json=ASKED, headers={"Idempotency-Key": KEY})
    assert (late.status_code, late.json()["status"], late.json()["code"]) == (200, "revoked", "")
