"""How cases live in which goods move, played over HTTP by their people. Each ends by looking into the partners' books."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.common.vocabulary import Role
from tests.support.builders.lives_with_money import agreed, coupon_of, found, over
from tests.support.processes.shop import Case


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
    await case.shop.context(f"/pickups/{pickup['key']}/collected")
    await case.trouble({"parcel"}, pickup["tracking"])
    await case.reaches("return_transit")
    await case.met("parcel", pickup["tracking"])
    return pickup["tracking"]


def pickup_of(remedy: dict[str, Any]) -> dict[str, Any]:
    return remedy["return"]["pickup"] or {}


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
    remedy = await case.remedy(lambda remedy: remedy["return"]["sent_back"] is not None)
    await case.shop.scan(remedy["return"]["sent_back"]["tracking"], "delivered")
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
    await case.closed()

    async def all_called_off() -> bool:
        states = {row["kind"]: row["status"] for row in await goods_back(case)}
        return states == {"return": "cancelled", "label": "void", "pickup": "cancelled"}

    await case.shop.until(all_called_off, "return, label and pick-up called off")


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
    await case.closed()
    await case.met("release")

    async def released() -> bool:
        return await warehouse(case) in ({"reservation": "released"}, {"reservation": "expired"})

    await case.shop.until(released, "goods back on the shelf")


async def not_sent(case: Case) -> None:
    """The carrier takes responsibility. A coupon and the goods once more are agreed on; packed already, the customer wants none of it."""
    await found(case, "carrier")
    await case.shop.temper(case.order["order_id"], "silent")  # whoever packs takes his time
    await agreed(case, coupon_of(case), {"kind": "reship"})

    async def packed() -> bool:
        return (await warehouse(case, "m2")).get("dispatch") == "preparing"

    async def all_taken_back() -> bool:
        coupons = await case.shop.books("coupons", reference=case.case_id)
        goods = await warehouse(case, "m2")
        return ([coupon["status"] for coupon in coupons], goods) == (
            ["revoked"],
            {"reservation": "released", "dispatch": "stopped"},
        )

    await case.shop.until(packed, "the goods packed")
    await case.act(Role.CUSTOMER, "withdraw")
    await case.closed()
    await case.shop.until(all_taken_back, "coupon and goods taken back")
    assert await case.shop.books("claims", reference=f"{case.case_id}.claim.1") == []


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


async def warehouse(case: Case, remedy: str = "m1") -> dict[str, str]:
    """What the warehouse did for the case, each once. Goods may be reserved and asked for again when that ran out, and are used once."""
    rows = await case.shop.books("warehouse", reference=f"{case.case_id}.{remedy}.replacement")
    came_to_nothing = {"reservation": ("reserved", "expired", "released", "out_of_stock"), "dispatch": ("expired",)}
    counted = [row["kind"] for row in rows if row["answer"]["status"] not in came_to_nothing.get(row["kind"], ())]
    assert len(set(counted)) == len(counted)
    return {row["kind"]: row["answer"]["status"] for row in rows}
