"""A second, different wish for the same order is a case of its own, and the answer says so (WRK-4); the same one again joins (REC-5)."""

import asyncio
from typing import Any

import pytest

from models.common.vocabulary import Role
from tests.support.builders.order_changes import not_shipped
from tests.support.builders.orders import line, order, parcel
from tests.support.processes.api import Person, Web

ADDRESS = {"name": "王伟", "phone": "+86 138 0000 0000", "region": "CN-SH", "city": "上海", "street": "漕溪北路 1 号"}
FEWER = {"remedy": "order_changed", "change": {"quantities": [{"line_id": "L1", "quantity": 2}]}}


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def to_another_address(customer: Person) -> dict[str, Any]:
    stored = (await customer.post("/v1/addresses", ADDRESS)).json()
    return {"remedy": "order_changed", "change": {"address_id": stored["address_id"]}}


async def test_two_changes_of_one_order_one_after_the_other_are_both_carried_out(web: Web) -> None:
    customer, customer_id, order_id = web.customer()
    web.service.world.add(not_shipped(quantity=3, order_id=order_id, customer_id=customer_id))
    change = {"kind": "after_sales", "order_id": order_id, "issue": "order.change", "description": "请修改订单"}
    first = (await customer.post("/v1/cases", {**change, "wanted": FEWER})).json()
    second = await customer.post("/v1/cases", {**change, "wanted": (moved := await to_another_address(customer))})
    assert (second.status_code, second.json()["joined"], second.json()["beside"]) == (201, False, first["case_id"])
    for case_id in (first["case_id"], second.json()["case_id"]):
        row = await web.row(case_id, lambda row: row.stage == "follow_up")
        assert row.outcome == "resolved"
    again = await customer.post("/v1/cases", {**change, "wanted": moved})
    assert (again.status_code, again.json()["joined"], again.json()["case_id"]) == (200, True, second.json()["case_id"])


async def test_also_change_the_address_is_a_case_of_its_own(web: Web) -> None:
    customer, customer_id, order_id = web.customer()
    web.service.world.add(not_shipped(order_id=order_id, customer_id=customer_id))
    change = {"kind": "after_sales", "order_id": order_id, "issue": "order.change"}
    first = await web.open(customer, **change, description="请把颜色换成红色")
    second = await customer.post("/v1/cases", {**change, "description": "另外，地址也要改成公司"})
    assert (second.status_code, second.json()["beside"]) == (201, first)


async def test_a_case_without_a_wish_takes_up_the_first_one_that_is_named(web: Web) -> None:
    customer, _, order_id = web.customer()
    trouble = {"order_id": order_id, "issue": "product.quality_defect", "kind": "after_sales", "description": "坏了"}
    case_id = await web.open(customer, **trouble)
    again = await customer.post("/v1/cases", {**trouble, "wanted": {"remedy": "refund_only"}})
    assert (again.json()["joined"], again.json()["case_id"]) == (True, case_id)
    assert (await customer.get(f"/v1/cases/{case_id}?live=true")).json()["wanted"]["remedy"] == "refund_only"
    other = await customer.post("/v1/cases", {**trouble, "wanted": {"remedy": "exchange"}})
    assert (other.status_code, other.json()["beside"]) == (201, case_id)


async def test_lines_that_no_case_has_yet_get_one_and_the_others_hear_of_it(web: Web) -> None:
    customer, customer_id, order_id = web.customer()
    web.service.world.add(order(order_id, line("L1"), line("L2"), customer=customer_id), parcel(order_id))
    trouble = {"order_id": order_id, "issue": "product.quality_defect", "kind": "after_sales"}
    first = await web.open(customer, **trouble, lines=[{"line_id": "L1"}])
    both = {**trouble, "lines": [{"line_id": "L1"}, {"line_id": "L2"}], "description": "两件都坏了"}
    second = await customer.post("/v1/cases", both)
    assert second.status_code == 201
    view = (await customer.get(f"/v1/cases/{second.json()['case_id']}?live=true")).json()
    assert [one["line_id"] for one in view["lines"]] == ["L2"]
    said = (await customer.get(f"/v1/cases/{first}?live=true")).json()["sayings"]
    assert [one["words"] for one in said] == ["两件都坏了"]


async def test_two_different_wishes_at_once_are_two_cases(web: Web) -> None:
    customer, customer_id, order_id = web.customer()
    web.service.world.add(not_shipped(quantity=3, order_id=order_id, customer_id=customer_id))
    change = {"kind": "after_sales", "order_id": order_id, "issue": "order.change", "description": "改"}
    wishes = (FEWER, await to_another_address(customer))
    answers = await asyncio.gather(*(customer.post("/v1/cases", {**change, "wanted": wanted}) for wanted in wishes))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["case_id"] for answer in answers}) == 2


async def test_a_customer_who_waits_for_a_reply_is_in_the_queue_and_found_by_the_list(web: Web) -> None:
    customer, _, order_id = web.customer()
    case_id = await web.open(customer, order_id=order_id, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    agent = web.person(Role.AGENT, "zhou", "payments")
    assert (await agent.post(f"/v1/cases/{case_id}/reply", {"words": "在查", "solves": False})).status_code == 200
    sorry = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]}
    assert (await agent.post(f"/v1/cases/{case_id}/propose", sorry)).status_code == 200
    await web.row(case_id, lambda row: row.waiting_on == "customer")
    assert (await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "只有道歉吗？"})).status_code == 200
    await web.row(case_id, lambda row: row.reply_owed_since is not None)
    queued = (await agent.get("/v1/queues/payments?limit=200")).json()["cases"]
    assert case_id in {one["case_id"] for one in queued}
    owed = (await agent.get(f"/v1/cases?reply_owed=true&order_id={order_id}")).json()["cases"]
    assert [one["case_id"] for one in owed] == [case_id]
    assert (await agent.get(f"/v1/cases?reply_owed=false&order_id={order_id}")).json()["cases"] == []
