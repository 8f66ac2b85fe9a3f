"""A request that nobody can fulfil is answered when it is made, with the firm rule and what is possible instead (RES-1)."""

from typing import Any

import pytest

from models.common.partners import OrderStatus
from models.common.vocabulary import Locale
from tests.api.cases.test_eligibility import bought
from tests.support.builders.orders import order
from tests.support.processes.api import Web

WORDS = {"kind": "after_sales", "description": "请处理"}
SAME = {"remedy": "order_changed", "change": {"quantities": [{"line_id": "L1", "quantity": 1}]}}


@pytest.mark.parametrize(
    ("name", "situation", "asked", "rule", "instead"),
    [
        ("I1", {}, {"issue": "order.cancel"}, "shipped-already", "return_and_refund"),
        ("I2", {"status": OrderStatus.CANCELLED}, {"issue": "order.cancel"}, "order-is-cancelled", None),
        ("I3", {"status": OrderStatus.PAID}, {"issue": "product.no_reason_return"}, "not-shipped-yet", "order_cancelled"),
        ("I4", {"status": OrderStatus.PAID}, {"issue": "order.change", "wanted": SAME}, "changes", "order_changed"),
    ],
)
async def test_opening_answers_with_the_firm_rule(  # noqa: PLR0917 # a row of the table
    web: Web, name: str, situation: dict[str, Any], asked: dict[str, Any], rule: str, instead: str | None
) -> None:
    customer = bought(web, name)
    if situation:
        web.service.world.add(order(f"O-{name}", customer=f"C-{name}", **situation))
    answer = await customer.post("/v1/cases", {**WORDS, "order_id": f"O-{name}", **asked}, accept_language="en")
    assert (answer.status_code, answer.json()["rule"]) == (409, rule), answer.text
    assert instead is None or instead in answer.json()["allowed"]
    assert not (await customer.get("/v1/cases")).json()["cases"]


async def test_a_line_that_is_none_is_named_with_those_there_are(web: Web) -> None:
    customer = bought(web, "I5")
    body = {**WORDS, "order_id": "O-I5", "issue": "product.quality_defect", "lines": [{"line_id": "L9"}]}
    answer = await customer.post("/v1/cases", body)
    assert (answer.status_code, answer.json()["field"]) == (422, "lines.0")
    assert "L1 (1)" in answer.json()["detail"]


async def test_a_complaint_is_always_opened_and_a_silent_partner_refuses_nothing(web: Web) -> None:
    customer = bought(web, "I6")
    asked = {"order_id": "O-I6", "issue": "order.cancel"}
    assert await web.open(customer, kind="complaint", **asked)
    other = bought(web, "I7")
    web.service.world.down |= {"merchant"}
    try:
        assert await web.open(other, order_id="O-I7", issue="order.cancel")
    finally:
        web.service.world.down.clear()


async def test_the_refusal_is_said_in_the_callers_language(web: Web) -> None:
    customer = bought(web, "I8")
    answer = await customer.post("/v1/cases", {**WORDS, "order_id": "O-I8", "issue": "order.cancel"}, accept_language=Locale.ZH)
    assert "无法办理" in answer.json()["detail"]
    assert "退货退款" in answer.json()["detail"]
