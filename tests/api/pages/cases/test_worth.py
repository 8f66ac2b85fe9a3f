"""Goods at a reduced worth on the case's page (RES-13): inspected with a picture, agreed to, and shown, as a browser without scripts does it."""

from datetime import timedelta
from uuid import uuid4

from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Role
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.pictures import picture
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors
from tests.support.processes.waiting import eventually


async def at_the_merchants(web: Web) -> str:
    """A case whose goods have come back; its id."""
    number = uuid4().hex[:8]
    delivered = parcel(
        f"O-W{number}", status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self"
    )
    web.service.world.add(order(f"O-W{number}", customer=f"C-W{number}", status=OrderStatus.DELIVERED), delivered)
    customer, supervisor = web.person(Role.CUSTOMER, f"C-W{number}"), web.person(Role.SUPERVISOR, "sun")
    wanted = {"issue": "product.no_reason_return", "wanted": {"remedy": "return_and_refund"}}
    case_id = await web.open(customer, order_id=f"O-W{number}", **wanted)
    await web.row(case_id, lambda row: row.waiting_for == "return_shipping")
    assert (await supervisor.post(f"/v1/cases/{case_id}/returns/m1/receive", {})).status_code == 200
    await web.row(case_id, lambda row: row.waiting_for == "inspection")
    return case_id


async def at_a_reduced_worth(web: Web) -> str:
    """A case whose customer has a word on what the goods are worth; its id."""
    case_id, sun = await at_the_merchants(web), web.person(Role.SUPERVISOR, "sun")
    photo = (await sun.upload(picture(comment=uuid4().bytes), "scratch.jpg")).json()["sha256"]
    reduced = {"line_id": "L1", "quantity": 1, "share": "0.7", "reason": "a scratch on the rim", "picture": photo}
    inspected = {"lines": [{"line_id": "L1", "accepted": 1}], "reduced": [reduced]}
    answer = await sun.post(f"/v1/cases/{case_id}/returns/m1/inspect", inspected)
    assert answer.status_code == 200, answer.text
    await web.row(case_id, lambda row: row.waiting_for == "reduced_worth")
    return case_id


async def test_goods_are_inspected_with_a_picture_in_a_row_and_the_customers_yes_is_entered(web: Web, visitors: Visitors) -> None:
    case_id = await at_the_merchants(web)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    address = f"/console/cases/{case_id}"
    shown = await eventually(lambda: sun.get(address), lambda page: "form-m1-inspect" in page.forms)
    form = shown.forms["form-m1-inspect"]
    told = {
        **form.fields,
        "lines.0.accepted": "1",
        "reduced.0.quantity": "1",
        "reduced.0.share": "0.7",
        "reduced.0.reason": "a scratch on the rim",
    }
    origin = {"Origin": str(sun.http.base_url).rstrip("/")}
    files = [("reduced.0.picture", ("scratch.jpg", picture(comment=uuid4().bytes), "image/jpeg"))]
    wrong = await sun.http.post(form.action, data={**told, "reduced.0.share": "7"}, files=files, headers=origin)
    assert wrong.status_code == 422
    answer = await sun.http.post(form.action, data=told, files=files, headers=origin)
    assert answer.status_code == 200, answer.text
    await web.row(case_id, lambda row: row.waiting_for == "reduced_worth")
    shown = await eventually(lambda: sun.get(address), lambda page: "form-m1-agree_worth" in page.forms)
    assert "70.0% (a scratch on the rim)" in shown.text
    assert "form-m1-rule_worth" not in shown.forms
    sun.page = shown
    assert (await sun.submit("form-m1-agree_worth")).status == 200
    await web.row(case_id, lambda row: row.stage == "follow_up")


async def test_an_inspection_without_reduced_worth_leaves_its_rows_empty(web: Web, visitors: Visitors) -> None:
    case_id = await at_the_merchants(web)
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    sun.page = await eventually(lambda: sun.get(f"/console/cases/{case_id}"), lambda page: "form-m1-inspect" in page.forms)
    assert (await sun.submit("form-m1-inspect", **{"lines.0.accepted": "1"})).status == 200
    await web.row(case_id, lambda row: row.stage == "follow_up")
