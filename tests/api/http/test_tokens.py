"""Tokens (TRU-6, docs/security.md): strong secrets, named issuers, a longest life, an end before it; and streams that end with them."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from adapters.secrets import secrets_of
from api.http import provider_keys
from api.http.auth import LEAST_BITS, Tokens, make_token, strong
from models.common.errors import RedressError
from models.common.vocabulary import Role
from settings import Settings
from tests.support.processes.api import Person, Web, running_web


def signed(web: Web, **change: object) -> Person:
    now = datetime.now(UTC)
    claims = {"sub": "C-1", "role": "customer", "aud": "redress", "iss": "redress", "iat": now, "exp": now + timedelta(hours=1)}
    content = {name: value for name, value in {**claims, **change}.items() if value is not None}
    return Person(web.http, {"Authorization": f"Bearer {jwt.encode(content, secrets_of(web.settings).jwt, algorithm='HS256')}"})


async def status(person: Person) -> int:
    return (await person.get("/v1/cases")).status_code


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 200),
        ({"iat": None}, 200),
        ({"iss": None}, 401),
        ({"iss": "somebody"}, 401),
        ({"exp": datetime.now(UTC) + timedelta(days=2)}, 401),
        ({"exp": datetime.now(UTC) + timedelta(days=2), "iat": None}, 401),
        ({"exp": 1e300}, 401),
        ({"exp": math.inf}, 401),
        ({"iat": datetime.now(UTC) + timedelta(hours=2), "exp": datetime.now(UTC) + timedelta(hours=3)}, 401),
        ({"jti": 7}, 401),
    ],
)
async def test_a_token_names_its_issuer_and_is_not_good_for_long(web: Web, change: dict[str, Any], expected: int) -> None:
    assert await status(signed(web, **change)) == expected


@pytest.mark.parametrize("weak", ["", "secret", "x" * 64, "abcabcabc" * 8, "change-me-please", "0123456789" * 4])
def test_a_secret_that_can_be_guessed_is_refused_at_start_in_a_sentence(weak: str) -> None:
    with pytest.raises(RedressError, match=r"too weak.*token_urlsafe"):
        strong(weak)


def test_the_secrets_that_we_make_are_strong(tmp_path: Any) -> None:
    secret = secrets_of(Settings(data_dir=tmp_path)).jwt
    assert strong(secret) == secret
    assert LEAST_BITS <= 256


def test_no_longer_token_is_made_than_is_taken(web: Web) -> None:
    with pytest.raises(RedressError, match="REDRESS_JWT_MAX_HOURS"):
        make_token(web.settings, Role.CUSTOMER, "C-1", hours=25)


async def test_a_supervisor_revokes_a_persons_tokens_and_a_new_one_is_good(web: Web) -> None:
    boss = web.person(Role.SUPERVISOR, "susan")
    before = signed(web, sub="C-LOST", iat=datetime.now(UTC) - timedelta(minutes=5))
    undated = signed(web, sub="C-LOST", iat=None)
    other = signed(web, sub="C-FOUND")
    done = await boss.post("/v1/revocations", {"role": "customer", "subject": "C-LOST"})
    assert (done.status_code, done.json()["name"]) == (201, "customer:C-LOST")
    assert [await status(who) for who in (before, undated, other)] == [401, 401, 200]
    assert await status(signed(web, sub="C-LOST", iat=datetime.now(UTC) + timedelta(seconds=2))) == 200
    assert "customer:C-LOST" in [row["name"] for row in (await boss.get("/v1/revocations")).json()]


async def test_one_token_is_revoked_and_the_persons_others_are_good(web: Web) -> None:
    one, other = signed(web, sub="C-TWO", jti="t-1"), signed(web, sub="C-TWO", jti="t-2")
    assert (await web.person(Role.SUPERVISOR, "susan").post("/v1/revocations", {"token_id": "t-1"})).status_code == 201
    assert [await status(who) for who in (one, other)] == [401, 200]
    assert "revoked" in (await one.get("/v1/cases")).json()["detail"]


@pytest.mark.parametrize("body", [{}, {"role": "agent"}, {"subject": "x"}, {"token_id": "t", "role": "agent", "subject": "x"}])
async def test_a_revocation_names_one_thing(web: Web, body: dict[str, str]) -> None:
    assert (await web.person(Role.SUPERVISOR, "susan").post("/v1/revocations", body)).status_code == 422


@pytest.mark.parametrize("role", sorted(Role.people() - {Role.SUPERVISOR}))
async def test_only_supervisors_revoke(web: Web, role: Role) -> None:
    who = web.person(role, "x")
    assert (await who.post("/v1/revocations", {"token_id": "t-9"})).status_code == 403
    assert (await who.get("/v1/revocations")).status_code == 403


async def ended(who: Person, case_id: str, then: Callable[[], Any]) -> str:
    """Why a stream ends after something happened."""
    following = asyncio.create_task(who.follow(f"/v1/cases/{case_id}/events"))
    await asyncio.sleep(0.5)
    await then()
    return (await asyncio.wait_for(following, 20))[-1]["data"].get("reason", "")


async def test_a_stream_ends_with_its_token_with_a_revocation_and_with_access(web: Web) -> None:
    customer, customer_id, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    row = await web.row(case_id, lambda row: row.team is not None)

    async def nothing() -> None:
        """Time passes."""

    async def revoked() -> None:
        await web.person(Role.SUPERVISOR, "susan").post("/v1/revocations", {"token_id": "streaming"})

    async def handed_on() -> None:
        async with web.service.database.writing() as session:
            moved = await session.get(type(row), case_id)
            assert moved is not None
            moved.team, moved.saved_at = "another", datetime.now(UTC)

    short = signed(web, sub=customer_id, exp=datetime.now(UTC) + timedelta(seconds=3))
    assert await ended(short, case_id, nothing) == "token_expired"
    assert await ended(signed(web, sub=customer_id, jti="streaming"), case_id, revoked) == "token_revoked"
    assert await ended(web.person(Role.AGENT, "alice", str(row.team)), case_id, handed_on) == "no_access"


@dataclass
class Provider:
    """An identity provider's keys; it may hang, or talk nonsense."""

    address: str
    key: rsa.RSAPrivateKey
    body: bytes = b""
    pause: float = 0.0
    asked: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=lambda: [(b"content-type", b"application/json")])

    def token(self, kid: str = "k1") -> dict[str, str]:
        now = datetime.now(UTC)
        claims = {"sub": "C-1", "role": "customer", "aud": "redress", "iss": "https://id.example", "iat": now}
        signed_ = jwt.encode({**claims, "exp": now + timedelta(hours=1)}, self.key, algorithm="RS256", headers={"kid": kid})
        return {"Authorization": f"Bearer {signed_}"}

    async def app(self, scope: Any, _: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.asked += 1
            await asyncio.sleep(self.pause)
            await send({"type": "http.response.start", "status": 200, "headers": self.headers})
            await send({"type": "http.response.body", "body": self.body})


@pytest.fixture
async def provider(unused_tcp_port: int) -> AsyncIterator[Provider]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": "k1", "use": "sig", "alg": "RS256"}
    made = Provider(f"http://127.0.0.1:{unused_tcp_port}/keys", key, json.dumps({"keys": [public]}).encode())
    config = uvicorn.Config(
        made.app, port=unused_tcp_port, log_config=None, interface="asgi3", ws="none", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield made
    server.should_exit = True
    await serving


def trusting(web: Web, provider: Provider) -> Settings:
    return web.settings.model_copy(update={"jwks_url": provider.address, "jwt_issuer": "https://id.example"})


async def test_known_keys_go_on_while_the_provider_hangs_and_nobody_waits(
    web: Web, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_keys, "FRESH", timedelta(0))
    monkeypatch.setattr(provider_keys, "AT_MOST_EVERY", timedelta(0))
    async with running_web(trusting(web, provider), web.service) as other:
        who = Person(other.http, provider.token())
        assert await status(who) == 200
        provider.pause = 3600
        before = asyncio.get_running_loop().time()
        assert [await status(who) for _ in range(5)] == [200] * 5
        assert asyncio.get_running_loop().time() - before < provider_keys.TIMEOUT


async def test_many_requests_at_once_ask_the_provider_once(web: Web, provider: Provider) -> None:
    provider.pause = 0.3
    async with running_web(trusting(web, provider), web.service) as other:
        who = Person(other.http, provider.token())
        assert await asyncio.gather(*(status(who) for _ in range(10))) == [200] * 10
        assert provider.asked == 1
        assert await status(Person(other.http, provider.token("unknown"))) == 401


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [{"kty": "RSA"}]}', b"\xff", b"x" * 300_000]
)
async def test_garbage_of_the_provider_is_an_error_of_ours_in_words(web: Web, provider: Provider, body: bytes) -> None:
    provider.body = body
    async with running_web(trusting(web, provider), web.service) as other:
        answer = await Person(other.http, provider.token()).get("/v1/cases")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "REDRESS_JWKS_URL" in answer.json()["detail"]


def test_a_provider_without_a_name_is_refused_at_start(web: Web, provider: Provider) -> None:
    with pytest.raises(RedressError, match="REDRESS_JWT_ISSUER"):
        Tokens(web.settings.model_copy(update={"jwks_url": provider.address}))
