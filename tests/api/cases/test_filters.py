"""What the desk looks for cases by: who has them, what is late, what was said, tags (WRK-2, WRK-3); on both databases."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.knowledge.search_terms import terms_to_keep
from models.common.vocabulary import Role
from models.tables.case import CaseRow
from models.tables.desk import CaseWordsRow
from tests.support.builders.cases import case_row
from tests.support.processes.api import Person, Web

START = datetime(2026, 1, 5, tzinfo=UTC)
SAID = ("退款到账了吗？", "The charger was broken on arrival", "包装有破损")
_numbers = itertools.count(1)


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def some_rows(web: Web) -> tuple[str, list[CaseRow]]:
    """Cases of one merchant, every one different from the others in some way."""
    merchant = f"M-DESK{next(_numbers)}"
    rows = [
        case_row(
            f"RD-DESK{next(_numbers):06d}",
            stage=stage,
            channel=("app", "chat", "hotline")[number % 3],
            customer_id="C-D",
            merchant_id=merchant,
            tier="platform",
            team="logistics",
            handler=handler,
            owner=("lin", None)[number % 2],
            waiting_on="agent",
            sla_state="missed",
            overdue=number % 4 == 0,
            tags=(["vip", "批次-7"], ["vip"], None)[number % 3],
            opened_at=START,
            updated_at=START + timedelta(minutes=number),
        )
        for number, (stage, handler) in enumerate(itertools.product(("resolution", "closed"), ("lin", "zhou", None)))
    ]
    said = [
        CaseWordsRow(case_id=row.case_id, number=number, terms=list(terms_to_keep(words)))
        for row, words in zip(rows, itertools.cycle(SAID), strict=False)
        for number, words in enumerate((words, "其他"))
    ]
    async with web.service.database.writing() as session:
        session.add_all([*rows, *said])
    return merchant, rows


async def found(who: Person, query: str) -> list[str]:
    answer = await who.get(f"/v1/cases?{query}&sort=updated_at")
    assert answer.status_code == 200, answer.text
    return [case["case_id"] for case in answer.json()["cases"]]


Fits = Callable[[int, CaseRow], bool]
FILTERS: list[tuple[str, Fits]] = [
    ("unassigned=true", lambda _, row: row.handler is None and row.stage != "closed"),
    ("owner=lin", lambda _, row: row.owner == "lin"),
    ("handler=zhou&channel=chat", lambda _, row: row.handler == "zhou" and row.channel == "chat"),
    ("channel=app&channel=hotline", lambda _, row: row.channel != "chat"),
    ("overdue=true", lambda _, row: row.overdue),
    ("updated_from=2026-01-05T00:02:00Z&updated_to=2026-01-05T00:04:00Z", lambda number, _: number in {2, 3}),
    ("tag=VIP", lambda _, row: "vip" in (row.tags or [])),
    ("tag=批次-7&tag=none", lambda _, row: "批次-7" in (row.tags or [])),
    ("text=退款", lambda number, _: number % 3 == 0),
    ("text=损", lambda number, _: number % 3 == 2),
    ("text=款 退款", lambda number, _: number % 3 == 0),
    ("text=税 退款", lambda _number, _row: False),
    ("text=broken chargers", lambda number, _: number % 3 == 1),
    ("text=broken 退款", lambda _number, _row: False),
]


@pytest.mark.parametrize(("query", "fits"), FILTERS, ids=[query for query, _ in FILTERS])
async def test_a_filter_of_the_desk_finds_what_fits_it_and_nothing_else(web: Web, query: str, fits: Fits) -> None:
    merchant, rows = await some_rows(web)
    expected = [row.case_id for number, row in enumerate(rows) if fits(number, row)]
    assert await found(web.person(Role.SUPERVISOR, "susan"), f"merchant_id={merchant}&{query}") == expected


@pytest.mark.parametrize("query", ["owner=lin", "unassigned=true", "tag=vip", "text=退款"])
async def test_who_may_not_read_it_cannot_look_by_it(web: Web, query: str) -> None:
    answer = await web.person(Role.MERCHANT, "M-1").get(f"/v1/cases?{query}")
    assert (answer.status_code, answer.json()["rule"], answer.json()["field"]) == (403, "TRU-5", query.partition("=")[0])


async def test_a_text_without_a_word_is_refused_by_name(web: Web) -> None:
    answer = await web.person(Role.SUPERVISOR, "susan").get("/v1/cases?text=的 the")
    assert (answer.status_code, answer.json()["field"]) == (422, "text")


async def test_a_case_is_found_by_its_words_and_its_tags_which_no_party_sees(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="logistics.damaged", description="屏幕碎裂")
    row = await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    agent, about = web.person(Role.AGENT, "lin", str(row.team)), f"order_id={order}"
    assert (await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "the hinge came loose"})).status_code == 200
    answer = await agent.post(f"/v1/cases/{case_id}/tag", {"add": ["VIP", "batch-7"]})
    assert answer.json()["tags"] == ["batch-7", "vip"]
    assert (await agent.post(f"/v1/cases/{case_id}/tag", {"add": ["vip"], "remove": ["batch-7"]})).json()["tags"] == ["vip"]
    await web.row(case_id, lambda row: row.tags == ["vip"])
    for query in ("text=屏幕", "text=屏", "text=hinges", "tag=vip"):
        assert await found(agent, f"{about}&{query}") == [case_id]
    assert await found(agent, f"{about}&tag=batch-7") == []
    (listed,) = (await customer.get(f"/v1/cases?{about}")).json()["cases"]
    assert (listed["tags"], listed["owner"]) == ([], None)
    entries: list[dict[str, Any]] = (await agent.get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
    assert [entry["data"]["added"] for entry in entries if entry["event"] == "case.tagged"] == [["batch-7", "vip"], []]
    assert "vip" not in (await customer.get(f"/v1/cases/{case_id}/timeline")).text


async def test_a_case_has_a_bounded_number_of_tags(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="logistics.damaged")
    row = await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    agent = web.person(Role.AGENT, "lin", str(row.team))
    full = await agent.post(f"/v1/cases/{case_id}/tag", {"add": [f"t{number}" for number in range(20)]})
    assert full.status_code == 200
    more = await agent.post(f"/v1/cases/{case_id}/tag", {"add": ["t20"]})
    assert (more.status_code, more.json()["rule"]) == (409, "size")
    assert (await agent.post(f"/v1/cases/{case_id}/tag", {"add": ["t20"], "remove": ["t0"]})).status_code == 200
    assert (await agent.post(f"/v1/cases/{case_id}/tag", {"add": ["a b"]})).json()["field"] == "add.0"
