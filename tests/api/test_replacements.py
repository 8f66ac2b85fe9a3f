"""Exchanges, reshipments and repairs over HTTP (RES-7): own ones alone, by role and moment; what may be done is listed with its address."""

import itertools
import json
from typing import Any

import pytest
from httpx import Response

from api.replacements.endpoints import SHOWN
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Role, Stage, WaitFor
from models.replacements.partner import RepairStatus
from models.replacements.state import ReplacementAction, ReplacementStage
from rules.replacements.permissions import REPLACEMENT_ROLES
from tests.support.builders.notices import signed
from tests.support.builders.replacements import Replacing, repairing, reshipping
from tests.support.processes.api import Web
from tests.support.refusals import reused

A = ReplacementAction
_orders = itertools.count(1)
BODIES = {
    ReplacementAction.DIAGNOSE: {"in_warranty": True},
    ReplacementAction.SENT: {"tracking": "T-9", "carrier_id": "K-9"},
}


@pytest.fixture(scope="module")
def web(web_on_sqlite: Web) -> Web:
    return web_on_sqlite


@pytest.fixture(scope="module")
async def repair(web: Web) -> Replacing:
    """Out of warranty, its price waiting for the customer's word."""
    made = await repairing(web.service, order_id=f"O-R{next(_orders)}")
    await made.workshop(RepairStatus.DIAGNOSED, in_warranty=False, estimate={"minor": 4_500}, words="进水")
    await made.at(ReplacementStage.ESTIMATE)
    return made


async def told_by(web: Web, partner: str, body: dict[str, Any]) -> Response:
    """A partner's webhook, well signed."""
    content = json.dumps(body)
    headers = signed(web.settings, content, number="replacement", of=partner)
    return await web.http.post(f"/v1/webhooks/{partner}", content=content, headers=headers)


def path(made: Replacing, part: str = "") -> str:
    return f"/v1/cases/{made.case.handle.id}/replacements/m1{part}"


async def test_the_case_lists_what_may_be_done_with_its_address(web: Web, repair: Replacing) -> None:
    customer = web.person(Role.CUSTOMER, "C-1")
    case = (await customer.get(f"/v1/cases/{repair.case.handle.id}")).json()
    hrefs = {action["action"]: action["href"] for action in case["available_actions"]}
    assert hrefs["accept_estimate"] == path(repair, "/accept_estimate")
    shown = (await customer.get(path(repair))).json()
    assert shown["replacement"]["estimate"] == {"minor": 4_500, "currency": "CNY"}
    assert [action["action"] for action in shown["available_actions"]] == ["accept_estimate", "refuse_estimate"]
    assert (await web.person(Role.MERCHANT, "M-1").get(path(repair))).json()["available_actions"] == []


async def test_whose_it_is_not_finds_nothing(web: Web, repair: Replacing) -> None:
    for who in (web.person(Role.CUSTOMER, "C-THIEF"), web.person(Role.MERCHANT, "M-OTHER"), web.person(Role.CARRIER, "K-OTHER")):
        assert (await who.get(path(repair))).status_code == 404
    stranger = web.person(Role.CUSTOMER, "C-THIEF")
    assert (await stranger.post(path(repair, "/accept_estimate"), {})).status_code == 404
    customer = web.person(Role.CUSTOMER, "C-1")
    assert (await customer.get(path(repair).replace("/m1", "/m7"))).status_code == 404
    assert (await web.stranger().get(path(repair))).status_code == 401


@pytest.mark.parametrize("action", ReplacementAction)
async def test_a_role_that_never_may_is_told_who_may(web: Web, repair: Replacing, action: ReplacementAction) -> None:
    for role, who in ((Role.CUSTOMER, "C-1"), (Role.MERCHANT, "M-1"), (Role.CARRIER, "K-1"), (Role.ANALYST, "ann")):
        if role not in REPLACEMENT_ROLES[action]:
            answer = await web.person(role, who).post(path(repair, f"/{action}"), BODIES.get(action, {}))
            assert (answer.status_code, answer.json()["rule"]) == (403, "RES-7"), answer.text


async def test_an_action_of_another_moment_is_a_conflict_that_names_what_is_possible(web: Web, repair: Replacing) -> None:
    answer = await web.person(Role.CUSTOMER, "C-1").post(path(repair, "/choose_refund"), {})
    assert answer.status_code == 409
    assert answer.json()["allowed"] == ["accept_estimate", "refuse_estimate"]


async def test_an_analyst_sees_how_far_it_is_and_nobodys_words(web: Web, repair: Replacing) -> None:
    shown = (await web.person(Role.ANALYST, "ann").get(path(repair))).json()
    assert (shown["replacement"]["stage"], shown["replacement"]["words"]) == ("estimate", "—")
    assert shown["available_actions"] == []


async def test_the_whole_life_over_http(web: Web) -> None:
    made = await repairing(web.service, order_id=f"O-R{next(_orders)}")
    customer, merchant = web.person(Role.CUSTOMER, "C-1"), web.person(Role.MERCHANT, "M-1")
    wrong = await merchant.post(path(made, "/diagnose"), {"in_warranty": False})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "estimate")
    body = {"in_warranty": False, "estimate": {"minor": 4_500, "currency": "CNY"}}
    assert (await merchant.post(path(made, "/diagnose"), body, idempotency_key="look")).status_code == 200
    dearer = body | {"estimate": {"minor": 4_600, "currency": "CNY"}}
    assert reused(await merchant.post(path(made, "/diagnose"), dearer, idempotency_key="look"))
    await made.at(ReplacementStage.ESTIMATE)
    again = [await customer.post(path(made, "/refuse_estimate"), {}, idempotency_key="once") for _ in range(2)]
    assert [answer.status_code for answer in again] == [200, 200]
    await made.at(ReplacementStage.SENDING_BACK)
    assert (await merchant.post(path(made, "/sent"), BODIES[ReplacementAction.SENT])).status_code == 200
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await made.over()
    late = await merchant.post(path(made, "/sent"), BODIES[ReplacementAction.SENT])
    assert (late.status_code, late.json()["rule"]) == (409, "RES-7")


async def test_only_who_owes_money_is_shown_where_to_pay(web: Web) -> None:
    made = await repairing(web.service, order_id=f"O-R{next(_orders)}")
    await made.workshop(RepairStatus.DIAGNOSED, in_warranty=False, estimate={"minor": 4_500})
    await made.at(ReplacementStage.ESTIMATE)
    customer, merchant = web.person(Role.CUSTOMER, "C-1"), web.person(Role.MERCHANT, "M-1")
    assert (await customer.post(path(made, "/accept_estimate"), {})).status_code == 200
    await made.state(lambda state: state.charge is not None and state.charge.pay_url is not None)
    assert (await customer.get(path(made))).json()["replacement"]["charge"]["pay_url"]
    assert (await merchant.get(path(made))).json()["replacement"]["charge"]["pay_url"] is None
    seen = (await merchant.get(f"/v1/cases/{made.case.handle.id}")).json()
    assert seen["remedies"][0]["replacement"]["charge"]["pay_url"] is None


async def test_a_parcels_webhook_finds_the_replacement_by_its_reference(web: Web) -> None:
    made = await reshipping(web.service, order_id=f"O-R{next(_orders)}")
    state = await made.at(ReplacementStage.ON_ITS_WAY)
    view = await made.case.waits_for(WaitFor.REPLACEMENT_TRANSIT)
    assert view.remedies[0].replacement is not None
    told = made.parcel(str(state.tracking), ShipmentStatus.DELIVERED).model_dump(mode="json")
    answer = await told_by(web, "carrier", {"kind": "shipment", "reference": state.workflow_id, "payload": told})
    assert answer.json()["result"] == "taken"
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_the_examples_run_as_they_are(web: Web) -> None:
    made = await repairing(web.service, order_id=f"O-R{next(_orders)}")
    merchant, customer = web.person(Role.MERCHANT, "M-1"), web.person(Role.CUSTOMER, "C-1")
    assert (await merchant.post(path(made, "/diagnose"), SHOWN[A.DIAGNOSE].example)).status_code == 200
    await made.at(ReplacementStage.ESTIMATE)
    assert (await customer.post(path(made, "/refuse_estimate"), SHOWN[A.REFUSE_ESTIMATE].example)).status_code == 200
    await made.at(ReplacementStage.SENDING_BACK)
    assert (await merchant.post(path(made, "/sent"), SHOWN[A.SENT].example)).status_code == 200

    for example in (A.REPAIRED, A.NOT_REPAIRABLE):
        made = await repairing(web.service, order_id=f"O-R{next(_orders)}")
        assert (await merchant.post(path(made, f"/{example}"), SHOWN[example].example)).status_code == 200

    web.service.world.warehouse.sends_at_once = False
    made = await reshipping(web.service, order_id=f"O-R{next(_orders)}")
    await made.at(ReplacementStage.SENDING)
    assert (await merchant.post(path(made, "/out_of_stock"), SHOWN[A.OUT_OF_STOCK].example)).status_code == 200
    await made.at(ReplacementStage.AWAITING_STOCK)
    assert (await customer.post(path(made, "/choose_refund"), SHOWN[A.CHOOSE_REFUND].example)).status_code == 200
    web.service.world.warehouse.sends_at_once = True
