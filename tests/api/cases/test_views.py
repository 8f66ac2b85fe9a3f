"""Lists, views and timelines, on both databases."""

import asyncio
import base64
import itertools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.case.state import CaseState
from models.common.vocabulary import Locale, Role
from models.tables.case import CaseRow, MessageRow
from tests.support.builders.cases import case_row
from tests.support.processes.api import Person, Web

START = datetime(2026, 1, 5, tzinfo=UTC)
_numbers = itertools.count(1)


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


def a_row(merchant: str, chance: random.Random) -> CaseRow:
    """A case as the table holds it; many share their values, some have none."""
    return case_row(
        f"RD-ROW{next(_numbers):06d}",
        kind=chance.choice(["inquiry", "after_sales", "complaint"]),
        stage=chance.choice(["investigation", "resolution", "closed"]),
        customer_id=f"C-R{chance.randrange(5)}",
        order_id="O-ROW",
        merchant_id=merchant,
        issue=chance.choice(["logistics.delay", "product.quality_defect"]),
        priority=chance.choice(["P1", "P2", "P3", None]),
        team=chance.choice(["logistics", "after_sales", None]),
        waiting_on=chance.choice(["customer", "merchant"]),
        next_deadline=chance.choice([None, *(START + timedelta(hours=hour) for hour in range(6))]),
        sla_state=chance.choice(["on_time", "warned", "missed"]),
        amount_minor=chance.choice([0, 100, 12_900]),
        opened_at=START + timedelta(minutes=chance.randrange(20)),
        updated_at=START + timedelta(minutes=chance.randrange(20)),
    )


async def some_rows(web: Web, count: int = 60) -> tuple[Person, list[CaseRow]]:
    merchant = f"M-ROWS{next(_numbers)}"
    chance = random.Random(7)  # noqa: S311 # any numbers will do
    rows = [a_row(merchant, chance) for _ in range(count)]
    async with web.service.database.writing() as session:
        session.add_all(rows)
    return web.person(Role.MERCHANT, merchant), rows


async def every_page(who: Person, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following is not None:
        answer = await who.get(following)
        assert answer.status_code == 200, answer.text
        found += answer.json()["cases"]
        following = answer.json()["next"]
    return found


@pytest.mark.parametrize("name", ["opened_at", "updated_at", "next_deadline", "priority", "amount"])
@pytest.mark.parametrize("sign", ["", "-"])
async def test_pages_neither_skip_nor_repeat_a_case_in_any_order(web: Web, name: str, sign: str) -> None:
    merchant, rows = await some_rows(web)
    found = await every_page(merchant, f"/v1/cases?sort={sign}{name}&limit=7")
    column = "amount_minor" if name == "amount" else name

    def place(row: CaseRow) -> tuple[Any, str]:
        value = getattr(row, column)
        return (value if value is not None else "", row.case_id)

    there = [row for row in rows if getattr(row, column) is not None]
    empty = [row for row in rows if getattr(row, column) is None]
    expected = [row.case_id for some in (there, empty) for row in sorted(some, key=place, reverse=sign == "-")]
    assert [case["case_id"] for case in found] == expected


async def test_a_case_opened_while_one_pages_disturbs_no_page(web: Web) -> None:
    merchant, rows = await some_rows(web, 20)
    first = (await merchant.get("/v1/cases?limit=10")).json()
    newer = a_row(str(rows[0].merchant_id), random.Random(1))  # noqa: S311
    newer.opened_at = START + timedelta(days=9)
    async with web.service.database.writing() as session:
        session.add(newer)
    rest = await every_page(merchant, first["next"])
    assert sorted(case["case_id"] for case in (*first["cases"], *rest)) == sorted(row.case_id for row in rows if row is not newer)


Fits = Callable[[CaseRow], bool]
FILTERS: list[tuple[str, Fits]] = [
    ("stage=closed", lambda row: row.stage == "closed"),
    ("stage=closed&stage=resolution", lambda row: row.stage in {"closed", "resolution"}),
    ("kind=complaint&sla_state=missed", lambda row: row.kind == "complaint" and row.sla_state == "missed"),
    ("issue=logistics.delay", lambda row: row.issue == "logistics.delay"),
    ("priority=P1", lambda row: row.priority == "P1"),
    ("waiting_on=customer", lambda row: row.waiting_on == "customer"),
    ("customer_id=C-R1", lambda row: row.customer_id == "C-R1"),
    ("order_id=O-NONE", lambda _: False),
    ("team=logistics", lambda row: row.team == "logistics"),
    ("opened_from=2026-01-05T00:10:00Z", lambda row: row.opened_at >= START + timedelta(minutes=10)),
    ("opened_to=2026-01-05T00:10:00Z", lambda row: row.opened_at < START + timedelta(minutes=10)),
]


@pytest.mark.parametrize(("query", "fits"), FILTERS, ids=[query for query, _ in FILTERS])
async def test_a_filter_shows_what_fits_it_and_nothing_else(web: Web, query: str, fits: Fits) -> None:
    merchant, rows = await some_rows(web)
    found = await every_page(merchant, f"/v1/cases?{query}&limit=11")
    assert sorted(case["case_id"] for case in found) == sorted(row.case_id for row in rows if fits(row))


def a_cursor(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


BAD_PLACES: list[tuple[object, object]] = [(10**30, "RD-1"), (1, "\ud800"), (1, "\x00"), ([], "RD-1"), (1, [])]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("sort=colour", "sort"),
        ("stage=nowhere", "stage.0"),
        ("colour=red", "colour"),
        ("cursor=nonsense", "cursor"),
        ("cursor=W10=", "cursor"),
        *((f"sort=amount&cursor={a_cursor('amount', value, case)}", "cursor") for value, case in BAD_PLACES),
        (f"sort=updated_at&cursor={a_cursor('updated_at', '0001-01-01T00:00:00+14:00', 'RD-1')}", "cursor"),
        ("opened_from=0001-01-01T00:00:00%2B14:00", "opened_from"),
        ("opened_from=yesterday", "opened_from"),
        ("customer_id=C%001", "customer_id"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_by_name(web: Web, query: str, field: str) -> None:
    answer = await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_cursor_of_one_order_does_not_serve_another(web: Web) -> None:
    merchant, _ = await some_rows(web, 5)
    following = (await merchant.get("/v1/cases?limit=2&sort=priority")).json()["next"]
    answer = await merchant.get(following.replace("sort=priority", "sort=amount"))
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


async def test_an_analyst_sees_every_case_and_nobodys_words(web: Web) -> None:
    customer, customer_id, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect", description="my secret words")
    await web.row(case_id, lambda row: row.team is not None)
    await customer.post(f"/v1/cases/{case_id}/withdraw", {"reason": "more secret words"})
    await web.row(case_id, lambda row: row.stage == "closed")
    analyst = web.person(Role.ANALYST, "ann")
    for path in ("", "?live=true", "/timeline"):
        answer = await analyst.get(f"/v1/cases/{case_id}{path}")
        assert answer.status_code == 200
        assert "secret" not in answer.text
        assert customer_id not in answer.text
    listed = (await analyst.get(f"/v1/cases?order_id={order}")).json()["cases"]
    assert [(case["case_id"], case["customer_id"]) for case in listed] == [(case_id, "—")]
    assert (await analyst.get(f"/v1/cases?customer_id={customer_id}")).status_code == 403


async def test_the_view_says_what_the_caller_may_do_and_where(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None)
    offered = {
        action["action"]: action["href"] for action in (await customer.get(f"/v1/cases/{case_id}")).json()["available_actions"]
    }
    assert offered["withdraw"] == f"/v1/cases/{case_id}/withdraw"
    assert "take" not in offered
    agents = {
        action["action"] for action in (await web.person(Role.AGENT, "a").get(f"/v1/cases/{case_id}")).json()["available_actions"]
    }
    assert {"take", "find"} <= agents
    assert (await customer.post(offered["withdraw"], {})).status_code == 200


async def test_the_timeline_is_told_in_the_readers_language_and_only_what_concerns_them(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    chinese = (await customer.get(f"/v1/cases/{case_id}/timeline", accept_language="zh-CN")).json()["entries"]
    english = (await customer.get(f"/v1/cases/{case_id}/timeline", accept_language="en")).json()["entries"]
    assert [entry["version"] for entry in chinese] == [entry["version"] for entry in english]
    assert chinese[0]["text"] != english[0]["text"]
    events = {entry["event"] for entry in english}
    assert "case.opened" in events
    assert "case.graded" not in events
    staff = (await web.person(Role.AGENT, "a").get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
    assert "case.graded" in {entry["event"] for entry in staff}
    part = (await web.person(Role.AGENT, "a").get(f"/v1/cases/{case_id}/timeline?limit=2")).json()
    rest = (await web.person(Role.AGENT, "a").get(part["next"])).json()
    assert [entry["version"] for entry in (part["entries"] + rest["entries"])] == [entry["version"] for entry in staff][:4]


async def test_following_a_case_shows_each_event_once_and_ends_when_it_closes(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    following = asyncio.create_task(customer.follow(f"/v1/cases/{case_id}/events"))
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    await customer.post(f"/v1/cases/{case_id}/withdraw", {})
    seen = await following
    assert seen[-1]["event"] == "end"
    versions = [int(event["id"]) for event in seen[:-1]]
    listed = (await customer.get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
    assert versions == [entry["version"] for entry in listed]
    assert [event["data"]["text"] for event in seen[:-1]] == [entry["text"] for entry in listed]


async def test_following_goes_on_where_it_broke_off(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    first = await customer.follow(f"/v1/cases/{case_id}/events", most=2)
    await customer.post(f"/v1/cases/{case_id}/withdraw", {})
    rest = await customer.follow(f"/v1/cases/{case_id}/events", last_event_id=first[-1]["id"])
    versions = [int(event["id"]) for event in (*first, *rest[:-1])]
    assert versions == [entry["version"] for entry in (await customer.get(f"/v1/cases/{case_id}/timeline")).json()["entries"]]
    assert len(set(versions)) == len(versions)


async def a_message(web: Web, role: Role, recipient: str, channel: str = "inbox", version: int | None = None) -> int:
    row = MessageRow(
        case_id="RD-M",
        version=version or next(_numbers),
        event="case.opened",
        recipient_role=role.value,
        recipient_id=recipient,
        channel=channel,
        locale="zh",
        subject="已受理",
        body="我们已收到您的申请。",
        state="sent",
        created_at=START,
    )
    async with web.service.database.writing() as session:
        session.add(row)
        await session.flush()
        assert row.id is not None
        return row.id


async def test_everyone_reads_their_own_messages_the_newest_first(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-INBOX")
    numbers = [await a_message(web, Role.CUSTOMER, "C-INBOX") for _ in range(5)]
    await a_message(web, Role.CUSTOMER, "C-INBOX", channel="email")
    await a_message(web, Role.CUSTOMER, "C-OTHER")
    await a_message(web, Role.MERCHANT, "C-INBOX")
    first = (await customer.get("/v1/inbox?limit=3")).json()
    rest = (await customer.get(first["next"])).json()
    assert [message["id"] for message in first["messages"] + rest["messages"]] == numbers[::-1]
    assert (first["unread"], rest["next"]) == (5, None)
    assert (await customer.post(f"/v1/inbox/{numbers[0]}/read")).json()["read_at"]
    again = (await customer.get("/v1/inbox?unread=true")).json()
    assert (again["unread"], numbers[0] in [message["id"] for message in again["messages"]]) == (4, False)


async def test_teams_share_their_messages(web: Web) -> None:
    logistics = await a_message(web, Role.AGENT, "team:logistics")
    payments = await a_message(web, Role.AGENT, "team:payments")
    nobodys = await a_message(web, Role.AGENT, "team:all")
    own = await a_message(web, Role.AGENT, "lily")
    superior = await a_message(web, Role.SUPERVISOR, "team:payments")

    async def seen_by(who: Person) -> set[int]:
        return {message["id"] for message in (await who.get("/v1/inbox?limit=200")).json()["messages"]}

    everything = {logistics, payments, nobodys, own, superior}
    assert await seen_by(web.person(Role.AGENT, "lily", "logistics")) & everything == {logistics, nobodys, own}
    assert await seen_by(web.person(Role.AGENT, "max")) & everything == {logistics, payments, nobodys}
    assert await seen_by(web.person(Role.SUPERVISOR, "susan")) & everything == {superior}


async def test_what_an_agent_is_told_by_name_is_not_there_again_as_one_of_the_team(web: Web) -> None:
    tina, colleague = web.person(Role.AGENT, "tina", "technical"), web.person(Role.AGENT, "tom", "technical")
    unread = (await tina.get("/v1/inbox")).json()["unread"]
    version = next(_numbers)
    own = await a_message(web, Role.AGENT, "tina", version=version)
    teams = await a_message(web, Role.AGENT, "team:technical", version=version)
    seen = (await tina.get("/v1/inbox")).json()
    assert ({own, teams} & {message["id"] for message in seen["messages"]}, seen["unread"]) == ({own}, unread + 1)
    assert teams in {message["id"] for message in (await colleague.get("/v1/inbox")).json()["messages"]}


async def test_somebody_elses_message_is_not_there(web: Web) -> None:
    number = await a_message(web, Role.CUSTOMER, "C-INBOX-2")
    for wrong in (number, 2**31 - 1, 2**70, 0):
        assert (await web.person(Role.CUSTOMER, "C-THIEF").post(f"/v1/inbox/{wrong}/read")).status_code == 404


async def test_a_customer_chooses_how_to_be_told(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-PREFERS", locale=Locale.EN)
    assert (await customer.get("/v1/me/preferences")).json() == {"channels": None, "locale": "en", "zone": "Asia/Shanghai"}
    wish = {"channels": ["sms"], "locale": "zh", "zone": "Europe/Berlin"}
    assert (await customer.put("/v1/me/preferences", wish)).status_code == 200
    assert (await customer.get("/v1/me/preferences")).json() == wish
    assert (await customer.put("/v1/me/preferences", {"channels": ["pigeon"]})).json()["field"] == "channels.0"
    assert (await web.person(Role.MERCHANT, "M-1").get("/v1/me/preferences")).status_code == 403


async def test_words_that_the_workflow_no_longer_carries_are_read_whole_and_by_their_readers_alone(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    long = [f"{number}" + " word" * 1500 for number in range(4)]
    for words in long:
        assert (await customer.post(f"/v1/cases/{case_id}/add_words", {"words": words})).status_code == 200
    await web.row(case_id, lambda row: bool(CaseState.model_validate(row.state).put_away))
    seen = (await customer.get(f"/v1/cases/{case_id}")).json()
    assert [said["words"] for said in seen["sayings"]] == long
    assert " word" not in (await web.person(Role.ANALYST, "ann").get(f"/v1/cases/{case_id}")).text
    carried = (await customer.get(f"/v1/cases/{case_id}?live=true")).json()
    assert carried["sayings"][0]["words"] == f"{long[0][:40]}…"
