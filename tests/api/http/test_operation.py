"""Tokens, problems, the document, health, metrics and logs."""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from jwt.algorithms import RSAAlgorithm
from openapi_spec_validator import validate
from pydantic import SecretStr, TypeAdapter
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError

from adapters.logs.logging import configure_logging
from adapters.secrets import secrets_of
from api.http import problems
from api.http.auth import make_token
from api.http.examples import ACTIONS, OPENINGS
from api.http.schemas import SHAPES, OpenCase
from models.case.actions import Action
from models.common.vocabulary import Role
from settings import Settings
from tests.support.processes.api import Person, Web, running_web
from tests.support.processes.waiting import eventually


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    first = secrets_of(settings)
    assert secrets_of(settings) == first
    assert (tmp_path / "new" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert secrets_of(settings.model_copy(update={"jwt_secret": SecretStr("x" * 40)})).jwt == "x" * 40


def claims(**change: object) -> dict[str, object]:
    return {"sub": "C-1", "role": "customer", "aud": "redress", "exp": datetime.now(UTC) + timedelta(hours=1), **change}


@pytest.mark.parametrize(
    "change",
    [
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"aud": "another"},
        {"role": "system"},
        {"role": "emperor"},
        {"role": None},
        {"sub": ".."},
        {"sub": ""},
        {"teams": 7},
        {"teams": [".."]},
    ],
)
async def test_a_token_with_other_claims_is_not_accepted(web: Web, change: dict[str, object]) -> None:
    content = {name: value for name, value in claims(**change).items() if value is not None}
    token = jwt.encode(content, secrets_of(web.settings).jwt, algorithm="HS256")
    answer = await Person(web.http, {"Authorization": f"Bearer {token}"}).get("/v1/cases")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("token", ["x", "nonsense", "a.b.c"])
async def test_what_is_no_token_is_not_accepted(web: Web, token: str) -> None:
    assert (await Person(web.http, {"Authorization": f"Bearer {token}"}).get("/v1/cases")).status_code == 401


async def test_a_forged_token_is_not_accepted(web: Web) -> None:
    token = jwt.encode(claims(), "another secret of a decent length", algorithm="HS256")
    assert (await Person(web.http, {"Authorization": f"Bearer {token}"}).get("/v1/cases")).status_code == 401


async def test_an_unsigned_token_is_not_accepted(web: Web) -> None:
    token = jwt.encode(claims(), "", algorithm="none")
    assert (await Person(web.http, {"Authorization": f"Bearer {token}"}).get("/v1/cases")).status_code == 401


@pytest.fixture
async def provider(unused_tcp_port: int) -> AsyncIterator[tuple[str, rsa.RSAPrivateKey]]:
    """An OIDC provider's key endpoint."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": "k1", "use": "sig", "alg": "RS256"}
    body = json.dumps({"keys": [public]}).encode()

    async def app(scope: Any, _: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
            await send({"type": "http.response.body", "body": body})

    server = uvicorn.Server(uvicorn.Config(app, port=unused_tcp_port, log_config=None, ws="none", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{unused_tcp_port}/keys", key
    server.should_exit = True
    await serving


async def test_with_a_provider_its_tokens_are_accepted_and_local_ones_refused(
    web: Web, provider: tuple[str, rsa.RSAPrivateKey]
) -> None:
    address, key = provider
    settings = web.settings.model_copy(update={"jwks_url": address, "jwt_issuer": "https://id.example"})
    token = jwt.encode(claims(iss="https://id.example"), key, algorithm="RS256", headers={"kid": "k1"})
    wrong = jwt.encode(claims(iss="https://evil.example"), key, algorithm="RS256", headers={"kid": "k1"})
    async with running_web(settings, web.service) as other:
        assert (await Person(other.http, {"Authorization": f"Bearer {token}"}).get("/v1/cases")).status_code == 200
        for refused in (make_token(web.settings, Role.CUSTOMER, "C-1"), wrong):
            assert (await Person(other.http, {"Authorization": f"Bearer {refused}"}).get("/v1/cases")).status_code == 401


async def test_a_provider_that_does_not_answer_is_no_fault_of_the_caller(web: Web) -> None:
    settings = web.settings.model_copy(update={"jwks_url": "http://127.0.0.1:1/keys", "jwt_issuer": "https://id.example"})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "k1"})
    async with running_web(settings, web.service) as other:
        answer = await Person(other.http, {"Authorization": f"Bearer {token}"}).get("/v1/cases")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/v1/nowhere", None, 404),
        ("DELETE", "/v1/cases", None, 405),
        ("POST", "/v1/cases", b"{", 422),
        ("POST", "/v1/cases", b"[]", 422),
        ("POST", "/v1/cases", b"", 422),
        ("POST", "/v1/cases", b"x" * (1024 * 1024 + 1), 413),
    ],
)
async def test_every_error_is_a_problem(web: Web, method: str, path: str, content: bytes | None, status: int) -> None:
    who = web.person(Role.CUSTOMER, "C-1")
    headers = {**who.headers, "Content-Type": "application/json", "X-Request-Id": "mine-1"}
    answer = await web.http.request(method, path, content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("https://redress.example/problems/")
    assert {"title", "detail"} <= problem.keys()
    assert problem["request_id"] == answer.headers["X-Request-Id"] == "mine-1"


async def test_a_method_that_an_address_does_not_take_is_told_all_that_it_does(web: Web) -> None:
    who = web.person(Role.CUSTOMER, "C-1")
    taken = {"/v1/cases": "GET, POST", "/v1/me/preferences": "GET, PUT", "/v1/cases/RD-1/take": "POST"}
    for path, methods in taken.items():
        answer = await web.http.request("DELETE", path, headers=who.headers)
        assert (answer.status_code, answer.headers["Allow"]) == (405, methods)


async def test_a_body_that_is_no_json_is_refused_whatever_it_calls_itself(web: Web) -> None:
    who = web.person(Role.CUSTOMER, "C-1")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
        for content in (b"\\", b"\xff\x7f", b"[" * 5000 + b"\x7f"):
            answer = await web.http.post("/v1/cases", content=content, headers={**who.headers, "Content-Type": kind})
            assert answer.status_code == 422, (kind, content[:5])


async def test_a_body_that_grows_too_large_on_the_way_is_cut_off(web: Web) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 16_384

    who = web.person(Role.CUSTOMER, "C-1")
    answer = await web.http.post("/v1/cases", content=endless(), headers={**who.headers, "Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(
    ("asked", "title"), [("zh-CN,en;q=0.5", "未找到"), ("de,en", "Not found"), ("fr", "Not found"), ("en;q=0.1,zh", "未找到")]
)
async def test_problems_speak_the_callers_language(web: Web, asked: str, title: str) -> None:
    answer = await web.person(Role.CUSTOMER, "C-1").get("/v1/cases/RD-NONE", accept_language=asked)
    assert answer.json()["title"] == title


async def test_what_a_person_sent_is_not_repeated_in_the_problem(web: Web) -> None:
    body = {"kind": "inquiry", "description": "x", "customer": {"email": "not an address of mine"}}
    answer = await web.person(Role.CUSTOMER, "C-1").post("/v1/cases", body)
    assert answer.status_code == 422
    assert "not an address" not in answer.text


async def document(web: Web) -> dict[str, Any]:
    return (await web.http.get("/openapi.json")).json()


async def test_the_document_is_valid_and_every_action_has_its_address(web: Web) -> None:
    openapi = await document(web)
    validate(openapi)
    for action in Action:
        operation = openapi["paths"][f"/v1/cases/{{case_id}}/{action}"]["post"]
        assert operation["summary"]
        assert {"200", "401", "403", "404", "409", "422", "504"} <= operation["responses"].keys()
        assert operation["security"]
    assert openapi["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


async def test_the_examples_of_the_document_are_accepted(web: Web) -> None:
    for action in Action:
        SHAPES[action].model_validate(ACTIONS[action].example)
    for example in OPENINGS.values():
        TypeAdapter(OpenCase).validate_python(example["value"])
    customer, customer_id, order = web.customer()
    opening = {**OPENINGS["refund"]["value"], "order_id": order}
    assert (await customer.post("/v1/cases", opening)).status_code == 201
    agents = {**OPENINGS["on_behalf"]["value"], "order_id": order, "customer": {"id": customer_id}}
    assert (await web.person(Role.AGENT, "alice").post("/v1/cases", agents)).status_code == 201


async def test_the_page_of_the_document_needs_no_other_server(web: Web) -> None:
    page = await web.http.get("/docs")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith("/")
        assert (await web.http.get(address)).status_code == 200


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("select 1", None, Exception("server closed the connection unexpectedly")),
        InterfaceError("select 1", None, Exception("the connection is closed")),
        NoConnectionLeftError("QueuePool limit of size 10 overflow 10 reached"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_database_that_cannot_be_used_is_told_with_a_time_to_come_back(error: Exception) -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def look() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json()["type"].endswith("/unavailable")


async def test_health_and_readiness_say_what_works(web: Web) -> None:
    assert (await web.http.get("/healthz")).json()["status"] == "ok"
    ready = await web.http.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "disk": "ok", "temporal": "ok"})


async def test_metrics_count_requests_by_route_and_cases_by_kind(web: Web) -> None:
    customer, _, _ = web.customer()
    case_id = await web.open(customer, kind="inquiry", channel="social")
    await customer.get(f"/v1/cases/{case_id}/timeline")
    text = (await web.http.get("/metrics")).text
    assert 'redress_http_requests_total{method="GET",route="/v1/cases/{case_id}/timeline",status="200"}' in text
    assert 'redress_cases_opened_total{channel="social",kind="inquiry"} 1.0' in text
    assert case_id not in text


async def test_whoever_goes_away_before_the_form_is_sent_is_no_fault_of_ours(web: Web) -> None:
    to = web.http.base_url
    _, sending = await asyncio.open_connection(to.host, to.port)
    head = f"POST /sign-in/link/none HTTP/1.1\r\nHost: {to.host}:{to.port}\r\nOrigin: http://{to.host}:{to.port}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n_to=%2F"
    sending.write((head + form).encode())
    await sending.drain()
    sending.close()

    async def counted() -> list[str]:
        lines = (await web.http.get("/metrics")).text.splitlines()
        of_form = [line for line in lines if line.startswith("redress_http_requests_total") and "/sign-in/link/" in line]
        return [line for line in of_form if 'status="499"' in line or 'status="500"' in line]

    (line,) = await eventually(counted)
    assert 'status="499"' in line


async def test_every_request_leaves_one_line_with_its_id_and_nothing_personal(web: Web) -> None:
    stream = io.StringIO()
    configure_logging(web.settings.model_copy(update={"log_format": "json"}), stream)
    customer, customer_id, order = web.customer()
    body = {"kind": "inquiry", "order_id": order, "description": "geheim", "customer": {"email": "a@example.com"}}
    answer = await customer.post("/v1/cases", body, x_request_id="r-77")
    await customer.get(f"/v1/cases?customer_id={customer_id}")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    mine = [line for line in lines if line.get("request_id") == "r-77" and line["event"] == "request"]
    assert len(mine) == 1
    assert (mine[0]["status"], mine[0]["route"], mine[0]["role"]) == (201, "/v1/cases", "customer")
    assert mine[0]["case_id"] == answer.json()["case_id"]
    for secret in ("geheim", "a@example.com", customer_id, customer.headers["Authorization"]):
        assert secret not in stream.getvalue()
