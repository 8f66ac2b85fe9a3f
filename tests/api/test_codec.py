"""The codec of Temporal's Web UI: supervisors alone, each decryption on record, no other site's page (docs/payloads.md)."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from sqlmodel import select
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import WorkflowSerializationContext

from adapters.payloads.converter import data_converter
from adapters.payloads.data_keys import destroy
from adapters.secrets import change_secrets, made_payload_key
from api.codec import PATH
from models.common.partner_registry import CASES, CODEC
from models.common.vocabulary import Role
from models.tables.payloads import PayloadReadRow
from tests.support.processes.api import Web, running_web
from tests.support.processes.pages import visiting

_numbers = itertools.count(1)
UI = "http://localhost:8233"


@pytest.fixture
def name() -> str:
    return f"RD-CODEC{next(_numbers):07}"


@pytest.fixture
async def encrypted(web: Web, name: str) -> AsyncIterator[dict[str, object]]:
    """What the Web UI finds in a history: a payload of a case, and one of before there was a key."""
    change_secrets(web.settings, lambda known: known.model_copy(update={"payload_keys": (made_payload_key(),)}))
    case = data_converter(web.settings).with_context(WorkflowSerializationContext(namespace="default", workflow_id=name))
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'"before"')
    yield MessageToDict(Payloads(payloads=[*await case.encode(["said"]), plain]))
    change_secrets(web.settings, lambda known: known.model_copy(update={"payload_keys": ()}))


def read(answer: dict[str, object]) -> list[bytes]:
    return [payload.data for payload in ParseDict(answer, Payloads()).payloads]


async def reads(web: Web, name: str) -> list[tuple[str, str, int]]:
    async with web.service.database.reading() as session:
        return [
            (row.reader, row.name, row.payloads)
            for row in (await session.exec(select(PayloadReadRow).where(PayloadReadRow.name == name))).all()
        ]


async def test_a_supervisor_has_a_history_decrypted_and_it_is_on_record(
    web: Web, name: str, encrypted: dict[str, object]
) -> None:
    for role, who in ((Role.AGENT, "alice"), (Role.CUSTOMER, "C-1"), (Role.ANALYST, "ana")):
        assert (await web.person(role, who).post(PATH, encrypted)).status_code == 403
    assert (await web.stranger().post(PATH, encrypted)).status_code == 401
    assert await reads(web, name) == []
    answer = await web.person(Role.SUPERVISOR, "sun").post(PATH, encrypted)
    assert read(answer.json()) == [b'"said"', b'"before"']
    assert await reads(web, name) == [("supervisor:sun", name, 1)]
    async with web.service.database.writing() as session:
        await destroy(session, [name], datetime.now(UTC))
    answer = await web.person(Role.SUPERVISOR, "sun").post(PATH, encrypted)
    assert answer.json()["payloads"] == encrypted["payloads"]  # which nobody reads any more


async def test_a_body_that_is_no_list_of_payloads_is_refused_in_words(web: Web) -> None:
    answer = await web.person(Role.SUPERVISOR, "sun").post(PATH, {"payloads": [{"data": "?"}, 7]})
    assert (answer.status_code, answer.json()["field"]) == (422, "payloads")


async def test_who_is_signed_in_to_the_console_reads_in_the_web_ui_and_another_sites_page_reads_nothing(
    web: Web, encrypted: dict[str, object]
) -> None:
    async with visiting(web) as people:
        sun = (await people.signed_in(Role.SUPERVISOR, "sun")).http
        answer = await sun.post(PATH, json=encrypted, headers={"Origin": UI})
        assert read(answer.json())[0] == b'"said"'
        assert answer.headers["access-control-allow-origin"] == UI
        assert answer.headers["access-control-allow-credentials"] == "true"
        for elsewhere in ("https://evil.example", "http://localhost:8234", "https://localhost:8233"):
            answer = await sun.post(PATH, json=encrypted, headers={"Origin": elsewhere})
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
        alice = (await people.signed_in(Role.AGENT, "alice")).http
        assert (await alice.post(PATH, json=encrypted, headers={"Origin": UI})).status_code == 403
        answer = await sun.post("/v1/cases/RD-0123456789AB/note", json={"text": "x"}, headers={"Origin": UI})
        assert answer.json()["rule"] == "origin"  # for the codec alone
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,authorization-extras,content-type,x-namespace",
    }
    assert (await web.http.options(PATH, headers={"Origin": UI, **asked})).status_code == 200
    assert (await web.http.options(PATH, headers={"Origin": "https://evil.example", **asked})).status_code == 400
    assert "access-control-allow-origin" not in (await web.http.get("/healthz", headers={"Origin": UI})).headers


async def test_a_web_ui_that_asks_in_vain_keeps_nobody_from_signing_in(web: Web, encrypted: dict[str, object]) -> None:
    rates = {"rate_limits": {"unauthenticated": "3/minute"}}
    async with running_web(web.settings.model_copy(update=rates), web.service) as own, visiting(own) as people:
        tried = [await own.http.post(PATH, json=encrypted, headers={"Origin": UI}) for _ in range(5)]
        assert [answer.status_code for answer in tried] == [401, 401, 401, 429, 429]
        somebody = await people.stranger()
        assert (await somebody.get(await people.link(Role.SUPERVISOR, "sun"))).status == 200


async def test_a_process_answers_the_codec_alone_or_everything_but_it(web: Web, name: str, encrypted: dict[str, object]) -> None:
    for serves, decoded, listed in (([CODEC], 200, 404), ([CASES], 404, 200)):
        async with running_web(web.settings.model_copy(update={"api_serves": serves}), web.service) as own:
            sun = own.person(Role.SUPERVISOR, "sun")
            assert (await sun.post(PATH, encrypted)).status_code == decoded
            assert (await sun.get("/v1/cases")).status_code == listed
            assert (await sun.get("/readyz")).status_code == 200
    assert len(await reads(web, name)) == 1
