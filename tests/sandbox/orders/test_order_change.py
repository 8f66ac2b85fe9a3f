"""The sandbox's merchants change orders and its till takes money, as the contracts say (RES-1)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from models.money.charge import Charge, ChargeRequest
from models.remedies.order_change import Address, ChangeAnswer, ChangeQuery, OrderChangeRequest
from tests.support.builders.contracts import answer_schema, check, contract
from tests.support.processes.sandbox import Town

UNTIL = "2030-01-01T00:00:00Z"


def test_the_contracts_name_every_field_of_changes_and_charges() -> None:
    named = {
        name: schema for partner in ("merchant", "payment") for name, schema in contract(partner)["components"]["schemas"].items()
    }
    for model in (Address, ChangeAnswer, OrderChangeRequest, ChangeQuery, Charge, ChargeRequest):
        schema = model.model_json_schema()
        assert set(named[model.__name__]["properties"]) == set(schema["properties"]), model.__name__
        assert set(named[model.__name__]["required"]) == set(schema["required"]), model.__name__


async def paid_order(town: Town, place: int, temper: str) -> dict[str, Any]:
    """An order that is not shipped, of a merchant with that temper."""
    order = (await town.get("/catalogue", state="paid"))[place]
    await town.put("/tempers", {order["merchant_id"]: temper})
    return await town.get(f"/merchant/orders/{order['order_id']}")


async def change(town: Town, order: dict[str, Any], **what: Any) -> httpx.Response:
    key = what.pop("key", uuid4().hex)
    body = {"key": key, "reference": f"RD-{key}", "merchant_id": order["merchant_id"], "order_id": order["order_id"], **what}
    answer = await town.http.post(f"/merchant/orders/{order['order_id']}/changes", json=body, headers={"Idempotency-Key": key})
    schema = answer_schema(contract("merchant"), "/orders/{order_id}/changes", "post", answer.status_code)
    assert schema is not None
    check(contract("merchant"), schema, answer.json())
    return answer


async def undo(town: Town, order_id: str, key: str) -> dict[str, Any]:
    body = {"order_id": order_id, "key": key}
    path = f"/merchant/orders/{order_id}/changes/{key}/undo"
    answer = (await town.http.post(path, json=body, headers={"Idempotency-Key": "u"})).raise_for_status()
    check(contract("merchant"), {"$ref": "#/components/schemas/ChangeAnswer"}, answer.json())
    return answer.json()


def cancelled(order: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "cancel", "lines": [{"line_id": line["line_id"], "quantity": line["quantity"]} for line in order["lines"]]}


async def test_a_cancelled_order_is_cancelled_once_and_can_be_reinstated(town: Town) -> None:
    order = await paid_order(town, 0, "admits")
    first = await change(town, order, key="cancel.1", **cancelled(order))
    again = await change(town, order, key="cancel.1", **cancelled(order))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["status"] == again.json()["status"] == "confirmed"
    assert (await town.get(f"/merchant/orders/{order['order_id']}"))["status"] == "cancelled"
    other = await change(town, order, key="cancel.1", kind="quantities", quantities=[{"line_id": "L1", "quantity": 2}])
    assert other.status_code == 409
    assert (await undo(town, order["order_id"], "cancel.1"))["status"] == "undone"
    assert (await town.get(f"/merchant/orders/{order['order_id']}")) == order
    books = await town.get("/books/order_changes", order_id=order["order_id"])
    assert [(row["status"], row["calls"]) for row in books] == [("undone", 2)]


async def test_a_changed_order_costs_what_its_new_articles_cost(town: Town) -> None:
    order = await paid_order(town, 1, "admits")
    line = order["lines"][0]
    two = (await change(town, order, kind="quantities", quantities=[{"line_id": "L1", "quantity": 2}])).json()
    assert two["total_before"] == order["total"]
    assert two["order"]["total"]["minor"] == order["total"]["minor"] + line["paid"]["minor"]
    dearer = (await change(town, order, kind="items", items=[{"line_id": "L1", "sku": f"{line['sku']}-PLUS"}])).json()
    assert dearer["order"]["total"]["minor"] == two["order"]["total"]["minor"] + 2 * 2000
    elsewhere = {"name": "王伟", "phone": "13800000000", "region": "CN-99", "city": "某市", "street": "某路 1 号"}
    far = (await change(town, order, kind="address", address=elsewhere)).json()
    assert far["order"]["total"]["minor"] == dearer["order"]["total"]["minor"] + 500
    other = (await change(town, order, kind="items", items=[{"line_id": "L1", "sku": "ZZZ-1"}])).json()
    assert other["status"] == "refused"


async def test_every_temper_meets_a_change_in_its_own_way(town: Town) -> None:
    packed = await paid_order(town, 2, "denies")
    assert (await change(town, packed, **cancelled(packed))).json()["status"] == "refused"
    later = await paid_order(town, 3, "explains")
    assert (await change(town, later, key="late.1", **cancelled(later))).json()["status"] == "pending"
    ((_, _, notice),) = await town.inbox.about("RD-late.1")
    schema = contract("merchant")["webhooks"]["order_change"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    check(contract("merchant"), schema, notice)
    assert notice["payload"]["status"] == "confirmed"
    assert (await town.get(f"/merchant/orders/{later['order_id']}/changes/late.1"))["status"] == "confirmed"
    never = await paid_order(town, 4, "silent")
    assert (await change(town, never, key="never.1", **cancelled(never))).json()["status"] == "pending"
    assert (await undo(town, never["order_id"], "never.1"))["status"] == "undone"


async def test_a_change_that_comes_after_it_was_called_off_does_nothing(town: Town) -> None:
    order = await paid_order(town, 5, "admits")
    assert (await undo(town, order["order_id"], "too.late"))["status"] == "undone"
    assert (await change(town, order, key="too.late", **cancelled(order))).json()["status"] == "undone"
    assert (await town.get(f"/merchant/orders/{order['order_id']}"))["status"] == "paid"


async def test_a_shipped_order_is_not_changed(town: Town) -> None:
    found = await town.order("in_transit")
    order = await town.get(f"/merchant/orders/{found['order_id']}")
    assert (await change(town, order, **cancelled(order))).json()["status"] == "refused"


async def bill(town: Town, key: str, minor: int) -> dict[str, Any]:
    order = await town.order("paid")
    return {
        "key": key,
        "order_id": order["order_id"],
        "customer_id": order["customer_id"],
        "amount": {"minor": minor, "currency": "CNY"},
        "reason": "order.change",
        "reference": f"RD-{key}",
        "until": UNTIL,
    }


async def charge(town: Town, key: str, minor: int = 500) -> httpx.Response:
    answer = await town.http.post("/payment/charges", json=await bill(town, key, minor), headers={"Idempotency-Key": key})
    schema = answer_schema(contract("payment"), "/charges", "post", answer.status_code)
    assert schema is not None
    check(contract("payment"), schema, answer.json())
    return answer


async def cancel(town: Town, key: str) -> dict[str, Any]:
    path = f"/payment/charges/{key}/cancel"
    answer = await town.http.post(path, json=await bill(town, key, 500), headers={"Idempotency-Key": f"{key}.cancel"})
    return answer.raise_for_status().json()


async def test_a_charge_is_paid_once_and_is_a_payment_that_can_be_refunded(town: Town) -> None:
    asked = (await charge(town, "pay.1")).json()
    assert (await charge(town, "pay.1")).status_code == 200
    assert (await charge(town, "pay.1", 600)).status_code == 409
    assert "CNY 5.00" in (await town.http.get(asked["pay_url"])).text
    assert (await town.http.post(asked["pay_url"].removesuffix("pay") + "fail")).json()["status"] == "failed"
    paid = (await town.http.post(asked["pay_url"])).json()
    assert paid["status"] == "paid"
    assert (await town.http.post(asked["pay_url"])).status_code == 409
    notices = await town.inbox.about("RD-pay.1", 2)
    for _, _, notice in notices:
        schema = contract("payment")["webhooks"]["charge"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        check(contract("payment"), schema, notice)
    listed = await town.get("/payment/payments", order_id=asked["order_id"])
    assert paid["payment_id"] in {payment["payment_id"] for payment in listed["payments"]}
    refund = (await town.refund("paid", 500, payment_id=paid["payment_id"])).json()
    assert refund["status"] == "accepted"
    assert (await cancel(town, "pay.1"))["status"] == "paid"


async def test_nobody_pays_what_was_called_off_even_when_it_comes_late(town: Town) -> None:
    asked = (await charge(town, "off.1")).json()
    assert (await cancel(town, "off.1"))["status"] == "cancelled"
    assert (await town.http.post(asked["pay_url"])).status_code == 409
    assert (await cancel(town, "off.2"))["status"] == "cancelled"
    assert (await charge(town, "off.2")).json()["status"] == "cancelled"
    assert (await town.http.get("/payment/charges/nobody")).status_code == 404


@pytest.mark.parametrize(("fault", "status"), [("error_500", 500), ("too_many_429", 429), ("refuse", 422)])
async def test_changes_and_charges_go_wrong_on_demand(town: Town, fault: str, status: int) -> None:
    calls = {
        ("merchant", "change_by_key"): "/merchant/orders/O-1024/changes/k",
        ("payment", "charge_by_key"): "/payment/charges/k",
    }
    await town.put("/faults", [{"partner": partner, "call": call, "fault": fault, "times": 1} for partner, call in calls])
    for path in calls.values():
        assert (await town.http.get(path)).status_code == status
        assert (await town.http.get(path)).status_code == 404
