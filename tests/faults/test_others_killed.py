"""Server, database, API and partners are killed in the middle of something: nothing is lost, nothing is done twice, a retry is safe."""

import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import pytest

from models.common.vocabulary import Role
from tests.support.processes.moments import (
    REFUND,
    Books,
    Order,
    ends,
    faults,
    held,
    let_go,
    moved_once,
    seen,
    standing_still,
    trouble,
)
from tests.support.processes.redress import Case, Redress, until

Body = Mapping[str, Any]


def asked(redress: Redress, order: Order, path: str, body: Body, key: str) -> httpx.Response | None:
    """The customer sends it once. None: the API is away, or died before it answered."""
    headers = redress.headers(Role.CUSTOMER, order["customer_id"]) | {"Idempotency-Key": key}
    try:
        return httpx.post(f"{redress.settings.api_url}{path}", json={**body}, headers=headers, timeout=60, trust_env=False)
    except httpx.TransportError:
        return None


def unanswered(answer: httpx.Response | None) -> bool:
    """Nothing was heard; or, on a slow machine, that nobody knows yet."""
    return answer is None or answer.status_code == HTTPStatus.GATEWAY_TIMEOUT


def answered(redress: Redress, order: Order, path: str, body: Body, key: str) -> dict[str, Any]:
    """The customer sends it until there is an answer, and not only the advice to come back."""

    def ask() -> httpx.Response | None:
        answer = asked(redress, order, path, body, key)
        return None if answer is None or answer.status_code in {429, 503, 504} else answer

    answer = until(ask)
    assert answer.is_success, answer.text
    return answer.json()


def lost(redress: Redress, order: Order) -> Case:
    return redress.open_about(order, **LOST)


LOST = REFUND | {"issue": "logistics.lost"}
OPENING: Body = {"channel": "app", "description": "It is not as it should be.", **LOST}


def test_a_server_killed_while_a_refund_is_made_knows_of_it_afterwards(redress: Redress) -> None:
    order = redress.order("lost")
    trouble(redress, order, "refund", "hold")
    case = lost(redress, order)
    seen(lambda: held(redress, order), "the refund was never asked for")
    os.kill(redress.pids()["temporal"], signal.SIGKILL)
    let_go(redress, order)
    until(case.refunds)
    until(lambda: "The Temporal server is back" in redress.said())
    assert ends(case)["outcome"] == "resolved"
    moved_once(case)


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
def test_a_provider_killed_while_it_pays_pays_once(redress: Redress, fault: str) -> None:
    order = redress.order("lost")
    trouble(redress, order, "refund", fault, times=1, seconds=25)
    case = lost(redress, order)
    seen(lambda: not faults(redress, order), "the refund was never asked for")
    if fault == "timeout_after":
        until(case.refunds)
    redress.kill("sandbox")
    assert ends(case)["outcome"] == "resolved"
    moved_once(case)


@pytest.mark.parametrize("moment", ["before the case is started", "while the case is started"])
def test_a_case_whose_opening_the_api_did_not_survive_is_opened_once(redress: Redress, books: Books, moment: str) -> None:
    order, key = redress.order("lost"), uuid4().hex
    body = {**OPENING, "order_id": order["order_id"]}
    with ThreadPoolExecutor(1) as customer:
        lock = books.lock(("lock table openings in exclusive mode",))
        first = customer.submit(asked, redress, order, "/v1/cases", body, key)
        seen(lock.met, "the API never wrote of the opening")
        if moment == "before the case is started":
            redress.kill("api")
            lock.release()
        else:
            with standing_still(redress, "temporal"):
                before = len(books.read("select * from openings"))
                lock.release()
                seen(lambda: len(books.read("select * from openings")) > before, "the opening was never written down")
                os.kill(redress.pids()["api"], signal.SIGKILL)
        assert unanswered(first.result())
    again = [answered(redress, order, "/v1/cases", body, key) for _ in range(2)]
    assert again[0]["case_id"] == again[1]["case_id"]
    case = Case(redress, again[0]["case_id"], order)
    case.reaches("confirmation")
    moved_once(case)
    assert len(books.read("select case_id from cases where order_id = %s", order["order_id"])) == 1


def test_an_action_that_the_api_did_not_survive_is_done_once(redress: Redress, books: Books) -> None:
    order, key = redress.order("lost"), uuid4().hex
    case = lost(redress, order)
    case.reaches("confirmation")
    path, words = f"/v1/cases/{case.case_id}/add_words", {"words": "Thank you."}
    with ThreadPoolExecutor(1) as customer:
        lock = books.case_lock(case)
        first = customer.submit(asked, redress, order, path, words, key)
        seen(lock.met, "the action never came to the case")
        redress.kill("api")
        lock.release()
        assert unanswered(first.result())
    for _ in range(2):
        answered(redress, order, path, words, key)
    assert [saying["words"] for saying in case.view()["sayings"]].count(words["words"]) == 1
