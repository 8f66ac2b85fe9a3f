"""The queue page: what a row says, what is found, views, the next case, and many at once."""

from datetime import UTC, datetime, timedelta

import pytest

from api.cases.filters import CaseFilters
from api.pages.queue.filter_fields import filter_fields
from models.common.vocabulary import Locale, Role
from rules.notifications.texts import texts
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors

MINE = "/console/queue"


async def opened(web: Web, issue: str = "product.quality_defect") -> str:
    """A case that somebody has to do something about."""
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue=issue, description="杯子裂了 crackedcup")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    return case_id


async def test_a_row_says_whose_move_it_is_until_when_and_what_happens_then(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    shown = await sun.get(f"{MINE}?text=crackedcup&sort=-opened_at")
    assert case_id in shown.text
    waits_for = str((await web.row(case_id)).waiting_for)
    assert texts("Asia/Shanghai").name(waits_for, Locale.EN) in shown.text
    assert "Then: " in shown.text
    assert "quality defect" in shown.text


async def test_a_case_is_found_by_every_filter_of_the_api_and_by_words(web: Web, visitors: Visitors) -> None:
    case_id = await opened(web)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    assert (
        case_id
        in (await sun.get(f"{MINE}?issue=product.quality_defect&text=crackedcup&handler=&opened_from@=2020-01-01T00:00")).text
    )
    assert case_id not in (await sun.get(f"{MINE}?issue=logistics.lost&text=crackedcup")).text
    wrong = await sun.get(f"{MINE}?issue=nonsense")
    assert wrong.status == 422


@pytest.mark.submits("/console/queue/views", "/console/queue/views/{view_id}/delete")
async def test_what_is_found_is_saved_as_a_view_with_its_count(web: Web, visitors: Visitors) -> None:
    await opened(web)
    alice = await visitors.signed_in(Role.AGENT, "alice")
    await alice.get(f"{MINE}?priority=P1&priority=P2&sort=next_deadline")
    saved = await alice.submit("form-view", name="Urgent ones")
    assert saved.path == MINE
    assert "The view “Urgent ones” is saved." in saved.text
    view = saved.answer.url.params["view"]
    kept = (await alice.get("/v1/saved-views")).answer.json()
    assert next(one for one in kept if one["id"] == view)["filters"] == {"priority": ["P1", "P2"]}
    await alice.get(f"{MINE}?view={view}")
    gone = await alice.submit("form-delete-view")
    assert "Urgent ones" not in gone.text


async def test_a_view_without_a_name_comes_back_with_what_is_missing(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    await alice.get(f"{MINE}?priority=P1")
    shown = await alice.submit("form-view", name="x" * 81)
    assert shown.status == 422
    assert 'aria-invalid="true"' in shown.html
    assert "x" * 81 in shown.html


@pytest.mark.submits("/console/queue/bulk/note")
async def test_many_cases_are_noted_at_once_and_the_same_form_again_does_nothing_twice(web: Web, visitors: Visitors) -> None:
    cases = [await opened(web), await opened(web)]
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(f"{MINE}?text=crackedcup&sort=-opened_at")
    assert sun.page is not None
    fields = {**sun.page.forms["form-bulk"].fields, "cases*": cases, "note.words": ["called twice"]}
    for _ in range(2):
        assert "Done with 2 cases." in (await sun.post(f"{MINE}/bulk/note", fields)).text
    for case_id in cases:
        told = (await sun.get(f"/v1/cases/{case_id}/timeline")).answer.json()["entries"]
        assert [one["event"] for one in told].count("case.noted") == 1


TOMORROW = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}"
BULK = {
    "tag": {"tag.add.0": "vip"},
    "snooze": {"snooze.until@": TOMORROW},
    "transfer": {"transfer.team": "logistics", "transfer.reason": "It is about the parcel."},
    "assign": {"assign.to": "alice"},
    "close": {"close.reason": "It was told twice."},
}


@pytest.mark.submits(
    "/console/queue/bulk/assign",
    "/console/queue/bulk/transfer",
    "/console/queue/bulk/tag",
    "/console/queue/bulk/snooze",
    "/console/queue/bulk/close",
)
async def test_many_cases_are_handed_on_tagged_put_aside_and_closed_at_once(web: Web, visitors: Visitors) -> None:
    cases = [await opened(web), await opened(web)]
    await visitors.signed_in(Role.AGENT, "alice")
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    for case_id in cases:
        await sun.get(f"/console/cases/{case_id}")
        assert (await sun.submit("form-take")).status == 200
    for action, fields in BULK.items():
        await sun.get(f"{MINE}?text=crackedcup&sort=-opened_at")
        assert sun.page is not None
        told = {**sun.page.forms["form-bulk"].fields, "cases*": cases, **fields}
        shown = await sun.post(f"{MINE}/bulk/{action}", told)
        assert "Done with 2 cases." in shown.text, (action, shown.text)


@pytest.mark.submits("/console/queue/bulk/merge")
async def test_what_was_told_twice_is_merged(web: Web, visitors: Visitors) -> None:
    customer, _, order = web.customer()
    issues = ("product.quality_defect", "product.not_as_described")
    cases = [
        await web.open(customer, order_id=order, issue=issue, kind="complaint", description="crackedpot") for issue in issues
    ]
    for case_id in cases:
        await web.row(case_id, lambda row: row.stage in {"investigation", "resolution"})
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(f"{MINE}?text=crackedpot&sort=-opened_at")
    assert sun.page is not None
    told = {**sun.page.forms["form-bulk"].fields, "cases*": cases[1:], "merge.into": cases[0], "merge.reason": "Told twice."}
    assert "Done with 1 cases." in (await sun.post(f"{MINE}/bulk/merge", told)).text


@pytest.mark.parametrize(
    ("action", "fields", "said"), [("note", {}, "note.words: "), ("assign", {"assign.to": ["nobody"]}, "nobody is no agent")]
)
async def test_what_cannot_be_done_with_many_is_said_and_kept(
    web: Web, visitors: Visitors, action: str, fields: dict[str, list[str]], said: str
) -> None:
    case_id = await opened(web)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(f"{MINE}?text=crackedcup&sort=-opened_at")
    assert sun.page is not None
    told = {**sun.page.forms["form-bulk"].fields, "cases*": [case_id], "tag.add.0": ["vip"], **fields}
    shown = await sun.post(f"{MINE}/bulk/{action}", told)
    assert said in shown.text
    assert case_id in shown.text


@pytest.mark.submits("/console/queue/next")
async def test_the_next_case_of_a_team_is_taken_or_it_is_said_that_there_is_none(web: Web, visitors: Visitors) -> None:
    await web.row(await opened(web, "payment.refund_not_arrived"), lambda row: row.waiting_on == "agent")
    alice = await visitors.signed_in(Role.AGENT, "alice", "payments")
    await alice.get(f"{MINE}?queue=payments")
    taken = await alice.submit("form-next")
    assert taken.path.startswith("/console/cases/RD-")
    other = await visitors.signed_in(Role.AGENT, "bob", "rules")
    await other.get(f"{MINE}?queue=rules")
    assert "Nothing waits for you in the queue of rules." in (await other.submit("form-next")).text


async def test_the_queue_of_a_team_is_its_own_peoples(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice", "logistics")
    assert (await alice.get(f"{MINE}?queue=payments")).status == 404
    assert (await alice.get(f"{MINE}?view=somebodys")).status == 404
    assert (await (await visitors.signed_in(Role.ANALYST, "ana")).get(MINE)).status == 403


@pytest.mark.parametrize(
    ("name", "given", "chosen"),
    [("priority", ["P1"], ["P1"]), ("snoozed", False, ["false"]), ("mine", False, []), ("snoozed", None, [])],
)
def test_a_filter_shows_what_is_chosen_of_it(name: str, given: object, chosen: list[str]) -> None:
    fields = filter_fields(CaseFilters.model_validate({name: given}))
    assert next(list(one.chosen) for one in fields if one.name == name) == chosen
