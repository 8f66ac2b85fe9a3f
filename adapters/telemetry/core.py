"""Temporal's core, which is written in Rust: its logs go the way of ours, its figures are among ours (docs/operating.md)."""

import logging
import socket

import aiohttp
from temporalio.runtime import LogForwardingConfig, LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig, TelemetryFilter

LOGGER = "temporalio.core"
ANSWERS_WITHIN = aiohttp.ClientTimeout(total=2)


class Core:
    """The core of this process, with a door on this machine where its figures are."""

    def __init__(self) -> None:
        """Once in a process, before the first client: every client uses it."""
        self._address = f"127.0.0.1:{_free_port()}"
        logs = LoggingConfig(
            filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
            forwarding=LogForwardingConfig(
                logger=logging.getLogger(LOGGER),
                append_target_to_name=False,
                prepend_target_on_message=False,
                append_log_fields_to_message=False,
            ),
        )
        metrics = PrometheusConfig(
            bind_address=self._address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
        Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=logs, metrics=metrics)))

    async def figures(self) -> bytes:
        """In Prometheus' text format; nothing when they cannot be had."""
        try:
            async with (
                aiohttp.ClientSession(timeout=ANSWERS_WITHIN) as http,
                http.get(f"http://{self._address}/metrics") as answer,
            ):
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return b""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
