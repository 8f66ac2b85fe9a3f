"""Actions over HTTP: done once, at their moment, with what fits; evidence that comes with words (INV-3)."""

import asyncio

from models.common.vocabulary import Role
from tests.support.builders.pictures import picture
from tests.support.processes.api import Web


async def test_an_action_answers_with_the_case_after_it(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None)
    answer = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "还有划痕"})
    assert answer.status_code == 200
    assert "还有划痕" in [saying["words"] for saying in answer.json()["sayings"]]


async def test_the_same_request_again_is_done_once(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    path, body = f"/v1/cases/{case_id}/add_words", {"words": "只说一次"}
    answers = await asyncio.gather(*(customer.post(path, body, idempotency_key="once") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    view = (await customer.get(f"/v1/cases/{case_id}?live=true")).json()
    assert [saying["words"] for saying in view["sayings"]].count("只说一次") == 1


async def test_two_people_with_the_same_key_both_get_their_way(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None)
    agent = web.person(Role.AGENT, "alice")
    for who, words in ((customer, "mine"), (agent, "ours")):
        answer = await who.post(f"/v1/cases/{case_id}/add_words", {"words": words}, idempotency_key="shared")
        assert words in [saying["words"] for saying in answer.json()["sayings"]]


async def test_what_is_not_possible_now_is_a_conflict_that_says_what_is(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None)
    answer = await customer.post(f"/v1/cases/{case_id}/accept", {"option": 1})
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"].endswith("action-not-allowed-now")
    assert "withdraw" in problem["allowed"]
    assert "accept" not in problem["allowed"]


async def test_a_body_that_does_not_fit_is_refused_by_field_before_the_case_hears_of_it(web: Web) -> None:
    customer, _, _ = web.customer()
    case_id = await web.open(customer, kind="inquiry")
    for body, field in (({}, "words"), ({"words": "a\u0007b"}, "words"), ({"words": "x", "evidence": ["1" * 64]}, "evidence.0")):
        answer = await customer.post(f"/v1/cases/{case_id}/add_words", body)
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_content_that_does_not_fit_the_case_names_field_and_rule(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.waiting_for is not None and row.team is not None)
    supervisor = web.person(Role.SUPERVISOR, "susan")
    too_much = {"kind": "refund_only", "amount": {"minor": 10**9, "currency": "CNY"}}
    answer = await supervisor.post(f"/v1/cases/{case_id}/propose", {"options": [{"remedies": [too_much], "why": "all of it"}]})
    assert answer.status_code == 422, answer.text
    assert (answer.json()["field"], answer.json()["rule"]) == ("options.0.remedies", "RES-3")


async def test_an_action_without_content_needs_no_body(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    await web.row(case_id, lambda row: row.team is not None)
    agent = web.person(Role.AGENT, "alice")
    answer = await web.http.post(f"/v1/cases/{case_id}/take", headers=agent.headers)
    assert (answer.status_code, answer.json()["handler"]) == (200, "alice")


async def test_evidence_given_with_words_is_shown_to_the_parties_and_to_nobody_else(web: Web) -> None:
    customer, _, order = web.customer()
    photo = picture(comment=b"a photo of the crack")
    uploaded = await customer.upload(photo, "裂痕.jpg")
    assert uploaded.status_code == 201, uploaded.text
    sha256 = uploaded.json()["sha256"]
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    said = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "见照片", "evidence": [sha256]})
    assert said.json()["sayings"][-1]["evidence"][0]["sha256"] == sha256
    version = said.json()["version"]
    await web.row(case_id, lambda row: row.version >= version and row.merchant_id is not None)
    for party in (customer, web.person(Role.MERCHANT, "M-1"), web.person(Role.AGENT, "alice")):
        got = await party.get(f"/v1/cases/{case_id}/evidence/{sha256}")
        assert got.content == photo
        assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%A3%82")
        assert got.headers["x-content-type-options"] == "nosniff"
    for stranger in (web.person(Role.CUSTOMER, "C-THIEF"), web.person(Role.MERCHANT, "M-OTHER")):
        assert (await stranger.get(f"/v1/cases/{case_id}/evidence/{sha256}")).status_code == 404
    assert (await customer.get(f"/v1/cases/{case_id}/evidence/{'0' * 64}")).status_code == 404
    assert (await customer.get(f"/v1/cases/{case_id}/evidence/..%2F..%2Fetc")).status_code == 404


async def test_nobody_can_name_evidence_that_another_uploaded(web: Web) -> None:
    customer, _, _ = web.customer()
    sha256 = (await web.person(Role.CUSTOMER, "C-OWNER").upload(picture(comment=b"private"))).json()["sha256"]
    answer = await customer.post("/v1/cases", {"kind": "inquiry", "description": "look", "evidence": [sha256]})
    assert (answer.status_code, answer.json()["field"], answer.json()["rule"]) == (422, "evidence.0", "INV-3")


async def test_evidence_that_is_too_large_or_of_no_accepted_type_is_refused(web: Web) -> None:
    customer, _, _ = web.customer()
    most = web.settings.evidence_max_bytes
    assert (await customer.upload(b"\xff\xd8\xff\xe0" + b"x" * most)).status_code == 413
    assert (await customer.upload(b"\xff\xd8\xff\xe0" + b"x" * (most + 10**6))).status_code == 413
    assert (await customer.upload(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "virus.jpg")).status_code == 415
    nothing = await web.http.post("/v1/evidence", headers=customer.headers)
    assert (nothing.status_code, nothing.json()["field"]) == (422, "file")
