"""Claims and differences in the console: each form submitted by who may, wrong and stale ones first."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import delete

from models.common.vocabulary import Role
from models.tables.reconciliation import DifferenceRow
from tests.api.pages.cases.test_every_action import BECAUSE, TOO_LONG
from tests.api.test_claims import claimed
from tests.api.test_reconciliation import row
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors

DIFFERENCES = "/console/books/differences"


@pytest.mark.submits("/console/books/claims/{claim_id}/remind", "/console/books/claims/{claim_id}/dispute")
async def test_an_agent_reminds_a_carrier_and_disputes_its_answer(web: Web, visitors: Visitors) -> None:
    claim_id = await claimed(web, "K-BOOK")
    address = f"/console/books/claims/{claim_id}"
    agent = await visitors.signed_in(Role.AGENT, "alice")
    assert "form-dispute" not in (await agent.get(address)).forms
    await agent.refused(422, "form-remind", words=TOO_LONG)
    assert "They are reminded." in (await agent.submit("form-remind", words="It is two weeks by now.")).text
    part = {"amount": {"minor": 9_000, "currency": "CNY"}, "words": "by our terms"}
    answer = await web.person(Role.CARRIER, "K-BOOK").post(f"/v1/claims/{claim_id}/accept_part", part)
    assert answer.status_code == 200, answer.text
    await agent.get(address)
    await agent.refused(422, "form-dispute", words=TOO_LONG)
    await agent.overtaken("form-dispute", "version", words="Your own trace says lost.")
    shown = await agent.submit("form-dispute")
    assert "disputed" in shown.text
    assert "Your own trace says lost." in shown.text


@pytest.mark.submits("/console/books/claims/{claim_id}/settle", "/console/books/claims/{claim_id}/write_off")
async def test_money_that_came_in_is_booked_and_what_does_not_come_is_given_up(web: Web, visitors: Visitors) -> None:
    paid, given_up = await claimed(web, "K-PAID"), await claimed(web, "K-UP")
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(f"/console/books/claims/{paid}")
    await sun.refused(422, "form-settle", **{"amount$CNY": "500.00", "proof": "BANK-1"})
    await sun.overtaken("form-settle", "version", **{"amount$CNY": "129.00", "proof": "BANK-1"})
    shown = await sun.submit("form-settle")
    assert "The payment is recorded." in shown.text
    assert "Recovered CNY 129.00" in shown.text
    await sun.get(f"/console/books/claims/{given_up}")
    await sun.refused(422, "form-write_off", reason=TOO_LONG)
    assert "Written off CNY 129.00" in (await sun.submit("form-write_off", reason=BECAUSE)).text
    listed = await sun.get("/console/books/claims?who=K-UP")
    assert given_up in listed.text


async def test_what_is_not_open_any_more_leaves_the_words_on_the_page(web: Web, visitors: Visitors) -> None:
    """A colleague wrote it off meanwhile: there is no such form any more."""
    claim_id = await claimed(web, "K-LATE")
    sun, li = await visitors.signed_in(Role.SUPERVISOR, "sun"), await visitors.signed_in(Role.SUPERVISOR, "li")
    for who in (sun, li):
        await who.get(f"/console/books/claims/{claim_id}")
    assert (await li.submit("form-write_off", reason=BECAUSE)).status == 200
    shown = await sun.submit("form-remind", words="They have promised to look for it.")
    assert shown.status == 409
    assert any(shown.alerts)
    assert "They have promised to look for it." in shown.text
    assert f'href="/console/books/claims/{claim_id}"' in shown.html


@pytest.fixture
async def differences(web: Web) -> AsyncIterator[None]:
    found = {"remedies": ["refund_only"], "customer_has_goods": True, "amount_minor": 1_200, "currency": "CNY"}
    async with web.service.database.writing() as session:
        session.add(row(1))
        session.add(row(2, kind="parcel_found", case_id=None, ours=found, theirs={"status": "delivered"}))
    yield
    async with web.service.database.writing() as session:
        await session.exec(delete(DifferenceRow))


@pytest.mark.usefixtures("differences")
@pytest.mark.submits("/console/books/differences/{difference_id}/resolve")
async def test_a_difference_is_resolved_as_it_was_shown(web: Web, visitors: Visitors) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(DIFFERENCES)
    await sun.refused(422, "form-resolve-D-1", note=TOO_LONG)
    await sun.get(DIFFERENCES)
    async with web.service.database.writing() as session:
        found = await session.get(DifferenceRow, "D-1")
        assert found is not None
        found.theirs = {"amount_minor": 7_000}
    shown = await sun.refused(409, "form-resolve-D-1", note=BECAUSE)
    assert "70.00" in shown.text
    shown = await sun.submit("form-resolve-D-1")
    assert "D-1 is resolved." in shown.text
    assert "form-resolve-D-1" not in shown.forms
    assert BECAUSE in (await sun.get(f"{DIFFERENCES}?all=true")).text


@pytest.mark.usefixtures("differences")
@pytest.mark.submits("/console/books/differences/{difference_id}/resolve")
async def test_who_keeps_what_is_chosen_and_stays_chosen_when_the_note_is_wrong(visitors: Visitors) -> None:
    sun, li = await visitors.signed_in(Role.SUPERVISOR, "sun"), await visitors.signed_in(Role.SUPERVISOR, "li")
    for who in (sun, li):
        await who.get(DIFFERENCES)
    await sun.refused(422, "form-resolve-D-2", note=BECAUSE)
    await sun.refused(422, "form-resolve-D-2", decision="borne", note=TOO_LONG)
    assert "D-2 is resolved." in (await sun.submit("form-resolve-D-2", note=BECAUSE)).text
    late = await li.submit("form-resolve-D-2", decision="return_asked", note="Have it sent back.")
    assert late.status == 409
    assert any(late.alerts)
    assert "Have it sent back." in late.text


@pytest.mark.submits("/console/books/differences/scan")
async def test_the_books_are_compared_when_a_supervisor_wants_it(visitors: Visitors) -> None:
    agent = await visitors.signed_in(Role.AGENT, "alice")
    assert "form-scan" not in (await agent.get(DIFFERENCES)).forms
    assert (await agent.post(f"{DIFFERENCES}/scan", {"_page": DIFFERENCES, "_form": "scan"})).status == 403
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get(DIFFERENCES)
    assert "The books are being compared." in (await sun.submit("form-scan")).text
