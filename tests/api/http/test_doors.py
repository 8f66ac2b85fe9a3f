"""Which host names are answered to, what every answer says to browsers and caches, and who reads the metrics."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from api.app import create_app
from settings import Settings
from tests.support.processes.api import Web, running_web


@asynccontextmanager
async def answering(**settings: object) -> AsyncGenerator[httpx.AsyncClient]:
    """An API whose parts are away: enough for what is decided before anything is looked up."""
    app = create_app(Settings.model_validate(settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        yield http


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("10.0.0.7", 200),
        ("desk.shop.example", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
        ("[", 421),
    ],
)
async def test_only_our_own_host_names_are_answered_to(host: str, status: int) -> None:
    async with answering(allowed_hosts=["desk.shop.example"]) as http:
        answer = await http.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    if status == 421:
        assert (answer.json()["field"], answer.json()["rule"]) == ("Host", "host")


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/v1/nothing", 404), ("/openapi.json", 200), ("/v1/cases", 401)]
)
async def test_no_answer_is_kept_by_caches_or_guessed_at_by_browsers(web: Web, path: str, status: int) -> None:
    answer = await web.http.get(path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_the_page_of_the_document_may_run_its_own_scripts_only() -> None:
    async with answering() as http:
        page = await http.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts is not None
    assert "unsafe-inline" not in scripts[1]
    assert scripts[1].count("sha256-") == page.text.count("<script>") == 1


async def test_metrics_ask_for_their_token_where_one_is_set(web: Web) -> None:
    settings = web.settings.model_copy(update={"metrics_token": SecretStr("for-operators")})
    async with running_web(settings, web.service) as other:
        assert (await other.http.get("/metrics")).status_code == 401
        assert (await other.http.get("/metrics", headers={"Authorization": "Bearer for-customers"})).status_code == 401
        told = await other.http.get("/metrics", headers={"Authorization": "Bearer for-operators"})
    assert "redress_http_requests_total" in told.text


async def test_a_disk_that_is_nearly_full_is_told_by_readiness(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.data_folder.LEAST_FREE_BYTES", 1 << 62)
    answer = await web.http.get("/readyz")
    assert answer.status_code == 503
    assert str(web.settings.data_dir) in answer.json()["checks"]["disk"]
