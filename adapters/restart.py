"""Starting a case's or a claim's workflow again from its row, when it runs no more or does not get on (docs/running.md)."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime

from sqlmodel import col, select
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.database.engine import Database
from adapters.starting import start_case, start_claim
from models.case.state import CaseStart, CaseState, TimelineEntry
from models.claims.state import ClaimStart, ClaimState
from models.common.actors import Actor
from models.common.base import stored
from models.common.events import Event
from models.common.vocabulary import Stage
from models.policy.policy import PolicySlice
from models.remedies.remedy import ChildState, Remedy
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from settings import Settings


async def described(client: Client, workflow_id: str) -> WorkflowExecutionDescription | None:
    """The workflow's last run; None: Temporal has it no more."""
    try:
        return await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def runs(client: Client, workflow_id: str) -> bool:
    found = await described(client, workflow_id)
    return found is not None and found.status is WorkflowExecutionStatus.RUNNING


async def kept(database: Database, workflow_id: str) -> CaseRow | ClaimRow | None:
    """What there is to go on from: the row of a case or of a claim."""
    async with database.reading() as session:
        return await session.get(CaseRow, workflow_id) or await session.get(ClaimRow, workflow_id)


async def restart(  # noqa: PLR0917
    client: Client, task_queue: str, row: CaseRow, policy: PolicySlice, by: Actor, at: datetime
) -> WorkflowHandle[object, str]:
    """Go on from what the database has of the case. Raises WorkflowAlreadyStartedError while a workflow runs.

    A wait begins anew. Returns and replacements that run go on, and tell where they stand; one that does not was broken off, as when an
    operator ended it. What a partner told meanwhile is asked for again, or found by the reconciliation.
    """
    state = stored(CaseState, row.state)
    remedies = tuple([await _with_its_children(client, remedy) for remedy in state.remedies])
    entry = TimelineEntry(version=row.version + 1, at=at, event=Event.RESTARTED, by=by)
    change = {"version": entry.version, "entries": (entry,), "remedies": remedies, "wait": None}
    receipt = state.receipt
    start = CaseStart(receipt=receipt, policy=policy, state=state.model_copy(update=change))
    handle = await start_case(client, task_queue, start, WorkflowIDReusePolicy.ALLOW_DUPLICATE)
    for child in (child for remedy in remedies for child in (remedy.child, remedy.suspended_child) if child and not child.done):
        with suppress(RPCError):  # it ends just now, and tells that
            await client.get_workflow_handle(child.workflow_id).signal("tell_again")
    return handle


async def open_work(client: Client, settings: Settings) -> AsyncGenerator[str]:
    """The ids of cases and claims that are open by our database and that Temporal does not work on, cases first."""
    ours = f"ExecutionStatus = 'Running' AND TaskQueue = '{settings.task_queue}'"
    running = {known.id async for known in client.list_workflows(ours)}
    database = Database(settings)
    try:
        async with database.reading() as session:
            cases = (await session.exec(select(CaseRow.case_id).where(CaseRow.stage != Stage.CLOSED))).all()
            claims = (await session.exec(select(ClaimRow.claim_id).where(col(ClaimRow.closed_at).is_(None)))).all()
    finally:
        await database.aclose()
    for workflow_id in (*sorted(cases), *sorted(claims)):
        if workflow_id not in running and not await runs(client, workflow_id):  # a list may lag behind
            yield workflow_id


async def restart_claim(client: Client, task_queue: str, row: ClaimRow) -> None:
    """Go on with a claim from what the database has of it. Raises WorkflowAlreadyStartedError while its workflow runs."""
    start = ClaimStart(state=stored(ClaimState, row.state))
    await start_claim(client, task_queue, start, f"{row.kind} on {row.who}", WorkflowIDReusePolicy.ALLOW_DUPLICATE)


async def _with_its_children(client: Client, remedy: Remedy) -> Remedy:
    children = {"child": remedy.child, "suspended_child": remedy.suspended_child}
    return remedy.model_copy(update={name: await _as_it_is(client, child) for name, child in children.items()})


async def _as_it_is(client: Client, child: ChildState | None) -> ChildState | None:
    if child is None or child.done or await runs(client, child.workflow_id):
        return child
    return child.broken_off()
