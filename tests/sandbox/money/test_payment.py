"""The sandbox's payment provider refuses with a reason, and pays to the customer's balance instead (RES-5)."""

import pytest

from tests.support.processes.sandbox import Town


@pytest.mark.parametrize("code", ["account_closed", "card_expired"])
async def test_a_closed_way_is_refused_with_its_reason_and_the_balance_takes_the_money(town: Town, code: str) -> None:
    await town.put("/faults", [{"partner": "payment", "call": "refund", "fault": code}])
    refused = (await town.refund("two_methods", 100)).json()
    assert (refused["status"], refused["refusal_code"], refused["to"]) == ("refused", code, "original")
    paid = (await town.refund("two_methods", 100, to="balance")).json()
    assert (paid["status"], paid["refusal_code"], paid["to"]) == ("accepted", None, "balance")
    known = (await town.http.get(f"/payment/refunds/{paid['key']}")).json()
    assert known["to"] == "balance"


@pytest.mark.parametrize("webhooks", ["in order", "reordered"])
async def test_a_refund_that_comes_back_arrives_and_is_refused_then(town: Town, webhooks: str) -> None:
    faults = [{"partner": "payment", "call": "refund", "fault": "comes_back"}]
    if webhooks == "reordered":
        faults.append({"partner": "payment", "call": "refund", "fault": "reordered_webhooks"})
    await town.put("/faults", faults)
    made = (await town.refund("several_lines", 100)).json()
    told = await town.inbox.about(made["reference"], 4 if webhooks == "reordered" else 2)
    late = ["accepted", "arrived"] if webhooks == "reordered" else []
    assert [body["payload"]["status"] for _, _, body in told] == ["arrived", "refused", *late]
    known = (await town.http.get(f"/payment/refunds/{made['key']}")).json()
    assert (known["status"], known["refusal_code"]) == ("refused", "other")
    payments = await town.get("/payment/payments", order_id=made["order_id"])
    listed = {refund["key"]: refund["status"] for refund in payments["payments"][0]["refunds"]}
    assert listed[made["key"]] == "refused"
    await town.put("/faults", [])
    assert (await town.refund("several_lines", 100)).json()["status"] == "accepted", "its money is free again"


async def test_what_a_balance_cannot_mend_is_refused_there_too(town: Town) -> None:
    await town.put("/faults", [{"partner": "payment", "call": "refund", "fault": "refuse"}])
    refused = (await town.refund("two_methods", 100, to="balance")).json()
    assert (refused["status"], refused["refusal_code"]) == ("refused", "other")


async def test_the_same_key_to_another_place_is_another_refund_and_refused(town: Town) -> None:
    paid = (await town.refund("two_methods", 100)).json()
    again = await town.refund("two_methods", 100, key=paid["key"], to="balance")
    assert again.status_code == 409
