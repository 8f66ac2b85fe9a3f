"""A worker's door for whoever runs it: is it alive, can it work, and its figures (docs/operating.md)."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from hmac import compare_digest

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from adapters.telemetry.readiness import OK
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

Checks = Callable[[], Awaitable[dict[str, str]]]
"""A word for each part that is needed; anything but ok: it cannot be used."""


@asynccontextmanager
async def open_port(settings: Settings, checks: Checks, figures: Callable[[], Awaitable[bytes]]) -> AsyncGenerator[None]:
    """`/healthz`, `/readyz` and `/metrics` at REDRESS_WORKER_PORT, where one is set. Raises RedressError when it is taken."""
    if settings.worker_port is None:
        yield
        return

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": OK})

    async def ready(_: web.Request) -> web.Response:
        found = await checks()
        good = all(word == OK for word in found.values())
        return web.json_response({"status": OK if good else "unavailable", "checks": found}, status=200 if good else 503)

    async def metrics(request: web.Request) -> web.Response:
        wanted = settings.metrics_token
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if wanted is not None and not compare_digest(given.encode(), wanted.get_secret_value().encode()):
            return web.json_response({"detail": "The metrics need the token of REDRESS_METRICS_TOKEN."}, status=401)
        return web.Response(body=await figures(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.worker_host, settings.worker_port).start()
    except OSError as error:
        await runner.cleanup()
        detail = f"Port {settings.worker_port} at {settings.worker_host} is taken; set REDRESS_WORKER_PORT to another."
        raise RedressError(Fault(type=ErrorType.UNAVAILABLE, detail=detail, field="worker_port")) from error
    try:
        yield
    finally:
        await runner.cleanup()
