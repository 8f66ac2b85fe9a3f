"""Chargebacks over HTTP (RES-12): told by signed webhooks, listed, answered by people within their limits, sent by the loop."""

from typing import Any

import pytest

from models.chargebacks.partner import AnswerKind, ChargebackStatus
from models.common.base import Money
from models.common.vocabulary import Role
from tests.support.processes.api import Web
from tests.support.processes.charged_back import charged_back, send
from tests.support.processes.waiting import eventually
from tests.support.refusals import reused


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


def actions(view: dict[str, Any]) -> list[str]:
    return [action["action"] for action in view["available_actions"]]


async def test_an_agent_sends_the_evidence_that_was_shown_once_and_it_is_booked_as_it_ends(web: Web) -> None:
    made = await charged_back(web)
    agent = web.person(Role.AGENT, "alice")
    shown = await eventually(lambda: made.seen_by(agent), lambda view: view["evidence"]["deliveries"])  # its own case has looked
    assert (shown["phase"], shown["status"], shown["answer"]) == ("chargeback", "needs_response", None)
    assert actions(shown) == ["contest", "accept"]
    (contest, _) = shown["available_actions"]
    body = {**contest["decides"], "words": "They signed for it."}
    sent = await agent.post(contest["href"], body, idempotency_key="cb-1")
    again = await agent.post(contest["href"], body, idempotency_key="cb-1")
    assert (sent.status_code, sent.json()["answer"]["state"]) == (200, "approved")
    assert again.json()["answer"] == sent.json()["answer"]
    assert reused(await agent.post(contest["href"], {"words": "Other words."}, idempotency_key="cb-1"))
    assert (await agent.post(f"{made.address}/accept", {})).status_code == 409
    await made.followed.loop.look()
    (answer,) = made.answers
    assert (answer.kind, answer.evidence and answer.evidence.words) == (AnswerKind.EVIDENCE, "They signed for it.")
    await made.again(status=ChargebackStatus.WON)
    over = await made.seen_by(agent)
    assert (over["status"], over["lost"], actions(over)) == ("won", None, [])
    events = [entry["event"] for entry in over["history"]]
    assert events == [f"chargeback.{what}" for what in ("opened", "answer_approved", "answer_sent", "moved", "closed")]
    assert all(entry["text"] for entry in over["history"])


async def test_nobody_sends_evidence_that_has_changed_since_they_saw_it(web: Web) -> None:
    made = await charged_back(web)
    agent = web.person(Role.AGENT, "alice")
    stale = await agent.post(f"{made.address}/contest", {"evidence_digest": "another"})
    assert (stale.status_code, stale.json()["field"]) == (409, "evidence_digest")
    assert (await made.seen_by(agent))["answer"] is None


async def test_giving_in_to_a_large_one_waits_for_another_person(web: Web) -> None:
    made = await charged_back(web, minor=300_000)
    agent, boss = web.person(Role.AGENT, "alice"), web.person(Role.SUPERVISOR, "sam")
    proposed = (await agent.post(f"{made.address}/accept", {})).json()
    assert proposed["answer"]["state"] == "proposed"
    assert actions(proposed) == []
    assert (await agent.post(f"{made.address}/approve", {"answer": 1})).status_code == 403
    await made.followed.loop.look()
    assert made.answers == []
    assert actions(await made.seen_by(boss)) == ["approve", "decline"]
    stale = await boss.post(f"{made.address}/approve", {"answer": 2})
    assert stale.status_code == 409
    assert (await boss.post(f"{made.address}/approve", {"answer": 1})).json()["answer"]["state"] == "approved"
    await made.followed.loop.look()
    over = await made.seen_by(boss)
    assert (over["status"], over["lost"]) == ("accepted", {"minor": 300_000, "currency": "CNY"})


async def test_a_declined_proposal_leaves_it_as_it_was(web: Web) -> None:
    made = await charged_back(web, minor=300_000)
    agent, boss = web.person(Role.AGENT, "alice"), web.person(Role.SUPERVISOR, "sam")
    await agent.post(f"{made.address}/contest", {})
    declined = (await boss.post(f"{made.address}/decline", {"answer": 1, "words": "Ask the carrier first."})).json()
    assert (declined["answer"], actions(declined)) == (None, ["contest", "accept"])


async def test_merchants_see_their_own_without_the_evidence_and_customers_see_none(web: Web) -> None:
    made = await charged_back(web)
    merchant, other = web.person(Role.MERCHANT, made.merchant), web.person(Role.MERCHANT, "M-OTHER")
    shown = await made.seen_by(merchant)
    assert shown["status"] == "needs_response"
    assert "evidence" not in shown or shown["evidence"] is None
    assert (await other.get(made.address)).status_code == 404
    assert (await web.person(Role.CUSTOMER, "C-1").get(made.address)).status_code == 403
    listed = (await merchant.get("/v1/chargebacks?open=true")).json()["chargebacks"]
    assert [one["order_id"] for one in listed] == [made.told.order_id]
    assert (await other.get("/v1/chargebacks")).json()["chargebacks"] == []
    opened = [message["event"] for message in (await merchant.get("/v1/inbox")).json()["messages"]]
    assert "chargeback.opened" in opened


async def test_lists_are_filtered_and_paged(web: Web) -> None:
    made = [await charged_back(web) for _ in range(3)]
    boss = web.person(Role.SUPERVISOR, "sam")
    await made[0].again(status=ChargebackStatus.LOST)
    of_order = f"order_id={made[0].told.order_id}"
    assert len((await boss.get(f"/v1/chargebacks?{of_order}&status=lost")).json()["chargebacks"]) == 1
    assert (await boss.get(f"/v1/chargebacks?{of_order}&open=true")).json()["chargebacks"] == []
    page = (await boss.get("/v1/chargebacks?limit=1")).json()
    follow = (await boss.get(page["next"])).json()
    assert page["chargebacks"][0]["heard_at"] >= follow["chargebacks"][0]["heard_at"]


async def test_the_same_webhook_again_and_one_that_names_nothing_change_nothing(web: Web) -> None:
    made = await charged_back(web)
    body = {"kind": "chargeback", "payload": {"chargeback_id": made.told.chargeback_id}}
    number = f"again-{made.told.chargeback_id}"
    assert [(await send(web, body, number)).json()["result"] for _ in range(2)] == ["taken", "replayed"]
    nameless = await send(web, {"kind": "chargeback", "payload": {"status": "lost"}})
    assert (nameless.status_code, nameless.json()["field"]) == (422, "payload.chargeback_id")


async def test_a_word_that_the_provider_does_not_confirm_moves_no_money(web: Web) -> None:
    made = await charged_back(web)
    lie = made.told.model_dump(mode="json") | {"status": "won"}
    await send(web, {"kind": "chargeback", "payload": lie})
    await made.followed.loop.look()
    assert (await made.seen_by(web.person(Role.AGENT, "alice")))["status"] == "needs_response"


async def test_what_a_customer_keeps_is_in_the_orders_ledger(web: Web) -> None:
    made = await charged_back(web, fee=Money(minor=1_500))
    await made.again(status=ChargebackStatus.PARTLY_LOST, lost=Money(minor=2_900), fee=Money(minor=1_500))
    boss = web.person(Role.SUPERVISOR, "sam")
    shown = await made.seen_by(boss)
    assert (shown["lost"]["minor"], shown["fee"]["minor"], shown["twice"]) == (2_900, 1_500, None)
