"""Lives of cases that together need every call of the partners' contracts, each played over HTTP by its own people."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shop import Case

from models.vocabulary import Role

LOOK_UP = {"order": "merchant", "shipments": "carrier", "payments": "payment"}
REFUND = {"refund": "payment", "refund_by_key": "payment"}
ASK = {"ask": "merchant"}
RECOVERY = {"recover": "merchant", "recovery_by_key": "merchant"}
CLAIM = {"claim": "carrier", "claim_by_key": "carrier"}
COUPON = {"issue_coupon": "promotion", "coupon_by_key": "promotion"}
RETURN = {"open_return": "merchant", "label": "carrier", "label_by_key": "carrier"}
PICKUP = {"pickup": "carrier", "pickup_by_key": "carrier"}
CALL_OFF = {"cancel_return": "merchant", "void_label": "carrier", "cancel_pickup": "carrier"}
SEND_BACK = {"send_back": "merchant", "sent_back": "merchant"}
CHANGE = {"change": "merchant", "change_by_key": "merchant", "charge": "payment", "charge_by_key": "payment"}
UNDO = {"undo_change": "merchant", "cancel_charge": "payment"}
DISPATCH = {"reserve": "merchant", "reservation_by_key": "merchant", "dispatch": "merchant", "dispatch_by_key": "merchant"}
REPAIR = {"repair": "merchant", "repair_by_key": "merchant"}

AFTER_TROUBLE = {"refund_by_key", "coupon_by_key", "label_by_key", "pickup_by_key", "sent_back", "change_by_key"} | {
    *("claim_by_key", "charge_by_key", "reservation_by_key", "dispatch_by_key", "repair_by_key")
}
"""Asked only when an answer got lost, before anything is sent again."""

NOTICED = {"refund", "charge", "repair", "decide"}
"""What comes of these is told by a notice, and asked for now and then."""
ANSWERED = {"ask", "claim"}
"""These are answered by a notice; without it, a deadline decides."""


@dataclass(frozen=True)
class Life:
    """A case of an order in `state`, which needs these calls of these partners."""

    name: str
    state: str
    calls: dict[str, str]
    opening: Mapping[str, object]
    live: Callable[[Case], Awaitable[None]]


async def agreed(case: Case, remedy: dict[str, Any]) -> None:
    """The merchant takes responsibility; a supervisor proposes, the customer accepts."""
    await case.reaches("plan", "answers", "finding")
    await case.act(Role.SUPERVISOR, "take")
    await case.act(Role.SUPERVISOR, "propose", options=[{"remedies": [remedy], "why": "as agreed"}])
    await case.reaches("choice")
    await case.act(Role.CUSTOMER, "accept", option=1)


async def over(case: Case) -> None:
    """The customer is content."""
    await case.reaches("confirmation")
    await case.act(Role.CUSTOMER, "confirm")
    await case.until(lambda row: row.stage == "closed", "its end")


async def refunded_at_once(case: Case) -> None:
    await over(case)
    (refund,) = await case.shop.books("refunds", reference=case.case_id)
    assert refund["status"] == "arrived"
    await recovered(case)


async def recovered(case: Case) -> None:
    """Whoever was responsible pays what is claimed, once."""
    claim = await case.seen(f"/v1/claims/{case.case_id}.claim.1", lambda claim: claim["status"] == "settled")
    assert claim["recovered"] == claim["claimed"]
    told = await case.shop.books("claims", reference=f"{case.case_id}.claim.1")
    assert [message["move"] for message in told] == ["open"]


async def given_a_coupon(case: Case) -> None:
    await agreed(case, {"kind": "coupon", "amount": {"minor": 1_000, "currency": case.order["total"]["currency"]}})
    await over(case)
    (coupon,) = await case.shop.books("coupons", reference=case.case_id)
    assert coupon["status"] == "issued"


def slot(days: int) -> dict[str, object]:
    start = datetime.now(UTC) + timedelta(days=days)
    return {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}


async def to_be_sent(case: Case) -> None:
    """The customer is to send the goods back, and has a pick-up booked."""
    await agreed(case, {"kind": "return_and_refund", "amount": case.order["total"]})
    await case.reaches("return_shipping")
    await case.act(Role.CUSTOMER, "returns/m1/book_pickup", **slot(1))
    await case.remedy(lambda remedy: pickup_of(remedy).get("state") == "booked")


async def fetched(case: Case) -> str:
    """The pick-up was moved, and the carrier came. The parcel's number."""
    await to_be_sent(case)
    await case.act(Role.CUSTOMER, "returns/m1/move_pickup", **slot(2))
    pickup = pickup_of(await case.remedy(lambda remedy: (pickup := pickup_of(remedy))["moves"] and pickup["state"] == "booked"))
    await case.shop.desk(f"/pickups/{pickup['key']}/collected")
    await case.trouble({"parcel"}, pickup["tracking"])
    await case.reaches("return_transit")
    await case.met("parcel", pickup["tracking"])
    return pickup["tracking"]


def pickup_of(remedy: dict[str, Any]) -> dict[str, Any]:
    return remedy["return_"]["pickup"] or {}


async def returned(case: Case) -> None:
    await case.shop.scan(await fetched(case), "delivered")
    await over(case)
    await once(case, "return", "label", "pickup")
    (refund,) = await case.shop.books("refunds", reference=case.case_id)
    assert (refund["status"], refund["amount"]) == ("arrived", case.order["total"])


async def turned_down(case: Case) -> None:
    """The merchant takes nothing: it all goes back to the customer, who is content with words."""
    await fetched(case)
    lines = [{"line_id": line["line_id"], "rejected": line["quantity"], "reason": "used"} for line in case.order["lines"]]
    await case.act(Role.MERCHANT, "returns/m1/inspect", lines=lines)
    remedy = await case.remedy(lambda remedy: remedy["return_"]["sent_back"] is not None)
    await case.shop.scan(remedy["return_"]["sent_back"]["tracking"], "delivered")
    await case.reaches("plan")
    await case.act(Role.SUPERVISOR, "propose", options=[{"remedies": [{"kind": "apology", "words": "Sorry."}], "why": "used"}])
    await case.reaches("choice")
    await case.act(Role.CUSTOMER, "accept", option=1)
    await over(case)
    await once(case, "return", "label", "pickup", "send_back")
    assert await case.shop.books("refunds", reference=case.case_id) == []


async def called_off(case: Case) -> None:
    await to_be_sent(case)
    await case.act(Role.CUSTOMER, "withdraw")
    await case.until(lambda row: row.stage == "closed", "its end")
    for call in ("cancel_return", "void_label", "cancel_pickup"):
        await case.met(call)
    states: dict[str, str] = {}
    for _ in range(100):
        states = {row["kind"]: row["status"] for row in await goods_back(case)}
        if states == {"return": "cancelled", "label": "void", "pickup": "cancelled"}:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(states)


async def goods_back(case: Case) -> list[dict[str, Any]]:
    return await case.shop.books("returns", reference=f"{case.case_id}.m1.return")


async def once(case: Case, *kinds: str) -> None:
    """These were asked for about the return, each once, and nothing else."""
    assert sorted(row["kind"] for row in await goods_back(case)) == sorted(kinds)


async def exchanged(case: Case) -> None:
    """For something dearer, which is paid for first; the old goods come back, the new ones go out."""
    await case.reaches("plan", "answers", "finding")
    sku = (await case.lines())[0]["sku"]
    await agreed(case, {"kind": "exchange", "items": [{"line_id": "L1", "sku": f"{sku}-PLUS"}]})
    await case.reaches("charge")
    await case.met("renew")
    await case.paid()
    await case.reaches("return_shipping")
    await case.act(Role.CUSTOMER, "returns/m1/ship", carrier_id="SF", tracking=f"OWN{case.case_id}")
    await case.act(Role.MERCHANT, "returns/m1/receive")
    await case.act(Role.MERCHANT, "returns/m1/inspect", lines=[{"line_id": "L1", "accepted": case.order["lines"][0]["quantity"]}])
    await brought(case)
    assert await warehouse(case) == {"reservation": "used", "dispatch": "sent"}


async def brought(case: Case) -> None:
    """The carrier brings the goods, and the customer is content."""
    await case.reaches("replacement_transit")
    remedy = await case.remedy(lambda remedy: remedy["replacement"]["tracking"] is not None)
    await case.shop.scan(remedy["replacement"]["tracking"], "delivered")
    await over(case)


async def not_exchanged(case: Case) -> None:
    """The customer thinks better of it: what was set aside goes back on the shelf."""
    await agreed(case, {"kind": "exchange", "items": []})
    await case.reaches("return_shipping")
    await case.act(Role.CUSTOMER, "withdraw")
    await case.until(lambda row: row.stage == "closed", "its end")
    await case.met("release")
    assert set(await warehouse(case)) == {"reservation"}


async def repaired(case: Case) -> None:
    """Not under warranty, says the workshop: the customer agrees to pay."""
    await agreed(case, {"kind": "repair"})
    await case.reaches("return_shipping")
    await case.act(Role.CUSTOMER, "returns/m1/ship", carrier_id="SF", tracking=f"OWN{case.case_id}")
    await case.act(Role.MERCHANT, "returns/m1/receive")
    await case.reaches("repair_estimate")
    await case.act(Role.CUSTOMER, "replacements/m1/accept_estimate")
    await case.reaches("charge")
    await case.paid()
    await brought(case)
    assert await warehouse(case) == {"repair": "sent_back"}


async def warehouse(case: Case) -> dict[str, str]:
    """What the warehouse did for the case, each once. Goods may be set aside again when that ran out, and are used once."""
    rows = await case.shop.books("warehouse", reference=f"{case.case_id}.m1.replacement")
    counted = [row["kind"] for row in rows if row["kind"] != "reservation" or row["answer"]["status"] == "used"]
    assert len(set(counted)) == len(counted)
    return {row["kind"]: row["answer"]["status"] for row in rows}


async def changed(case: Case) -> None:
    await case.reaches("charge")
    await case.paid()
    await over(case)
    (change,) = await case.shop.books("order_changes", order_id=case.order["order_id"])
    assert change["status"] in {"pending", "confirmed"}
    assert (await case.lines())[0]["quantity"] == change["request"]["quantities"][0]["quantity"]


async def not_changed(case: Case) -> None:
    """The customer does not want to pay for more."""
    await case.until(lambda row: (row.waiting_for, row.waiting_on) == ("charge", "customer"), "the customer's payment")
    await case.act(Role.CUSTOMER, "withdraw")
    await case.until(lambda row: row.stage == "closed", "its end")
    (change,) = await case.shop.books("order_changes", order_id=case.order["order_id"])
    (charge,) = await case.shop.books("charges", order_id=case.order["order_id"])
    assert (change["status"], charge["status"]) == ("undone", "cancelled")
    assert (await case.lines())[0]["quantity"] == case.order["lines"][0]["quantity"]


DEFECT = {"issue": "product.quality_defect"}
MORE = {
    "issue": "order.change",
    "wanted": {"remedy": "order_changed", "change": {"quantities": [{"line_id": "L1", "quantity": 7}]}},
}
RENEW, RELEASE, PARCEL = {"renew": "merchant"}, {"release": "merchant"}, {"parcel": "carrier"}
MOVE, DECIDE = {"move_pickup": "carrier"}, {"decide": "merchant"}
CHARGE = {"charge": "payment", "charge_by_key": "payment"}

LIVES = (
    Life(
        "a refund without a person, claimed from the carrier",
        "lost",
        LOOK_UP | REFUND | CLAIM,
        {"issue": "logistics.lost", "wanted": {"remedy": "refund_only"}},
        refunded_at_once,
    ),
    Life(
        "a coupon, after the merchant was asked",
        "late",
        LOOK_UP | ASK | COUPON,
        {"kind": "complaint", "issue": "service.promise_not_kept"},
        given_a_coupon,
    ),
    Life("goods that come back", "delivered", LOOK_UP | ASK | RETURN | PICKUP | MOVE | PARCEL | REFUND, DEFECT, returned),
    Life(
        "goods that are not taken back", "delivered", LOOK_UP | RETURN | PICKUP | MOVE | PARCEL | SEND_BACK, DEFECT, turned_down
    ),
    Life("a return that is called off", "pickup_point_agreed", LOOK_UP | RETURN | PICKUP | CALL_OFF, DEFECT, called_off),
    Life("an exchange for something dearer", "delivered", LOOK_UP | DISPATCH | RENEW | CHARGE, DEFECT, exchanged),
    Life("an exchange that is called off", "slightly_late", LOOK_UP | RETURN | RELEASE, DEFECT, not_exchanged),
    Life("a repair", "in_warranty", LOOK_UP | REPAIR | DECIDE | CHARGE, {"issue": "product.warranty_repair"}, repaired),
    Life("a change that is paid for", "not_shipped", LOOK_UP | CHANGE, MORE, changed),
    Life("a change that is called off", "paid", LOOK_UP | CHANGE | UNDO, MORE, not_changed),
)

RETURNING = {"kind": "return_and_refund"}
REFUSED: dict[str, tuple[str, dict[str, Any] | None, set[str]]] = {
    "refund": ("a refund without a person, claimed from the carrier", None, {"payment_repair"}),
    "issue_coupon": ("a coupon, after the merchant was asked", {"kind": "coupon"}, {"plan"}),
    "ask": ("a coupon, after the merchant was asked", None, {"plan", "answers"}),
    "open_return": ("goods that come back", RETURNING, {"plan"}),
    "label": ("goods that come back", RETURNING, {"return_shipping"}),
    "reserve": ("an exchange for something dearer", {"kind": "exchange", "items": []}, {"choice", "plan"}),
    "change": ("a change that is called off", None, {"plan", "answers"}),
}
"""A partner's no for good: the life, what is agreed on in it, and what the case waits for then. A label is not needed; the rest people decide."""
