"""Claims over HTTP (RES-9): lists with totals, who sees and does what, the webhook of the party's system."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from models.common.partners import ShipmentStatus
from models.common.vocabulary import Role
from tests.support.builders.notices import signed
from tests.support.builders.orders import order, parcel
from tests.support.processes.api import Person, Web
from tests.support.processes.waiting import eventually
from tests.support.refusals import reused

_numbers = itertools.count(1)
YES, NO, NEVER = 200, 404, 403


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def claimed(web: Web, carrier: str, minor: int = 12_900) -> str:
    """A case whose parcel that carrier lost; the claim on it, of which the carrier was told."""
    number = next(_numbers)
    customer, ordered = f"C-L{number}", f"O-L{number}"
    lost = parcel(ordered, status=ShipmentStatus.LOST, carrier_id=carrier)
    web.service.world.add(order(ordered, customer=customer, minor=minor), lost)
    who = web.person(Role.CUSTOMER, customer)
    case_id = await web.open(who, order_id=ordered, issue="logistics.lost", wanted={"remedy": "refund_only"})
    await web.row(case_id, lambda row: row.stage == "follow_up")
    claim_id = f"{case_id}.claim.1"
    await seen(web.person(Role.CARRIER, carrier), claim_id, lambda view: view["partner_reference"] is not None)
    return claim_id


async def seen(who: Person, claim_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    answer = await eventually(
        lambda: who.get(f"/v1/claims/{claim_id}"), lambda answer: answer.status_code == 200 and holds(answer.json())
    )
    return answer.json()


async def told(web: Web, body: object) -> dict[str, Any]:
    """What Redress says to a notice of the carrier's system."""
    content = json.dumps(body)
    headers = signed(web.settings, content, number=f"claim-{next(_numbers)}", of="carrier")
    return (await web.http.post("/v1/webhooks/carrier", content=content, headers=headers)).json()


async def test_a_carrier_answers_over_http_and_pays_by_webhook(web: Web) -> None:
    claim_id = await claimed(web, "K-HTTP")
    carrier, agent = web.person(Role.CARRIER, "K-HTTP"), web.person(Role.AGENT, "alice")
    shown = (await carrier.get(f"/v1/claims/{claim_id}")).json()
    assert {action["action"] for action in shown["available_actions"]} == {"accept", "accept_part", "reject"}
    assert shown["waiting"]["on"] == "carrier"
    assert shown["finding"]["party"] == "carrier"
    body = {"amount": {"minor": 9_000, "currency": "CNY"}, "words": "by our terms"}
    part = await carrier.post(f"/v1/claims/{claim_id}/accept_part", body, idempotency_key="k1")
    again = await carrier.post(f"/v1/claims/{claim_id}/accept_part", body, idempotency_key="k1")
    assert (part.status_code, part.json()["status"], again.json()["version"]) == (200, "partly_accepted", part.json()["version"])
    more = body | {"amount": {"minor": 9_100, "currency": "CNY"}}
    assert reused(await carrier.post(f"/v1/claims/{claim_id}/accept_part", more, idempotency_key="k1"))
    disputed = await agent.post(f"/v1/claims/{claim_id}/dispute", {"words": "your own trace says lost"})
    assert disputed.json()["status"] == "disputed"
    paid = {"answer": "paid", "amount": {"minor": 12_900, "currency": "CNY"}, "payment_reference": "BANK-1"}
    assert await told(web, {"kind": "claim", "reference": claim_id, "payload": paid}) == {"result": "taken"}
    settled = await seen(agent, claim_id, lambda view: view["status"] == "settled")
    assert settled["recovered"]["minor"] == 12_900
    events = [entry["event"] for entry in settled["history"]]
    assert events == ["claim.opened", "claim.answered", "claim.disputed", "claim.paid", "claim.closed"]
    assert all(entry["text"] for entry in settled["history"])


async def test_what_a_carrier_pays_is_the_merchants_whose_receipts_gave_it_and_the_merchant_sees_it(web: Web) -> None:
    claim_id = await claimed(web, "K-LEDGER")
    agent, merchant = web.person(Role.AGENT, "alice"), web.person(Role.MERCHANT, "M-1")
    order_id = (await agent.get(f"/v1/claims/{claim_id}")).json()["order_id"]
    for part in (5_000, 7_900):
        body = {"amount": {"minor": part, "currency": "CNY"}, "proof": f"bank statement {part}"}
        assert (await agent.post(f"/v1/claims/{claim_id}/settle", body)).status_code == 200
    await seen(agent, claim_id, lambda view: view["status"] == "settled")
    for person in (agent, merchant):
        shown = (await person.get(f"/v1/orders/{order_id}/ledger")).json()
        held = {balance["account"]: balance["minor"] for balance in shown["balances"]}
        assert (held["carrier:K-LEDGER"], held["merchant:M-1"], held.get("platform", 0)) == (-12_900, 12_900, 0)
        recovered = [entry["amount"]["minor"] for entry in shown["entries"] if entry["kind"] == "recovered"]
        assert sorted(recovered) == [5_000, 7_900]
        assert (shown["paid"]["minor"], shown["refunded"]["minor"], shown["left"]["minor"]) == (12_900, 12_900, 0)


async def test_totals_are_kept_for_each_kind_status_and_currency(web: Web) -> None:
    carrier, supervisor = web.person(Role.CARRIER, "K-TOTAL"), web.person(Role.SUPERVISOR, "susan")
    claims = [await claimed(web, "K-TOTAL", minor) for minor in (10_000, 5_000, 7_000)]
    await carrier.post(f"/v1/claims/{claims[0]}/accept", {})
    await supervisor.post(f"/v1/claims/{claims[1]}/write_off", {"reason": "not worth it"})
    await seen(carrier, claims[0], lambda view: view["status"] == "accepted")
    await seen(carrier, claims[1], lambda view: view["status"] == "written_off")
    listed = (await web.person(Role.ANALYST, "ann").get("/v1/claims?who=K-TOTAL&sort=amount")).json()
    assert [claim["claimed"]["minor"] for claim in listed["claims"]] == [5_000, 7_000, 10_000]
    totals = {
        total["status"]: {name: total[name]["minor"] for name in ("claimed", "accepted", "recovered", "written_off")}
        for total in listed["totals"]
    }
    assert totals == {
        "accepted": {"claimed": 10_000, "accepted": 10_000, "recovered": 0, "written_off": 0},
        "open": {"claimed": 7_000, "accepted": 0, "recovered": 0, "written_off": 0},
        "written_off": {"claimed": 5_000, "accepted": 0, "recovered": 0, "written_off": 5_000},
    }
    due = (await supervisor.get("/v1/claims?who=K-TOTAL&status=open&due_before=2100-01-01T00:00:00Z&kind=carrier_claim")).json()
    assert [claim["claim_id"] for claim in due["claims"]] == [claims[2]]


@pytest.mark.parametrize("sort", ["opened_at", "-opened_at", "due", "-due", "amount", "-amount"])
async def test_pages_neither_skip_nor_repeat(web: Web, sort: str) -> None:
    who = f"K-PAGE{next(_numbers)}"
    claims = {await claimed(web, who, minor) for minor in (3_000, 3_000, 2_000)}
    supervisor = web.person(Role.SUPERVISOR, "susan")
    closed = max(claims)
    await supervisor.post(f"/v1/claims/{closed}/write_off", {"reason": "so that one is due no more"})
    await seen(supervisor, closed, lambda view: view["status"] == "written_off")
    found: list[str] = []
    path: str | None = f"/v1/claims?who={who}&limit=1&sort={sort}"
    while path:
        page = (await supervisor.get(path)).json()
        found += [claim["claim_id"] for claim in page["claims"]]
        path = page["next"]
    assert sorted(found) == sorted(claims)
    assert "due" not in sort or found[-1] == closed
    bad = await supervisor.get(f"/v1/claims?sort={sort}&cursor=nonsense")
    assert (bad.status_code, bad.json()["field"]) == (422, "cursor")


async def test_everybody_sees_and_does_exactly_what_is_theirs(web: Web) -> None:
    claim_id = await claimed(web, "K-MINE")
    team = (await web.row(claim_id.partition(".")[0])).team
    people = {
        "own": (web.person(Role.CARRIER, "K-MINE"), YES),
        "other carrier": (web.person(Role.CARRIER, "K-OTHER"), NO),
        "merchant of that name": (web.person(Role.MERCHANT, "K-MINE"), NO),
        "the team": (web.person(Role.AGENT, "alice", str(team)), YES),
        "another team": (web.person(Role.AGENT, "bob", "rules"), NO),
        "supervisor": (web.person(Role.SUPERVISOR, "susan"), YES),
        "analyst": (web.person(Role.ANALYST, "ann"), NEVER),
        "customer": (web.person(Role.CUSTOMER, "C-L1"), NEVER),
    }
    for name, (who, status) in people.items():
        assert (await who.get(f"/v1/claims/{claim_id}")).status_code == status, name
        assert (await who.get("/v1/claims/RD-NOTHING.claim.1")).status_code == (NEVER if status == NEVER else NO), name
        listed = await who.get("/v1/claims?who=K-MINE")
        if name == "customer":
            assert listed.status_code == NEVER
        else:
            assert len(listed.json()["claims"]) == int(status == YES or name == "analyst"), name
    for name in ("other carrier", "merchant of that name"):
        assert (await people[name][0].post(f"/v1/claims/{claim_id}/accept", {})).status_code == NO
    for action in ("accept", "reject", "accept_part"):
        body = {"words": "x", "amount": {"minor": 1, "currency": "CNY"}} if action == "accept_part" else {"words": "x"}
        assert (await people["supervisor"][0].post(f"/v1/claims/{claim_id}/{action}", body)).status_code == NEVER
    for action, body in (("settle", {"proof": "x"}), ("write_off", {"reason": "x"}), ("dispute", {"words": "x"}), ("remind", {})):
        assert (await people["own"][0].post(f"/v1/claims/{claim_id}/{action}", body)).status_code == NEVER
    refused = await people["the team"][0].post(f"/v1/claims/{claim_id}/dispute", {"words": "what is there to dispute?"})
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["remind", "settle"])


async def test_the_view_of_a_case_names_its_claims_to_whom_they_concern(web: Web) -> None:
    claim_id = await claimed(web, "K-CASE")
    case_id = claim_id.partition(".")[0]
    row, supervisor = await web.row(case_id), web.person(Role.SUPERVISOR, "susan")
    viewers: tuple[tuple[Person, list[str]], ...] = (
        (supervisor, [claim_id]),
        (web.person(Role.CARRIER, "K-CASE"), [claim_id]),
        (web.person(Role.MERCHANT, "M-1"), []),
        (web.person(Role.CUSTOMER, row.customer_id), []),
    )
    for who, claims in viewers:
        assert [claim["claim_id"] for claim in (await who.get(f"/v1/cases/{case_id}")).json()["claims"]] == claims
        timeline = (await who.get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
        told = [entry for entry in timeline if entry["event"] == "resolution.claim_raised"]
        assert len(told) == int(who is supervisor)
