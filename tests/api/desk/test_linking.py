"""Cases that have to do with one another (WRK-7): both sides see it, whether they still run or not, and their parties do not."""

from functools import partial

from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web
from tests.support.processes.waiting import eventually

S = Role.SUPERVISOR


async def opened(web: Web) -> tuple[Person, str]:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    return customer, case_id


async def links(who: Person, case_id: str) -> list[tuple[str, str]]:
    return [(link["case_id"], link["relation"]) for link in (await who.get(f"/v1/cases/{case_id}")).json()["links"]]


async def test_a_link_is_seen_on_both_cases_until_it_is_taken_off(web: Web) -> None:
    (customer, first), (_, second) = await opened(web), await opened(web)
    boss = web.person(S, "susan")
    for _ in range(2):
        linked = await boss.post(f"/v1/cases/{first}/link", {"to": second, "relation": "follows"}, idempotency_key="link-1")
        assert linked.status_code == 200, linked.text
    assert await links(boss, first) == [(second, "follows")]
    assert await links(boss, second) == [(first, "followed_by")]
    assert await links(customer, first) == []
    assert (await boss.post(f"/v1/cases/{second}/unlink", {"to": first})).status_code == 200
    assert await links(boss, first) == await links(boss, second) == []
    assert (
        await boss.post(f"/v1/cases/{second}/unlink", {"to": first})
    ).status_code == 200  # where there is none, nothing happens

    async def told(case_id: str) -> list[str]:
        timeline = (await boss.get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
        return [entry["event"] for entry in timeline if entry["event"] in {"case.linked", "case.unlinked"}]

    for case_id in (first, second):
        events = await eventually(partial(told, case_id), lambda events: "case.unlinked" in events)
        assert events == ["case.linked", "case.unlinked"]
    seen = (await customer.get(f"/v1/cases/{first}/timeline")).json()["entries"]
    assert not {"case.linked", "case.unlinked"} & {entry["event"] for entry in seen}


async def test_a_case_that_is_closed_is_linked_from_one_that_runs(web: Web) -> None:
    (customer, first), (_, second) = await opened(web), await opened(web)
    assert (await customer.post(f"/v1/cases/{first}/withdraw", {})).status_code == 200
    await web.row(first, lambda row: row.stage == "closed")
    await web.service.client.get_workflow_handle(first).terminate("its time to reopen is over")
    boss = web.person(S, "susan")
    assert (await boss.post(f"/v1/cases/{second}/link", {"to": first})).status_code == 200
    assert await links(boss, first) == [(second, "related")]
    for wrong in (second, "RD-NONE"):
        refused = await boss.post(f"/v1/cases/{second}/link", {"to": wrong})
        assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (422, "to", "WRK-7")
