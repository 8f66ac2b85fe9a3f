"""What people may get wrong while a solution is agreed on: each a clear problem in both languages, and the case is as it was."""

import re
from typing import Any

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def cny(minor: float, currency: str = "CNY") -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


def offering(*remedies: dict[str, Any]) -> dict[str, Any]:
    return {"options": [{"remedies": list(remedies), "why": "fair"}]}


REFUND: dict[str, Any] = {"kind": "refund_only", "amount": cny(500)}
BACK: dict[str, Any] = {"kind": "return_and_refund", "amount": cny(500)}

BAD_OFFERS: list[tuple[dict[str, Any], str, str, str]] = [
    (offering({**BACK, "lines": [{"line_id": "L1", "quantity": 2}]}), "options.0.remedies", "RES-3", "L1"),
    (offering(BACK, {"kind": "exchange"}), "options.0.remedies", "RES-3", "pieces-left"),
    (offering({**BACK, "lines": [{"line_id": "L9"}]}), "options.0.remedies", "RES-3", "L9"),
    (
        offering({**BACK, "lines": [{"line_id": "L1", "quantity": 0}]}),
        "options.0.remedies.0.lines.0.quantity",
        "greater_than_equal",
        "1",
    ),
    (offering({**REFUND, "amount": cny(-1)}), "options.0.remedies.0.amount.minor", "greater_than_equal", "0"),
    (offering({**REFUND, "amount": cny(0)}), "options.0.remedies.0", "RES-3", "refund_only"),
    (offering({**REFUND, "amount": cny(1.5)}), "options.0.remedies.0.amount.minor", "int_from_float", ""),
    (offering({**REFUND, "amount": cny(12_901)}), "options.0.remedies", "RES-3", "129.01"),
    (offering(REFUND, {"kind": "price_adjustment", "amount": cny(12_500)}), "options.0.remedies", "RES-3", "130.00"),
    (offering({**REFUND, "amount": cny(500, "USD")}), "options.0.remedies", "RES-3", "USD"),
    (offering({"kind": "apology"}), "options.0.remedies.0", "RES-3", "words"),
    (offering({"kind": "order_cancelled", "amount": cny(500)}), "options.0.remedies", "RES-3", "order_cancelled"),
    (offering({**REFUND, "change": {"payment_method": "card"}}), "options.0.remedies.0", "RES-3", "change"),
    ({"options": []}, "options", "too_short", "1"),
    ({"options": [{"remedies": [REFUND], "why": "fair"}] * 6}, "options", "too_long", "5"),
]
BAD_ANSWERS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("accept", {"option": 2}, "option", "RES-2", "1"),
    ("accept", {"option": 0}, "option", "greater_than_equal", "1"),
    ("counter", {"reason": "all", "amount": cny(12_901)}, "amount", "RES-5", "129.01"),
    ("counter", {"reason": "all", "amount": cny(100, "EUR")}, "amount.currency", "RES-2", "EUR"),
    ("counter", {"reason": "all", "amount": cny(-1)}, "amount.minor", "greater_than_equal", "0"),
    ("reject", {"reason": "  "}, "reason", "string_too_short", "1"),
]


async def refused(who: Person, case_id: str, action: str, body: dict[str, Any], *, status: int = 422) -> list[dict[str, Any]]:
    """The problem in Chinese and in English; the case has not changed by it."""
    before = (await who.get(f"/v1/cases/{case_id}?live=true")).json()
    problems: list[dict[str, Any]] = []
    for language in ("zh", "en"):
        answer = await who.post(f"/v1/cases/{case_id}/{action}", body, accept_language=language)
        assert answer.status_code == status, answer.text
        assert (answer.headers["content-type"], answer.headers["content-language"]) == ("application/problem+json", language)
        problems.append(answer.json())
    zh, en = problems
    assert CHINESE.search(zh["title"])
    assert CHINESE.search(zh["detail"])
    assert not CHINESE.search(en["title"] + en["detail"])
    after = (await who.get(f"/v1/cases/{case_id}?live=true")).json()
    assert (after["version"], after["proposals"], after["stage"]) == (before["version"], before["proposals"], before["stage"])
    return problems


async def looked_into(web: Web) -> tuple[str, Person, Person]:
    """A case of a delivered order, with its customer and merchant; a solution is looked for."""
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.waiting_for is not None and row.team is not None)
    return case_id, customer, web.person(Role.MERCHANT, "M-1")


async def test_an_offer_that_does_not_fit_is_refused_and_nothing_is_proposed(web: Web) -> None:
    case_id, _, merchant = await looked_into(web)
    for body, field, rule, named in BAD_OFFERS:
        for problem in await refused(merchant, case_id, "propose", body):
            assert (problem["field"], problem["rule"]) == (field, rule), problem
            assert named in problem["detail"]
            assert len(problem.get("errors", [])) <= 1, "what only follows from a fault is none"


async def test_an_answer_to_a_proposal_that_does_not_fit_is_refused_and_the_proposal_stands(web: Web) -> None:
    case_id, customer, merchant = await looked_into(web)
    assert (await merchant.post(f"/v1/cases/{case_id}/propose", offering(REFUND))).status_code == 200
    await web.row(case_id, lambda row: row.waiting_for == "choice")
    for action, body, field, rule, named in BAD_ANSWERS:
        for problem in await refused(customer, case_id, action, body):
            assert (problem["field"], problem["rule"]) == (field, rule), problem
            assert named in problem["detail"]
    for problem in await refused(merchant, case_id, "propose", offering(REFUND), status=409):
        assert "propose" not in problem["allowed"]


async def test_an_answer_to_a_request_that_was_withdrawn_says_so(web: Web) -> None:
    case_id, customer, merchant = await looked_into(web)
    requests = (await merchant.get(f"/v1/cases/{case_id}?live=true")).json()["requests"]
    agent = web.person(Role.AGENT, "alice")
    assert (await agent.post(f"/v1/cases/{case_id}/classify", {"issue": "logistics.tracking_wrong"})).status_code == 200
    for problem in await refused(merchant, case_id, "answer", {"request_id": requests[0]["id"], "words": "late"}, status=409):
        assert (problem["field"], problem["rule"]) == ("request_id", "INV-2")
        assert requests[0]["id"] in problem["detail"]
    assert (await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "ok"})).status_code == 200


@pytest.mark.parametrize(("body", "rule"), [({"granted": True, "reason": "so"}, "INV-5"), ({"granted": True}, "missing")])
async def test_a_decision_that_contradicts_itself_is_refused(web: Web, body: dict[str, Any], rule: str) -> None:
    case_id, _, _ = await looked_into(web)
    zh, en = await refused(web.person(Role.SUPERVISOR, "susan"), case_id, "decide_appeal", body)
    assert zh["rule"] == en["rule"] == rule
