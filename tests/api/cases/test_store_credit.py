"""Store credit over HTTP (RES-3): proposed where the policy offers it, asked for by the customer, refused where it does not."""

from typing import Any

from models.common.vocabulary import Role
from tests.support.processes.api import Web

CREDIT: dict[str, Any] = {"kind": "store_credit", "amount": {"minor": 5_000, "currency": "CNY"}}


def offering(*remedies: dict[str, Any]) -> dict[str, Any]:
    return {"options": [{"remedies": list(remedies), "why": "fair"}]}


async def test_a_merchant_offers_it_and_the_customer_has_it(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.waiting_for is not None and row.team is not None)
    merchant = web.person(Role.MERCHANT, "M-1")
    assert (await merchant.post(f"/v1/cases/{case_id}/propose", offering(CREDIT))).status_code == 200
    await web.row(case_id, lambda row: row.waiting_for == "choice")
    (proposal,) = (await customer.get(f"/v1/cases/{case_id}")).json()["proposals"]
    (option,) = proposal["options"]
    assert "balance" in option["steps"][0]["en"]
    offered = [(one["kind"], one["amount"]["minor"]) for one in option["remedies"]]
    assert offered == [("store_credit", 5_000), ("credit_bonus", 250)]
    assert proposal["amount"]["minor"] == 5_000
    assert (await customer.post(f"/v1/cases/{case_id}/accept", {"option": 1})).status_code == 200
    await web.row(case_id, lambda row: row.stage == "follow_up")
    remedy, bonus = (await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}")).json()["remedies"]
    assert (remedy["kind"], [part["to"] for part in remedy["parts"]]) == ("store_credit", ["balance"])
    assert (bonus["kind"], bonus["amount"]["minor"], bonus["parts"]) == ("credit_bonus", 250, [])
    ledger = (await customer.get(f"/v1/orders/{order}/ledger")).json()
    moved = [(entry["kind"], entry["amount"]["minor"]) for entry in ledger["entries"]]
    assert (moved.count(("arrived", 5_000)), moved.count(("bonus_given", 250))) == (1, 1)
    assert ledger["refunded"]["minor"] == 5_000


async def test_it_is_refused_where_the_policy_does_not_offer_it(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_on == "agent")
    answer = await web.person(Role.SUPERVISOR, "susan").post(f"/v1/cases/{case_id}/propose", offering(CREDIT))
    assert (answer.status_code, answer.json()["rule"]) == (422, "RES-3")
    assert "store_credit is no remedy for payment.refund_not_arrived" in answer.json()["detail"]
    assert (await customer.get(f"/v1/cases/{case_id}")).json()["proposals"] == []


async def test_nobody_offers_a_bonus_of_their_own(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.waiting_for is not None and row.team is not None)
    bonus = {"kind": "credit_bonus", "amount": {"minor": 9_000, "currency": "CNY"}}
    answer = await web.person(Role.SUPERVISOR, "susan").post(f"/v1/cases/{case_id}/propose", offering(CREDIT, bonus))
    assert (answer.status_code, answer.json()["rule"]) == (422, "RES-3")
    assert "added by the policy" in answer.json()["detail"]
    assert (await customer.get(f"/v1/cases/{case_id}")).json()["proposals"] == []


async def test_the_rules_of_a_refund_say_how_much(web: Web) -> None:
    customer, _, order = web.customer()
    body = {"order_id": order, "issue": "product.quality_defect"}
    (line,) = (await customer.post("/v1/eligibility", body)).json()["lines"]
    by_kind = {remedy["kind"]: remedy for remedy in line["remedies"]}
    assert "credit_bonus" not in by_kind  # nobody asks for it: it goes with the other
    credit, refund = by_kind["store_credit"], by_kind["refund_only"]
    assert {**credit, "kind": ""} == {**refund, "kind": ""}
    assert credit["allowed"]
