"""The sandbox as one application: every partner under its own path, and the desk at the root."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI

from sandbox import (
    carrier,
    charges,
    claims,
    desk,
    merchant,
    notification,
    ordering,
    payment,
    promotion,
    returns,
    warehouse,
    workshop,
)
from sandbox.books import Books
from sandbox.catalogue import Catalogue
from sandbox.faults import Faults
from sandbox.parts import Options, Sandbox
from sandbox.problems import handle_problems
from sandbox.webhooks import Webhooks

CONTRACTS = (
    merchant.router,
    carrier.router,
    payment.router,
    notification.router,
    promotion.router,
    returns.merchant,
    returns.carrier,
    warehouse.router,
    workshop.router,
    claims.carrier,
    claims.merchant,
    ordering.router,
    charges.router,
)
"""What Redress calls."""
DESKS = (
    desk.router,
    promotion.wallet,
    returns.desk,
    warehouse.desk,
    workshop.desk,
    claims.desk,
    carrier.road,
    charges.till,
)
"""What a reader, a demo or a test asks of the sandbox itself."""


def create_app(
    folder: Path, seed: int, *, webhook_url: str | None = None, webhook_secret: str | None = None, options: Options | None = None
) -> FastAPI:
    """The application; raises `OtherSeedError` when the folder holds the orders of another seed."""
    books = Books(folder / "sandbox.db", seed)
    webhooks = Webhooks(books, webhook_url, webhook_secret)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        sending = asyncio.create_task(webhooks.run())
        yield
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        books.close()

    app = FastAPI(title="Redress sandbox", version="1", lifespan=lifespan)
    app.state.sandbox = Sandbox(options or Options(), books, Catalogue(seed, books.started_at), Faults(books), webhooks)
    handle_problems(app)
    for router in (*CONTRACTS, *DESKS):
        app.include_router(router)
    return app
