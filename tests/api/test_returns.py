"""Returns over HTTP (RES-6): who may look, print, act and list, and parcels that carriers tell of without a reference."""

import itertools
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pypdfium2
import pytest
import zxingcpp

from api.returns.schemas import SHAPES
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Role
from models.returns.partner import PickupRequest
from models.returns.state import ReturnAction
from rules.returns.permissions import RETURN_ROLES
from tests.support.builders.notices import signed
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.pictures import picture
from tests.support.processes.api import Person, Web
from tests.support.processes.waiting import eventually
from tests.support.refusals import reused

_numbers = itertools.count(1)
EVERYBODY = [Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST]


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


@dataclass
class Scene:
    """A case whose customer is to send goods back."""

    web: Web
    case_id: str
    order_id: str
    customer_id: str
    customer: Person
    merchant: Person
    supervisor: Person

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.case_id}/returns/m1"

    async def seen(self, **fields: Any) -> dict[str, Any]:
        """The return, as soon as these fields of it are so."""

        def so(answer: httpx.Response) -> bool:
            return answer.status_code == 200 and all(answer.json()["return_"][name] == value for name, value in fields.items())

        return (await eventually(lambda: self.supervisor.get(self.path), so)).json()


async def scene_of(web: Web, customer_id: str | None = None) -> Scene:
    number = f"{next(_numbers)}{uuid.uuid4().hex[:6]}"
    customer_id, order_id = customer_id or f"C-R{number}", f"O-R{number}"
    delivered = parcel(order_id, status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
    web.service.world.add(order(order_id, customer=customer_id, status=OrderStatus.DELIVERED), delivered)
    customer, supervisor = web.person(Role.CUSTOMER, customer_id), web.person(Role.SUPERVISOR, "susan")
    photo = (await customer.upload(picture(comment=number.encode()))).json()["sha256"]
    case_id = await web.open(customer, order_id=order_id, issue="product.quality_defect", evidence=[photo])
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for in {"answers", "plan", "finding"})
    await supervisor.post(f"/v1/cases/{case_id}/take", {})
    remedy = {"kind": "return_and_refund", "amount": {"minor": 10_000, "currency": "CNY"}}
    proposed = await supervisor.post(f"/v1/cases/{case_id}/propose", {"options": [{"remedies": [remedy], "why": "退货退款"}]})
    assert proposed.status_code == 200, proposed.text
    await web.row(case_id, lambda row: row.waiting_for == "choice")
    assert (await customer.post(f"/v1/cases/{case_id}/accept", {"option": 1})).status_code == 200
    scene = Scene(web, case_id, order_id, customer_id, customer, web.person(Role.MERCHANT, "M-1"), supervisor)
    await scene.seen(stage="awaiting")
    return scene


async def test_a_return_from_the_label_to_the_inspection(web: Web) -> None:
    scene = await scene_of(web)
    shown = (await scene.customer.get(scene.path)).json()
    assert shown["label"] == f"{scene.path}/label"
    assert {action["action"] for action in shown["available_actions"]} == {"book_pickup", "ship", "join"}
    printed = await scene.customer.get(shown["label"])
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    page: Any = pypdfium2.PdfDocument(printed.content)[0]
    codes = {code.text for code in zxingcpp.read_barcodes(page.render(scale=4).to_pil())}
    assert codes == {shown["return_"]["label"]["tracking"], shown["return_"]["rma"]}
    case = (await scene.customer.get(f"/v1/cases/{scene.case_id}")).json()
    hrefs = {action["action"]: action["href"] for action in case["available_actions"]}
    sent = await scene.customer.post(hrefs["ship"], {"carrier_id": "SF", "tracking": f"SF{uuid.uuid4().hex[:10]}"})
    assert (sent.status_code, sent.json()["return_"]["stage"]) == (200, "in_transit")
    receipt = (await scene.customer.upload(picture(comment=b"receipt"))).json()["sha256"]
    claim = {"amount": {"minor": 900, "currency": "CNY"}, "receipt": receipt}
    assert (await scene.customer.post(f"{scene.path}/claim_freight", claim)).status_code == 200
    scratch = (await scene.merchant.upload(picture(comment=b"as it came"))).json()["sha256"]
    told = {"lines": [{"line_id": "L1", "accepted": 1}], "evidence": [scratch]}
    assert (await scene.merchant.post(f"{scene.path}/inspect", told)).status_code == 200
    await web.row(scene.case_id, lambda row: row.stage == "follow_up")
    over = await scene.seen(result="accepted")
    assert over["settlement"]["goods"]["minor"] + over["settlement"]["freight"]["minor"] == 10_900
    for sha256 in (receipt, scratch):
        assert (await scene.customer.get(f"/v1/cases/{scene.case_id}/evidence/{sha256}")).status_code == 200
    again = await scene.merchant.post(f"{scene.path}/inspect", told)
    assert again.status_code == 409
    gone = await scene.customer.get(f"{scene.path}/label")
    assert gone.status_code in {200, 409}


async def test_who_may_look_and_act_and_what_is_foreign_looks_unknown(web: Web) -> None:
    scene = await scene_of(web)
    strangers = (web.person(Role.CUSTOMER, "C-OTHER"), web.person(Role.MERCHANT, "M-OTHER"))
    for stranger in strangers:
        for path in (scene.path, f"{scene.path}/label"):
            assert (await stranger.get(path)).status_code == 404
    for missing in (f"/v1/cases/{scene.case_id}/returns/m9", "/v1/cases/RD-NONE/returns/m1"):
        assert (await scene.customer.get(missing)).status_code == 404
        assert (await scene.customer.post(f"{missing}/ship", SHAPES[ReturnAction.SHIP][1].example)).status_code == 404
    assert (await web.stranger().get(scene.path)).status_code == 401
    for action, roles in RETURN_ROLES.items():
        for role in EVERYBODY:
            who = web.person(role, scene.customer_id if role is Role.CUSTOMER else "M-1" if role is Role.MERCHANT else "K-1")
            if role not in roles:
                assert (await who.post(f"{scene.path}/{action}", SHAPES[action][1].example)).status_code == 403, (role, action)
    early = await scene.merchant.post(f"{scene.path}/inspect", SHAPES[ReturnAction.INSPECT][1].example)
    assert early.status_code == 409
    assert "receive" in early.json()["allowed"]


async def at_the_merchants(web: Web) -> tuple[Scene, str]:
    """Goods that have come back, and a picture that the merchant made of them."""
    scene = await scene_of(web)
    assert (await scene.merchant.post(f"{scene.path}/receive", {})).status_code == 200
    return scene, (await scene.merchant.upload(picture(comment=uuid.uuid4().bytes))).json()["sha256"]


async def test_goods_at_a_reduced_worth_are_the_customers_to_decide_on(web: Web) -> None:
    scene, scratch = await at_the_merchants(web)
    reduced = {"line_id": "L1", "quantity": 1, "share": "0.7", "reason": "杯口有划痕", "picture": scratch}
    told = {"lines": [{"line_id": "L1", "accepted": 1}], "reduced": [reduced]}
    wrong: dict[str, dict[str, Any]] = {
        "reduced.0.share": {"share": 0},
        "reduced.0.reason": {"reason": " "},
        "reduced.0.picture": {"picture": "9" * 64},
        "reduced.0.quantity": {"quantity": 2},
    }
    for field, change in [*wrong.items(), ("reduced.0.share", {"share": 1.01})]:
        refused = await scene.merchant.post(f"{scene.path}/inspect", {**told, "reduced": [reduced | change]})
        fields = [refused.json().get("field"), *(error["field"] for error in refused.json().get("errors", ()))]
        assert (refused.status_code, field in fields) == (422, True), refused.text
    bare = await scene.merchant.post(
        f"{scene.path}/inspect", {**told, "reduced": [{"line_id": "L1", "quantity": 1, "share": "0.7"}]}
    )
    assert {error["field"] for error in bare.json()["errors"]} == {"reduced.0.reason", "reduced.0.picture"}
    assert (await scene.seen(inspection=None))["return"]["worth"] is None
    assert (await scene.merchant.post(f"{scene.path}/inspect", told)).status_code == 200
    row = await web.row(scene.case_id, lambda row: row.waiting_for == "reduced_worth")
    assert row.waiting_on == "customer"
    assert (await scene.customer.get(f"/v1/cases/{scene.case_id}/evidence/{scratch}")).status_code == 200
    case = (await scene.customer.get(f"/v1/cases/{scene.case_id}")).json()
    offered = {one["action"]: one for one in case["available_actions"] if "worth" in one["action"]}
    assert set(offered) == {"agree_worth", "refuse_worth", "appeal_worth"}
    worth = next(remedy["return"]["worth"] for remedy in case["remedies"] if remedy["return"])
    assert [(one["share"], one["reason"], one["picture"]["sha256"]) for one in worth["pieces"]] == [
        ("0.7", "杯口有划痕", scratch)
    ]
    analyst = (await web.person(Role.ANALYST, "ann").get(scene.path)).json()["return"]["worth"]["pieces"][0]
    assert (analyst["share"], analyst["reason"]) == ("0.7", "—")
    proof = (await scene.customer.upload(picture(comment=uuid.uuid4().bytes))).json()["sha256"]
    appeal = {**offered["appeal_worth"]["decides"], "words": "收到时就有划痕", "evidence": [proof]}
    assert (await scene.customer.post(offered["appeal_worth"]["href"], appeal)).status_code == 200
    await web.row(scene.case_id, lambda row: row.waiting_for == "appeal")
    assert (await scene.customer.post(offered["agree_worth"]["href"], {})).status_code == 409
    ruling = {"shares": [{"line_id": "L1", "share": "0.9"}], "reason": "划痕轻微"}
    assert (await scene.supervisor.post(f"{scene.path}/rule_worth", ruling)).status_code == 200
    await web.row(scene.case_id, lambda row: row.waiting_for == "reduced_worth")
    stale = await scene.customer.post(offered["agree_worth"]["href"], offered["agree_worth"]["decides"])
    assert (stale.status_code, stale.json()["rule"]) == (409, "WRK-5")
    assert "L1 × 1: 90%" in stale.json()["detail"]
    assert (await scene.customer.post(offered["agree_worth"]["href"], {})).status_code == 200
    await web.row(scene.case_id, lambda row: row.stage == "follow_up")
    over = await scene.seen(result="accepted")
    assert {name: money["minor"] for name, money in over["settlement"].items()} == {
        "goods": 10_000,
        "reduced": 1_000,
        "deducted": 0,
        "freight": 0,
        "restocking": 0,
    }
    books = (await scene.supervisor.get(f"/v1/orders/{scene.order_id}/ledger")).json()
    assert any(entry["amount"]["minor"] == 9_000 for entry in books["entries"])


async def test_a_pickup_rings_where_the_customer_says_with_country_and_second_line(web: Web) -> None:
    scene = await scene_of(web)
    home = {"name": "Max Weber", "country": "DE", "city": "München", "street": "Sendlinger Str. 1", "street2": "2. OG"}
    stored = (await scene.customer.post("/v1/addresses", home)).json()["address_id"]
    start = datetime.now(UTC) + timedelta(days=1)
    slot = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat(), "address_id": stored}
    assert (await scene.customer.post(f"{scene.path}/book_pickup", slot)).status_code == 200

    async def asked() -> list[PickupRequest]:
        return [one for one in web.service.world.returns.rang_at if one.order_id == scene.order_id]

    (request,) = await eventually(asked, bool)
    assert request.address is not None
    assert request.address.model_dump(exclude_none=True) == {
        **home,
        "region": "DE",
        "address": "Sendlinger Str. 1, 2. OG, München, DE",
    }


async def test_bad_content_is_refused_by_field(web: Web) -> None:
    scene = await scene_of(web)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    slot = {"start": tomorrow.isoformat(), "end": (tomorrow + timedelta(hours=2)).isoformat()}
    backwards = await scene.customer.post(f"{scene.path}/book_pickup", {"start": slot["end"], "end": slot["start"]})
    assert backwards.status_code == 422
    foreign = await scene.customer.post(f"{scene.path}/book_pickup", {**slot, "address_id": "A-NOBODYS"})
    assert (foreign.status_code, foreign.json()["field"]) == (422, "address_id")
    blank = await scene.customer.post(f"{scene.path}/ship", {"carrier_id": "SF", "tracking": "a/b"})
    assert blank.status_code == 422
    unexplained = await scene.merchant.post(f"{scene.path}/inspect", {"lines": [{"line_id": "L1", "rejected": 1}]})
    assert unexplained.status_code == 422
    unknown = await scene.customer.post(
        f"{scene.path}/claim_freight", {"amount": {"minor": 1, "currency": "CNY"}, "receipt": "9" * 64}
    )
    assert (unknown.status_code, unknown.json()["field"]) == (422, "receipt")
    negative = await scene.merchant.post(f"{scene.path}/inspect", {"lines": [{"line_id": "L1", "accepted": -1}]})
    assert [error["field"] for error in negative.json()["errors"]] == ["lines.0.accepted"]  # and not that there are too few lines
    assert [error["field"] for error in (await scene.merchant.post(f"{scene.path}/inspect", {"lines": []})).json()["errors"]] == [
        "lines"
    ]
    booked = await scene.customer.post(f"{scene.path}/book_pickup", slot, idempotency_key="one")
    again = await scene.customer.post(f"{scene.path}/book_pickup", slot, idempotency_key="one")
    assert (booked.status_code, again.status_code) == (200, 200)
    assert again.json()["return_"]["pickups"] == 1
    other = {name: (datetime.fromisoformat(at) + timedelta(days=1)).isoformat() for name, at in slot.items()}
    assert reused(await scene.customer.post(f"{scene.path}/book_pickup", other, idempotency_key="one"))


async def test_a_carrier_tells_of_a_parcel_by_its_number_alone(web: Web) -> None:
    scene = await scene_of(web)
    tracking = f"YT{uuid.uuid4().hex[:10]}"
    await scene.customer.post(f"{scene.path}/ship", {"carrier_id": "YTO", "tracking": tracking})
    await scene.seen(stage="in_transit")
    payload: dict[str, Any] = {"tracking": tracking, "carrier_id": "YTO", "status": "已签收", "scans": []}
    body = json.dumps({"kind": "shipment", "order_id": "O-SOMEBODYS", "payload": payload})
    answer = await web.http.post("/v1/webhooks/carrier", content=body, headers=signed(web.settings, body, of="carrier"))
    assert answer.json() == {"result": "taken"}
    await scene.seen(stage="received")


async def test_the_list_shows_own_returns_by_state_in_pages(web: Web) -> None:
    scenes = [await scene_of(web) for _ in range(2)]
    await scenes[0].customer.post(f"{scenes[0].path}/ship", {"carrier_id": "SF", "tracking": f"SF{uuid.uuid4().hex[:8]}"})
    await scenes[0].seen(stage="in_transit")
    own = (await scenes[0].customer.get("/v1/returns")).json()["returns"]
    assert [item["case_id"] for item in own] == [scenes[0].case_id]
    supervisor = scenes[0].supervisor
    waiting = (await supervisor.get("/v1/returns?state=awaiting&merchant=M-1&limit=200")).json()["returns"]
    assert scenes[1].case_id in {item["case_id"] for item in waiting}
    assert scenes[0].case_id not in {item["case_id"] for item in waiting}
    pages: list[str] = []
    path = "/v1/returns?limit=1"
    while path:
        page = (await supervisor.get(path)).json()
        pages += [item["case_id"] for item in page["returns"]]
        path = page["next"]
    assert len(pages) == len(set(pages))
    assert {scene.case_id for scene in scenes} <= set(pages)
    analyst = (await web.person(Role.ANALYST, "ann").get("/v1/returns?limit=200")).json()["returns"]
    assert {item["customer_id"] for item in analyst} == {"—"}
    assert (await web.person(Role.MERCHANT, "M-OTHER").get("/v1/returns")).json()["returns"] == []
    assert (await supervisor.get("/v1/returns?cursor=nonsense")).status_code == 422


async def test_one_parcel_with_two_returns_of_a_customer_is_received_for_both(web: Web) -> None:
    first = await scene_of(web)
    second = await scene_of(web, customer_id=first.customer_id)
    tracking = f"yt {uuid.uuid4().hex[:10]}"
    for scene in (first, second):
        assert (await scene.customer.post(f"{scene.path}/ship", {"carrier_id": "YTO", "tracking": tracking})).status_code == 200
        await scene.seen(stage="in_transit")
    payload: dict[str, Any] = {"tracking": tracking, "carrier_id": "YTO", "status": "已签收", "scans": []}
    body = json.dumps({"kind": "shipment", "reference": f"{first.case_id}.m1.return", "payload": payload})
    await web.http.post("/v1/webhooks/carrier", content=body, headers=signed(web.settings, body, of="carrier"))
    for scene in (first, second):
        await scene.seen(stage="received")


async def test_the_freight_of_one_parcel_with_two_returns_is_claimed_once_by_its_customer(web: Web) -> None:
    first = await scene_of(web)
    second = await scene_of(web, customer_id=first.customer_id)
    tracking = f"YT{uuid.uuid4().hex[:10]}"
    receipt = (await first.customer.upload(picture(comment=b"one receipt"))).json()["sha256"]
    claim = {"amount": {"minor": 900, "currency": "CNY"}, "receipt": receipt}
    for scene in (first, second):
        await scene.customer.post(f"{scene.path}/ship", {"carrier_id": "YTO", "tracking": tracking})
        await scene.seen(stage="in_transit")
    assert (await first.customer.post(f"{first.path}/claim_freight", claim)).status_code == 200
    await eventually(lambda: first.customer.get(first.path), lambda answer: answer.json()["return_"]["freight"] is not None)
    again = await second.customer.post(f"{second.path}/claim_freight", claim)
    assert (again.status_code, again.json()["field"], again.json()["rule"]) == (422, "amount", "RES-8")


async def test_a_number_that_is_another_parcels_is_refused_to_a_customer_and_taken_from_an_agent(web: Web) -> None:
    own, foreign = await scene_of(web), await scene_of(web)
    tracking = f"YT{uuid.uuid4().hex[:10]}"
    await foreign.customer.post(f"{foreign.path}/ship", {"carrier_id": "YTO", "tracking": tracking})
    await foreign.seen(stage="in_transit")
    came_in = f"T-{own.order_id}"  # the parcel in which the goods were delivered: its scans say so already
    for number in (tracking.lower(), came_in):
        answer = await own.customer.post(f"{own.path}/ship", {"carrier_id": "YTO", "tracking": number})
        assert (answer.status_code, answer.json()["field"], answer.json()["rule"]) == (422, "tracking", "RES-6")
    taken = await own.supervisor.post(f"{own.path}/ship", {"carrier_id": "YTO", "tracking": tracking})
    assert taken.status_code == 200


async def test_returns_of_one_customer_go_in_one_box_and_are_inspected_by_one_notice(web: Web) -> None:
    leading = await scene_of(web)
    other = await scene_of(web, leading.customer_id)
    strange = await scene_of(web)
    reference, along = f"{leading.case_id}.m1.return", f"{other.case_id}.m1.return"
    for wrong in (f"{strange.case_id}.m1.return", "RD-0000000000AA.m1.return", along):
        refused = await other.customer.post(f"{other.path}/join", {"reference": wrong})
        assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (422, "reference", "RES-6")
    joined = await other.customer.post(f"{other.path}/join", {"reference": reference})
    assert joined.status_code == 200, joined.text
    led = await leading.seen(companions=[along])
    assert (await other.seen(label=led["return_"]["label"], travels_with=reference))["label"] is None
    assert (await other.customer.get(f"{other.path}/label")).status_code == 409
    lines = [{"line_id": "L1", "reference": along, "rejected": 1, "reason": "used"}]
    told = {"kind": "inspection", "reference": reference, "payload": {"returns": [reference, along], "lines": lines}}
    body = json.dumps(told)
    answer = await web.http.post("/v1/webhooks/merchant", content=body, headers=signed(web.settings, body, of="merchant"))
    assert answer.status_code == 200, answer.text
    assert (await leading.seen(result="accepted"))["return_"]["inspection"]["lines"][0]["accepted"] == 1
    assert (await other.seen(result="rejected"))["return_"]["inspection"]["lines"][0]["rejected"] == 1
