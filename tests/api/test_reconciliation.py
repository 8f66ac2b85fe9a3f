"""What reconciliation found, over HTTP: who lists it, who sees to it (RES-5)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, delete

from commands.kit.client import Caller
from commands.kit.failure import CommandError
from commands.reconcile import ask_api
from models.common.vocabulary import Locale, Role
from models.tables.case import CaseRow, MessageRow
from models.tables.reconciliation import DifferenceRow
from tests.support.builders.cases import case_row, receipt
from tests.support.processes.api import Person, Web

SEEN = datetime(2026, 3, 1, tzinfo=UTC)
NOTE = {"note": "商家在支付后台直接退款。"}


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


def row(number: int, **change: Any) -> DifferenceRow:
    fields: dict[str, Any] = {
        "difference_id": f"D-{number}",
        "kind": "refund_outside",
        "state": "open",
        "order_id": f"O-D{number}",
        "case_id": f"RD-D{number}",
        "subject": f"R-{number}",
        "ours": {},
        "theirs": {"amount_minor": 700},
        "first_seen": SEEN + timedelta(days=number),
        "last_seen": SEEN + timedelta(days=number),
    }
    return DifferenceRow(**{**fields, **change})


@pytest.fixture
async def supervisor(web: Web) -> AsyncIterator[Person]:
    """With five differences, each seen a day after the one before; the last was accepted."""
    async with web.service.database.writing() as session:
        session.add_all([*(row(number) for number in range(1, 4)), row(4, kind="parcel_unknown")])
        session.add(row(5, state="accepted", note="by phone", closed_by="susan", closed_at=SEEN))
    yield web.person(Role.SUPERVISOR, "susan")
    async with web.service.database.writing() as session:
        await session.exec(delete(DifferenceRow))


async def ids(who: Person, query: str = "") -> list[str]:
    answer = await who.get(f"/v1/differences?{query}")
    assert answer.status_code == 200, answer.text
    return [difference["difference_id"] for difference in answer.json()["differences"]]


async def test_differences_are_listed_by_age_and_by_what_they_are(supervisor: Person) -> None:
    assert await ids(supervisor) == ["D-1", "D-2", "D-3", "D-4", "D-5"]
    assert await ids(supervisor, "state=open&kind=parcel_unknown") == ["D-4"]
    assert await ids(supervisor, "order_id=O-D2") == ["D-2"]
    assert await ids(supervisor, "case_id=RD-D3") == ["D-3"]
    assert (await supervisor.get("/v1/differences?kind=strange")).status_code == 422


async def test_what_is_said_of_a_scan_belongs_to_no_order_and_is_seen_to_like_any_other(web: Web, supervisor: Person) -> None:
    scan = row(6, kind="partner_silent", order_id=None, case_id=None, subject="money", theirs={"orders": 7, "first": "O-1"})
    async with web.service.database.writing() as session:
        session.add(scan)
    shown = (await supervisor.get("/v1/differences?kind=partner_silent")).json()["differences"]
    assert [(one["order_id"], one["theirs"]["orders"]) for one in shown] == [(None, 7)]
    answer = await supervisor.post("/v1/differences/D-6/resolve", NOTE)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")


async def test_the_list_goes_on_page_by_page(supervisor: Person) -> None:
    first = (await supervisor.get("/v1/differences?limit=3")).json()
    assert first["next"] == "D-3"
    assert await ids(supervisor, "limit=3&after=D-3") == ["D-4", "D-5"]
    unknown = await supervisor.get("/v1/differences?after=D-404")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "after")


async def test_a_supervisor_sees_to_a_difference_once_with_a_note(supervisor: Person) -> None:
    assert (await supervisor.post("/v1/differences/D-1/resolve", {"note": " "})).status_code == 422
    answer = await supervisor.post("/v1/differences/D-1/resolve", NOTE)
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["state"], seen["note"], seen["closed_by"]) == ("accepted", NOTE["note"], "susan")
    again = await supervisor.post("/v1/differences/D-1/resolve", NOTE)
    assert (again.status_code, again.json()["rule"]) == (409, "reconciliation")
    assert (await supervisor.post("/v1/differences/D-404/resolve", NOTE)).status_code == 404


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.MERCHANT, Role.CARRIER])
async def test_differences_are_the_platforms_own(web: Web, supervisor: Person, role: Role) -> None:  # noqa: ARG001  # there are some
    who = web.person(role, "X-1")
    assert (await who.get("/v1/differences")).status_code == 403
    assert (await who.post("/v1/differences/D-1/resolve", NOTE)).status_code == 403


async def test_agents_and_analysts_look_and_do_not_touch(web: Web, supervisor: Person) -> None:  # noqa: ARG001  # there are some
    for role in (Role.AGENT, Role.ANALYST):
        who = web.person(role, f"alice-{role}")
        assert len(await ids(who)) == 5
        assert (await who.post("/v1/differences/D-1/resolve", NOTE)).status_code == 403
    accepted = (await web.person(Role.ANALYST, "ann").get("/v1/differences?state=accepted")).json()["differences"][0]
    assert "by phone" not in str(accepted)
    assert accepted["closed_by"] is None


@pytest.fixture
async def parcel_found(web: Web, supervisor: Person) -> AsyncIterator[Person]:
    """The supervisor, with a parcel of the customer C-9's that turned up after 12.00 was refunded for its loss."""
    ours = {"remedies": ["refund_only"], "customer_has_goods": True, "amount_minor": 1_200, "currency": "CNY"}
    found = row(7, kind="parcel_found", subject="SF7", ours=ours, theirs={"status": "delivered"}, due=SEEN + timedelta(days=9))
    case = case_row(
        "RD-D7",
        stage="closed",
        channel="web",
        customer_id="C-9",
        tier="platform",
        opened_at=SEEN,
        updated_at=SEEN,
        state={"receipt": receipt("RD-D7", customer_id="C-9", locale=Locale.ZH).model_dump(mode="json")},
    )
    async with web.service.database.writing() as session:
        session.add_all([found, case])
    yield supervisor
    async with web.service.database.writing() as session:
        await session.exec(delete(CaseRow).where(col(CaseRow.case_id) == "RD-D7"))
        await session.exec(delete(MessageRow).where(col(MessageRow.case_id) == "D-7"))


async def test_who_keeps_what_is_decided_and_a_customer_who_is_asked_is_told_and_not_charged(
    web: Web, parcel_found: Person
) -> None:
    open_ = (await parcel_found.get("/v1/differences?kind=parcel_found")).json()["differences"][0]
    assert open_["due"] == "2026-03-10T00:00:00Z"
    undecided = await parcel_found.post("/v1/differences/D-7/resolve", NOTE)
    assert (undecided.status_code, undecided.json()["field"]) == (422, "decision")
    assert undecided.json()["allowed"] == ["borne", "payment_asked", "return_asked"]
    answer = await parcel_found.post("/v1/differences/D-7/resolve", NOTE | {"decision": "payment_asked"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["decision"] == "payment_asked"
    (letter,) = (await web.person(Role.CUSTOMER, "C-9").get("/v1/inbox")).json()["messages"]
    assert "¥12.00" in letter["body"]
    assert "不会自动向您扣款" in letter["body"]


async def test_a_customer_who_keeps_both_hears_nothing(web: Web, parcel_found: Person) -> None:
    answer = await parcel_found.post("/v1/differences/D-7/resolve", NOTE | {"decision": "borne"})
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    assert (await web.person(Role.CUSTOMER, "C-9").get("/v1/inbox")).json()["messages"] == []


async def test_a_difference_that_asks_for_no_decision_takes_none(supervisor: Person) -> None:
    answer = await supervisor.post("/v1/differences/D-1/resolve", NOTE | {"decision": "borne"})
    assert (answer.status_code, answer.json()["field"]) == (422, "decision")


async def test_a_decision_on_figures_that_changed_meanwhile_is_refused(web: Web, supervisor: Person) -> None:
    shown = (await supervisor.get("/v1/differences?state=open&limit=1")).json()["differences"][0]
    path, body = f"/v1/differences/{shown['difference_id']}/resolve", {**NOTE, "figures": shown["figures"]}
    async with web.service.database.writing() as session:
        found = await session.get(DifferenceRow, shown["difference_id"])
        assert found is not None
        found.theirs = {"amount_minor": 7_000}
    late = await supervisor.post(path, body)
    assert (late.status_code, late.json()["rule"], late.json()["field"]) == (409, "WRK-5", "figures")
    anew = (await supervisor.get("/v1/differences?state=open&limit=1")).json()["differences"][0]
    assert (await supervisor.post(path, {**body, "figures": anew["figures"]})).status_code == 200


async def test_a_supervisor_has_the_books_compared_and_waits_for_the_report(
    web: Web, supervisor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.reconcile.LOOKS_EVERY", 0.1)
    for method in ("get", "post"):
        assert (await getattr(web.person(Role.AGENT, "alice"), method)("/v1/reconciliation")).status_code == 403
    begun = await supervisor.post("/v1/reconciliation")
    assert begun.status_code == 202, begun.text
    report, differences = await ask_api(_caller(web, supervisor), 1)
    assert report.missed == ()
    assert {one.difference_id for one in differences} == set(await ids(supervisor, "state=open"))
    done = (await supervisor.get("/v1/reconciliation")).json()
    assert (done["state"], done["report"]) == ("done", report.model_dump(mode="json"))


async def test_the_command_says_why_the_api_does_not_reconcile(web: Web) -> None:
    with pytest.raises(CommandError, match="403"):
        await ask_api(_caller(web, web.person(Role.ANALYST, "ann")), 1)


def _caller(web: Web, person: Person) -> Caller:
    return Caller(str(web.http.base_url).rstrip("/"), person.headers["Authorization"].removeprefix("Bearer "))
