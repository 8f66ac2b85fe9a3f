"""Temporal: the histories of a case, of its child workflows and of its claims (ARC-3). Their ids are the case's, or begin with it."""

import asyncio

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

LOOKS, PAUSE = 10, 0.1
"""How often, and seconds between: the server deletes a moment later; what was closed less than a minute ago, within minutes."""
Run = tuple[str, str]


class Histories:
    """Deletes what is over; what runs is left alone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def forget(self, case_id: str, known: tuple[Run, ...] = ()) -> bool:
        """Delete every run of the case's workflows, also those (workflow, run) that the server's list may not have. False: one is not over, or not
        gone yet; then nothing, or not all, is deleted, and it is to be tried again.
        """
        runs = set[Run]()
        of_case = f"WorkflowId = '{case_id}' OR WorkflowId STARTS_WITH '{case_id}.'"
        async for found in self._client.list_workflows(of_case):
            runs.add((found.id, found.run_id))
        states = {run: await self._status(*run) for run in runs | {*known}}
        if WorkflowExecutionStatus.RUNNING in states.values():
            return False
        there = [run for run, status in states.items() if status is not None]
        for run in there:
            await self._delete(*run)
        for _ in range(LOOKS):
            there = [run for run in there if await self._status(*run) is not None]
            if not there:
                return True
            await asyncio.sleep(PAUSE)
        return False

    async def _status(self, workflow_id: str, run_id: str) -> WorkflowExecutionStatus | None:
        """None: the server does not have it, or not any more."""
        try:
            return (await self._client.get_workflow_handle(workflow_id, run_id=run_id).describe()).status
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def _delete(self, workflow_id: str, run_id: str) -> None:
        run = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
        request = DeleteWorkflowExecutionRequest(namespace=self._client.namespace, workflow_execution=run)
        try:
            await self._client.workflow_service.delete_workflow_execution(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
