"""The library over HTTP: who finds what, with what is shown of it; similar cases; lessons from writing to the knowledge base."""

from datetime import timedelta
from typing import Any

import pytest

from activities.library import LibraryIndexing
from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web

C, M, K, A, S, Y = Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST
LESSON = {
    "title": {"zh": "水壶漏水怎么办？", "en": "What if a kettle leaks?"},
    "body": {"zh": "请停止使用，我们直接退款。", "en": "Stop using it; it is refunded."},
    "keywords": ["水壶漏水"],
    "tags": ["kettle"],
}


async def index(web: Web) -> None:
    loop = LibraryIndexing(web.service.database, settled=timedelta(0))
    while await loop.index():
        pass


async def opened(web: Web, words: str, **body: object) -> tuple[Person, str]:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, description=words, **{"issue": "product.quality_defect", **body})
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    return customer, case_id


async def closed(web: Web, words: str) -> str:
    customer, case_id = await opened(web, words)
    assert (await customer.post(f"/v1/cases/{case_id}/withdraw", {})).status_code == 200
    await web.row(case_id, lambda row: row.stage == "closed")
    return case_id


async def found(who: Person, q: str, **more: str) -> list[dict[str, Any]]:
    answer = await who.http.get("/v1/library", params={"q": q, **more}, headers=who.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["cases"]


def ids(cases: list[dict[str, Any]]) -> list[str]:
    return [case["case_id"] for case in cases]


async def test_a_case_is_found_in_either_script_by_those_who_may_read_the_words_and_shown_where_they_stand(web: Web) -> None:
    customer, case_id = await opened(web, "電熱水壺的底座漏電，歐陽師傅看過了")
    noted = await web.person(A, "alice").post(f"/v1/cases/{case_id}/note", {"words": "疑似批次缺陷"})
    assert noted.status_code == 200
    await index(web)
    for reader in (customer, web.person(M, "M-1"), web.person(A, "alice"), web.person(S, "susan")):
        (case,) = await found(reader, "电热水壶 欧阳")
        assert case["case_id"] == case_id
        (excerpt,) = case["excerpts"]
        assert [excerpt["text"][start:end] for start, end in excerpt["marks"]] == ["電熱水壺", "歐陽"]
    assert ids(await found(web.person(A, "alice"), "批次缺陷")) == [case_id]
    for reader in (customer, web.person(M, "M-1"), web.person(C, "C-OTHER"), web.person(M, "M-OTHER"), web.person(Y, "ann")):
        assert await found(reader, "批次缺陷") == []
    for stranger in (web.person(C, "C-OTHER"), web.person(M, "M-OTHER"), web.person(Y, "ann")):
        assert await found(stranger, "电热水壶 欧阳") == []


async def test_filters_narrow_what_is_found(web: Web) -> None:
    _, case_id = await opened(web, "榨汁机刀头松动异响")
    await index(web)
    agent = web.person(A, "alice")
    assert ids(await found(agent, "榨汁机", issue="product.quality_defect")) == [case_id]
    assert await found(agent, "榨汁机", issue="logistics.lost") == []
    assert await found(agent, "榨汁机", stage="closed") == []


BAD = [
    ("q=", "q"),
    ("q=!!!", "q"),
    ("q=AND%20OR%20NOT", "q"),
    ("", "q"),
    ("q=a&colour=red", "colour"),
    ("q=a&opened_from=yesterday", "opened_from"),
    ("q=a&limit=0", "limit"),
    ("q=" + "a" * 201, "q"),
]


@pytest.mark.parametrize(("query", "field"), BAD)
async def test_a_search_that_asks_for_nothing_or_by_what_is_unknown_is_a_problem_that_names_the_field(
    web: Web, query: str, field: str
) -> None:
    answer = await web.person(S, "susan").get(f"/v1/library?{query}")
    assert answer.status_code == 422
    told = answer.json()
    assert field in {told.get("field"), *(error["field"] for error in told.get("errors") or ())}


async def test_nobody_searches_by_a_filter_that_is_not_theirs_to_read(web: Web) -> None:
    assert (await web.person(C, "C-1").get("/v1/library?q=a&tag=x")).status_code == 403
    assert (await web.stranger().get("/v1/library?q=a")).status_code == 401


async def test_similar_cases_are_closed_ones_with_how_they_ended_and_by_root_cause(web: Web) -> None:
    unlike = await closed(web, "付款页面一直打不开")
    alike = await closed(web, "保温杯杯盖密封圈脱落漏水")
    _, case_id = await opened(web, "保温杯的密封圈掉了，漏水")
    await index(web)
    agent = web.person(A, "alice")
    told = (await agent.get(f"/v1/cases/{case_id}/similar?limit=50")).json()
    cases = {case["case_id"]: case for case in told["cases"]}
    assert told["cases"][0]["case_id"] == alike
    assert cases[alike]["outcome"] == "withdrawn"
    assert cases[alike]["root_cause"]
    assert "issue" in cases[alike]["shared"]
    assert case_id not in cases
    assert cases.get(unlike, {"score": 0})["score"] < cases[alike]["score"]
    counted = {one["root_cause"]: one["outcomes"] for one in told["causes"]}
    assert counted[cases[alike]["root_cause"]]["withdrawn"] >= 1
    nothing = (await agent.get(f"/v1/cases/{case_id}/similar?root_cause=carrier:%20no-such-row")).json()
    assert nothing["cases"] == []
    for role, status in ((C, 403), (M, 403), (K, 403), (S, 200), (Y, 200)):
        assert (await web.person(role, f"{role}-9").get(f"/v1/cases/{case_id}/similar")).status_code == status
    assert (await agent.get("/v1/cases/RD-000000000000/similar")).status_code == 404


async def test_a_lesson_becomes_an_entry_of_the_knowledge_base_once_another_supervisor_accepted_it(web: Web) -> None:
    case_id = await closed(web, "水壶一烧水就漏")
    agent, boss, analyst = web.person(A, "alice"), web.person(S, "susan"), web.person(Y, "ann")
    address = f"/v1/cases/{case_id}/lesson"
    assert (await agent.get(address)).status_code == 404
    written = await agent.put(address, LESSON)
    assert (written.status_code, written.json()["state"]) == (200, "proposed"), written.text
    assert (await agent.post(f"{address}/review", {"accept": True})).status_code == 403
    waiting = (await boss.get("/v1/library/lessons?state=proposed&limit=200")).json()["lessons"]
    assert case_id in {lesson["case_id"] for lesson in waiting}
    refused = await boss.post(f"{address}/review", {"accept": False})
    assert (refused.status_code, refused.json()["field"]) == (422, "reason")
    accepted = await boss.post(f"{address}/review", {"accept": True, "state": "published"})
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted"), accepted.text
    entry = (await web.person(C, "C-1").get(f"/v1/knowledge/{accepted.json()['entry_id']}")).json()
    assert (entry["title"], entry["issues"]) == (LESSON["title"], ["product.quality_defect"])
    assert (await boss.post(f"{address}/review", {"accept": True})).status_code == 409
    await index(web)
    assert case_id in ids(await found(analyst, "kettle leaks"))
    seen = (await analyst.get(address)).json()
    assert (seen["by"], seen["reviewed_by"], seen["tags"]) == (None, None, ["kettle"])
    own = await boss.put(address, LESSON)
    assert own.json()["entry_id"] == accepted.json()["entry_id"]
    assert (await boss.post(f"{address}/review", {"accept": True})).status_code == 409


async def test_an_open_case_has_no_lesson_yet_and_no_party_writes_or_reads_one(web: Web) -> None:
    customer, case_id = await opened(web, "水壶盖子打不开")
    assert (await web.person(A, "alice").put(f"/v1/cases/{case_id}/lesson", LESSON)).status_code == 409
    for who in (customer, web.person(M, "M-1"), web.person(K, "K-1")):
        assert (await who.put(f"/v1/cases/{case_id}/lesson", LESSON)).status_code == 403
        assert (await who.get(f"/v1/cases/{case_id}/lesson")).status_code == 403
        assert (await who.get("/v1/library/lessons")).status_code == 403
