"""The sandbox's warehouses and workshops (RES-7): once for each key, shelves that run empty, tempers, and the published contract."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from models.replacements import partner as warehouse
from models.replacements.partner import DispatchStatus, RepairStatus, ReservationStatus
from tests.support.builders.contracts import answer_schema, check, contract
from tests.support.processes.sandbox import Town

SHAPES = (
    "Dispatch",
    "DispatchRequest",
    "Renewal",
    "Repair",
    "RepairDecision",
    "RepairRequest",
    "Reservation",
    "ReservationRequest",
    "Stop",
)


async def post(town: Town, path: str, body: dict[str, Any]) -> Response:
    key = body.get("key") or path.split("/")[2]
    return await town.http.post(f"/merchant{path}", json=body, headers={"Idempotency-Key": key})


async def reserved(town: Town, merchant: str = "M-1", **change: Any) -> dict[str, Any]:
    """Set a piece of an order's goods aside; the order's own unless another article is named."""
    order = next(one for one in await town.get("/catalogue") if one["merchant_id"] == merchant)
    bought = (await town.http.get(f"/merchant/orders/{order['order_id']}")).json()
    key = change.pop("key", uuid4().hex)
    item = {"line_id": "L1", "sku": change.pop("sku", bought["lines"][0]["sku"]), "quantity": 1}
    body = {
        "key": key,
        "reference": f"RD-{key}",
        "merchant_id": merchant,
        "order_id": order["order_id"],
        "items": [item],
        "until": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
    }
    return (await post(town, "/reservations", body | change)).json()


async def ordered(town: Town, merchant: str) -> dict[str, Any]:
    """A repair of an order of that merchant."""
    order = next(one for one in await town.get("/catalogue") if one["merchant_id"] == merchant)
    key = uuid4().hex
    body = {
        "key": key,
        "reference": f"RD-{key}",
        "merchant_id": merchant,
        "order_id": order["order_id"],
        "items": [{"line_id": "L1", "sku": "WAR-901", "quantity": 1}],
        "words": "does not start",
    }
    assert (await post(town, "/repairs", body)).status_code == 201
    return body


async def test_goods_are_set_aside_once_for_each_key(town: Town) -> None:
    before = (await town.get("/stock"))["stock"]["HOM-108"]
    first = await reserved(town, sku="HOM-108", key="once.s1", until="2030-01-01T00:00:00Z")
    again = await reserved(town, sku="HOM-108", key="once.s1", until="2030-01-01T00:00:00Z")
    assert first == again
    assert first["status"] == ReservationStatus.RESERVED
    assert (await town.get("/stock"))["stock"]["HOM-108"] == before - 1
    await post(town, "/reservations/once.s1/release", {"key": "once.s1"})
    assert (await town.get("/stock"))["stock"]["HOM-108"] == before
    (booked,) = await town.get("/books/warehouse", reference="RD-once.s1")
    assert (booked["calls"], booked["answer"]["status"]) == (2, "released")


async def test_an_empty_shelf_says_so_and_when_there_will_be_more(town: Town) -> None:
    assert (await reserved(town, sku="HOM-133"))["status"] == ReservationStatus.OUT_OF_STOCK
    expected = await reserved(town, sku="OUT-612")
    assert (expected["status"], expected["expected_at"] is not None) == (ReservationStatus.OUT_OF_STOCK, True)
    await town.put("/stock", {"stock": {"HOM-133": 1}})
    assert (await reserved(town, sku="HOM-133"))["status"] == ReservationStatus.RESERVED
    assert (await reserved(town, sku="HOM-133"))["status"] == ReservationStatus.OUT_OF_STOCK


async def test_another_variant_costs_more_or_less(town: Town) -> None:
    prices = [(await reserved(town, sku=f"HOM-101{variant}"))["price"]["minor"] for variant in ("-LITE", "", "-PLUS")]
    assert prices == [10_900, 12_900, 14_900]


async def test_a_reservation_whose_time_is_over_sends_nothing(town: Town) -> None:
    held = await reserved(town, until=(datetime.now(UTC) - timedelta(seconds=1)).isoformat())
    body = {"key": uuid4().hex, "reference": "RD-late", "reservation_key": held["key"]}
    assert (await post(town, "/shipments", body)).json()["status"] == DispatchStatus.EXPIRED
    renewed = await post(town, f"/reservations/{held['key']}/renew", {"until": "2030-01-01T00:00:00Z"})
    assert renewed.json()["status"] == ReservationStatus.EXPIRED


@pytest.mark.parametrize(("merchant", "at_once"), [("M-1", True), ("M-4", False)])
async def test_a_parcel_leaves_at_once_or_with_a_notice(town: Town, merchant: str, *, at_once: bool) -> None:
    held = await reserved(town, merchant)
    reference = f"RD-{uuid4().hex}"
    body = {"key": uuid4().hex, "reference": reference, "reservation_key": held["key"]}
    told = (await post(town, "/shipments", body)).json()
    assert told["status"] == (DispatchStatus.SENT if at_once else DispatchStatus.PREPARING)
    if not at_once:
        ((_, partner, notice),) = await town.inbox.about(reference)
        assert (partner, notice["kind"], notice["payload"]["status"]) == ("merchant", "dispatch", "sent")
        told = notice["payload"]
    parcel = await town.http.post(f"/parcels/{told['tracking']}/scans", json={"status": "delivered"})
    assert parcel.is_success
    seen = (await town.http.get(f"/carrier/parcels/{told['tracking']}")).json()
    assert seen["status"] == "delivered"


async def test_a_silent_merchants_parcel_waits_for_the_desk_and_can_be_stopped(town: Town) -> None:
    for stop in (True, False):
        before = (await town.get("/stock"))["stock"]["HOM-108"]
        held = await reserved(town, "M-3", sku="HOM-108")
        key = uuid4().hex
        await post(town, "/shipments", {"key": key, "reference": f"RD-{key}", "reservation_key": held["key"]})
        if stop:
            await post(town, f"/shipments/{key}/stop", {"key": key})
        sent = (await town.http.post(f"/dispatches/{key}/sent")).json()
        assert sent["status"] == (DispatchStatus.STOPPED if stop else DispatchStatus.SENT)
        assert (await town.get("/stock"))["stock"]["HOM-108"] == (before if stop else before - 1)


@pytest.mark.parametrize(
    ("merchant", "steps"),
    [("M-1", ["diagnosed", "repaired", "sent_back"]), ("M-2", ["not_repairable"]), ("M-4", ["diagnosed"])],
)
async def test_workshops_work_by_their_tempers(town: Town, merchant: str, steps: list[str]) -> None:
    order = await ordered(town, merchant)
    told = [body["payload"] for _, _, body in await town.inbox.about(order["reference"], len(steps))]
    assert [news["status"] for news in told] == steps
    assert told[0]["in_warranty"] is (merchant != "M-4")


@pytest.mark.parametrize(("approved", "steps"), [(True, ["repaired", "sent_back"]), (False, ["sent_back"])])
async def test_a_workshop_does_what_the_customer_decides(town: Town, approved: bool, steps: list[str]) -> None:
    order = await ordered(town, "M-4")
    await town.inbox.about(order["reference"])
    for _ in range(2):
        decided = await post(town, f"/repairs/{order['key']}/decision", {"approved": approved})
        assert decided.is_success
    told = await town.inbox.about(order["reference"], 1 + len(steps) + approved)
    assert [body["payload"]["status"] for _, _, body in told if body["payload"]["status"] in steps] == steps


async def test_a_silent_workshop_is_moved_by_the_desk(town: Town) -> None:
    order = await ordered(town, "M-3")
    moved = await town.http.post(f"/repairs/{order['key']}/diagnosed", json={"in_warranty": True})
    assert moved.json()["status"] == RepairStatus.DIAGNOSED
    back = await town.http.post(f"/repairs/{order['key']}/sent_back", json={})
    assert back.json()["tracking"]


async def test_answers_and_notices_are_told_as_the_contract_says(town: Town) -> None:
    document = contract("merchant")
    for shape in SHAPES:
        schema = getattr(warehouse, shape).model_json_schema()
        known = document["components"]["schemas"][shape]
        assert (set(known["properties"]), set(known["required"])) == (set(schema["properties"]), set(schema["required"])), shape
    held, order = await reserved(town), await ordered(town, "M-1")
    key = uuid4().hex
    body = {"key": key, "reference": f"RD-{key}", "reservation_key": held["key"]}
    calls = [
        ("/shipments", "post", "", await post(town, "/shipments", body)),
        ("/shipments", "post", "", await post(town, "/shipments", body)),
        ("/shipments", "post", "", await post(town, "/shipments", body | {"reference": "RD-other"})),
        ("/shipments", "get", "/{dispatch_key}", await town.http.get(f"/merchant/shipments/{key}")),
        ("/shipments", "get", "/{dispatch_key}", await town.http.get("/merchant/shipments/nobody")),
        ("/shipments", "post", "/{dispatch_key}/stop", await post(town, f"/shipments/{key}/stop", {"key": key})),
        ("/reservations", "get", "/{reservation_key}", await town.http.get(f"/merchant/reservations/{held['key']}")),
        ("/repairs", "get", "/{repair_key}", await town.http.get(f"/merchant/repairs/{order['key']}")),
    ]
    assert [answer.status_code for *_, answer in calls] == [201, 200, 409, 200, 404, 200, 200, 200]
    for path, method, rest, answer in calls:
        schema = answer_schema(document, path + rest, method, answer.status_code)
        assert schema is not None
        check(document, schema, answer.json())
    for _, _, notice in await town.inbox.about(order["reference"], 3):
        schema = document["webhooks"][notice["kind"]]["post"]["requestBody"]["content"]["application/json"]["schema"]
        check(document, schema, notice)
