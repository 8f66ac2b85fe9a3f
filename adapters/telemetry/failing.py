"""Cases whose workflow tasks fail: found within seconds, named in the log and among the figures (docs/operating.md#figures).

Such a case stands still until the program is mended, while everything else goes on. This process' own log says of which workflow or run a task
failed; the server says it of every worker's, after some failures. Whether it still fails is asked of the server.
"""

import asyncio
import logging
from contextlib import suppress
from time import monotonic

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.restart import described
from adapters.telemetry.core import LOGGER

LOOK_EVERY = 10.0
"""Seconds."""
ATTEMPTS = 3
"""A workflow task that failed twice and is tried again. Once is what any worker's death looks like."""
MOST = 20
"""Cases that are named; after a bad release every one fails, and a few show why."""
REMEMBERED = 120.0
"""Seconds that a complaint is looked into."""
KNOWN_TO_THE_SERVER = "TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'"

log = structlog.stdlib.get_logger(__name__)


class FailingTasks(logging.Handler):
    """Looks after the workflows that are not well. `found`: their ids, and the attempt of each task."""

    def __init__(self, client: Client) -> None:
        super().__init__(logging.WARNING)
        self._client = client
        self._complaints = dict[tuple[str, str], float]()
        """When it was complained of a workflow or a run, by `workflow` or `run` and its id."""
        self.found: dict[str, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Note the workflow that the SDK, or the run that its core warns of. Called in any thread."""
        said, core = getattr(record, "temporal_workflow", None), getattr(record, "temporal_log", None)
        if said:
            self._complaints["workflow", said["workflow_id"]] = monotonic()
        if core and "run_id" in core.fields:
            self._complaints["run", core.fields["run_id"]] = monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Look again and again until told to stop."""
        loggers = [logging.getLogger(name) for name in (LOGGER, "temporalio.worker")]
        for logger in loggers:
            logger.addHandler(self)
        while not stop.is_set():
            try:
                await self.look()
            except (RPCError, RuntimeError) as error:
                log.warning("failing_tasks.unknown", error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)
        for logger in loggers:
            logger.removeHandler(self)

    async def look(self) -> None:
        """Once: which fail now, and which of those did not before."""
        suspects = sorted({*self.found, *await self._complained_of(), *await self._listed(KNOWN_TO_THE_SERVER)})
        failing = {name: attempt for name in suspects[:MOST] if (attempt := await self._attempt(name)) >= ATTEMPTS}
        for name in failing.keys() - self.found.keys():
            log.error("case.task_failing", case_id=name, attempt=failing[name])
        for name in self.found.keys() - failing.keys():
            log.warning("case.task_well", case_id=name)
        self.found = failing

    async def _complained_of(self) -> set[str]:
        """Lately: a first failure says little, and the second comes after a while."""
        since = monotonic() - REMEMBERED
        for known, at in list(self._complaints.items()):
            if at < since:
                del self._complaints[known]
        runs = [id_ for kind, id_ in list(self._complaints) if kind == "run"][:MOST]
        of_runs = await self._listed(" OR ".join(f"RunId = '{run}'" for run in runs)) if runs else set[str]()
        return of_runs | {id_ for kind, id_ in list(self._complaints) if kind == "workflow"}

    async def _listed(self, query: str) -> set[str]:
        return {found.id async for found in self._client.list_workflows(query, limit=MOST)}

    async def _attempt(self, workflow_id: str) -> int:
        """Of its workflow task at hand; 0: there is none."""
        found = await described(self._client, workflow_id)
        return found.raw_description.pending_workflow_task.attempt if found else 0
