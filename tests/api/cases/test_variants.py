"""Variants over HTTP (RES-7): told to whom the order concerns, and what a wish or an offer is checked against before anybody is asked."""

from typing import Any

from models.common.base import Money
from models.common.vocabulary import Role
from models.replacements.partner import Variant
from tests.api.cases.test_eligibility import bought
from tests.support.builders.order_changes import not_shipped
from tests.support.processes.api import Web

RED = Variant(sku="SKU-1-RED", title="红 Red", price=Money(minor=13_900), available=2)
NONE_LEFT = Variant(sku="SKU-1-BLUE", title="蓝 Blue", price=Money(minor=12_900), available=0)
WORDS = {"kind": "after_sales", "description": "换货"}


def selling(web: Web, order_id: str) -> None:
    web.service.world.variants_of[order_id, "L1"] = (RED, NONE_LEFT)


def exchange(sku: str) -> dict[str, Any]:
    return {"remedy": "exchange", "items": [{"line_id": "L1", "sku": sku}]}


async def test_who_the_order_concerns_sees_what_may_be_had(web: Web) -> None:
    customer = bought(web, "V1")
    path = "/v1/orders/O-V1/variants?line_id=L1"
    assert (await customer.get(path)).json() == {"order_id": "O-V1", "line_id": "L1", "variants": None}
    selling(web, "O-V1")
    for who in (customer, web.person(Role.MERCHANT, "M-1"), web.person(Role.AGENT, "alice")):
        told = (await who.get(path)).json()["variants"]
        assert [(one["sku"], one["price"]["minor"], one["available"]) for one in told] == [
            ("SKU-1-RED", 13_900, 2),
            ("SKU-1-BLUE", 12_900, 0),
        ]
    assert (await web.person(Role.CUSTOMER, "C-OTHER").get(path)).status_code == 404
    assert (await customer.get("/v1/orders/O-V1/variants?line_id=L9")).status_code == 404
    assert (await web.person(Role.CARRIER, "K-1").get(path)).status_code == 403


async def test_a_merchant_that_is_away_is_said_to_be(web: Web) -> None:
    customer = bought(web, "V2")
    web.service.world.down |= {"merchant"}
    try:
        assert (await customer.get("/v1/orders/O-V2/variants?line_id=L1")).status_code == 503
    finally:
        web.service.world.down.clear()


async def test_an_article_that_is_no_variant_is_refused_when_the_case_is_opened(web: Web) -> None:
    customer = bought(web, "V3")
    selling(web, "O-V3")
    body = {**WORDS, "order_id": "O-V3", "issue": "product.size_mismatch"}
    answer = await customer.post("/v1/cases", {**body, "wanted": exchange("SKU-1-GREEN")}, accept_language="en")
    problem = answer.json()
    assert (answer.status_code, problem["field"], problem["rule"]) == (422, "wanted.items.0.sku", "RES-7")
    assert problem["allowed"] == ["SKU-1-RED", "SKU-1-BLUE"]
    for sku in ("SKU-1-BLUE", "SKU-1"):  # out of stock today, and the same again: the warehouse says
        assert (await customer.post("/v1/cases", {**body, "wanted": exchange(sku)})).is_success


async def test_a_change_before_shipping_is_checked_alike(web: Web) -> None:
    customer, customer_id, order = web.customer()
    web.service.world.add(not_shipped(order_id=order, customer_id=customer_id))
    selling(web, order)
    wanted = {"remedy": "order_changed", "change": {"items": [{"line_id": "L1", "sku": "SKU-1-GREEN"}]}}
    answer = await customer.post("/v1/cases", {**WORDS, "order_id": order, "issue": "order.change", "wanted": wanted})
    assert (answer.status_code, answer.json()["field"]) == (422, "wanted.change.items.0.sku")


async def test_a_merchant_without_a_catalogue_decides_when_it_is_asked(web: Web) -> None:
    customer = bought(web, "V4")
    assert await web.open(customer, order_id="O-V4", issue="product.size_mismatch", wanted=exchange("SKU-1-GREEN"))


async def test_nobody_offers_what_is_no_variant(web: Web) -> None:
    customer = bought(web, "V5")
    case_id = await web.open(customer, order_id="O-V5", issue="product.size_mismatch")
    await web.row(case_id, lambda row: row.waiting_for is not None and row.team is not None)
    selling(web, "O-V5")
    merchant = web.person(Role.MERCHANT, "M-1")

    def offering(sku: str) -> dict[str, Any]:
        remedy = {"kind": "exchange", "items": [{"line_id": "L1", "sku": sku}]}
        return {"options": [{"remedies": [remedy], "why": "size"}]}

    refused = await merchant.post(f"/v1/cases/{case_id}/propose", offering("SKU-1-GREEN"))
    assert (refused.status_code, refused.json()["field"]) == (422, "options.0.remedies.0.items.0.sku")
    assert (await merchant.post(f"/v1/cases/{case_id}/propose", offering("SKU-1-RED"))).status_code == 200
