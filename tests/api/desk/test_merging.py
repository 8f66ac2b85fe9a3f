"""Merged cases over HTTP (WRK-7): lists and queues, and that whatever is told on the old number reaches whoever decides by now."""

import json
import uuid

from models.common.vocabulary import Role
from tests.support.builders.notices import signed
from tests.support.processes.api import Person, Web

A, S = Role.AGENT, Role.SUPERVISOR
WHY = {"reason": "同一件事"}
FIRST = {"issue": "payment.refund_not_arrived", "description": "退款没到"}
SECOND = {"issue": "product.quality_defect", "description": "坏了，钱也没退"}


async def told_twice(web: Web) -> tuple[Person, str, str, str, str]:
    """The customer, the order, two cases about it, and the question of the second that waits for the merchant's word."""
    customer, _, order = web.customer()
    cases = [await web.open(customer, order_id=order, **told) for told in (FIRST, SECOND)]
    for case_id in cases:
        await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    asked = await web.person(S, "susan").post(f"/v1/cases/{cases[1]}/ask", {"of": "merchant", "question": "发货前检查过吗？"})
    assert asked.status_code == 200, asked.text
    return customer, order, cases[0], cases[1], asked.json()["requests"][-1]["id"]


async def merge(web: Web, case_id: str, into: str) -> None:
    answer = await web.person(S, "susan").post(f"/v1/cases/{case_id}/merge", {"into": into, **WHY})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["merged"]["into"], answer.json()["merged"]["done"]) == (into, True)
    await web.row(case_id, lambda row: row.merged_into == into and row.outcome == "merged" and row.closed_at is not None)


async def said(web: Web, case_id: str) -> list[str]:
    view = (await web.person(S, "susan").get(f"/v1/cases/{case_id}?live=true")).json()
    return [one["words"] for one in view["sayings"]]


async def test_a_merged_case_is_found_by_where_it_went_and_is_no_open_work(web: Web) -> None:
    customer, order, first, second, _ = await told_twice(web)
    await merge(web, second, first)
    boss = web.person(S, "susan")

    async def listed(query: str) -> list[str]:
        return [case["case_id"] for case in (await boss.get(f"/v1/cases?order_id={order}&{query}")).json()["cases"]]

    assert await listed("merged=true") == await listed(f"merged_into={first}") == await listed("outcome=merged") == [second]
    assert await listed("merged=false") == [first]
    assert await listed("unassigned=true") == await listed("stage=investigation&stage=resolution") == [first]
    shown = (await customer.get(f"/v1/cases/{second}")).json()
    assert (shown["merged"]["into"], shown["merged"]["reason"], shown["merged"]["by"]) == (first, "同一件事", None)
    letters = (await customer.get("/v1/inbox")).json()["messages"]
    assert any(letter["event"] == "case.merged" and first in letter["body"] for letter in letters)


async def test_what_is_told_on_the_old_number_reaches_the_case_that_goes_on(web: Web) -> None:
    customer, order, first, second, question = await told_twice(web)
    await merge(web, second, first)
    added = await customer.post(f"/v1/cases/{second}/add_words", {"words": "有消息吗？"})
    assert (added.status_code, added.json()["case_id"]) == (200, first)
    again = await customer.post("/v1/cases", {"kind": "after_sales", "order_id": order, **SECOND, "description": "还是坏的"})
    assert (again.status_code, again.json()["case_id"], again.json()["joined"]) == (200, first, True)
    told = {"kind": "statement", "reference": second, "payload": {"request_id": question, "words": "检查过", "admits": False}}
    content = json.dumps(told)
    headers = signed(web.settings, content, number=uuid.uuid4().hex, of="merchant")
    assert (await web.http.post("/v1/webhooks/merchant", content=content, headers=headers)).json() == {"result": "taken"}
    assert await said(web, first) == ["坏了，钱也没退", "有消息吗？", "还是坏的", "检查过"]
    seen_by_customer = (await customer.get(f"/v1/cases/{first}?live=true")).json()["sayings"]
    assert "检查过" not in [one["words"] for one in seen_by_customer]  # an answer to us
    refused = await customer.post(f"/v1/cases/{second}/withdraw", {})
    assert (refused.status_code, refused.json()["merged_into"], refused.json()["rule"]) == (409, first, "WRK-7")


async def test_un_merged_the_old_number_counts_again(web: Web) -> None:
    customer, order, first, second, _ = await told_twice(web)
    await merge(web, second, first)
    agent = web.person(A, "zhou", str((await web.row(second)).team))
    undone = await agent.post(f"/v1/cases/{second}/unmerge", {"reason": "是两件事"})
    assert (undone.status_code, undone.json()["merged"]) == (200, None)
    await web.row(second, lambda row: row.stage == "investigation" and row.merged_into is None)
    assert await said(web, first) == []
    added = await customer.post(f"/v1/cases/{second}/add_words", {"words": "有消息吗？"})
    assert added.json()["case_id"] == second
    again = await customer.post("/v1/cases", {"kind": "after_sales", "order_id": order, **SECOND})
    assert (again.json()["case_id"], again.json()["joined"]) == (second, True)


async def test_cases_of_others_and_unknown_ones_are_named_as_such(web: Web) -> None:
    _, _, first, second, _ = await told_twice(web)
    _, _, strange, *_ = await told_twice(web)
    boss = web.person(S, "susan")
    for into in (strange, "RD-NONE", second):
        answer = await boss.post(f"/v1/cases/{second}/merge", {"into": into, **WHY})
        assert (answer.status_code, answer.json()["field"], answer.json()["rule"]) == (422, "into", "WRK-7")
    await merge(web, second, first)
    answer = await boss.post(f"/v1/cases/{first}/merge", {"into": second, **WHY})
    assert (answer.status_code, answer.json()["field"]) == (409, "into")
    results = (await boss.post("/v1/bulk/merge", {"cases": [second], "body": {"into": first, **WHY}})).json()["results"]
    assert results[0]["problem"]["merged_into"] == first
