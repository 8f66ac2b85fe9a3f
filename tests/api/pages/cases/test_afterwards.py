"""What a closed case teaches, on its page: a root cause that people correct, and a lesson, as a browser without scripts does it."""

import pytest

from models.common.vocabulary import Role
from tests.api.cases.test_root_causes import an_archived_case
from tests.api.library.test_library import index
from tests.api.pages.cases.test_page import opened
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors

BECAUSE = "The page did not say that it ships later."
LESSON = {
    "title.zh": "充电宝鼓包了怎么办？",
    "title.en": "What if a power bank swells?",
    "body.zh": "请立即停止使用，不要寄回。",
    "body.en": "Stop using it and do not send it back.",
    "phrases": "鼓包\nbattery swollen",
    "tags,": "battery, danger",
}


async def test_an_open_case_teaches_nothing_yet(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    shown = await (await visitors.signed_in(Role.SUPERVISOR, "sun")).get(f"/console/cases/{case_id}")
    assert shown.status == 200
    assert not {"form-root-cause", "form-lesson"} & shown.forms.keys()


@pytest.mark.submits("/console/cases/{case_id}/root-cause", "/console/cases/{case_id}/root-cause/take-back")
async def test_an_agent_proposes_a_root_cause_and_takes_it_back(web: Web, visitors: Visitors) -> None:
    case_id, _ = await an_archived_case(web)
    page, address = f"/console/cases/{case_id}", f"/v1/cases/{case_id}/root-cause"
    team = (await web.row(case_id)).team
    assert team is not None
    alice, boss = await visitors.signed_in(Role.AGENT, "alice", team), web.person(Role.SUPERVISOR, "sun")
    shown = await alice.get(page)
    assert "form-take-back" not in shown.forms
    await alice.refused(422, "form-root-cause", root_cause="rules_unclear", reason="")
    shown = await alice.submit("form-root-cause", root_cause="rules_unclear", reason=BECAUSE)
    assert (shown.path, shown.status) == (page, 200)
    assert "a supervisor agrees or not" in shown.text
    assert "alice proposes rules hard to understand" in shown.text
    assert (await boss.get(address)).json()["root_cause"] == "wrong_size_chosen"
    await alice.submit("form-take-back")
    assert (await boss.get(address)).json()["correction"] is None


async def test_a_root_cause_is_read_by_its_name_wherever_it_stands(web: Web, visitors: Visitors) -> None:
    case_id, _ = await an_archived_case(web)
    alice = web.person(Role.AGENT, "alice")
    said = await alice.put(f"/v1/cases/{case_id}/root-cause", {"root_cause": "rules_unclear", "reason": BECAUSE})
    assert said.status_code == 200, said.text
    await index(web)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    for page, name in (
        ("/console/library?q=larger", "another size is wanted"),
        ("/console/supervision/decisions?pile=root_causes", "rules hard to understand"),
        (f"/console/cases/{case_id}", "rules hard to understand"),
    ):
        shown = await sun.get(page)
        assert name in shown.text, page


@pytest.mark.submits("/console/cases/{case_id}/root-cause")
async def test_a_supervisors_root_cause_counts_at_once(web: Web, visitors: Visitors) -> None:
    case_id, _ = await an_archived_case(web)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(f"/console/cases/{case_id}")
    shown = await sun.submit("form-root-cause", root_cause="rules_unclear", reason=BECAUSE)
    assert "Counts as: rules hard to understand" in shown.text
    assert "Corrected by sun to rules hard to understand" in shown.text
    assert "form-take-back" in shown.forms


@pytest.mark.submits("/console/cases/{case_id}/lesson")
async def test_a_lesson_is_written_and_waits_for_its_review(web: Web, visitors: Visitors) -> None:
    case_id, _ = await an_archived_case(web)
    team = (await web.row(case_id)).team
    assert team is not None
    alice = await visitors.signed_in(Role.AGENT, "alice", team)
    shown = await alice.get(f"/console/cases/{case_id}")
    assert "Nobody has written a lesson yet." in shown.text
    await alice.refused(422, "form-lesson", **{**LESSON, "body.en": ""})
    shown = await alice.submit("form-lesson", **LESSON)
    assert "waits for its review" in shown.text
    assert LESSON["title.en"] in shown.text
    written = (await web.person(Role.SUPERVISOR, "sun").get(f"/v1/cases/{case_id}/lesson")).json()
    assert (written["by"], written["state"]) == ("alice", "proposed")
    assert (written["keywords"], written["tags"]) == (["鼓包", "battery swollen"], ["battery", "danger"])
    again = await alice.get(f"/console/cases/{case_id}")
    assert again.forms["form-lesson"].fields["phrases"] == ["鼓包\nbattery swollen"]
