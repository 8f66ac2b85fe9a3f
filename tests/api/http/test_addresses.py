"""Addresses for orders that shall go elsewhere: stored once, shown to whose they are, named by their own cases only (RES-1, ARC-3)."""

from typing import Any

import pytest

from models.common.vocabulary import Role
from tests.support.builders.order_changes import not_shipped
from tests.support.processes.api import Web

ADDRESS: dict[str, Any] = {
    "name": "王伟",
    "phone": "+86 138 0000 0000",
    "region": "CN-SH",
    "city": "上海",
    "street": "漕溪北路 1 号",
}
PATH = "/v1/addresses"


async def test_an_address_is_stored_once_and_shown_to_its_customer_and_the_platform(web: Web) -> None:
    customer, customer_id, _ = web.customer()
    first = await customer.post(PATH, ADDRESS, idempotency_key="my-address")
    again = await customer.post(PATH, ADDRESS, idempotency_key="my-address")
    assert first.status_code == 201
    assert (
        first.json()
        == again.json()
        == {
            **ADDRESS,
            "country": "CN",
            "street2": None,
            "postal_code": None,
            "customer_id": customer_id,
            **_id(first.json()),
        }
    )
    other = await customer.post(PATH, {**ADDRESS, "city": "北京"}, idempotency_key="my-address")
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    where = f"{PATH}/{first.json()['address_id']}"
    for who in (customer, web.person(Role.SUPERVISOR, "susan")):
        assert (await who.get(where)).json() == first.json()
    stranger, _, _ = web.customer()
    assert (await stranger.get(where)).status_code == (await customer.get(f"{PATH}/AD-NONE")).status_code == 404
    for role in (Role.MERCHANT, Role.CARRIER, Role.ANALYST):
        assert (await web.person(role, "M-1").get(where)).status_code == 403


async def test_an_agent_reads_the_addresses_of_customers_whose_cases_they_see(web: Web) -> None:
    customer, _, order = web.customer()
    stored = (await customer.post(PATH, ADDRESS)).json()
    where = f"{PATH}/{stored['address_id']}"
    assert (await web.person(Role.AGENT, "alice", "rules").get(where)).status_code == 404
    row = await web.row(
        await web.open(customer, order_id=order, issue="product.quality_defect"), lambda row: row.team is not None
    )
    assert (await web.person(Role.AGENT, "alice", str(row.team)).get(where)).json() == stored
    assert (await web.person(Role.AGENT, "bob", "rules").get(where)).status_code == 404


def _id(stored: dict[str, Any]) -> dict[str, Any]:
    return {"address_id": stored["address_id"]}


async def test_an_agent_stores_it_for_the_customer_they_name(web: Web) -> None:
    _, customer_id, _ = web.customer()
    agent = web.person(Role.AGENT, "alice")
    stored = await agent.post(PATH, {**ADDRESS, "customer_id": customer_id})
    assert (stored.status_code, stored.json()["customer_id"]) == (201, customer_id)
    assert (await agent.post(PATH, ADDRESS)).json()["field"] == "customer_id"
    stranger, _, _ = web.customer()
    assert (await stranger.post(PATH, {**ADDRESS, "customer_id": customer_id})).json()["field"] == "customer_id"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "call me"}, "phone"),
        ({"region": "China"}, "region"),
        ({"country": "UK", "region": None}, "country"),
        ({"country": "DE"}, "region"),
        ({"street": ""}, "street"),
        ({"floor": 3}, "floor"),
    ],
)
async def test_what_is_no_address_is_refused_by_field(web: Web, change: dict[str, Any], field: str) -> None:
    customer, _, _ = web.customer()
    answer = await customer.post(PATH, {**ADDRESS, **change})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_case_names_its_own_customers_address_and_a_reason_of_the_policy(web: Web) -> None:
    customer, customer_id, order = web.customer()
    web.service.world.add(not_shipped(order_id=order, customer_id=customer_id))
    stranger, _, _ = web.customer()
    foreign = (await stranger.post(PATH, ADDRESS)).json()["address_id"]
    own = (await customer.post(PATH, ADDRESS)).json()["address_id"]
    opening = {"kind": "after_sales", "description": "改地址", "order_id": order, "issue": "order.change"}

    def to(address_id: str) -> dict[str, Any]:
        return {**opening, "wanted": {"remedy": "order_changed", "change": {"address_id": address_id}}}

    for wrong in (foreign, "AD-NONE"):
        answer = await customer.post("/v1/cases", to(wrong))
        assert (answer.status_code, answer.json()["field"]) == (422, "wanted.change.address_id")
    assert (await customer.post("/v1/cases", to(own))).status_code == 201
    moon = {**opening, "issue": "order.cancel", "wanted": {"remedy": "order_cancelled", "reason": "the_moon"}}
    answer = await customer.post("/v1/cases", moon)
    assert (answer.status_code, answer.json()["field"]) == (422, "wanted.reason")
    assert "changed_mind" in answer.json()["allowed"]


async def test_a_region_and_a_number_with_an_extension_are_stored_in_one_form(web: Web) -> None:
    customer, _, _ = web.customer()
    stored = (await customer.post(PATH, {**ADDRESS, "region": "CN-31", "phone": "18412345678转4321"})).json()
    assert (stored["region"], stored["phone"]) == ("CN-SH", "+86 184 1234 5678 ext. 4321")


@pytest.mark.parametrize(
    ("given", "country", "region"),
    [
        ({"region": "CN-SH"}, "CN", "CN-SH"),
        ({"region": "de-by"}, "DE", "DE-BY"),
        ({"country": "gb"}, "GB", "GB"),
        ({"country": "CN", "region": "CN-31"}, "CN", "CN-SH"),
        ({}, "CN", "CN"),
    ],
)
async def test_country_and_region_say_each_other(web: Web, given: dict[str, str], country: str, region: str) -> None:
    customer, _, _ = web.customer()
    lines = {"name": "Max Weber", "city": "München", "street": "Sendlinger Str. 1", "street2": "c/o Huber, 2. OG"}
    stored = (await customer.post(PATH, {**lines, **given})).json()
    assert (stored["country"], stored["region"], stored["street2"], stored["phone"]) == (country, region, lines["street2"], None)
    assert (await customer.get(f"{PATH}/{stored['address_id']}")).json() == stored


async def test_a_number_is_read_as_one_of_its_country(web: Web) -> None:
    customer, _, _ = web.customer()
    stored = (await customer.post(PATH, {**ADDRESS, "country": "DE", "region": "DE-BY", "phone": "089 123456"})).json()
    assert stored["phone"] == "+49 89 123456"
