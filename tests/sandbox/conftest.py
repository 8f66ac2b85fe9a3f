"""The sandbox on a free port, and somebody who takes its webhooks."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.app import create_app
from sandbox.kit.parts import Options
from tests.support.processes.sandbox import CREDENTIALS, TOKEN, Inbox, Running, Town


@pytest.fixture(scope="session")
async def running_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    inbox = Inbox()
    redress = Running(inbox.app())
    options = Options(token=TOKEN, refund_delay=timedelta(seconds=0.2), answer_delay=timedelta(seconds=0.1))
    folder: Path = tmp_path_factory.mktemp("sandbox")
    webhooks = f"{redress.address}/v1/webhooks"
    sandbox = Running(create_app(folder, 1, webhook_url=webhooks, credentials=CREDENTIALS, options=options))
    await redress.ready()
    await sandbox.ready()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=sandbox.address, headers=headers, timeout=20, trust_env=False) as http:
        yield Town(sandbox.address, http, inbox)
    await sandbox.stop()
    await redress.stop()


@pytest.fixture
async def town(running_town: Town) -> AsyncIterator[Town]:
    """The sandbox with everybody well and of their usual temper, and no payment disputed."""
    yield running_town
    await running_town.http.delete("/faults")
    await running_town.http.delete("/tempers")
    told = await running_town.get("/payment/chargebacks", since=datetime.min.replace(tzinfo=UTC).isoformat())
    for open_one in (one for one in told["chargebacks"] if one["status"] in {"needs_response", "under_review"}):
        await running_town.http.post(f"/chargebacks/{open_one['chargeback_id']}", json={"status": "won"})
