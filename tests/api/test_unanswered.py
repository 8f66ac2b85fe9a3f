"""What people asked the knowledge base in vain (REC-6): listed by how many asked, seen to, and forgotten with who asked."""

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Person, Web

LIST = "/v1/unanswered-questions"


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def listed(web: Web, words: str) -> list[tuple[str, int, int]]:
    answer = await web.person(Role.SUPERVISOR, "susan").get(f"{LIST}?limit=200")
    assert answer.status_code == 200, answer.text
    return [(one["said"], one["people"], one["asked"]) for one in answer.json() if one["words"] == words]


async def searched(who: Person, words: str) -> None:
    answer = await who.http.get("/v1/knowledge", params={"q": words}, headers=who.headers)
    assert answer.status_code == 200, answer.text


async def test_what_found_nothing_is_listed_by_people_until_a_supervisor_has_seen_to_it(web: Web) -> None:
    first, second = web.person(Role.CUSTOMER, "C-ASK1"), web.person(Role.CUSTOMER, "C-ASK2")
    for who, words in ((first, "Zeppelin Hangar"), (first, "zeppelin hangar"), (second, "ZEPPELIN HANGAR")):
        await searched(who, words)
    await searched(web.person(Role.SUPERVISOR, "susan"), "zeppelin hangar")
    ((_, people, asked),) = await listed(web, "zeppelin hangar")
    assert (people, asked) == (2, 3)
    supervisor = web.person(Role.SUPERVISOR, "susan")
    assert (await supervisor.post(f"{LIST}/seen-to", {"words": "zeppelin hangar"})).status_code == 200
    assert await listed(web, "zeppelin hangar") == []
    assert (await supervisor.post(f"{LIST}/seen-to", {"words": "zeppelin hangar"})).status_code == 404


async def test_a_question_before_a_case_is_listed_and_one_that_is_answered_is_not(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-ASK3")
    known = {
        "title": {"zh": "可以停放飞艇吗？", "en": "Do you moor airships overnight?"},
        "body": {"zh": "可以。", "en": "We do."},
        "keywords": ["停放飞艇", "moor airships"],
        "state": "published",
    }
    written = await web.person(Role.SUPERVISOR, "susan").put("/v1/knowledge/airships-overnight", known)
    assert written.status_code == 201, written.text
    for words in ("Wo parke ich mein Luftschiff?", "Do you moor airships overnight?"):
        assert (await customer.post("/v1/knowledge/suggest", {"text": words})).status_code == 200
    assert await listed(web, "wo parke ich mein luftschiff?") == [("Wo parke ich mein Luftschiff?", 1, 1)]
    assert await listed(web, "do you moor airships overnight?") == []
    await searched(customer, "moor airships")
    assert await listed(web, "moor airships") == []


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.ANALYST])
async def test_the_list_is_for_supervisors(web: Web, role: Role) -> None:
    who = web.person(role, "X-1")
    assert (await who.get(LIST)).status_code == 403
    assert (await who.post(f"{LIST}/seen-to", {"words": "x"})).status_code == 403
