"""The database is killed while cases run, is away for a while, and comes back: nothing is lost, nothing is done twice, every caller is told.

Every case is brought to a moment of its own and held there; then the database is killed once, and all of them go on when it is back.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from models.common.vocabulary import Role
from tests.support.processes.databases import Postgres
from tests.support.processes.moments import REFUND, Books, Order, ends, held, let_go, moved_once, seen, trouble
from tests.support.processes.redress import Case, Redress, until

LOST = REFUND | {"issue": "logistics.lost"}
OPENING = {"channel": "app", "description": "It is not as it should be.", **LOST}
MOMENTS = (
    "while the money is set aside",
    "while the provider is at it, whose notice of the arrival finds nobody",
    "while the provider's yes is written down",
    "while the case is closed",
)
SETTING_ASIDE, AT_IT, WRITING_YES, CLOSING = MOMENTS


@dataclass
class Played:
    """What became of everything that was under way."""

    redress: Redress
    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    opened: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What the opening that was cut off, and sent again, was answered in the end; twice."""
    order: Order = field(default_factory=dict[str, Any])
    """Of that opening."""
    away: dict[str, httpx.Response] = field(default_factory=dict[str, httpx.Response])
    """What callers were answered while there was no database."""


def ask(
    redress: Redress, who: str | None, method: str, path: str, *, body: object = None, key: str | None = None
) -> httpx.Response:
    """Once, and no more, whatever the answer is. `who`: a customer; None: a supervisor."""
    headers = redress.headers(Role.CUSTOMER, who) if who else redress.headers(Role.SUPERVISOR, "sun")
    headers |= {"Idempotency-Key": key or uuid4().hex} if method == "POST" else {}
    return httpx.request(method, f"{redress.settings.api_url}{path}", json=body, headers=headers, timeout=60, trust_env=False)


@pytest.fixture(scope="module")
def played(redress_with_own_database: tuple[Redress, Postgres]) -> Played:
    redress, database = redress_with_own_database
    before = Books(redress.environment["REDRESS_DATABASE_URL"])
    played, key = Played(redress), uuid4().hex
    orders = {moment: redress.order("lost") for moment in MOMENTS}
    played.order = redress.order("lost")
    with ThreadPoolExecutor(2) as people:
        for moment in (AT_IT, WRITING_YES):
            trouble(redress, orders[moment], "refund", "hold")
        locks = {SETTING_ASIDE: before.order_lock(orders[SETTING_ASIDE])}
        played.cases = {moment: redress.open_about(orders[moment], **LOST) for moment in MOMENTS}
        seen(lambda: before.waits_for(played.cases[CLOSING]) == "confirmation", CLOSING)
        locks[CLOSING] = before.case_lock(played.cases[CLOSING])
        confirmed = people.submit(played.cases[CLOSING].act, Role.CUSTOMER, "confirm")
        seen(lambda: held(redress, orders[AT_IT]) and held(redress, orders[WRITING_YES]), AT_IT)
        locks[WRITING_YES] = before.order_lock(orders[WRITING_YES])
        let_go(redress, orders[WRITING_YES])
        locks["opening"] = before.lock(("lock table openings in exclusive mode",))
        body = OPENING | {"order_id": played.order["order_id"]}
        opening = people.submit(ask, redress, played.order["customer_id"], "POST", "/v1/cases", body=body, key=key)
        for moment, lock in locks.items():
            seen(lock.met, f"never seen {moment}")

        database.kill()
        for lock in locks.values():
            lock.lost()
        before.close()
        played.away = {"opening": opening.result(), **while_away(played, body, key)}
        let_go(redress, orders[AT_IT])
        seen(lambda: turned_away(redress, played.cases[AT_IT]), AT_IT)
        database.start()

        for _ in range(2):
            played.opened.append(until(lambda: taken(sent_again(played, body, key))).json())
        confirmed.result()
    return played


def while_away(played: Played, body: object, key: str) -> dict[str, httpx.Response]:
    redress, case = played.redress, played.cases[AT_IT]
    path = f"/v1/cases/{case.case_id}"
    return {
        "the opening again": sent_again(played, body, key),
        "an action": ask(redress, case.order["customer_id"], "POST", f"{path}/add_words", body={"words": "Well?"}),
        "a view": ask(redress, None, "GET", path),
        "a list": ask(redress, None, "GET", "/v1/cases"),
        "an order's money": ask(redress, None, "GET", f"/v1/orders/{case.order['order_id']}/ledger"),
        "readiness": ask(redress, None, "GET", "/readyz"),
    }


def sent_again(played: Played, body: object, key: str) -> httpx.Response:
    return ask(played.redress, played.order["customer_id"], "POST", "/v1/cases", body=body, key=key)


def taken(answer: httpx.Response) -> httpx.Response | None:
    """None: come back later."""
    return None if answer.status_code == 503 else answer


def turned_away(redress: Redress, case: Case) -> bool:
    """Whether a notice of the provider came while there was no database, and will come again."""
    about = [notice for notice in redress.books("webhooks") if notice["body"]["reference"] == case.case_id]
    return any(notice["attempts"] and not notice["delivered_at"] for notice in about)


@pytest.mark.parametrize("moment", MOMENTS)
def test_money_moves_once_when_the_database_is_killed(played: Played, moment: str) -> None:
    case = played.cases[moment]
    assert (case.closes() if moment is CLOSING else ends(case))["outcome"] == "resolved"
    moved_once(case)


def test_an_opening_that_the_database_did_not_survive_is_opened_once(played: Played) -> None:
    first, again = played.opened
    assert first["case_id"] == again["case_id"]
    case = Case(played.redress, first["case_id"], played.order)
    assert ends(case)["outcome"] == "resolved"
    moved_once(case)
    assert cases_about(played.redress, played.order) == [case.case_id]


def test_callers_are_told_to_come_back_while_the_database_is_away(played: Played) -> None:
    readiness = played.away.pop("readiness")
    assert (readiness.status_code, readiness.json()["checks"]["database"]) == (503, "unreachable")
    for what, answer in played.away.items():
        assert answer.status_code == 503, (what, answer.text)
        assert answer.headers["Content-Type"].startswith("application/problem+json"), what
        assert int(answer.headers["Retry-After"]) > 0, what
        assert answer.json()["type"].endswith("unavailable"), what


def test_nobody_loses_anything_by_a_database_that_dies_again_and_again(
    redress_with_own_database: tuple[Redress, Postgres],
) -> None:
    redress, database = redress_with_own_database
    orders = [redress.order("charged_twice") for _ in range(8)]
    before = redress.pids()

    def lived(order: Order) -> Case:
        case = redress.open_about(order, **REFUND)
        assert ends(case)["outcome"] == "resolved"
        return case

    with ThreadPoolExecutor(len(orders)) as customers:
        lives = [customers.submit(lived, order) for order in orders]
        for refunds in (0, 2, 5):
            seen(lambda refunds=refunds: refunded(redress, orders) >= refunds, f"never {refunds} refunds")
            database.kill()
            database.start()
        cases = [life.result() for life in lives]
    for case in cases:
        moved_once(case)
        assert cases_about(redress, case.order) == [case.case_id]
    assert redress.pids() == before  # nobody had to be started again
    assert set(failures(redress)) <= {"503", "504"}


def cases_about(redress: Redress, order: Order) -> list[str]:
    """By the tables of the database that came back."""
    with closing(Books(redress.environment["REDRESS_DATABASE_URL"])) as books:
        return [row["case_id"] for row in books.read("select case_id from cases where order_id = %s", order["order_id"])]


def refunded(redress: Redress, orders: list[Order]) -> int:
    """How many of these orders have a refund in the provider's books."""
    ids = {order["order_id"] for order in orders}
    return len({refund["order_id"] for refund in redress.books("refunds")} & ids)


def failures(redress: Redress) -> list[str]:
    """The statuses from 500 on that the API gave anybody."""
    shown = ask(redress, None, "GET", "/metrics").text
    found = re.findall(r'^redress_http_requests_total\{.*status="(5\d\d)"\}', shown, re.MULTILINE)
    assert found
    return found
