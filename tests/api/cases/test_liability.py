"""INV-4 over HTTP: the finding with its reasons, in the reader's language, for those who decide and those who have to pay."""

from typing import Any

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web


@pytest.fixture(scope="module")
async def stalled(web: Web) -> str:
    """A case about a parcel that was scanned an hour ago: nothing decides yet."""
    customer, _, ordered = web.customer()
    case_id = await web.open(customer, order_id=ordered, issue="logistics.tracking_stalled")
    await web.row(case_id, lambda row: row.waiting_for == "answers")
    return case_id


async def told(who: Person, case_id: str, **headers: str) -> dict[str, Any]:
    answer = await who.get(f"/v1/cases/{case_id}/responsibility", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_agent_sees_the_suggestion_and_why(web: Web, stalled: str) -> None:
    seen = await told(web.person(Role.AGENT, "alice"), stalled, accept_language="en")
    assert seen["issue_name"] == "tracking stands still"
    assert seen["finding"]["stands"] is False
    assert seen["decided_by"] is None
    assert seen["suggestion"]["row"] == "moving"
    assert seen["suggestion"]["basis"] == "the parcel was scanned within the last 48 hours"
    rows = {row["row"]: row for row in seen["rows"]}
    assert rows["stalled-for-days"]["told"] == "fails"
    (condition,) = rows["stalled-for-days"]["conditions"]
    assert (condition["name"], condition["wanted"]) == ("without a scan for", "at least 120 hours")
    assert rows["carrier-admits"]["told"] == "lacking"
    assert [row["confidence"] for row in seen["rows"]] == sorted((row["confidence"] for row in seen["rows"]), reverse=True)


async def test_facts_have_names_units_sources_and_times_in_both_languages(web: Web, stalled: str) -> None:
    agent = web.person(Role.AGENT, "alice")
    for language, name, said in (("en", "last scanned in", "no"), ("zh", "最近一次扫描地点", "否")):
        seen = await told(agent, stalled, accept_language=language)
        facts = {fact["fact"]: fact for fact in seen["facts"]}
        assert facts["shipment.last_place"]["name"] == name
        assert facts["shipment.last_place"]["source"] == "shipment"
        assert facts["shipment.last_place"]["as_of"] < facts["shipment.last_place"]["at"]
        assert facts["delivery.delivered"]["said"] == said
        assert facts["shipment.hours_without_scan"]["unit"] == "hours"
        assert facts["shipment.hours_without_scan"]["matters"] is True
        assert facts["line.category"]["matters"] is False
        assert "carrier.admits" in {gap["fact"] for gap in seen["missing"]}


async def test_the_merchant_reads_the_reasons_and_not_what_an_agent_may_take_up(web: Web, stalled: str) -> None:
    seen = await told(web.person(Role.MERCHANT, "M-1"), stalled)
    assert seen["suggestion"] is None
    assert seen["rows"]


async def test_a_persons_finding_stands_and_an_analyst_reads_it_without_their_words(web: Web) -> None:
    customer, _, ordered = web.customer()
    case_id = await web.open(customer, order_id=ordered, issue="logistics.tracking_stalled")
    await web.row(case_id, lambda row: row.waiting_for == "answers")
    agent = web.person(Role.AGENT, "alice")
    found = await agent.post(f"/v1/cases/{case_id}/find", {"party": "carrier", "basis": "Mrs Wang saw it fall"})
    assert found.status_code == 200, found.text
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    seen = await told(agent, case_id)
    assert (seen["finding"]["party"], seen["finding"]["stands"], seen["finding"]["row"]) == ("carrier", True, None)
    assert seen["finding"]["basis"] == "Mrs Wang saw it fall"
    assert (seen["decided_by"], seen["suggestion"]) == (None, None)
    analyst = web.person(Role.ANALYST, "ann")
    assert "Wang" not in str(await told(analyst, case_id))
    assert "Wang" not in (await analyst.get(f"/v1/cases/{case_id}")).text


async def test_customers_and_carriers_are_told_that_it_is_not_for_them(web: Web, stalled: str) -> None:
    for who in (web.person(Role.CARRIER, "K-1"), web.person(Role.CUSTOMER, "C-W1")):
        answer = await who.get(f"/v1/cases/{stalled}/responsibility")
        assert answer.status_code == 403
        assert answer.json()["rule"] == "role"


async def test_without_an_issue_there_is_nothing_to_explain(web: Web) -> None:
    customer, _, ordered = web.customer()
    case_id = await web.open(customer, order_id=ordered, description="hm")
    await web.row(case_id, lambda row: row.waiting_for == "triage")
    answer = await web.person(Role.SUPERVISOR, "susan").get(f"/v1/cases/{case_id}/responsibility")
    assert (answer.status_code, answer.json()["rule"]) == (404, "INV-4")
