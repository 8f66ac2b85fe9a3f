"""Whatever anybody sends is answered as the OpenAPI document says: schemathesis over the running application, with tokens of every role.

Each address is met with requests that fit the document and with ones that do not; half of them name cases that are really there, in
several states. The same requests on every run; `REDRESS_FUZZ=1000` sends so many of each sort to each address.

How many requests that were, and how long the slowest answers took, is printed at the end: seconds are for people to judge, on their machine.
"""

import asyncio
import itertools
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error  # pyright: ignore[reportUnknownVariableType]
from schemathesis.core import NotSet
from schemathesis.specs.openapi import checks
from temporalio.testing import WorkflowEnvironment

from api.http.auth import make_token
from models.common.vocabulary import Role
from settings import Settings
from tests.support.builders.notices import signed
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import picture
from tests.support.processes.api import Web, running_web
from tests.support.processes.databases import DIALECTS
from tests.support.processes.service import running_service

EXAMPLES = int(os.environ.get("REDRESS_FUZZ", "5"))
NOBODY_WAITS = 2
"""Seconds that an answer should never take."""
WHO = {
    Role.CUSTOMER: ("C-FUZZ",),
    Role.MERCHANT: ("M-1",),
    Role.CARRIER: ("K-1",),
    Role.AGENT: ("alice", "logistics", "after_sales"),
    Role.SUPERVISOR: ("susan",),
    Role.ANALYST: ("ann",),
}
CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@dataclass
class Ground:
    """A Redress of its own, with cases in several states."""

    web: Web
    address: str
    document: dict[str, Any]
    cases: list[str]
    closed: list[str]
    evidence: str
    answers: list[tuple[float, str]] = field(default_factory=list)
    """Seconds, and the address, of each."""


@pytest.fixture(scope="module")
async def ground(
    request: pytest.FixtureRequest, temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    """On PostgreSQL where it is installed: it is the stricter one about what it stores."""
    own = Settings(
        data_dir=tmp_path_factory.mktemp("fuzz"),
        database_url=request.getfixturevalue("postgres").create("fuzz", "template_redress") if len(DIALECTS) > 1 else None,
        temporal_address=temporal.client.service_client.config.target_host,
        evidence_max_bytes=1024 * 1024,
    )
    async with (
        running_service(temporal, own) as service,
        running_web(own.model_copy(update={"task_queue": service.queue}), service) as web,
    ):
        yield await prepared(web)


async def prepared(web: Web) -> Ground:
    for role, names in WHO.items():
        assert (await web.person(role, *names).get("/v1/inbox")).status_code == 200
    customer = web.person(Role.CUSTOMER, *WHO[Role.CUSTOMER])
    orders = [f"O-FUZZ{number}" for number in range(3)]
    for name in orders:
        web.service.world.add(order(name, customer=WHO[Role.CUSTOMER][0]), parcel(name))
    photo = (await customer.upload(picture())).json()["sha256"]
    waiting = await web.open(customer, order_id=orders[0], issue="product.quality_defect", evidence=[photo])
    proposed = await web.open(customer, order_id=orders[1], issue="logistics.damaged", kind="complaint")
    closed = await web.open(customer, order_id=orders[2], issue="product.quality_defect")
    lost = await web.open(customer, order_id="O-NOBODYS", issue="product.quality_defect")
    asked = await web.open(customer, kind="inquiry", description="退款多久到账？")
    for case_id in (waiting, proposed, closed):
        await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    await customer.post(f"/v1/cases/{closed}/withdraw", {})
    await web.row(closed, lambda row: row.stage == "closed")
    offer = {"remedies": [{"kind": "apology", "words": "Sorry."}], "why": "It broke."}
    await web.person(Role.SUPERVISOR, "susan").post(f"/v1/cases/{proposed}/propose", {"options": [offer]})
    document = (await web.http.get("/openapi.json")).json()
    address = str(web.http.base_url)
    return Ground(web, address, document, [waiting, proposed, closed, lost, asked], [closed], photo)


@pytest.mark.long
@pytest.mark.timeout(300 if EXAMPLES < 10 else 0)
async def test_whatever_anybody_sends_is_answered_as_documented(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        await asyncio.to_thread(fuzz, ground)
    finally:
        with capsys.disabled():
            print(f"\n{summary(ground)}")  # noqa: T201
    assert len(ground.answers) >= len(ground.document["paths"]) * EXAMPLES


def summary(ground: Ground) -> str:
    """How many were sent, and the slowest addresses."""
    slowest = {address: seconds for seconds, address in sorted(ground.answers)}
    worst = sorted(slowest.items(), key=lambda each: -each[1])[:5]
    over = sum(seconds > NOBODY_WAITS for seconds, _ in ground.answers)
    told = ", ".join(f"{seconds:.2f} s {address}" for address, seconds in worst)
    return f"{len(ground.answers)} requests, {over} answered after more than {NOBODY_WAITS} s; slowest: {told}"


def fuzz(ground: Ground) -> None:
    """Every operation of the document in turn."""
    schema: Any = schemathesis.openapi.from_dict(ground.document)
    schema.config.generation.update(allow_x00=True, allow_extra_parameters=False)  # extra ones harm nobody
    wrong: list[Exception] = []
    found: list[Any] = list(schema.get_all_operations())
    for operation, mode in itertools.product([each.ok() for each in found], MODES):
        try:
            send(ground, operation, operation.as_strategy(mode))
        except Unsatisfiable:
            assert mode is schemathesis.GenerationMode.NEGATIVE, (
                operation.label
            )  # nothing can be wrong where nothing is asked for
        except Exception as error:  # noqa: BLE001 # all of them are told at once, below
            error.add_note(f"{operation.label}")
            wrong.append(error)
    if wrong:
        message = "not as documented"
        raise ExceptionGroup(message, wrong)


def send(ground: Ground, operation: Any, requests: Any) -> None:
    people = [ground.web.person(role, *names).headers for role, names in WHO.items()]
    if operation.path == "/v1/me/events":  # ends with its token
        made = [make_token(ground.web.settings, role, who, tuple(teams), hours=1 / 3600) for role, (who, *teams) in WHO.items()]
        people = [{"Authorization": f"Bearer {token}"} for token in made]
    stream = operation.path.endswith("/events")
    cases = ground.closed if stream else ground.cases  # the stream of a closed case ends
    left_out: dict[str, Any] = {
        "/events": checks.response_schema_conformance,  # 3.1 describes a stream as one text; the check reads that as its events'
        "/v1/evidence": checks.negative_data_rejection,  # in a form everything is bytes: a number is as good a file
    }
    asked = [
        check for check in CHECKS if not any(operation.path.endswith(path) and check is out for path, out in left_out.items())
    ]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        phases=[Phase.generate],
    )
    @given(case=requests, who=st.sampled_from(people), named=st.sampled_from([*cases, None]), signed=st.booleans())
    def answered_as_documented(case: Any, who: dict[str, str], named: str | None, signed: bool) -> None:
        headers = dict(who)
        if named is not None and "case_id" in (case.path_parameters or {}):
            case.path_parameters["case_id"] = named
            if "sha256" in case.path_parameters:
                case.path_parameters["sha256"] = ground.evidence
        if signed and "/webhooks/" in operation.path and not isinstance(case.body, NotSet):
            headers |= signature(ground, case.body, partner_of(operation.path, case.path_parameters))
        answer = case.call(base_url=ground.address, headers=headers, timeout=20)
        ground.answers.append((answer.elapsed, operation.label))
        case.validate_response(answer, checks=asked)

    answered_as_documented()


def partner_of(path: str, parameters: Any) -> str:
    """Whose secret signs what is sent to an address of webhooks."""
    return str(parameters["partner"]) if "{partner}" in path else "merchant"


def signature(ground: Ground, body: Any, partner: str) -> dict[str, str]:
    """As a partner would sign it."""
    content = json.dumps(body) if not isinstance(body, bytes) else body.decode("latin-1")
    return signed(ground.web.settings, content, of=partner)
