"""The Temporal server of `redress up`: finding the program, its arguments, and what a case needs of its namespace (docs/architecture.md)."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from adapters.secrets import secrets_of
from adapters.temporal.namespace import SEARCH_ATTRIBUTES
from commands.kit.failure import CommandError
from commands.kit.language import say
from settings import Settings

ENVIRONMENT = {"GOGC": os.environ.get("GOGC", "400")}
"""Its memory is tidied up a quarter as often as a Go program does by itself: 7 % less processor time for some 160 MB more."""


async def find_program(settings: Settings) -> Path:
    """The setting, else `temporal` on PATH or beside the interpreter, else the SDK's own download. Raises CommandError."""
    if settings.temporal_program is not None:
        named = shutil.which(str(settings.temporal_program))
        if named is None:
            raise CommandError(say("temporal_missing", why=f"{settings.temporal_program}: not a program"))
        return Path(named)
    found = shutil.which("temporal") or shutil.which("temporal", path=str(Path(sys.executable).parent))
    return Path(found) if found else await _download(settings.data_dir)


async def _download(folder: Path) -> Path:
    """The SDK fetches the program only by starting a server with it: let it do so once, in our folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pattern = "temporal-sdk-python-*"
    if not any(folder.glob(pattern)):
        try:
            environment = await WorkflowEnvironment.start_local(download_dest_dir=str(folder), dev_server_log_level="error")
        except RuntimeError as error:
            raise CommandError(say("temporal_missing", why=error)) from error
        await environment.shutdown()
    return max(folder.glob(pattern))


def command(settings: Settings, program: Path) -> tuple[str, ...]:
    """How to start the dev server. Its file is named after the server's version: another version cannot read it."""
    attributes = (f"--search-attribute={name}={type_}" for name, type_ in SEARCH_ATTRIBUTES.items())
    namespace = () if settings.temporal_namespace == "default" else (f"--namespace={settings.temporal_namespace}",)
    return (
        *(str(program.absolute()), "server", "start-dev", "--log-level=warn", "--log-format=json"),
        *(f"--ip={settings.temporal_host}", f"--port={settings.temporal_port}", f"--ui-port={settings.ui_port}"),
        f"--db-filename={(settings.data_dir / f'temporal-{_version(program)}.db').absolute()}",
        *namespace,
        *attributes,
        *((f"--ui-codec-endpoint={settings.api_url}/codec",) if secrets_of(settings).payload_keys else ()),
    )


def _version(program: Path) -> str:
    """The server's version: `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)`."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    match = re.search(r"Server ([\w.+-]+)", said)
    if match is None:
        raise CommandError(say("temporal_missing", why=f"{program} --version: {said.strip() or '?'}"))
    return match.group(1)


async def polled(client: Client, task_queue: str, since: datetime, *, activities: bool = False, pid: int | None = None) -> bool:
    """Whether a worker has asked for work since then: for workflows, or for activities; one that died stays on the server's list for minutes.

    `pid`: the one worker of this machine that is meant; None: any.
    """
    own = "" if pid is None else f"{pid}@"
    try:
        answer = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=task_queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if activities else TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            ),
            timeout=timedelta(seconds=2),
        )
    except RPCError:
        return False
    return any(
        poller.identity.startswith(own) and poller.last_access_time.ToDatetime(tzinfo=UTC) >= since for poller in answer.pollers
    )
