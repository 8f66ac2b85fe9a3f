import json
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook
from web import Web

from adapters.secrets import secrets_of
from models.vocabulary import Role


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def send(
    web: Web, body: object, *, partner: str = "merchant", secret: str | None = None, number: str | None = None, late: int = 0
) -> httpx.Response:
    """As a partner would."""
    content = json.dumps(body) if not isinstance(body, str) else body
    number = number or f"n-{uuid.uuid4().hex}"
    at = datetime.now(UTC) - timedelta(seconds=late)
    signature = Webhook(secret or secrets_of(web.settings).webhook).sign(number, at, content)
    headers = {"webhook-id": number, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    return await web.http.post(f"/v1/webhooks/{partner}", content=content, headers=headers)


async def asked_case(web: Web) -> tuple[str, str, str]:
    """A case that waits for the merchant's statement: its id, its order, and the request's id."""
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    supervisor = web.person(Role.SUPERVISOR, "susan")
    asked = await supervisor.post(f"/v1/cases/{case_id}/ask", {"of": "merchant", "question": "Was it checked?"})
    assert asked.status_code == 200, asked.text
    return case_id, order, asked.json()["requests"][-1]["id"]


def statement(request_id: str, **envelope: object) -> dict[str, object]:
    return {"kind": "statement", "payload": {"request_id": request_id, "words": "checked and fine", "admits": False}, **envelope}


async def answers(web: Web, case_id: str) -> list[str]:
    view = (await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}?live=true")).json()
    return [request["answer"]["words"] for request in view["requests"] if request["answer"]]


@pytest.mark.parametrize("known_by", ["reference", "order_id"])
async def test_a_partners_statement_reaches_its_case(web: Web, known_by: str) -> None:
    case_id, order, request_id = await asked_case(web)
    answer = await send(web, statement(request_id, **{known_by: case_id if known_by == "reference" else order}))
    assert (answer.status_code, answer.json()) == (200, {"result": "taken"})
    assert await answers(web, case_id) == ["checked and fine"]


async def test_a_replayed_webhook_changes_nothing(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    body, number = statement(request_id, reference=case_id), f"n-{uuid.uuid4().hex}"
    assert (await send(web, body, number=number)).json() == {"result": "taken"}
    before = await answers(web, case_id)
    again = await send(web, body, number=number)
    assert (again.status_code, again.json()) == (200, {"result": "replayed"})
    assert await answers(web, case_id) == before == ["checked and fine"]


async def test_a_bad_signature_changes_nothing(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    body = statement(request_id, reference=case_id)
    forged = [
        await send(web, body, secret="whsec_bm90IHRoZSByaWdodCBzZWNyZXQ="),
        await send(web, body, late=600),
        await web.http.post("/v1/webhooks/merchant", json=body),
        await web.http.post(
            "/v1/webhooks/merchant", json=body, headers={"webhook-id": "1", "webhook-timestamp": "x", "webhook-signature": "y"}
        ),
        await web.http.post(
            "/v1/webhooks/merchant",
            content=b"\xff\xfe",
            headers={"webhook-id": "1", "webhook-timestamp": "1e400", "webhook-signature": "v1,!!! v2 v1,AAA="},
        ),
    ]
    for answer in forged:
        assert answer.status_code == 401, answer.text
        assert answer.json()["type"].endswith("bad-signature")
    assert await answers(web, case_id) == []


async def test_news_of_an_unknown_case_are_accepted_and_harm_nobody(web: Web) -> None:
    for envelope in ({"reference": "RD-UNKNOWN"}, {"order_id": "O-UNKNOWN"}, {}, {"reference": "no such / id"}):
        answer = await send(web, statement("q1", **envelope))
        assert (answer.status_code, answer.json()) == (202, {"result": "unknown"})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("not json", "body"),
        ({"kind": "refund"}, "payload"),
        ({"kind": "refund", "payload": 1}, "payload"),
        ({"kind": "", "payload": {}}, "kind"),
        ({"kind": "refund", "payload": {"words": "a\u0000b"}}, "payload.words"),
        ('{"kind": "refund", "payload": {"words": ["a", "\\ud800"]}}', "payload.words.1"),
        ('{"kind": "refund", "payload": {"\\udfff": 1}}', "payload"),
        ("\\" + "[" * 50_000, "body"),
    ],
)
async def test_a_signed_webhook_without_sense_is_refused_by_field(web: Web, body: object, field: str) -> None:
    answer = await send(web, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_payload_that_the_case_cannot_read_does_not_hurt_it(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    for kind in ("refund", "shipment", "statement", "surprise"):
        assert (await send(web, {"kind": kind, "reference": case_id, "payload": {"nonsense": [1, 2]}})).status_code == 200
    assert (await send(web, statement(request_id, reference=case_id))).status_code == 200
    assert await answers(web, case_id) == ["checked and fine"]


async def test_an_unknown_partner_is_refused(web: Web) -> None:
    answer = await send(web, statement("q1"), partner="stranger")
    assert (answer.status_code, answer.json()["field"]) == (422, "partner")
