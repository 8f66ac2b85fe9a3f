"""The sandbox as one application: every partner under its own path, and the control API at the root."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI

from models.common.credentials import Credentials
from sandbox import carrier, claims, control, notifications, returns
from sandbox.catalogue.orders import Catalogue
from sandbox.kit.books import Books
from sandbox.kit.faults import Faults
from sandbox.kit.parts import Options, Sandbox, tokens_of
from sandbox.kit.problems import handle_problems
from sandbox.kit.webhooks import Webhooks
from sandbox.money import charge as charge_routes
from sandbox.money import chargebacks, coupon, payment
from sandbox.orders import merchant, order_change
from sandbox.replacements import variants, warehouse, workshop

CONTRACTS = (
    merchant.router,
    carrier.router,
    payment.router,
    notifications.router,
    coupon.router,
    returns.merchant,
    returns.carrier,
    warehouse.router,
    workshop.router,
    claims.carrier,
    claims.merchant,
    order_change.router,
    variants.router,
    charge_routes.router,
    chargebacks.router,
)
"""What Redress calls."""
DESKS = (
    control.router,
    coupon.wallet,
    returns.control,
    warehouse.control,
    workshop.control,
    claims.control,
    carrier.road,
    charge_routes.till,
    chargebacks.bank,
)
"""What a reader, a demo or a test asks of the sandbox itself."""


def create_app(
    folder: Path,
    seed: int,
    *,
    webhook_url: str | None = None,
    credentials: Mapping[str, Credentials] | None = None,
    options: Options | None = None,
) -> FastAPI:
    """The application; raises `OtherSeedError` when the folder holds the orders of another seed.

    `credentials`: those of each kind of partner; its notices are signed, and Redress let in, with them.
    """
    books = Books(folder / "sandbox.db", seed)
    webhooks = Webhooks(books, webhook_url, credentials or {})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        sending = asyncio.create_task(webhooks.run())
        yield
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        books.close()

    app = FastAPI(title="Redress sandbox", version="1", lifespan=lifespan)
    options = options or Options()
    catalogue = Catalogue(seed, books.started_at, options.times)
    app.state.sandbox = Sandbox(options, books, catalogue, Faults(books), webhooks, tokens_of(credentials or {}))
    handle_problems(app)
    for router in (*CONTRACTS, *DESKS):
        app.include_router(router)
    return app
