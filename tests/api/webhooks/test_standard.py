"""Partners' webhooks as they come in: signed, taken once, harmless when they make no sense; statements bring evidence (INV-2, INV-3)."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from models.common.partner_registry import Partner
from models.common.vocabulary import RefundStatus, Role
from models.tables.money import RefundPartRow
from tests.support.builders.notices import signed
from tests.support.builders.pictures import numbered, picture
from tests.support.processes.api import Web, running_web
from tests.support.processes.waiting import eventually


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def send(
    web: Web, body: object, *, partner: str = "merchant", secret: str | None = None, number: str | None = None, late: int = 0
) -> httpx.Response:
    """As a partner would."""
    content = json.dumps(body) if not isinstance(body, str) else body
    at = datetime.now(UTC) - timedelta(seconds=late)
    headers = signed(web.settings, content, number=number, at=at, secret=secret, of=partner)
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


async def test_news_of_a_refund_whose_case_is_over_let_its_order_be_compared_that_night(web: Web) -> None:
    key, long_ago = f"RD-{uuid.uuid4().hex}.m1.1.1", datetime.now(UTC) - timedelta(days=200)
    row = RefundPartRow(
        key=key,
        case_id="RD-OVER",
        remedy_id="m1",
        order_id="O-OVER",
        customer_id="C-1",
        payment_id="P-1",
        amount_minor=100,
        currency="CNY",
        refund_status=RefundStatus.ARRIVED,
        intended_at=long_ago,
        updated_at=long_ago,
    )
    async with web.service.database.writing() as session:
        session.add(row)
    told = {"kind": "refund", "reference": "RD-OVER", "payload": {"key": key, "status": "refused"}}
    assert (await send(web, told, partner="payment")).json() == {"result": "unknown"}
    async with web.service.database.reading() as session:
        known = await session.get(RefundPartRow, key)
        assert known is not None
        assert known.updated_at > datetime.now(UTC) - timedelta(minutes=1)


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
    for kind in sorted(Partner.MERCHANT.notices):
        assert (await send(web, {"kind": kind, "reference": case_id, "payload": {"nonsense": [1, 2]}})).status_code == 200
    assert (await send(web, statement(request_id, reference=case_id))).status_code == 200
    assert await answers(web, case_id) == ["checked and fine"]


@pytest.mark.parametrize(("partner", "kind"), [("merchant", "refund"), ("payment", "statement"), ("carrier", "surprise")])
async def test_a_notice_of_a_kind_that_the_partner_does_not_send_is_refused(web: Web, partner: str, kind: str) -> None:
    case_id, _, request_id = await asked_case(web)
    body, number = statement(request_id, reference=case_id) | {"kind": kind}, f"n-{uuid.uuid4().hex}"
    answer = await send(web, body, partner=partner, number=number)
    told = answer.json()
    assert (answer.status_code, told["field"], told["allowed"]) == (422, "kind", sorted(Partner(partner).notices))
    assert all(word in told["detail"] for word in (partner, kind, *told["allowed"]))
    assert await answers(web, case_id) == await remarks(web, case_id) == []
    again = await send(web, statement(request_id, reference=case_id), number=number)
    assert again.json() == {"result": "taken"}


@pytest.mark.parametrize("partner", ["stranger", "promotion", "notification"])
async def test_a_partner_that_sends_no_notices_is_refused(web: Web, partner: str) -> None:
    answer = await send(web, statement("q1"), partner=partner)
    assert (answer.status_code, answer.json()["field"]) == (422, "partner")


async def last_saying(web: Web, case_id: str) -> dict[str, Any]:
    return (await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}?live=true")).json()["sayings"][-1]


async def remarks(web: Web, case_id: str) -> list[str]:
    """What the timeline says of partners' notices."""
    await web.row(case_id)
    timeline = await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}/timeline", accept_language="en")
    return [entry["text"] for entry in timeline.json()["entries"] if entry["event"] == "investigation.partner_notice"]


def about(case_id: str, request_id: str, evidence: object) -> dict[str, object]:
    payload = {"request_id": request_id, "words": "see the photo", "admits": False, "evidence": evidence}
    return {"kind": "statement", "reference": case_id, "payload": payload}


async def test_a_partners_statement_brings_the_evidence_that_it_uploaded(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    photo = picture(comment=case_id.encode())
    sha256 = (await web.person(Role.MERCHANT, "M-1").upload(photo)).json()["sha256"]
    assert (await send(web, about(case_id, request_id, [sha256, sha256]))).json() == {"result": "taken"}
    said = await last_saying(web, case_id)
    assert (said["by"], said["words"]) == ("merchant", "see the photo")
    assert [piece["sha256"] for piece in said["evidence"]] == [sha256]
    version = (await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}?live=true")).json()["version"]
    row = await web.row(case_id, lambda row: row.version >= version)
    path = f"/v1/cases/{case_id}/evidence/{sha256}"
    got = await web.person(Role.SUPERVISOR, "susan").get(path)
    assert (got.status_code, got.content) == (200, photo)
    others = await web.person(Role.CUSTOMER, row.customer_id).get(path)
    assert others.status_code == 404  # it came with an answer that only who asked may read
    assert await remarks(web, case_id) == []


async def test_evidence_that_the_asked_party_did_not_upload_is_left_out_and_its_words_stay(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    content = picture(comment=case_id.encode())
    others = [
        (await web.person(role, who).upload(content + bytes([number]))).json()["sha256"]
        for number, (role, who) in enumerate([(Role.MERCHANT, "M-OTHER"), (Role.CARRIER, "M-1"), (Role.CUSTOMER, "M-1")])
    ]
    own = (await web.person(Role.MERCHANT, "M-1").upload(content)).json()["sha256"]
    forged = {"sha256": others[0], "by": "M-1"}
    body = about(case_id, request_id, [others[0], "0" * 64, "nonsense", *others[1:], own])
    assert (await send(web, {**body, "uploads": [{"by": "M-1", "piece": forged}]})).status_code == 200
    said = await last_saying(web, case_id)
    assert said["words"] == "see the photo"
    assert [piece["sha256"] for piece in said["evidence"]] == [own]
    assert len(await until_remarked(web, case_id)) == 1


async def until_remarked(web: Web, case_id: str) -> list[str]:
    found = await eventually(lambda: remarks(web, case_id))
    assert "left out" in found[0]
    return found


async def test_a_statement_brings_no_more_than_a_case_takes(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    merchant = web.person(Role.MERCHANT, "M-1")
    first = int(uuid.uuid4().hex[:4], 16) * 100
    many = [(await merchant.upload(numbered(first + number))).json()["sha256"] for number in range(31)]
    assert (await send(web, about(case_id, request_id, many))).status_code == 200
    assert [piece["sha256"] for piece in (await last_saying(web, case_id))["evidence"]] == many[:30]
    assert len(await until_remarked(web, case_id)) == 1


async def test_a_carrier_cannot_answer_what_the_merchant_was_asked(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    assert (await send(web, statement(request_id, reference=case_id), partner="carrier")).status_code == 200
    assert await answers(web, case_id) == []


@pytest.mark.parametrize("evidence", ["a" * 64, {"a": 1}, [1], None])
async def test_a_statement_whose_evidence_is_no_list_of_hashes_hurts_nobody(web: Web, evidence: object) -> None:
    case_id, _, request_id = await asked_case(web)
    assert (await send(web, about(case_id, request_id, evidence))).status_code == 200
    assert (await send(web, statement(request_id, reference=case_id))).status_code == 200
    assert await answers(web, case_id) == ["checked and fine"]


async def test_a_notice_that_no_history_should_hold_is_refused(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    long = {"kind": "statement", "reference": case_id, "payload": {"request_id": request_id, "words": "x" * 100_000}}
    answer = await send(web, long)
    assert (answer.status_code, answer.json()["field"], answer.json()["rule"]) == (422, "payload", "size")


async def test_a_partner_that_never_stops_telling_of_one_case_comes_back_later(web: Web) -> None:
    case_id, _, request_id = await asked_case(web)
    other_id, _, other_request = await asked_case(web)
    settings = web.settings.model_copy(update={"rate_limits": {"notices": "2/hour"}})
    async with running_web(settings, web.service) as limited:
        answers = [await send(limited, statement(request_id, reference=case_id)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert (await send(limited, statement(other_request, reference=other_id))).status_code == 200
        assert (await send(limited, statement(request_id, reference=case_id), partner="carrier")).status_code == 200
