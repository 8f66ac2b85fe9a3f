"""Root causes over HTTP: found at archival, listed, corrected by people, merged; on both databases."""

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def an_archived_case(web: Web) -> tuple[str, str]:
    customer, customer_id, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="product.size_mismatch", description="I need a larger one")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    early = await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}/root-cause")
    assert (early.status_code, early.json()["rule"]) == (404, "root-cause")
    assert (await customer.post(f"/v1/cases/{case_id}/withdraw", {})).status_code == 200
    await web.row(case_id, lambda row: row.stage == "closed")
    return case_id, customer_id


async def listed(who: Person, customer_id: str, query: str) -> list[str]:
    answer = await who.get(f"/v1/cases?customer_id={customer_id}&{query}")
    assert answer.status_code == 200, answer.text
    return [case["root_cause"] for case in answer.json()["cases"]]


async def test_people_correct_a_root_cause_that_the_rules_found(web: Web) -> None:
    case_id, customer = await an_archived_case(web)
    address = f"/v1/cases/{case_id}/root-cause"
    agent, supervisor = web.person(Role.AGENT, "alice"), web.person(Role.SUPERVISOR, "susan")
    assert await listed(supervisor, customer, "root_cause=wrong_size_chosen") == ["wrong_size_chosen"]
    right = {"root_cause": "rules_unclear", "reason": "The page did not say that it ships later."}

    proposed = (await agent.put(address, right)).json()
    assert (proposed["root_cause"], proposed["correction"]["confirmed_by"]) == ("wrong_size_chosen", None)
    assert await listed(supervisor, customer, "root_cause_proposed=true") == ["wrong_size_chosen"]
    agreed = (await supervisor.put(address, {**right, "reason": "So it is."})).json()
    assert (agreed["root_cause"], agreed["name"], agreed["found"]) == (
        "rules_unclear",
        "rules hard to understand",
        "wrong_size_chosen",
    )
    said = agreed["correction"]
    assert (said["by"], said["confirmed_by"], said["reason"]) == ("alice", "susan", right["reason"])
    assert await listed(supervisor, customer, "root_cause=rules_unclear") == ["rules_unclear"]
    assert await listed(supervisor, customer, "root_cause_proposed=true") == []
    assert (await agent.delete(address)).status_code == 409
    assert (await supervisor.delete(address)).json()["root_cause"] == "wrong_size_chosen"
    assert (await web.row(case_id)).root_cause_by is None


async def test_a_merged_cause_is_listed_as_the_other_until_it_is_taken_apart(web: Web) -> None:
    _, customer = await an_archived_case(web)
    supervisor = web.person(Role.SUPERVISOR, "susan")
    merged = await supervisor.put("/v1/root-causes/wrong_size_chosen", {"merged_into": "nothing_wrong"})
    assert (merged.status_code, merged.json()["merged_into"]) == (200, "nothing_wrong")
    try:
        assert await listed(supervisor, customer, "root_cause=nothing_wrong") == ["nothing_wrong"]
        circle = await supervisor.put("/v1/root-causes/nothing_wrong", {"merged_into": "wrong_size_chosen"})
        assert (circle.status_code, circle.json()["field"]) == (422, "merged_into")
    finally:
        await supervisor.put("/v1/root-causes/wrong_size_chosen", {"merged_into": None})
    assert await listed(supervisor, customer, "root_cause=nothing_wrong") == []


@pytest.mark.parametrize("body", [{"root_cause": "bad_luck", "reason": "?"}, {"root_cause": "parcel_lost", "reason": ""}])
async def test_an_unknown_cause_or_no_reason_is_refused_and_changes_nothing(web: Web, body: dict[str, str]) -> None:
    case_id, _ = await an_archived_case(web)
    supervisor = web.person(Role.SUPERVISOR, "susan")
    assert (await supervisor.put(f"/v1/cases/{case_id}/root-cause", body)).status_code == 422
    assert (await supervisor.get(f"/v1/cases/{case_id}/root-cause")).json()["correction"] is None


async def test_who_may_look_and_who_may_correct(web: Web) -> None:
    case_id, _ = await an_archived_case(web)
    address = f"/v1/cases/{case_id}/root-cause"
    body = {"root_cause": "rules_unclear", "reason": "It was not clear."}
    for role, look, change in ((Role.CUSTOMER, 403, 403), (Role.MERCHANT, 200, 403), (Role.ANALYST, 200, 403)):
        who = web.person(role, {Role.MERCHANT: "M-1"}.get(role, "ann"))
        assert ((await who.get(address)).status_code, (await who.put(address, body)).status_code) == (look, change)
        assert (await who.put("/v1/root-causes/parcel_lost", {"merged_into": None})).status_code == 403
