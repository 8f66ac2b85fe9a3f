"""A customer wishes where the money goes back to, by the payment method's name (RES-16)."""

from typing import Any

from models.common.partners import RefundTo, ShipmentStatus
from models.common.vocabulary import Role
from tests.support.builders.orders import order, parcel, payment
from tests.support.processes.api import Person, Web


def paid_twice_over(web: Web, name: str) -> Person:
    """An order whose parcel was lost, paid by gift card and WeChat."""
    order_id = f"O-{name}"
    charges = (
        payment(order_id, 1, minor=8_000, method="gift_card"),
        payment(order_id, 2, minor=4_900, method="wechat_pay"),
    )
    lost = parcel(order_id, status=ShipmentStatus.LOST)
    web.service.world.add(order(order_id, customer=f"C-{name}"), lost, charges=charges)
    return web.person(Role.CUSTOMER, f"C-{name}")


async def ways_of(web: Web, customer: Person, name: str, method: str, minor: int = 5_000) -> list[Any]:
    """Where the refund went, as the customer sees it."""
    wanted = {"remedy": "refund_only", "amount": {"minor": minor, "currency": "CNY"}, "method": method}
    case_id = await web.open(customer, order_id=f"O-{name}", issue="logistics.lost", wanted=wanted)
    await web.row(case_id, lambda row: row.stage == "follow_up")
    remedy, *_ = (await customer.get(f"/v1/cases/{case_id}")).json()["remedies"]
    assert remedy["parts"] == []
    return [(way["method"], way["to"], way["amount"]["minor"], way["refund_status"]) for way in remedy["refund_ways"]]


async def test_the_method_that_was_named_is_filled_first_and_the_rest_goes_where_it_came_from(web: Web) -> None:
    customer = paid_twice_over(web, "ways1")
    assert await ways_of(web, customer, "ways1", "wechat_pay") == [
        ("wechat_pay", "original", 4_900, "arrived"),
        ("gift_card", "original", 100, "arrived"),
    ]
    asked = [request for request in web.service.world.asked_for_refunds if request.order_id == "O-ways1"]
    assert [(request.payment_id, request.method) for request in asked] == [
        ("P-O-ways1-2", "wechat_pay"),
        ("P-O-ways1-1", "gift_card"),
    ]


async def test_the_balance_is_a_way_by_name(web: Web) -> None:
    customer = paid_twice_over(web, "ways2")
    assert await ways_of(web, customer, "ways2", "balance") == [("gift_card", "balance", 5_000, "arrived")]
    (refund,) = (refund for refund in web.service.world.refunds.values() if refund.order_id == "O-ways2")
    assert refund.to is RefundTo.BALANCE


async def test_the_names_are_told_before_and_another_one_is_refused_with_them(web: Web) -> None:
    customer = paid_twice_over(web, "ways3")
    told = (await customer.post("/v1/eligibility", {"order_id": "O-ways3"})).json()
    assert told["refund_methods"] == ["gift_card", "wechat_pay", "balance"]
    body = {"kind": "after_sales", "order_id": "O-ways3", "issue": "logistics.lost", "description": "退到支付宝"}
    answer = await customer.post("/v1/cases", {**body, "wanted": {"remedy": "refund_only", "method": "alipay"}})
    problem = answer.json()
    assert (answer.status_code, problem["field"], problem["rule"]) == (422, "wanted.method", "RES-16")
    assert problem["allowed"] == ["gift_card", "wechat_pay", "balance"]
