"""A real Temporal server for tests."""

import shutil
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from adapters.payloads.converter import PLAIN
from workflows.kit import search_attributes


def temporal_program() -> str:
    """The Temporal CLI program that came with the environment."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    assert found, "no `temporal` program; `make test` installs it"
    return found


async def start_temporal(**dynamic_config: str) -> WorkflowEnvironment:
    """A real server with time skipping by hand (`fast_forward`); see docs/architecture.md for its first two settings. By the last three it deletes
    what has just been closed within seconds.
    """
    settings = {
        "frontend.WorkflowTimeSkippingEnabled": "true",
        "history.timerProcessorMaxTimeShift": '"10ms"',
        "matching.numTaskqueueReadPartitions": "1",
        "matching.numTaskqueueWritePartitions": "1",
        **{f"history.{queue}ProcessorUpdateAckInterval": '"1s"' for queue in ("transfer", "visibility", "timer")},
        **dynamic_config,
    }
    return await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=temporal_program(),
        data_converter=PLAIN,
        search_attributes=search_attributes.ALL,
        dev_server_log_level="error",
        dev_server_startup_timeout=timedelta(seconds=60),
        dev_server_extra_args=[
            argument for key, value in settings.items() for argument in ("--dynamic-config-value", f"{key}={value}")
        ],
    )
