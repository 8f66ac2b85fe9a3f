"""Nobody finds a secret that is not theirs in anything that the API gives them: every GET address, streams, the inbox, the archive (TRU-5)."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from activities.case.records import RecordsActivities
from models.case.activities import Projection
from models.case.state import CaseState, TimelineEntry
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Role, Stage
from rules.case.timeline import grounds_in
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW
from tests.support.builders.pictures import picture
from tests.support.builders.secrets import PEOPLE, SECRETS, STAFF, C, M, Y, case_with_secrets, piece
from tests.support.processes.api import Person, Web

ANALYST = Actor(role=Role.ANALYST, id="ana")
READERS = (CUSTOMER, MERCHANT, CARRIER, AGENT, SUPERVISOR, ANALYST)
SECRET = re.compile(r"secret-[a-z0-9_-]+")
_numbers = count(1)

Secrets = Mapping[str, set[Role]]
"""Each secret, and the roles whose people in the case are to have it."""


@dataclass(frozen=True)
class Kept:
    """A case whose every word is a secret."""

    case_id: str
    people: Mapping[Role, Person]
    secrets: Secrets
    evidence: tuple[str, ...] = ()


async def everything_that(web: Web, kept: Kept, role: Role) -> str:
    """All that somebody gets of a closed case from every address that one can look at."""
    who = kept.people[role]
    named = {
        "case_id": [kept.case_id],
        "order_id": [str((await web.row(kept.case_id)).order_id)],
        "remedy_id": ["m1", "m2", "r1"],
        "sha256": list(kept.evidence) or ["0" * 64],
        "team": [str((await web.row(kept.case_id)).team)],
        "agent_id": [AGENT.id],
        "claim_id": [f"{kept.case_id}.claim.1"],
        "chargeback_id": ["none"],
        "note_id": ["none"],
        "entry_id": ["invoice"],
        "reply_id": ["none"],
        "review_id": ["none"],
        "improvement_id": ["none"],
        "request_id": ["none"],
        "hold_id": ["none"],
        "root_cause": ["parcel_lost"],
        "report": ["volume"],
        "kind": ["merchant"],
        "token": ["none"],
        "address_id": ["none"],
    }
    more = ["/v1/inbox?limit=200", f"/v1/cases?order_id={named['order_id'][0]}", f"/v1/cases/{kept.case_id}/timeline?limit=500"]
    paths: dict[str, Any] = (await web.http.get("/openapi.json")).json()["paths"]
    found: list[str] = []
    for path in [*(path for path, known in paths.items() if "get" in known), *more]:
        for address in filled(path, named):
            if address.endswith("/events"):
                found.append(str(await who.follow(address, most=2 if address.startswith("/v1/me") else 10_000)))
                continue
            answer = await who.get(address)
            assert answer.status_code < 500, (address, answer.text)
            found.append(answer.text)
    return "\n".join(found)


def filled(path: str, named: Mapping[str, list[str]]) -> list[str]:
    """The address with every value of its parameters."""
    parameters = re.findall(r"{(\w+)}", path)
    addresses = [path]
    for parameter in parameters:
        addresses = [address.replace(f"{{{parameter}}}", value) for address in addresses for value in named[parameter]]
    return addresses


async def planted(web: Web) -> Kept:
    """A closed case with a secret in each field of its state and of every entry that a timeline can have, as the worker saves it."""
    number = next(_numbers)
    state = case_with_secrets(stage=Stage.CLOSED, team="logistics")
    secrets: dict[str, set[Role]] = dict(SECRETS)
    entries: list[TimelineEntry] = []
    for version, event in enumerate(Event, start=1):
        data = {**dict.fromkeys(event.data), **{name: f"secret-{code(event, name)}" for name in event.data}}
        data |= {name: value for name, value in FIXED.items() if name in event.data}
        if event is Event.CONTACT_CODE:
            continue  # on no timeline: the code goes to the address alone
        if event is Event.PROPOSED:
            data["options"] = [{"remedies": [], "amounts": [], "currency": "CNY", "why": f"secret-{code(event, 'options.why')}"}]
        entries.append(TimelineEntry(version=version, at=NOW, event=event, by=AGENT, data=data))
        for name in event.fields.keys() - FIXED.keys() - {"options"}:
            readers = event.fields[name]
            told = {actor.role for actor in READERS if (on := grounds_in(data, AGENT, actor)) & readers and event.readers & on}
            secrets[f"secret-{code(event, name)}"] = told
    secrets[f"secret-{code(Event.DECLINED, 'reason')}"] |= {M}  # whose proposal it was, by message
    receipt = state.receipt.model_copy(update={"case_id": f"RD-SECRET{number:06d}"})
    state = state.model_copy(update={"receipt": receipt, "entries": tuple(entries), "version": len(entries)})
    await seal(web, state)
    people = {actor.role: web.person(actor.role, actor.id) for actor in READERS}
    return Kept(state.case_id, people, secrets, tuple(piece(name).sha256 for name in ("a-public", "b-answer", "c-appeal")))


FIXED: dict[str, Any] = {
    "of": "merchant",
    "asker": "customer",
    "party": "carrier",
    "waiting_for": "plan",
    "proposal_id": "p2",
    "request_id": "q2",
    "action": "reply",
}
"""Values that other fields' readers follow from."""


def code(event: Event, field: str) -> str:
    return f"{event.value}-{field}".replace(".", "_")


async def seal(web: Web, state: CaseState) -> None:
    policy = load_policy(web.settings.policy)
    records = RecordsActivities(web.service.database, texts(policy.zone), policy)
    await records.seal_case(Projection(state=state, at=NOW))


async def resolved(web: Web) -> Kept:
    """A complaint that people work on, from the opening to the survey: everything they say is a secret."""
    secrets: dict[str, set[Role]] = {}

    def secret(name: str, *readers: Role) -> str:
        """Words that nobody else has, noted for those readers and the platform's people."""
        words = f"secret-{name}-{uuid4().hex[:8]}"
        secrets[words] = STAFF | set(readers)
        return words

    customer, customer_id, order = web.customer()
    everybody = tuple(PEOPLE)
    photo = (await customer.upload(picture(comment=b"of the customer"))).json()["sha256"]
    case_id = await web.open(
        customer,
        order_id=order,
        issue="payment.refund_not_arrived",
        description=secret("opening", *everybody),
        evidence=[photo],
    )
    row = await web.row(case_id, lambda row: row.waiting_for == "plan")
    team = str(row.team)
    agent, colleague = secret("agent"), secret("colleague")
    lin, bob, susan = (
        web.person(Role.AGENT, agent, team),
        web.person(Role.AGENT, colleague, team),
        web.person(Role.SUPERVISOR, "susan"),
    )
    merchant = web.person(Role.MERCHANT, "M-1")

    async def act(who: Person, action: str, **body: Any) -> dict[str, Any]:
        answer = await who.post(f"/v1/cases/{case_id}/{action}", body)
        assert answer.status_code == 200, (action, answer.text)
        return answer.json()

    await act(lin, "take")
    await act(lin, "note", words=secret("note"), mentions=[colleague])
    await act(susan, "note", words=secret("note-of-supervisor"))
    await act(lin, "transfer", to=colleague, reason=secret("transfer"))
    await act(bob, "decline_transfer", reason=secret("declined-transfer"))
    await act(lin, "ask", of="merchant", question=secret("question", M))
    own = (await merchant.get(f"/v1/cases/{case_id}")).json()["requests"][-1]["id"]
    private = (await merchant.upload(picture(comment=b"of the merchant"))).json()["sha256"]
    await act(merchant, "answer", request_id=own, words=secret("answer", M), evidence=[private])
    await act(customer, "ask", of="merchant", question=secret("asked-by-customer", C, M))
    await act(lin, "escalate", reason=secret("escalation"))
    apology = {"kind": "apology", "words": secret("apology", *everybody)}
    coupon = {"kind": "coupon", "amount": {"minor": 1_000}}
    await act(susan, "propose", options=[{"remedies": [apology, coupon], "why": secret("why", *everybody)}])
    await act(customer, "accept")
    await web.row(case_id, lambda row: row.waiting_for == "confirmation")
    issued = next(
        one["coupon_code"] for one in (await susan.get(f"/v1/cases/{case_id}")).json()["remedies"] if one["coupon_code"]
    )
    secrets[issued] = STAFF | {C}
    comment = secret("comment", C)
    await act(customer, "confirm", rating={"speed": 5, "solution": 5, "attitude": 5, "comment": comment})
    await web.row(case_id, lambda row: row.stage == "closed")
    people = {Role.CUSTOMER: customer, Role.MERCHANT: merchant, Role.AGENT: lin, Role.SUPERVISOR: susan}
    people |= {Role.CARRIER: web.person(Role.CARRIER, "K-1"), Role.ANALYST: web.person(Role.ANALYST, "ana")}
    assert customer_id not in secrets
    assert (await bob.get("/v1/inbox")).text.count("secret-note-") == 1
    return Kept(case_id, people, secrets, (photo, private))


KINDS: Mapping[str, Callable[[Web], Awaitable[Kept]]] = {"planted": planted, "resolved": resolved}


@pytest.mark.parametrize("kind", KINDS)
async def test_nobody_finds_a_secret_that_is_not_theirs_in_anything_the_api_gives_them(web: Web, kind: str) -> None:
    kept = await KINDS[kind](web)
    found = {role: await everything_that(web, kept, role) for role in kept.people}
    leaked = {
        (secret, role)
        for secret, readers in kept.secrets.items()
        for role, text in found.items()
        if role not in readers and secret in text
    }
    assert sorted(leaked) == []
    unseen = {
        secret for secret, readers in kept.secrets.items() if readers and not any(secret in text for text in found.values())
    }
    assert unseen == set(), "a secret that nobody finds proves nothing"


async def test_evidence_that_came_with_a_private_answer_is_for_whom_the_answer_is_for(web: Web) -> None:
    kept = await resolved(web)
    public, private = kept.evidence
    for role, person in kept.people.items():
        status = {sha: (await person.get(f"/v1/cases/{kept.case_id}/evidence/{sha}")).status_code for sha in (public, private)}
        never = role is Y
        expected = (403, 403) if never else (200, 200 if role in STAFF | {M} else 404)
        assert (status[public], status[private]) == expected, role


@pytest.mark.parametrize(
    ("mention", "field"),
    [(["nobody.knows"], "mentions.0"), (["outsider"], "mentions.0")],
)
async def test_who_is_mentioned_in_a_note_is_a_colleague_who_sees_the_case(web: Web, mention: list[str], field: str) -> None:
    susan = web.person(Role.SUPERVISOR, "susan")
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    row = await web.row(case_id, lambda row: row.waiting_for == "plan")
    other = "rules" if row.team != "rules" else "payments"
    await susan.put("/v1/agents/outsider", {"name": "O", "teams": [other]})
    answer = await susan.post(f"/v1/cases/{case_id}/note", {"words": "look", "mentions": mention})
    assert (answer.status_code, answer.json()["field"], answer.json()["rule"]) == (422, field, "WRK-1")


@pytest.mark.parametrize(
    ("role", "query"),
    [
        (Role.CUSTOMER, "priority=P1"),
        (Role.CUSTOMER, "sort=priority"),
        (Role.MERCHANT, "handler=alice"),
        (Role.CARRIER, "review=due"),
        (Role.ANALYST, "customer_id=C-1"),
    ],
)
async def test_nobody_learns_by_filter_or_order_what_is_hidden_from_them(web: Web, role: Role, query: str) -> None:
    answer = await web.person(role, "X-1").get(f"/v1/cases?{query}")
    assert (answer.status_code, answer.json()["rule"]) == (403, "TRU-5")
