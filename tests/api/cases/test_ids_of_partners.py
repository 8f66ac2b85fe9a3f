"""Orders, lines, merchants and customers keep the ids that their owners gave them: opened, viewed, listed, asked about and told of."""

import json
from urllib.parse import quote

import pytest

from models.common.partners import ShipmentStatus
from models.common.vocabulary import Role
from tests.support.builders.notices import signed
from tests.support.builders.orders import line, order, parcel, payment
from tests.support.processes.api import Web

IDS = ["10/2024#77 A", "50%25 off", "订单 七", "o'b|\"c\\<d>"]


@pytest.mark.parametrize("name", IDS)
async def test_a_case_is_lived_with_any_id(web: Web, name: str) -> None:
    order_id, merchant_id, customer_id, line_id = f"O {name}", f"店 {name}", f"C {name}", f"L {name}"
    bought = order(order_id, line(line_id), customer=customer_id, merchant_id=merchant_id)
    lost = parcel(f"ID{IDS.index(name)}", status=ShipmentStatus.LOST).model_copy(update={"order_id": order_id})
    charge = payment(f"ID{IDS.index(name)}").model_copy(update={"order_id": order_id, "payment_id": f"P {name}"})
    web.service.world.add(bought, lost, charges=(charge,))
    customer, merchant = web.person(Role.CUSTOMER, customer_id), web.person(Role.MERCHANT, merchant_id)
    lines = [{"line_id": line_id, "quantity": 1}]
    wanted = {"remedy": "refund_only"}
    case_id = await web.open(customer, order_id=f" {order_id} ", issue="logistics.lost", lines=lines, wanted=wanted)
    await web.row(case_id, lambda row: row.stage == "follow_up")
    for who in (customer, merchant):
        case = (await who.get(f"/v1/cases/{case_id}")).json()
        assert (case["order_id"], case["merchant_id"], case["lines"][0]["line_id"]) == (order_id, merchant_id, line_id)
    listed = (await merchant.get(f"/v1/cases?order_id={quote(order_id, safe='')}")).json()["cases"]
    assert [one["case_id"] for one in listed] == [case_id]
    ledger = await customer.get(f"/v1/orders/{quote(order_id, safe='')}/ledger")
    assert ledger.status_code == 200, ledger.text
    assert (ledger.status_code, ledger.json()["order_id"], ledger.json()["refunded"]["minor"]) == (200, order_id, 12_900)
    variants = await customer.get(f"/v1/orders/{quote(order_id, safe='')}/variants?line_id={quote(line_id, safe='')}")
    assert (variants.status_code, variants.json()["line_id"]) == (200, line_id)
    (refund,) = (refund for refund in web.service.world.refunds.values() if refund.order_id == order_id)
    told = {"kind": "refund", "order_id": order_id, "payload": refund.model_dump(mode="json")}
    content = json.dumps(told)
    headers = {"Content-Type": "application/json"} | signed(web.settings, content, of="payment")
    answer = await web.http.post("/v1/webhooks/payment", content=content, headers=headers)
    assert (answer.status_code, answer.json()["result"]) == (200, "taken")


async def test_the_same_request_twice_is_one_case_and_ids_that_only_look_alike_are_not(web: Web) -> None:
    opened = []
    for order_id, line_id in (("10|7", "A"), ("10", "7|A"), ("10|7", "A")):
        web.service.world.add(order(order_id, line(line_id), customer="C-bar"))
        customer = web.person(Role.CUSTOMER, "C-bar")
        lines = [{"line_id": line_id, "quantity": 1}]
        body = {
            "kind": "after_sales",
            "description": "坏了",
            "order_id": order_id,
            "issue": "product.quality_defect",
            "lines": lines,
        }
        opened.append((await customer.post("/v1/cases", body)).json()["case_id"])
    assert opened[0] == opened[2] != opened[1]
