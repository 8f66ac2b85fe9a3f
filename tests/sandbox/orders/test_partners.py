"""The partners over HTTP: what happens once, what is refused, what they tell Redress, and what goes wrong on demand."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from models.common.partners import ProviderRefundStatus, Refund, Statement
from sandbox.app import create_app
from sandbox.kit.books import OtherSeedError
from sandbox.notifications import NOWHERE
from settings import ROOT
from tests.support.processes.ports import free_port
from tests.support.processes.sandbox import Town
from tests.support.processes.waiting import eventually

READS = [
    ("merchant", "order", "/merchant/orders/O-1001"),
    ("carrier", "shipments", "/carrier/shipments?order_id=O-1001"),
    ("payment", "payments", "/payment/payments?order_id=O-1001"),
]


async def given_back(town: Town, payment_id: str) -> int:
    return sum(
        refund["amount"]["minor"]
        for refund in await town.get("/books/refunds")
        if refund["payment_id"] == payment_id and refund["status"] != "refused"
    )


async def test_nobody_gets_in_without_the_token(town: Town) -> None:
    async with httpx.AsyncClient(base_url=town.address, trust_env=False) as stranger:
        for _, _, path in READS:
            answer = await stranger.get(path)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await stranger.post("/payment/refunds", json={})).status_code == 401
        assert (await stranger.get("/catalogue")).is_success


async def test_an_unknown_order_has_nothing(town: Town) -> None:
    assert (await town.http.get("/merchant/orders/O-1")).status_code == 404
    assert await town.get("/carrier/shipments", order_id="O-1") == {"shipments": []}
    assert await town.get("/payment/payments", order_id="O-1") == {"payments": []}
    assert (await town.http.get("/payment/refunds/nobody")).status_code == 404


async def test_an_unknown_state_names_the_known_ones(town: Town) -> None:
    answer = await town.http.get("/catalogue", params={"state": "exploded"})
    assert answer.status_code == 422
    assert "charged_twice" in answer.json()["detail"]


async def test_a_refund_asked_twice_is_paid_once(town: Town) -> None:
    first = await town.refund("late", 500, key="twice.R1.1.1")
    again = await town.refund("late", 500, key="twice.R1.1.1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["refund_id"] == again.json()["refund_id"]
    assert await given_back(town, first.json()["payment_id"]) == 500
    booked = next(refund for refund in await town.get("/books/refunds") if refund["key"] == "twice.R1.1.1")
    assert booked["calls"] == 2


async def test_a_refund_asked_by_many_at_once_is_paid_once(town: Town) -> None:
    answers = await asyncio.gather(*(town.refund("shipped_late", 700, key="race.R1.1.1") for _ in range(12)))
    assert {answer.json()["refund_id"] for answer in answers} == {answers[0].json()["refund_id"]}
    assert await given_back(town, answers[0].json()["payment_id"]) == 700


async def test_a_key_is_one_refund_for_ever(town: Town) -> None:
    await town.refund("late", 100, key="mine.R1.1.1")
    other = await town.refund("late", 200, key="mine.R1.1.1")
    assert other.status_code == 409
    assert "another refund" in other.json()["detail"]


async def test_a_refund_arrives_and_is_told_with_a_good_signature(town: Town) -> None:
    accepted = Refund.model_validate((await town.refund("delivered", 300)).json())
    assert accepted.status is ProviderRefundStatus.ACCEPTED
    [(_, partner, notice)] = await town.inbox.about(accepted.reference)
    told = Refund.model_validate(notice["payload"])
    assert (partner, notice["kind"], notice["order_id"]) == ("payment", "refund", "O-1001")
    assert told.status is ProviderRefundStatus.ARRIVED
    assert told.requested_at is not None
    assert told.arrived_at is not None
    assert told.arrived_at > told.requested_at
    now = Refund.model_validate(await town.get(f"/payment/refunds/{accepted.key}"))
    assert now == told
    payments = (await town.get("/payment/payments", order_id="O-1001"))["payments"]
    assert now.model_dump(mode="json") in payments[0]["refunds"]


@pytest.mark.parametrize(
    ("state", "change", "words"),
    [
        ("expensive", {"amount": {"minor": 10**9, "currency": "CNY"}}, "left to refund"),
        ("expensive", {"amount": {"minor": 100, "currency": "EUR"}}, "currency"),
        ("unpaid", {}, "not captured"),
        ("refund_pending", {}, "Only CNY 0.00"),
        ("expensive", {"payment_id": "P-nobody"}, "no payment"),
    ],
)
async def test_what_cannot_be_given_back_is_refused_with_words(
    town: Town, state: str, change: dict[str, Any], words: str
) -> None:
    answer = await town.refund(state, 100, **change)
    assert answer.status_code == 201
    refund = Refund.model_validate(answer.json())
    assert refund.status is ProviderRefundStatus.REFUSED
    assert refund.refusal is not None
    assert words in refund.refusal


async def test_no_more_than_was_paid_goes_back_however_many_ask(town: Town) -> None:
    order = await town.order("promotional")
    total = order["total"]["minor"]
    answers = await asyncio.gather(*(town.refund("promotional", total // 2) for _ in range(6)))
    assert sum(answer.json()["status"] != "refused" for answer in answers) == 2
    assert await given_back(town, answers[0].json()["payment_id"]) <= total


@pytest.mark.parametrize(
    ("partner", "recipient", "admits"),
    [("merchant", "M-1", True), ("merchant", "M-2", False), ("merchant", "M-4", None), ("carrier", "YTO", True)],
)
async def test_a_recipient_answers_by_its_temper(town: Town, partner: str, recipient: str, admits: bool | None) -> None:
    asked = await town.ask(partner, recipient, question="请说明情况")
    [(_, sender, notice)] = await town.inbox.about(asked["reference"])
    said = Statement.model_validate(notice["payload"])
    assert (sender, notice["kind"]) == (partner, "statement")
    assert (said.request_id, said.admits) == ("q1", admits)
    assert any(letter >= "\u4e00" for letter in said.words)


async def test_the_silent_say_nothing_until_their_temper_changes(town: Town) -> None:
    silent = await town.ask("merchant", "M-3")
    await town.put("/tempers", {"M-3": "denies"})
    loud = await town.ask("merchant", "M-3")
    [(_, _, notice)] = await town.inbox.about(loud["reference"])
    assert notice["payload"]["admits"] is False
    assert silent["reference"] not in {body["reference"] for _, _, body in town.inbox.taken}
    await town.http.delete("/tempers")
    assert (await town.get("/tempers"))["M-3"] == "silent"


async def test_whoever_is_asked_about_an_order_may_have_another_temper_for_it(town: Town) -> None:
    order = await town.order("late")
    await town.put("/tempers", {order["order_id"]: "explains"})
    for recipient in ("M-1", "M-3"):
        asked = await town.ask("merchant", recipient, order_id=order["order_id"])
        [(_, _, notice)] = await town.inbox.about(asked["reference"])
        assert notice["payload"]["admits"] is None
    other = await town.ask("merchant", "M-1", order_id="O-1001")
    [(_, _, notice)] = await town.inbox.about(other["reference"])
    assert notice["payload"]["admits"] is True


async def test_a_question_asked_twice_is_answered_once(town: Town) -> None:
    asked = await town.ask("merchant", "M-1")
    await town.ask("merchant", "M-1", key=asked["key"], reference=asked["reference"])
    await town.inbox.about(asked["reference"])
    booked = await town.get("/books/statements", reference=asked["reference"])
    assert [(one["key"], one["calls"]) for one in booked] == [(asked["key"], 2)]
    notices = [one for one in await town.get("/books/webhooks") if one["body"]["reference"] == asked["reference"]]
    assert len(notices) == 1


async def test_a_message_handed_over_twice_is_one_message(town: Town) -> None:
    key = uuid4().hex
    body = {"key": key, "channel": "sms", "to": "+86138", "locale": "zh", "subject": "", "body": "您好"}
    for _ in range(2):
        answer = await town.http.post("/notification/messages", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 202
    booked = [one for one in await town.get("/books/messages") if one["key"] == key]
    assert [(one["body"], one["calls"]) for one in booked] == [("您好", 2)]


async def test_an_address_that_does_not_exist_gets_nothing(town: Town) -> None:
    key = uuid4().hex
    body = {"key": key, "channel": "email", "to": f"li{NOWHERE}", "locale": "zh", "subject": "您好", "body": "您好"}
    answer = await town.http.post("/notification/messages", json=body, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["detail"]) == (422, f"li{NOWHERE} does not exist")
    assert not [one for one in await town.get("/books/messages") if one["key"] == key]


async def test_a_write_needs_its_key(town: Town) -> None:
    body = {"key": "k", "channel": "sms", "to": "x", "locale": "zh", "subject": "", "body": ""}
    for headers in ({}, {"Idempotency-Key": "other"}):
        answer = await town.http.post("/notification/messages", json=body, headers=headers)
        assert answer.status_code == 422
        assert "key" in answer.json()["detail"]


async def test_a_parcel_that_moves_is_told(town: Town) -> None:
    order = await town.order("in_transit")
    answer = await town.http.post(f"/parcels/{order['tracking'][0]}/scans", json={"status": "delivered", "place": "上海"})
    assert answer.is_success
    [parcel] = (await town.get("/carrier/shipments", order_id=order["order_id"]))["shipments"]
    assert parcel["status"] == "delivered"
    assert parcel["delivered_at"] is not None

    async def told() -> bool:
        return any(body["kind"] == "shipment" and body["payload"] == parcel for _, _, body in town.inbox.taken)

    assert await eventually(told)


async def test_a_notice_is_told_again_until_it_is_taken(town: Town) -> None:
    town.inbox.turn_away = 2
    refund = (await town.refund("delivered", 100)).json()
    taken = await town.inbox.about(refund["reference"])
    assert len(taken) == 1
    [booked] = [one for one in await town.get("/books/webhooks") if one["body"]["reference"] == refund["reference"]]
    assert booked["attempts"] >= 2


@pytest.mark.parametrize(("partner", "call", "path"), READS)
async def test_a_fault_strikes_its_call_as_often_as_it_was_told_to(town: Town, partner: str, call: str, path: str) -> None:
    await town.put("/faults", [{"partner": partner, "call": call, "fault": "error_500", "times": 2}])
    answers = [(await town.http.get(path)).status_code for _ in range(3)]
    assert answers == [500, 500, 200]
    assert await town.get("/faults") == []


async def test_too_many_calls_are_told_when_to_come_back(town: Town) -> None:
    await town.put("/faults", [{"partner": "merchant", "fault": "too_many_429", "seconds": 7}])
    answer = await town.http.get("/merchant/orders/O-1001")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


async def test_a_call_that_timed_out_has_acted_or_not(town: Town) -> None:
    for fault, done in (("timeout_before", 404), ("timeout_after", 200)):
        await town.put("/faults", [{"partner": "payment", "call": "refund", "fault": fault, "seconds": 30}])
        key = uuid4().hex
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await town.refund("delivered", 100, key=key)
        assert (await town.http.get(f"/payment/refunds/{key}")).status_code == done


async def test_garbage_comes_after_the_deed(town: Town) -> None:
    await town.put("/faults", [{"partner": "payment", "call": "refund", "fault": "garbage", "times": 1}])
    key = uuid4().hex
    answer = await town.refund("delivered", 100, key=key)
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()
    assert (await town.get(f"/payment/refunds/{key}"))["key"] == key


async def test_a_partner_that_refuses_says_so(town: Town) -> None:
    await town.put("/faults", [{"partner": partner, "fault": "refuse"} for partner in ("payment", "merchant")])
    refused = (await town.refund("delivered", 100)).json()
    assert refused["status"] == "refused"
    assert refused["refusal"]
    assert (await town.http.get("/merchant/orders/O-1001")).status_code == 422


async def test_notices_come_double_late_or_not_at_all(town: Town) -> None:
    told: dict[str, list[tuple[str, str]]] = {}
    for fault, count in (("duplicate_webhook", 3), ("reordered_webhooks", 2), ("no_webhook", 0)):
        await town.put("/faults", [{"partner": "payment", "call": "refund", "fault": fault}])
        refund = (await town.refund("delivered", 100)).json()
        notices = await town.inbox.about(refund["reference"], count)
        if not count:
            written = await town.get("/books/webhooks")
            assert refund["reference"] not in {one["body"]["reference"] for one in written}
        told[fault] = [(webhook_id, body["payload"]["status"]) for webhook_id, _, body in notices]
    assert {status for _, status in told["duplicate_webhook"]} == {"arrived"}
    assert len({webhook_id for webhook_id, _ in told["duplicate_webhook"]}) == 2
    assert [status for _, status in told["reordered_webhooks"]] == ["arrived", "accepted"]
    assert told["no_webhook"] == []


async def test_an_unknown_fault_is_refused_and_changes_nothing(town: Town) -> None:
    answer = await town.http.put("/faults", json=[{"partner": "payment", "fault": "earthquake"}])
    assert answer.status_code == 422
    assert await town.get("/faults") == []


@pytest.mark.slow
async def test_a_killed_sandbox_comes_back_with_its_books_faults_and_orders(tmp_path: Path, town: Town) -> None:
    port = free_port()

    def start() -> subprocess.Popen[bytes]:
        command = (sys.executable, "-m", "sandbox", "--port", str(port), "--data-dir", str(tmp_path))
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if httpx.get(f"{address}/healthz", trust_env=False).is_success:
                    return process
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError

    address = f"http://127.0.0.1:{port}"
    process = start()
    headers = {"Authorization": "Bearer sandbox"}
    async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as http:
        there = Town(address, http, town.inbox)
        refund = (await there.refund("delivered", 100)).json()
        before = await there.get("/merchant/orders/O-1042")
        await there.put("/faults", [{"partner": "carrier", "fault": "error_500"}])
        process.kill()
        process.wait()
        process = start()
        try:
            again = await there.refund("delivered", 100, key=refund["key"])
            assert (again.status_code, again.json()["refund_id"]) == (200, refund["refund_id"])
            assert await there.get("/merchant/orders/O-1042") == before
            assert (await http.get("/carrier/shipments?order_id=O-1001")).status_code == 500
        finally:
            process.kill()
            process.wait()


def test_another_seed_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    create_app(tmp_path, 1)
    with pytest.raises(OtherSeedError, match="--seed 1"):
        create_app(tmp_path, 2)
