"""Each endpoint × each role × own and foreign case → exactly the table."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from sqlmodel import select

from api.http.examples import ACTIONS, HANDED_OVER
from api.http.lookup import in_sight
from models.case.actions import Action
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.case import CaseCarrierRow, CaseRow
from rules.case.access import Parties, may_see
from tests.support.builders.pictures import picture
from tests.support.processes.api import Person, Web

C, M, K, A, S, Y = Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST

WHO_MAY: dict[str, set[Role]] = {
    "add_words": {C, M, K, A, S},
    "correct_order": {C, A, S},
    "answer": {C, M, K},
    "classify": {A, S},
    "set_priority": {A, S},
    "take": {A, S},
    "transfer": {A, S},
    "accept_transfer": {A, S},
    "decline_transfer": {A, S},
    "helped": {C},
    "escalate": {C, M, A},
    "reply": {M, A, S},
    "ask": {C, M, A, S},
    "find": {A, S},
    "propose": {M, A, S},
    "approve": {S},
    "decline": {S},
    "accept": {C},
    "reject": {C},
    "counter": {C},
    "arbitrate": {S},
    "appeal": {C, M, K},
    "decide_appeal": {S},
    "review": {S},
    "note": {A, S},
    "tag": {A, S},
    "watch": {A, S},
    "unwatch": {A, S},
    "snooze": {A, S},
    "unsnooze": {A, S},
    "undo": {A, S},
    "assign": {S},
    "close": {A, S},
    "merge": {A, S},
    "unmerge": {A, S},
    "split": {A, S},
    "link": {A, S},
    "unlink": {A, S},
    "retry_refund": {A, S},
    "record_refund": {A, S},
    "confirm": {C},
    "dispute": {C},
    "rate": {C},
    "withdraw": {C, A, S},
    "reopen": {C, A, S},
}
COLUMNS_OF_PARTIES = ("customer_id", "merchant_id", "team", "handler", "offered_to", "offered_team")
POSSIBLE_WHEN_CLOSED = {
    Action.RATE,
    Action.REOPEN,
    Action.NOTE,
    Action.TAG,
    Action.WATCH,
    Action.UNWATCH,
    Action.LINK,
    Action.UNLINK,
}


@dataclass
class Scene:
    """A closed case, and for each role somebody whose case it is and somebody whose it is not (None: everybody's)."""

    case_id: str
    evidence: str
    own: dict[Role, Person]
    foreign: dict[Role, Person | None]


@pytest.fixture(scope="module")
async def scene(web: Web) -> Scene:
    customer, _, order = web.customer()
    photo = (await customer.upload(picture(comment=b"evidence of the table test"))).json()["sha256"]
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect", evidence=[photo])
    row = await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    assert (await customer.post(f"/v1/cases/{case_id}/withdraw", {})).status_code == 200
    await web.row(case_id, lambda row: row.stage == "closed")
    own = {
        C: customer,
        M: web.person(M, "M-1"),
        K: web.person(K, "K-1"),
        A: web.person(A, "alice", str(row.team)),
        S: web.person(S, "susan"),
        Y: web.person(Y, "ann"),
    }
    foreign = {
        C: web.person(C, "C-OTHER"),
        M: web.person(M, "M-OTHER"),
        K: web.person(K, "K-OTHER"),
        A: web.person(A, "bob", "rules"),
        S: None,
        Y: None,
    }
    for appellant in (C, M, K):
        await own[appellant].upload(HANDED_OVER.encode())
    return Scene(case_id, photo, own, foreign)


Look = Callable[[Scene], str]
LOOKS: Sequence[tuple[str, Look, set[Role]]] = [
    ("case", lambda _: "", {C, M, K, A, S, Y}),
    ("timeline", lambda _: "/timeline", {C, M, K, A, S, Y}),
    ("events", lambda _: "/events", {C, M, K, A, S, Y}),
    ("evidence", lambda scene: f"/evidence/{scene.evidence}", {C, M, K, A, S}),
    ("thumbnail", lambda scene: f"/evidence/{scene.evidence}/thumbnail", {C, M, K, A, S}),
    ("responsibility", lambda _: "/responsibility", {M, A, S, Y}),
    ("eligibility", lambda _: "/eligibility", {C, M, A, S}),
]


@pytest.mark.parametrize("role", [C, M, K, A, S, Y])
@pytest.mark.parametrize(("name", "path", "roles"), LOOKS, ids=[look[0] for look in LOOKS])
async def test_who_may_look(scene: Scene, name: str, path: Look, roles: set[Role], role: Role) -> None:
    address = f"/v1/cases/{scene.case_id}{path(scene)}"
    unknown = address.replace(scene.case_id, "RD-000000000000")
    never = role not in roles
    assert (await scene.own[role].get(address)).status_code == (403 if never else 200), name
    assert (await scene.own[role].get(unknown)).status_code == (403 if never else 404)
    foreigner = scene.foreign[role]
    if foreigner is not None:
        assert (await foreigner.get(address)).status_code == (403 if never else 404)


@pytest.mark.parametrize("role", [C, M, K, A, S, Y])
async def test_who_may_have_a_link_to_evidence(scene: Scene, role: Role) -> None:
    address = f"/v1/cases/{scene.case_id}/evidence/{scene.evidence}/link"
    assert (await scene.own[role].post(address)).status_code == (403 if role is Y else 200)
    foreigner = scene.foreign[role]
    if foreigner is not None:
        assert (await foreigner.post(address)).status_code == 404


@pytest.mark.parametrize("role", [C, M, K, A, S, Y])
@pytest.mark.parametrize("action", list(Action))
async def test_who_may_act(scene: Scene, action: Action, role: Role) -> None:
    body = ACTIONS[action].example
    address = f"/v1/cases/{scene.case_id}/{action}"
    never = role not in WHO_MAY[action]
    if never or action not in POSSIBLE_WHEN_CLOSED:
        answer = await scene.own[role].post(address, body)
        assert answer.status_code == (403 if never else 409), answer.text
        if not never:
            at_the_desk = {"note", "tag", "watch", "unwatch", "link", "unlink", "reopen"}
            allowed = {C: {"rate", "reopen"}, A: at_the_desk, S: at_the_desk}.get(role, set())
            assert set(answer.json()["allowed"]) == allowed
    assert (await scene.own[role].post(address.replace(scene.case_id, "RD-NONE"), body)).status_code == (403 if never else 404)
    foreigner = scene.foreign[role]
    if foreigner is not None:
        assert (await foreigner.post(address, body)).status_code == (403 if never else 404)


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("POST", "/v1/cases", {C, A, S}),
        ("GET", "/v1/cases", {C, M, K, A, S, Y}),
        ("POST", "/v1/evidence", {C, M, K, A, S}),
        ("GET", "/v1/inbox", {C, M, K, A, S, Y}),
        ("GET", "/v1/me/preferences", {C}),
        ("PUT", "/v1/me/preferences", {C}),
    ],
)
@pytest.mark.parametrize("role", [C, M, K, A, S, Y])
async def test_who_may_use_what_is_of_no_case(
    web: Web, scene: Scene, *, method: str, path: str, roles: set[Role], role: Role
) -> None:
    who = scene.own[role]
    if path == "/v1/evidence":
        status = (await who.upload(b"a chat log")).status_code
    else:
        body = (
            {"kind": "inquiry", "description": "?", "customer": {} if role is C else {"id": "C-T"}} if path == "/v1/cases" else {}
        )
        answer = await web.http.request(method, path, json=body if method != "GET" else None, headers=who.headers)
        status = answer.status_code
    good = 201 if method == "POST" else 200
    assert status == (good if role in roles else 403)


async def test_nobody_without_a_token_gets_anywhere(web: Web, scene: Scene) -> None:
    stranger = web.stranger()
    for path in ("", "/timeline", "/events", f"/evidence/{scene.evidence}", f"/evidence/{scene.evidence}/thumbnail"):
        assert (await stranger.get(f"/v1/cases/{scene.case_id}{path}")).status_code == 401
    for action in Action:
        assert (await stranger.post(f"/v1/cases/{scene.case_id}/{action}", ACTIONS[action].example)).status_code == 401
    for path in ("/v1/cases", "/v1/inbox", "/v1/me/preferences"):
        assert (await stranger.get(path)).status_code == 401
    assert (await stranger.upload(b"x")).status_code == 401
    assert (await stranger.post("/v1/cases", {"kind": "inquiry", "description": "?"})).status_code == 401


async def test_a_foreign_case_and_an_unknown_one_are_told_apart_by_nothing(scene: Scene) -> None:
    foreigner = scene.foreign[C]
    assert foreigner is not None
    for path in ("", "/timeline", "/events", f"/evidence/{scene.evidence}", f"/evidence/{scene.evidence}/thumbnail"):
        foreign = await foreigner.get(f"/v1/cases/{scene.case_id}{path}", x_request_id="same")
        unknown = await foreigner.get(f"/v1/cases/RD-000000000000{path}", x_request_id="same")
        malformed = await foreigner.get(f"/v1/cases/%20{path}", x_request_id="same")
        assert (foreign.status_code, foreign.content) == (404, unknown.content)
        assert malformed.content == unknown.content
    foreign = await foreigner.post(f"/v1/cases/{scene.case_id}/withdraw", {}, x_request_id="same")
    unknown = await foreigner.post("/v1/cases/RD-000000000000/withdraw", {}, x_request_id="same")
    assert foreign.content == unknown.content


async def test_lists_hold_own_cases_only(web: Web, scene: Scene) -> None:
    for role, person in scene.own.items():
        listed = (await person.get("/v1/cases?order_id=" + await _order_of(web, scene))).json()["cases"]
        assert [case["case_id"] for case in listed] == [scene.case_id], role
    for person in scene.foreign.values():
        if person is not None:
            assert (await person.get("/v1/cases?order_id=" + await _order_of(web, scene))).json()["cases"] == []


async def _order_of(web: Web, scene: Scene) -> str:
    return str((await web.row(scene.case_id)).order_id)


async def test_the_table_and_the_rule_agree_on_who_may_see_what(web: Web) -> None:
    actors = [Actor(role=role, id=name) for role in Role.people() for name in ("X-1", "X-2")]
    actors += [Actor(role=A, id=name, teams=teams) for name in ("X-1", "X-2") for teams in (("t1",), ("t1", "t2"))]
    parties = [
        Parties(customer, merchant, frozenset(carriers), team, handler, offered_to, offered_team)
        for customer, merchant, carriers, team, handler, (offered_to, offered_team) in itertools.product(
            ("X-1", "X-3"),
            ("X-1", None),
            (("X-1",), ()),
            ("t1", "t3", None),
            ("X-1", None),
            ((None, None), (None, "t2"), ("X-2", "t3")),
        )
    ]
    async with web.service.database.reading() as session:
        template = (await session.exec(select(CaseRow))).first()
        assert template is not None
        for number, of in enumerate(parties):
            columns = {name: getattr(of, name) for name in COLUMNS_OF_PARTIES}
            session.add(CaseRow.model_validate({**template.model_dump(), **columns, "case_id": f"RD-SEEN{number}"}))
            session.add_all(CaseCarrierRow(carrier_id=carrier, case_id=f"RD-SEEN{number}") for carrier in of.carriers)
        await session.flush()
        for actor in actors:
            seen = set((await session.exec(select(CaseRow.case_id).where(in_sight(actor)))).all())
            expected = {f"RD-SEEN{number}" for number, of in enumerate(parties) if may_see(actor, of)}
            assert {case_id for case_id in seen if case_id.startswith("RD-SEEN")} == expected, actor
