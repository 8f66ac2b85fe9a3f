"""Returns and replacements that an operator ended and whose case does not hear it: it was reset, restarted or continued since it began them.

A case watches what it has begun, as long as its run lasts. The sweep tells the others by a report as the child workflow would have sent.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import col, select
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.database.engine import Database
from adapters.restart import runs
from models.case.child_reports import News, Report
from models.case.state import CaseState
from models.common.base import stored
from models.common.events import Event
from models.common.vocabulary import Stage
from models.remedies.remedy import ChildState, Remedy
from models.tables.case import CaseRow

ENDED = "WorkflowType IN ('ReturnWorkflow', 'ReplacementWorkflow') AND ExecutionStatus IN ('Terminated', 'Failed', 'Canceled', 'TimedOut')"


async def tell_of_broken_off(client: Client, task_queue: str, database: Database, at: datetime, grace: timedelta) -> None:
    """Each of them to its case, which takes it in once. `grace`: what ended later may be under way."""
    ours = f"{ENDED} AND TaskQueue = '{task_queue}' AND CloseTime < '{(at - grace).isoformat()}'"
    ended = {known.id async for known in client.list_workflows(ours)}
    cases = select(CaseRow).where(
        col(CaseRow.case_id).in_({name.partition(".")[0] for name in ended}),
        col(CaseRow.stage) != Stage.CLOSED,
        col(CaseRow.updated_at) <= at - grace,
    )
    async with database.reading() as session:
        rows = (await session.exec(cases)).all()
    for row in rows:
        for remedy, child in _waited_for(stored(CaseState, row.state)):
            if child.workflow_id in ended and not await runs(client, child.workflow_id):
                await _told(client, row.case_id, remedy, child)


def _waited_for(case: CaseState) -> Iterator[tuple[Remedy, ChildState]]:
    for remedy in case.remedies:
        for child in (remedy.child, remedy.suspended_child):
            if child is not None and not child.done:
                yield remedy, child


async def _told(client: Client, case_id: str, remedy: Remedy, child: ChildState) -> None:
    over = child.broken_off()
    data = {"remedy_id": remedy.id, "kind": remedy.kind.value}
    news = News(event=Event.CHILD_BROKEN_OFF, data={**data}, identity=f"broken_off.{over.reports}")
    try:
        await client.get_workflow_handle(case_id).signal("report", Report(remedy_id=remedy.id, child=over, news=(news,)))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
