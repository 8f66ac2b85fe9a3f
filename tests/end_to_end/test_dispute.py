"""A damaged parcel that nobody wants to pay for, from the photo to the appeal, through the real API, partners over HTTP (INV-1…5, RES-2, RES-5).

The policy is the default one but for two figures: a carrier has two seconds to answer, and after two rounds a supervisor rules.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.connect import Partners
from adapters.database.engine import Database
from adapters.secrets import secrets_of
from api.app import create_app
from api.http.auth import make_token
from models.common.vocabulary import Role
from sandbox import app as sandbox
from sandbox.kit.parts import Options
from settings import Settings
from tests.support.builders.pictures import picture
from tests.support.processes.api import Person, let_staff_in
from tests.support.processes.databases import make_tables
from tests.support.processes.policies import policy_with
from tests.support.processes.sandbox import Running
from tests.support.processes.service import sealing
from tests.support.processes.waiting import eventually
from worker import at_work, wire

pytestmark = pytest.mark.long

FIGURES = {
    "  carrier:\n    within: 24h\n    remind_after: 12h": "  carrier:\n    within: 2s\n    remind_after: 1s",
    "max_rounds: 5": "max_rounds: 2",
}


@dataclass
class Case:
    settings: Settings
    api: httpx.AsyncClient
    town: httpx.AsyncClient
    order: dict[str, Any]
    case_id: str = ""

    def who(self, role: Role, name: str = "") -> Person:
        mine = {
            Role.CUSTOMER: self.order["customer_id"],
            Role.MERCHANT: self.order["merchant_id"],
            Role.CARRIER: self.order["carrier_id"],
            Role.SUPERVISOR: "sun",
        }
        return Person(self.api, {"Authorization": f"Bearer {make_token(self.settings, role, name or mine[role])}"})

    async def photo(self, role: Role, colour: str) -> list[str]:
        answer = await self.who(role).upload(picture(colour=colour))
        return [answer.json()["sha256"]]

    async def act(self, role: Role, action: str, name: str = "", **body: object) -> httpx.Response:
        return await self.who(role, name).post(f"/v1/cases/{self.case_id}/{action}", body)

    async def done(self, role: Role, action: str, name: str = "", **body: object) -> None:
        answer = await self.act(role, action, name, **body)
        assert answer.is_success, answer.text

    async def seen(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The case as a supervisor sees it, once it is like that."""
        path = f"/v1/cases/{self.case_id}"
        answer = await eventually(
            lambda: self.who(Role.SUPERVISOR).get(path), lambda answer: answer.is_success and fits(answer.json())
        )
        return answer.json()

    async def waits_for(self, reason: str) -> dict[str, Any]:
        return await self.seen(lambda view: view["waiting"] is not None and view["waiting"]["for"] == reason)

    def share(self, share: float) -> dict[str, Any]:
        total = self.order["total"]
        return {"minor": int(total["minor"] * share), "currency": total["currency"]}


@pytest.fixture
async def case(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Case]:
    """Redress as it is wired for real, with the sandbox, in this process; an order that came by a carrier who never answers."""
    folder = tmp_path_factory.mktemp("dispute")
    address = temporal.client.service_client.config.target_host
    settings = Settings(data_dir=folder, temporal_address=address, task_queue="dispute", policy=policy_with(folder, FIGURES))
    make_tables(settings)
    app, credentials = create_app(settings), secrets_of(settings).partners
    api = Running(app)
    quick = Options(refund_delay=timedelta(seconds=0.1), answer_delay=timedelta(seconds=0.1))
    town = Running(
        sandbox.create_app(folder, 1, webhook_url=f"{api.address}/v1/webhooks", credentials=credentials, options=quick)
    )
    await api.ready()
    await let_staff_in(settings)
    await town.ready()
    urls = {f"{name}_url": f"{town.address}/{name}" for name in ("merchant", "carrier", "payment", "notification", "promotion")}
    calls, database = Partners.connect(settings.model_copy(update=urls)), Database(settings)
    app.state.parts = replace(app.state.parts, partners=calls)  # each of the two has the other's address
    async with (
        at_work(sealing(temporal.client, settings), settings, wire(settings, database, calls)),
        httpx.AsyncClient(base_url=api.address, timeout=20, trust_env=False) as http,
        httpx.AsyncClient(base_url=town.address, timeout=20, trust_env=False) as desk,
    ):
        delivered = (await desk.get("/catalogue", params={"state": "delivered", "size": "small"})).json()
        order = next(order for order in delivered if order["carrier_id"] == "SF")
        (await desk.put("/tempers", json={order["merchant_id"]: "silent", "SF": "silent"})).raise_for_status()
        yield Case(settings, http, desk, order)
    await calls.aclose()
    await database.aclose()
    await town.stop()
    await api.stop()


async def test_a_damaged_parcel_denied_haggled_over_ruled_on_and_appealed(case: Case) -> None:
    photo = await case.photo(Role.CUSTOMER, "maroon")
    opened = await case.who(Role.CUSTOMER).post(
        "/v1/cases",
        {
            "kind": "after_sales",
            "order_id": case.order["order_id"],
            "issue": "logistics.damaged",
            "description": "The parcel was crushed and one cup is broken.",
            "evidence": photo,
        },
    )
    case.case_id = opened.json()["case_id"]

    view = await case.waits_for("answers")
    assert {request["of"] for request in view["requests"]} == {"carrier", "merchant"}
    asked = next(request["id"] for request in view["requests"] if request["of"] == "merchant")
    shown = await case.photo(Role.MERCHANT, "navy")
    await case.done(Role.MERCHANT, "answer", request_id=asked, words="It was packed well.", admits=False, evidence=shown)

    view = await case.waits_for("plan")
    assert [request["silent"] for request in view["requests"] if request["of"] == "carrier"] == [True]
    finding = view["finding"]
    assert (finding["party"], finding["row"]) == ("carrier", "carrier-silent-on-damage")
    assert finding["confidence"] < 0.9

    for amount in (0.05, 0.1):
        remedies = [{"kind": "price_adjustment", "amount": case.share(amount)}]
        await case.done(Role.MERCHANT, "propose", options=[{"remedies": remedies, "why": "Good will, not our fault."}])
        await case.waits_for("choice")
        await case.done(Role.CUSTOMER, "counter", reason="A broken cup is worth more.", amount=case.share(0.6))
    await case.waits_for("arbitration")
    assert (await case.act(Role.MERCHANT, "propose", options=[])).status_code in {409, 422}

    ruling = [{"kind": "refund_only", "amount": case.share(0.6)}]
    await case.done(Role.SUPERVISOR, "arbitrate", remedies=ruling, reason="Damaged on the way.", party="carrier")
    view = await case.waits_for("confirmation")
    claim = await case.seen(lambda view: [claim["status"] for claim in view["claims"]] == ["open"])
    assert claim["claims"][0]["who"] == case.order["carrier_id"]

    proof = await case.photo(Role.CARRIER, "olive")
    await case.done(Role.CARRIER, "appeal", words="It left our hands whole; the crack is from inside.", evidence=proof)
    more = await case.photo(Role.CARRIER, "teal")
    again = await case.act(Role.CARRIER, "appeal", words="And another thing.", evidence=more)
    assert again.status_code == 409
    own = await case.act(Role.SUPERVISOR, "decide_appeal", granted=True, reason="True.", party="merchant")
    assert own.status_code == 409, "who ruled does not judge the appeal"
    await case.done(Role.SUPERVISOR, "decide_appeal", "li", granted=True, reason="Packed too loosely.", party="merchant")
    view = await case.seen(lambda view: [claim["status"] for claim in view["claims"]] == ["withdrawn"])
    assert (view["finding"]["party"], view["appeal"]["granted"]) == ("merchant", True)

    await case.done(Role.CUSTOMER, "confirm", rating={"speed": 3, "solution": 4, "attitude": 4})
    view = await case.seen(lambda view: view["stage"] == "closed")
    assert (view["outcome"], bool(view["archive"]["sha256"])) == ("resolved", True)
    refunds = (await case.town.get("/books/refunds", params={"reference": case.case_id})).json()
    assert [(refund["status"], refund["amount"]) for refund in refunds] == [("arrived", case.share(0.6))]
    told = (await case.who(Role.CUSTOMER).get(f"/v1/cases/{case.case_id}/evidence/{photo[0]}")).status_code
    stranger = (await case.who(Role.CUSTOMER, "C-160").get(f"/v1/cases/{case.case_id}")).status_code
    assert (told, stranger) == (200, 404)
