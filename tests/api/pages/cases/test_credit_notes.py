"""A case's page has its credit notes, with the sum, the tax, and the document itself (RES-15)."""

import time

from models.common.partners import ShipmentStatus
from models.common.vocabulary import Role, Stage
from tests.support.builders.orders import parcel
from tests.support.builders.taxed import taxed_order
from tests.support.processes.api import Web
from tests.support.processes.crediting import make_credit_notes
from tests.support.processes.pages import Visitors


async def test_the_page_names_the_credit_note_and_leads_to_its_document(web: Web, visitors: Visitors) -> None:
    mark = time.time_ns()
    ordered, who = f"O-PCN{mark}", f"C-PCN{mark}"
    bought = taxed_order(ordered, (11_300, 1300), customer=who, merchant_id=f"M-PCN{mark}")
    web.service.world.add(bought, parcel(ordered, status=ShipmentStatus.LOST))
    customer = web.person(Role.CUSTOMER, who)
    case_id = await web.open(customer, order_id=ordered, issue="logistics.lost", wanted={"remedy": "refund_only"})
    await web.row(case_id, lambda row: row.stage == Stage.FOLLOW_UP)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    assert "Credit notes" not in (await sun.get(f"/console/cases/{case_id}")).text

    await make_credit_notes(web)
    (note,) = (await customer.get(f"/v1/credit-notes?case_id={case_id}")).json()["credit_notes"]
    shown = await sun.get(f"/console/cases/{case_id}")
    for said in ("Credit notes", note["number"], "CNY 113.00", "of which tax CNY 13.00"):
        assert said in shown.text, said
    address = f"/console/credit-notes/{note['note_id']}"
    assert f'href="{address}"' in shown.html
    document = (await sun.get(address)).answer
    assert (document.status_code, document.headers["content-type"], document.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert (await sun.get("/console/credit-notes/CN-NONE")).status == 404
