"""The sandbox's bank takes payments back, as the contract says (RES-12)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.builders.contracts import answer_schema, check, contract
from tests.support.processes.sandbox import Town

DOCUMENT = contract("payment")


async def raised(town: Town, state: str = "delivered", **change: Any) -> dict[str, Any]:
    order = await town.order(state)
    answer = await town.http.post("/chargebacks", json={"order_id": order["order_id"], **change})
    assert answer.status_code == 201, answer.text
    return answer.json()


def given(told: dict[str, Any], number: int = 1, kind: str = "evidence") -> dict[str, Any]:
    pack = {"goods": "1 × lamp", "policy": "terms"} if kind == "evidence" else None
    return {"key": f"CB-1.{number}", "chargeback_id": told["chargeback_id"], "kind": kind, "evidence": pack}


async def answered(town: Town, body: dict[str, Any]) -> Any:
    path = f"/payment/chargebacks/{body['chargeback_id']}/answer"
    return await town.http.post(path, json=body, headers={"Idempotency-Key": body["key"]})


async def test_lists_looks_and_answers_are_told_as_the_contract_says(town: Town) -> None:
    told = await raised(town)
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    body = given(told)
    calls = {
        "/chargebacks": ("get", await town.http.get("/payment/chargebacks", params={"since": since})),
        "/chargebacks/{chargeback_id}": ("get", await town.http.get(f"/payment/chargebacks/{told['chargeback_id']}")),
        "/chargebacks/{chargeback_id}/answer": ("post", await answered(town, body)),
    }
    for path, (method, answer) in calls.items():
        assert answer.status_code == 200
        schema = answer_schema(DOCUMENT, path, method, 200)
        assert schema is not None
        check(DOCUMENT, schema, answer.json())


async def test_the_same_answer_is_one_and_another_is_too_late(town: Town) -> None:
    told = await raised(town)
    first, again = [(await answered(town, given(told))).json() for _ in range(2)]
    assert first == again
    assert (first["status"], first["answer_key"]) == ("under_review", "CB-1.1")
    assert (await answered(town, given(told, number=2))).status_code == 409


async def test_giving_in_ends_it_and_no_refund_leaves_while_it_is_open(town: Town) -> None:
    told = await raised(town, "custom")
    refused = (await town.refund("custom", 100)).json()
    assert (refused["status"], "disputed" in refused["refusal"]) == ("refused", True)
    assert (await answered(town, given(told, kind="acceptance"))).json()["status"] == "accepted"
    assert (await town.refund("custom", 100)).json()["status"] == "accepted"


async def test_an_inquiry_takes_no_fee_and_a_won_chargeback_gives_it_back(town: Town) -> None:
    told = await raised(town, phase="inquiry")
    assert told["fee"] is None
    place = f"/chargebacks/{told['chargeback_id']}"
    taken = (await town.http.post(place, json={"status": "needs_response", "phase": "chargeback"})).json()
    won = (await town.http.post(place, json={"status": "won"})).json()
    assert (taken["fee"]["minor"], won["fee_returned"]) == (1_500, True)
