"""`redress doctor` on a machine where nothing runs, and of cases and workflows that do not go together (see also end_to_end/test_terminal.py)."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

import cli
from commands.kit.failure import CommandError
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, Kind, WaitFor
from settings import Settings
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import running_service


def looked(**environment: str) -> str:
    result = CliRunner().invoke(cli.main, ["doctor"], env={**os.environ, "LC_ALL": "en_US.UTF-8", **environment})
    assert isinstance(result.exception, CommandError), result.output
    return f"{result.output}{result.exception}"


def test_where_nothing_runs_each_part_says_what_is_wrong(tmp_path: Path) -> None:
    said = looked(
        REDRESS_DATA_DIR=str(tmp_path),
        REDRESS_TEMPORAL_ADDRESS="127.0.0.1:1",
        REDRESS_API_PORT="1",
        REDRESS_SANDBOX_PORT="1",
        REDRESS_SMTP_HOST="127.0.0.1",
        REDRESS_SMTP_PORT="1",
    )
    assert "ok  policy" in said
    assert "!!  database\n    The database is at migration None" in said
    assert "!!  temporal\n    No Temporal server answers at 127.0.0.1:1." in said
    for part in ("api", "merchant", "payment", "mail"):
        assert f"!!  {part}\n" in said
    assert "Traceback" not in said


async def test_a_case_whose_workflow_was_ended_is_named(
    temporal: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.sweep.GRACE", timedelta(0))
    settings = Settings(data_dir=tmp_path)
    async with running_service(temporal, settings) as service:
        service.world.add(order(minor=400_000), parcel(status=ShipmentStatus.LOST))
        case = await service.open(Kind.COMPLAINT, issue=Issue.LOST)
        await case.waits_for(WaitFor.PLAN)
        await case.handle.terminate()
        said = await asyncio.to_thread(
            looked,
            REDRESS_DATA_DIR=str(tmp_path),
            REDRESS_TEMPORAL_ADDRESS=temporal.client.service_client.config.target_host,
            REDRESS_TASK_QUEUE=service.queue,
            REDRESS_API_PORT="1",
        )
    assert f"{case.handle.id}: its workflow does not run; redress restart {case.handle.id}" in said
    assert "ok  workers" in said
