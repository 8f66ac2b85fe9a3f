"""The archive over HTTP (ARC-1)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


@dataclass
class Sealed:
    customer: Person
    customer_id: str
    case_id: str

    async def seen_by(self, who: Person) -> httpx.Response:
        return await who.get(f"/v1/archives/{self.case_id}")


async def a_sealed_case(web: Web) -> Sealed:
    customer, customer_id, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect", description="my secret words")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    await withdrawn(web, customer, case_id)
    return Sealed(customer, customer_id, case_id)


async def withdrawn(web: Web, customer: Person, case_id: str) -> None:
    answer = await customer.post(f"/v1/cases/{case_id}/withdraw", {"reason": "found the switch"})
    assert answer.status_code == 200, answer.text
    await web.row(case_id, lambda row: row.stage == "closed")


def events(edition: dict[str, Any]) -> set[str]:
    return {entry["event"] for entry in edition["timeline"]}


async def test_a_closed_case_is_in_the_archive_with_the_hash_of_its_record(web: Web) -> None:
    sealed = await a_sealed_case(web)
    (edition,) = (await sealed.seen_by(web.person(Role.SUPERVISOR, "susan"))).json()["editions"]
    canonical = json.dumps(edition["record"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == edition["sha256"]
    view = (await sealed.customer.get(f"/v1/cases/{sealed.case_id}")).json()
    assert view["archive"]["sha256"] == edition["sha256"]
    assert (edition["edition"], edition["outcome"]) == (1, "withdrawn")


async def test_a_reopened_case_gets_a_further_edition_and_the_first_stays_as_it_was(web: Web) -> None:
    sealed = await a_sealed_case(web)
    first = (await sealed.seen_by(sealed.customer)).json()["editions"][0]
    assert (await sealed.customer.post(f"/v1/cases/{sealed.case_id}/reopen", {"reason": "again"})).status_code == 200
    await web.row(sealed.case_id, lambda row: row.stage != "closed" and row.waiting_for not in {None, "reopening"})
    await withdrawn(web, sealed.customer, sealed.case_id)
    editions = (await sealed.seen_by(sealed.customer)).json()["editions"]
    assert [edition["edition"] for edition in editions] == [1, 2]
    assert editions[0] == first
    assert editions[1]["sha256"] != first["sha256"]


async def test_a_party_finds_its_own_side_of_the_record(web: Web) -> None:
    sealed = await a_sealed_case(web)
    for who in (sealed.customer, web.person(Role.MERCHANT, "M-1"), web.person(Role.CARRIER, "K-1")):
        (edition,) = (await sealed.seen_by(who)).json()["editions"]
        assert edition["record"] is None
        assert "case.graded" not in events(edition)
        assert edition["case"]["description"] == "my secret words"
        assert edition["case"]["available_actions"] == []


async def test_an_analyst_finds_figures_and_nobodys_words(web: Web) -> None:
    sealed = await a_sealed_case(web)
    answer = await sealed.seen_by(web.person(Role.ANALYST, "ann"))
    (edition,) = answer.json()["editions"]
    assert {"case.graded", "case.withdrawn"} <= events(edition)
    for personal in ("secret", "switch", sealed.customer_id):
        assert personal not in answer.text


async def test_somebody_elses_record_and_an_unknown_one_look_the_same(web: Web) -> None:
    sealed = await a_sealed_case(web)
    for who in (
        web.person(Role.CUSTOMER, "C-THIEF"),
        web.person(Role.MERCHANT, "M-OTHER"),
        web.person(Role.AGENT, "bob", "rules"),
    ):
        foreign = await who.get(f"/v1/archives/{sealed.case_id}", x_request_id="same")
        unknown = await who.get("/v1/archives/RD-000000000000", x_request_id="same")
        assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert (await sealed.seen_by(web.stranger())).status_code == 401


async def test_an_open_case_is_not_in_the_archive_yet(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect")
    answer = await customer.get(f"/v1/archives/{case_id}")
    assert (answer.status_code, answer.json()["rule"]) == (404, "ARC-1")
    assert f"/v1/cases/{case_id}" in answer.json()["detail"]
