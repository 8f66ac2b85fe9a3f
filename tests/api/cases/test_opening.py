"""Opening a case over HTTP (REC-1…5): whoever calls, answered at once, partners or not; the same trouble twice is one case."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, func, select

from api.http import temporal as calls
from models.common.vocabulary import Locale, Role
from models.tables.case import CaseRow, ContactRow, OpeningRow
from tests.support.builders import orders
from tests.support.processes.api import Web, running_web

AT_ONCE = 16
"""As many of one caller's as are served at once (docs/settings.md)."""


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def test_opening_answers_at_once_with_the_steps_ahead_in_the_customers_language(web: Web) -> None:
    customer, _, order = web.customer()
    body = {"kind": "after_sales", "channel": "app", "order_id": order, "description": "收到就是坏的"}
    answer = await customer.post("/v1/cases", body, accept_language="zh")
    assert answer.status_code == 201
    opened = answer.json()
    assert answer.headers["Location"] == opened["links"]["self"] == f"/v1/cases/{opened['case_id']}"
    assert opened["case_id"].startswith("RD-")
    assert "站内信" in "".join(opened["next_steps"])
    view = (await customer.get(opened["links"]["self"])).json()
    assert view["description"] == "收到就是坏的"
    assert view["order_id"] == order


async def test_the_same_request_twice_opens_one_case(web: Web) -> None:
    customer, _, _ = web.customer()
    body = {"kind": "inquiry", "description": "Where is my invoice?"}
    first = await customer.post("/v1/cases", body, idempotency_key="k-1")
    again = await customer.post("/v1/cases", body, idempotency_key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["case_id"] == again.json()["case_id"]
    assert not again.json()["joined"]
    await web.row(first.json()["case_id"])
    later = await customer.post("/v1/cases", body, idempotency_key="k-1")
    assert (later.status_code, later.json()["case_id"]) == (200, first.json()["case_id"])
    assert later.json()["received_at"] == first.json()["received_at"]


@pytest.mark.parametrize("projected", [False, True])
async def test_a_key_used_for_another_request_is_refused(web: Web, projected: bool) -> None:
    customer, _, _ = web.customer()
    first = await customer.post("/v1/cases", {"kind": "inquiry", "description": "one"}, idempotency_key="k-2")
    if projected:
        await web.row(first.json()["case_id"])
    other = await customer.post("/v1/cases", {"kind": "inquiry", "description": "two"}, idempotency_key="k-2")
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-key-reused")
    assert other.json()["field"] == "Idempotency-Key"


async def test_two_people_may_use_the_same_key(web: Web) -> None:
    one, two = web.customer()[0], web.customer()[0]
    body = {"kind": "inquiry", "description": "hello"}
    ids = {(await who.post("/v1/cases", body, idempotency_key="same")).json()["case_id"] for who in (one, two)}
    assert len(ids) == 2


async def test_the_same_trouble_told_twice_joins_the_open_case(web: Web) -> None:
    customer, _, order = web.customer()
    trouble = {"order_id": order, "issue": "product.quality_defect"}
    case_id = await web.open(customer, **trouble)
    again = await customer.post("/v1/cases", {"kind": "after_sales", "description": "屏幕也裂了", **trouble})
    assert again.status_code == 200
    assert (again.json()["joined"], again.json()["case_id"]) == (True, case_id)
    said = [saying["words"] for saying in (await customer.get(f"/v1/cases/{case_id}?live=true")).json()["sayings"]]
    assert "屏幕也裂了" in said


async def test_the_same_trouble_in_other_words_joins_the_open_case(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, description="快递三天没有更新物流信息了，一直没收到货")
    body = {"kind": "after_sales", "order_id": order, "description": "物流信息好几天没更新"}
    again = await customer.post("/v1/cases", body)
    assert (again.status_code, again.json()["joined"], again.json()["case_id"]) == (200, True, case_id)
    other = await customer.post("/v1/cases", {**body, "description": "你们重复扣款了，我被扣了两次钱"})
    assert (other.status_code, other.json()["joined"]) == (201, False)


async def test_another_line_or_another_issue_is_another_case(web: Web) -> None:
    customer, customer_id, order = web.customer()
    web.service.world.add(orders.order(order, orders.line("L1"), orders.line("L2"), customer=customer_id), orders.parcel(order))
    ids = [
        await web.open(customer, order_id=order, issue="product.quality_defect", lines=[{"line_id": "L1"}]),
        await web.open(customer, order_id=order, issue="product.quality_defect", lines=[{"line_id": "L2"}]),
        await web.open(customer, order_id=order, issue="logistics.damaged", lines=[{"line_id": "L1"}]),
    ]
    assert len(set(ids)) == 3


async def test_equal_requests_at_once_open_one_case(web: Web) -> None:
    customer, customer_id, order = web.customer()
    body = {"kind": "complaint", "order_id": order, "issue": "logistics.delay", "description": "还没到"}
    answers = await asyncio.gather(*(customer.post("/v1/cases", body) for _ in range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.json()["case_id"] for answer in answers}) == 1
    await web.row(answers[0].json()["case_id"])
    async with web.service.database.reading() as session:
        count = (await session.exec(select(func.count()).where(col(CaseRow.customer_id) == customer_id))).one()
    assert count == 1


async def test_after_the_case_closed_the_same_trouble_is_a_new_case(web: Web) -> None:
    customer, _, order = web.customer()
    trouble = {"order_id": order, "issue": "product.quality_defect"}
    case_id = await web.open(customer, **trouble)
    await web.row(case_id, lambda row: row.team is not None)
    assert (await customer.post(f"/v1/cases/{case_id}/withdraw", {})).status_code == 200
    await web.row(case_id, lambda row: row.stage == "closed")
    assert await web.open(customer, **trouble) != case_id


async def test_an_opening_that_never_became_a_case_does_not_block_the_next(web: Web) -> None:
    customer, customer_id, order = web.customer()
    async with web.service.database.writing() as session:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        session.add(
            OpeningRow(deduplication_key=f"{customer_id}|{order}|*|logistics.lost", case_id="RD-NEVERSTARTED", at=long_ago)
        )
    assert await web.open(customer, order_id=order, issue="logistics.lost")


async def test_opening_answers_while_every_partner_is_down(web: Web) -> None:
    customer, _, order = web.customer()
    web.service.world.down |= {"merchant", "carrier", "payment"}
    try:
        case_id = await web.open(customer, order_id=order, issue="logistics.lost")
        assert (await customer.get(f"/v1/cases/{case_id}")).json()["waiting"]["for_"] == "partner_data"
    finally:
        web.service.world.down.clear()


@pytest.mark.parametrize("channel", ["hotline", "import"])
async def test_a_customer_cannot_take_the_staffs_channels_for_their_clocks(web: Web, channel: str) -> None:
    customer, _, order = web.customer()
    refused = await customer.post(
        "/v1/cases", {"kind": "after_sales", "description": "坏了", "order_id": order, "channel": channel}
    )
    assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (422, "channel", "REC-2")


async def test_an_agent_opens_for_the_customer_who_calls(web: Web) -> None:
    customer, customer_id, order = web.customer()
    agent = web.person(Role.AGENT, "alice")
    case_id = await web.open(
        agent, channel="hotline", customer={"id": customer_id, "name": "李雷", "locale": "zh"}, order_id=order
    )
    view = (await customer.get(f"/v1/cases/{case_id}")).json()
    assert (view["customer_id"], view["channel"]) == (customer_id, "hotline")


async def test_how_to_reach_the_customer_is_kept_beside_the_case_and_never_forgotten_by_a_later_request(web: Web) -> None:
    customer, customer_id, _ = web.customer()
    contact = {"name": "韩梅梅", "email": "han@example.com", "zone": "Europe/Berlin", "locale": "zh"}
    case_id = await web.open(customer, kind="inquiry", customer=contact)
    assert "han@example.com" not in (await customer.get(f"/v1/cases/{case_id}")).text
    await web.open(customer, kind="inquiry", customer={"phone": "+49 30 1234567"})
    async with web.service.database.reading() as session:
        row = await session.get(ContactRow, customer_id)
    assert row is not None
    assert (row.name, row.email, row.phone, row.zone, row.locale) == (
        "韩梅梅",
        "han@example.com",
        "+49 30 1234567",
        "Europe/Berlin",
        Locale.ZH,
    )


GOOD = {"kind": "inquiry", "description": "hello"}
BAD = [
    ({"kind": "inquiry"}, "description", "missing"),
    ({**GOOD, "kind": "wish"}, "kind", "enum"),
    ({**GOOD, "description": "  "}, "description", "string_too_short"),
    ({**GOOD, "description": "x" * 8001}, "description", "string_too_long"),
    ({**GOOD, "description": "a\x00b"}, "description", "characters"),
    ({**GOOD, "description": "half of \ud83d"}, "description", "characters"),
    ({**GOOD, "customer": {"name": "\udc00"}}, "customer.name", "characters"),
    ({**GOOD, "surprise": 1}, "surprise", "extra_forbidden"),
    ({**GOOD, "order_id": ".."}, "order_id", "string_pattern_mismatch"),
    ({**GOOD, "kind": "after_sales", "issue": "product.quality_defect"}, "order_id", "REC-2"),
    ({**GOOD, "lines": [{"line_id": "L1"}]}, "order_id", "REC-2"),
    ({**GOOD, "order_id": "O-1", "lines": [{"line_id": "L1"}, {"line_id": "L1"}]}, "lines", "REC-2"),
    ({**GOOD, "order_id": "O-1", "lines": [{"line_id": "L1", "quantity": 0}]}, "lines.0.quantity", "greater_than_equal"),
    ({**GOOD, "happened_at": "2999-01-01T00:00:00Z"}, "happened_at", "REC-2"),
    ({**GOOD, "happened_at": "0001-01-01T00:00:00+14:00"}, "happened_at", "REC-2"),
    ({**GOOD, "happened_at": "2020-01-01T00:00:00"}, "happened_at", "timezone_aware"),
    ({**GOOD, "evidence": ["0" * 64]}, "evidence.0", "INV-3"),
    ({**GOOD, "evidence": ["nonsense"]}, "evidence.0", "string_pattern_mismatch"),
    ({**GOOD, "customer": {"id": "C-SOMEBODY-ELSE"}}, "customer.id", "REC-2"),
    ({**GOOD, "customer": {"zone": "Mars/Olympus"}}, "customer.zone", "zone"),
    ({**GOOD, "customer": {"email": "nobody"}}, "customer.email", "string_pattern_mismatch"),
    ({**GOOD, "customer": {"channels": ["inbox"]}}, "customer.channels", "NTF-1"),
    ({**GOOD, "wanted": {"remedy": "refund_only", "amount": {"minor": -1}}}, "wanted.amount.minor", "greater_than_equal"),
]


@pytest.mark.parametrize(("body", "field", "rule"), BAD, ids=[f"{field}-{rule}" for _, field, rule in BAD])
async def test_bad_input_is_a_problem_naming_field_and_rule_and_leaves_nothing_behind(
    web: Web, body: dict[str, object], field: str, rule: str
) -> None:
    customer, customer_id, _ = web.customer()
    as_json = {**customer.headers, "Content-Type": "application/json"}
    answer = await web.http.post("/v1/cases", content=json.dumps(body), headers=as_json)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["field"], problem["rule"], problem["status"]) == (field, rule, 422)
    async with web.service.database.reading() as session:
        assert await session.get(ContactRow, customer_id) is None


async def test_an_agent_has_to_say_whose_case_it_is(web: Web) -> None:
    answer = await web.person(Role.AGENT, "alice").post("/v1/cases", GOOD)
    assert (answer.status_code, answer.json()["field"]) == (422, "customer.id")


@pytest.fixture
async def lonely(web: Web) -> AsyncIterator[Web]:
    """An API whose cases no worker serves."""
    async with running_web(web.settings.model_copy(update={"task_queue": "nobody"}), web.service) as lonely:
        yield lonely


async def test_without_a_worker_cases_open_and_actions_say_that_a_retry_is_safe(
    lonely: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "ACT_WITHIN", 1.0)
    monkeypatch.setattr(calls, "LOOK_WITHIN", 1.0)
    customer, _, _ = lonely.customer()
    foreigner, _, _ = lonely.customer()
    case_id = await lonely.open(customer, kind="inquiry")
    late = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "hello?"}, idempotency_key="w-1")
    assert late.status_code == 504
    assert late.json()["type"].endswith("not-yet-answered")
    assert "Idempotency-Key" in late.json()["detail"]
    assert (await customer.get(f"/v1/cases/{case_id}")).status_code == 504
    assert (await foreigner.get(f"/v1/cases/{case_id}")).status_code == 404


async def test_without_temporal_nothing_opens_and_lists_still_answer(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order)
    await web.row(case_id)
    async with running_web(web.settings.model_copy(update={"temporal_address": "127.0.0.1:1"}), web.service) as cut_off:
        customer = type(customer)(cut_off.http, customer.headers)
        answer = await customer.post("/v1/cases", GOOD)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        foreigner = cut_off.person(Role.CUSTOMER, "C-OTHER")
        foreign, unknown = [await foreigner.get(f"/v1/cases/{name}", x_request_id="x") for name in (case_id, "RD-000000000000")]
        assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
        assert (await customer.get(f"/v1/cases/{case_id}")).status_code == 200
        assert len((await customer.get("/v1/cases")).json()["cases"]) == 1
        ready = await customer.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["temporal"]) == (503, "unreachable")
