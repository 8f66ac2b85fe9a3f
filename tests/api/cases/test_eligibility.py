"""What may be done with an order, asked before there is a case and of a case as it stands (RES-1, RES-8)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from activities.case.history import HistoryActivities
from models.case.activities import ReserveItems
from models.common.lines import LineQuantity
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Locale, Role
from tests.support.builders.orders import NOW, order, parcel
from tests.support.processes.api import Person, Web


def remedies(answer: httpx.Response, kind: str, line: int = 0) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [told for told in answer.json()["lines"][line]["remedies"] if told["kind"] == kind]


def bought(web: Web, name: str, **change: Any) -> Person:
    """A customer with an order that was delivered yesterday."""
    came = parcel(f"O-{name}", status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=1), signed_relation="self")
    web.service.world.add(order(f"O-{name}", customer=f"C-{name}", **change), came)
    return web.person(Role.CUSTOMER, f"C-{name}")


async def test_a_shops_page_learns_what_can_be_done_with_an_order(web: Web) -> None:
    customer = bought(web, "E1")
    answer = await customer.post("/v1/eligibility", {"order_id": "O-E1"})
    by_rule = {told["rule"]: told for told in remedies(answer, "return_and_refund")}
    free, quality = by_rule["no-reason-return"], by_rule["quality-return"]
    assert (free["allowed"], free["freight"], free["max_quantity"]) == (True, "customer", 1)
    assert (quality["freight"], quality["max_amount"]) == ("merchant", {"minor": 12_900, "currency": "CNY"})
    (cancelled,) = remedies(answer, "order_cancelled")
    assert (cancelled["allowed"], cancelled["rule"], cancelled["firm"]) == (False, "shipped-already", True)


async def test_the_answer_speaks_the_callers_language(web: Web) -> None:
    customer = bought(web, "E2")
    question = {"order_id": "O-E2", "issue": "product.no_reason_return"}
    chinese = remedies(await customer.post("/v1/eligibility", question, accept_language="zh"), "return_and_refund")
    english = remedies(await customer.post("/v1/eligibility", question, accept_language="en"), "return_and_refund")
    assert chinese[0]["reason"] == "签收后 7 天内可无理由退货"
    assert "within 7 days" in english[0]["reason"]
    assert chinese[0]["freight_why"] != english[0]["freight_why"]


async def test_a_foreign_order_and_an_unknown_one_are_told_apart_by_nothing(web: Web) -> None:
    bought(web, "E3")
    for stranger in (web.person(Role.CUSTOMER, "C-OTHER"), web.person(Role.MERCHANT, "M-OTHER")):
        foreign = await stranger.post("/v1/eligibility", {"order_id": "O-E3"}, x_request_id="same")
        unknown = await stranger.post("/v1/eligibility", {"order_id": "O-NONE"}, x_request_id="same")
        assert (foreign.status_code, foreign.content) == (404, unknown.content)


@pytest.mark.parametrize(
    ("role", "who", "status"),
    [
        (Role.CUSTOMER, "C-E4", 200),
        (Role.MERCHANT, "M-1", 200),
        (Role.AGENT, "alice", 200),
        (Role.SUPERVISOR, "susan", 200),
        (Role.CARRIER, "K-1", 403),
        (Role.ANALYST, "ann", 403),
    ],
)
async def test_who_may_ask(web: Web, role: Role, who: str, status: int) -> None:
    bought(web, "E4")
    assert (await web.person(role, who).post("/v1/eligibility", {"order_id": "O-E4"})).status_code == status


async def test_a_line_that_was_not_bought_is_refused_with_what_was(web: Web) -> None:
    customer = bought(web, "E5")
    for line in ({"line_id": "L9"}, {"line_id": "L1", "quantity": 2}):
        answer = await customer.post("/v1/eligibility", {"order_id": "O-E5", "lines": [line]}, accept_language="en")
        problem = answer.json()
        assert (answer.status_code, problem["field"], problem["rule"]) == (422, "lines.0", "RES-1")
        assert "L1 (1)" in problem["detail"]


@pytest.mark.parametrize("partner", ["merchant", "carrier", "payment"])
async def test_while_a_partner_is_away_the_caller_is_told_when_to_come_back(web: Web, partner: str) -> None:
    customer = bought(web, "E6")
    web.service.world.down.add(partner)
    try:
        answer = await customer.post("/v1/eligibility", {"order_id": "O-E6"})
    finally:
        web.service.world.down.discard(partner)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "partner-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_what_another_case_took_is_not_open_any_more(web: Web) -> None:
    customer = bought(web, "E7")
    piece = (LineQuantity(line_id="L1", quantity=1),)
    taking = ReserveItems(case_id="RD-E7", remedy_id="m1", order_id="O-E7", order_lines=piece, lines=piece, at=NOW)
    assert (await HistoryActivities(web.service.database).take_goods(taking)).denied is None
    answer = await customer.post("/v1/eligibility", {"order_id": "O-E7", "issue": "product.quality_defect"})
    (told,) = remedies(answer, "return_and_refund")
    assert (told["allowed"], told["rule"], answer.json()["lines"][0]["left"]) == (False, "pieces-left", 0)


async def test_a_case_tells_the_limits_of_whoever_proposes(web: Web) -> None:
    customer = bought(web, "E8")
    case_id = await web.open(customer, order_id="O-E8", issue="product.quality_defect")
    await web.row(case_id, lambda row: row.merchant_id is not None and row.issue is not None)
    for who in (customer, web.person(Role.MERCHANT, "M-1", locale=Locale.EN), web.person(Role.SUPERVISOR, "susan")):
        answer = await who.get(f"/v1/cases/{case_id}/eligibility")
        (told,) = remedies(answer, "refund_only")
        assert (told["rule"], told["max_amount"]["minor"], answer.json()["issue"]) == (
            "refund-in-part",
            6_450,
            "product.quality_defect",
        )


async def test_a_case_without_an_order_has_no_goods_to_speak_of(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-E9")
    case_id = await web.open(customer, issue="service.slow_response")
    await web.row(case_id)
    answer = await customer.get(f"/v1/cases/{case_id}/eligibility", accept_language="en")
    assert (answer.status_code, answer.json()["rule"]) == (409, "RES-1")
