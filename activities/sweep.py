"""The sweep: rows of open cases compared with the workflows that Temporal has (docs/running.md). Safe to repeat at any point."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus

from activities.kit.carries_out import carries_out
from activities.reconciliation.differences import close_cases, record, to_people
from adapters.database.engine import Database, take_turns
from adapters.restart import described
from adapters.starting import WORKFLOW
from models.activities import SWEEP
from models.common.vocabulary import Stage, WaitingOn
from models.policy.policy import Policy
from models.reconciliation.difference import DifferenceKind, Finding
from models.sweep import SweepReport
from models.tables.case import CaseRow
from rules.notifications.texts import Texts

GRACE = timedelta(minutes=5)
"""What changed later than that may be under way, and a list of Temporal's may not have it yet."""
FAILURES = 3
"""A workflow task that failed so often in a row does not get better by itself."""
RUNNING = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"


class SweepActivities:
    """Compares cases with their workflows, and tells the supervisors."""

    def __init__(self, database: Database, texts: Texts, policy: Policy) -> None:
        self._database = database
        self._texts = texts
        self._policy = policy

    @carries_out(SWEEP)
    async def sweep(self, at: datetime) -> SweepReport:
        """Every open case. A stopped one shows no deadline any more, for none will be kept."""
        findings = await compare(activity.client(), activity.info().task_queue, self._database, at, activity.heartbeat)
        return await self._told(findings, at)

    async def _told(self, findings: list[Finding], at: datetime) -> SweepReport:
        async with self._database.writing() as session:
            ids = [finding.subject for finding in findings]
            cases = (await session.exec(select(CaseRow).where(col(CaseRow.case_id).in_(ids)))).all()
            within = self._policy.reconciliation.decide_within
            recorded = await record(session, findings, cases, at, within)
            await to_people(session, recorded, (), at, texts=self._texts, locales=self._policy.languages.own)
            solved = await close_cases(session, {known.id for known in recorded}, at)
            await _no_deadline(session, [one.subject for one in findings if one.kind is DifferenceKind.CASE_STOPPED])
        of = {kind: tuple(sorted(one.subject for one in findings if one.kind is kind)) for kind in DifferenceKind.of_cases()}
        return SweepReport(
            stopped=of[DifferenceKind.CASE_STOPPED],
            stuck=of[DifferenceKind.CASE_STUCK],
            unsaved=of[DifferenceKind.CASE_UNSAVED],
            solved=solved,
        )


async def compare(
    client: Client, task_queue: str, database: Database, at: datetime, beat: Callable[[], None] = lambda: None
) -> list[Finding]:
    """Every case's row with its workflow. `beat` is called before each row."""
    ours = f"{RUNNING} AND TaskQueue = '{task_queue}'"
    running = {known.id: known.start_time async for known in client.list_workflows(ours)}
    async with database.reading() as session:
        every = select(CaseRow.case_id, CaseRow.stage, CaseRow.updated_at, CaseRow.next_deadline)
        rows = (await session.exec(every)).all()
    findings = list[Finding]()
    for case_id, stage, updated_at, due in rows:
        beat()
        gone = stage != Stage.CLOSED and case_id not in running and updated_at < at - GRACE
        late = case_id in running and due is not None and due < at - GRACE
        if gone or late:
            findings += await _findings(client, case_id)
    saved = {case_id for case_id, *_ in rows}
    for case_id, started in running.items():
        if case_id not in saved and started < at - GRACE:
            findings += await _findings(client, case_id, saved=False)
    return findings


async def _findings(client: Client, case_id: str, *, saved: bool = True) -> list[Finding]:
    """What is wrong with a case's workflow, by the workflow itself: lists come a moment late."""
    found = await described(client, case_id)
    if found is None or found.status is not WorkflowExecutionStatus.RUNNING:
        words = found.status.name.lower() if found and found.status else "not_found"
        return [_finding(DifferenceKind.CASE_STOPPED, case_id, words)] if saved else []
    failed = found.raw_description.pending_workflow_task.attempt
    if failed > FAILURES:
        return [_finding(DifferenceKind.CASE_STUCK, case_id, "failing")]
    return [] if saved else [_finding(DifferenceKind.CASE_UNSAVED, case_id, "no_row")]


def _finding(kind: DifferenceKind, case_id: str, words: str) -> Finding:
    theirs: dict[str, JsonValue] = {"words": words}
    return Finding(kind=kind, order_id=None, subject=case_id, case_id=case_id, theirs=theirs)


async def _no_deadline(session: AsyncSession, stopped: list[str]) -> None:
    """Lists show no deadline that nobody keeps; the next projection, if there is one, has the true one."""
    for row in (await session.exec(select(CaseRow).where(col(CaseRow.case_id).in_(stopped)))).all():
        values = {
            "waiting_on": WaitingOn.NOBODY,
            "waiting_for": None,
            "next_deadline": None,
            "saved_at": await take_turns(session, row.case_id),
            "state": {**row.state, "wait": None},
        }
        unchanged = (col(CaseRow.case_id) == row.case_id, col(CaseRow.version) == row.version)
        await session.exec(update(CaseRow).where(*unchanged).values(**values))
