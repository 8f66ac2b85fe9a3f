"""Credit notes over HTTP (RES-15): a refund arrives, its case says so, and those whose it is find and download the note; nobody else does."""

import itertools
import re
import time

import pytest

from adapters.documents.links import DocumentLinks
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Role, Stage
from tests.support.builders.orders import parcel
from tests.support.builders.taxed import taxed_order
from tests.support.processes.api import Web
from tests.support.processes.crediting import make_credit_notes
from tests.support.processes.waiting import eventually

_numbers = itertools.count(1)


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def test_a_note_is_told_of_listed_and_downloaded_by_its_customer_merchant_and_the_platform_alone(web: Web) -> None:
    number = f"{next(_numbers)}-{time.time_ns()}"
    ordered, who, shop = f"O-CN{number}", f"C-CN{number}", f"M-CN{number}"
    bought = taxed_order(ordered, (11_300, 1300), customer=who, merchant_id=shop)
    web.service.world.add(bought, parcel(ordered, status=ShipmentStatus.LOST))
    customer, merchant = web.person(Role.CUSTOMER, who), web.person(Role.MERCHANT, shop)
    case_id = await web.open(customer, order_id=ordered, issue="logistics.lost", wanted={"remedy": "refund_only"})
    await web.row(case_id, lambda row: row.stage == Stage.FOLLOW_UP)

    await make_credit_notes(web)
    await make_credit_notes(web)

    listed = (await customer.get(f"/v1/credit-notes?case_id={case_id}")).json()
    (note,) = listed["credit_notes"]
    assert (note["gross_minor"], note["tax_minor"], note["order_id"]) == (11_300, 1_300, ordered)
    assert note["splits"] == [{"category": "S", "basis_points": 1300, "net": 10_000, "tax": 1_300}]
    assert (await customer.get(f"/v1/cases/{case_id}")).json()["credit_notes"] == [note]

    async def told() -> list[str]:
        entries = (await customer.get(f"/v1/cases/{case_id}/timeline?limit=500")).json()["entries"]
        return [one["text"] for one in entries if one["event"] == "resolution.credit_note_issued"]

    (said,) = await eventually(told, bool)
    assert note["number"] in said

    (message,) = [
        one for one in (await customer.get("/v1/inbox")).json()["messages"] if one["event"] == "resolution.credit_note_issued"
    ]
    link = re.search(r"https?://\S+", message["body"])
    assert link is not None
    followed = await web.http.get(link[0].removeprefix(web.settings.api_url))
    assert followed.content == (await customer.get(note["pdf"])).content
    for wrong in (f"/v1/credit-notes/links/{note['note_id']}", f"{link[0].removeprefix(web.settings.api_url)}x"):
        assert (await web.http.get(wrong)).status_code == 404
    forged = DocumentLinks(web.settings, "review").make(note["note_id"])[0].rpartition("/")[2]
    assert (await web.http.get(f"/v1/credit-notes/links/{forged}")).status_code == 404

    for reader in (customer, merchant, web.person(Role.SUPERVISOR, "sue"), web.person(Role.AGENT, "alice")):
        answer = await reader.get(note["pdf"])
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        assert (await reader.get(note["ubl"])).text.startswith("<?xml")
        assert (await reader.get(note["red_letter"])).json()["价税合计"] == "-113.00"
    for stranger in (web.person(Role.CUSTOMER, "C-other"), web.person(Role.MERCHANT, "M-other")):
        for address in (note["pdf"], note["ubl"], note["red_letter"], f"/v1/credit-notes/{note['note_id']}"):
            assert (await stranger.get(address)).status_code == 404
        assert (await stranger.get("/v1/credit-notes")).json()["credit_notes"] == []
    assert (await web.person(Role.CARRIER, "K-1").get("/v1/credit-notes")).status_code == 403
