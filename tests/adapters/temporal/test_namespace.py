"""What cases need of a namespace (OPS-1): what is said without it, and `redress temporal setup`, which makes it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

import cli
from adapters.schedules import keep_schedules
from adapters.temporal import namespace
from adapters.temporal.connection import connect
from commands.kit.failure import CommandError
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import ROOT, Settings
from tests.support.processes.databases import make_tables
from workflows.kit import search_attributes

NEW = "new"
"""A namespace that nobody has made yet."""


@pytest.fixture
def settings(temporal: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Also in the environment, for programs."""
    own = {
        "REDRESS_DATA_DIR": str(tmp_path),
        "REDRESS_TEMPORAL_ADDRESS": temporal.client.service_client.config.target_host,
        "REDRESS_TEMPORAL_NAMESPACE": NEW,
        "LC_ALL": "en_US.UTF-8",
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    return Settings()


async def lacks(client: Client, settings: Settings) -> str:
    with pytest.raises(RedressError) as refused:
        await namespace.check(client, settings)
    return refused.value.fault.detail


async def program(*arguments: str) -> tuple[int | None, str]:
    """How it ends, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        cwd=ROOT,
        env=os.environ | {"REDRESS_LOG_FORMAT": "console"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    return process.returncode, said.decode()


async def command(*arguments: str) -> str:
    """What it says, or why not."""
    result = await asyncio.to_thread(CliRunner().invoke, cli.main, arguments)
    if result.exception:
        assert isinstance(result.exception, CommandError), result.exception
    return str(result.exception or result.output)


def test_the_search_attributes_are_those_that_workflows_tell() -> None:
    told = {key.name: key.indexed_value_type.name.title() for key in search_attributes.ALL}
    assert told == namespace.SEARCH_ATTRIBUTES


async def test_a_namespace_is_set_up_once_and_until_then_no_worker_takes_cases(settings: Settings) -> None:
    make_tables(settings)
    client = await connect(settings)
    assert f"has no namespace {NEW}. Make it by `redress temporal setup`" in await lacks(client, settings)
    code, said = await program("worker.py")
    assert code == 1
    assert "has no namespace" in said
    assert "Traceback" not in said

    done = await command("temporal", "setup", "--retention-days", "90")
    assert "Namespace new made; closed cases are shown for 90 days." in done
    assert "CaseStage" in done
    assert await command("temporal", "setup") == f"Namespace {NEW} at {settings.temporal} has everything.\n"
    assert "60 days now" in await command("temporal", "setup", "--retention-days", "60")
    await namespace.check(client, settings)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NEW))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta().days == 60
    assert {schedule.id async for schedule in await client.list_schedules()} == {"reconciliation", "review", "sweep"}


async def test_missing_search_attributes_are_named_with_what_makes_them(
    temporal: WorkflowEnvironment, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(namespace.SEARCH_ATTRIBUTES, "CaseColour", "Keyword")
    said = await lacks(temporal.client, settings)
    assert "lacks search attributes: CaseColour (Keyword)" in said
    assert "redress temporal setup" in said


@pytest.mark.parametrize(
    ("setting", "value"), [("reconcile_cron", "30 2 * *"), ("reconcile_zone", "Europe/Nowhere"), ("sweep_cron", "now and then")]
)
async def test_a_schedule_that_cannot_be_names_its_setting(
    temporal: WorkflowEnvironment, settings: Settings, setting: str, value: str
) -> None:
    wrong = settings.model_copy(update={setting: value})
    with pytest.raises(RedressError) as refused:
        await keep_schedules(temporal.client, wrong, "Asia/Shanghai")
    assert refused.value.fault.type is ErrorType.INVALID
    assert f"REDRESS_{setting.upper()}" in refused.value.fault.detail
