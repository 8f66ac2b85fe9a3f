"""The sweep: rows of open cases and claims compared with the workflows that Temporal has (docs/running.md). Safe to repeat at any point."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import JsonValue
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus

from activities.broken_off import tell_of_broken_off
from activities.kit.carries_out import carries_out
from activities.reconciliation.differences import close_cases, record, to_people
from adapters.database.engine import Database, take_turns
from adapters.restart import described
from adapters.starting import CLAIM, WORKFLOW
from models.activities import SWEEP
from models.common.vocabulary import Stage, WaitingOn
from models.policy.policy import Policy
from models.reconciliation.difference import DifferenceKind, Finding
from models.sweep import SweepReport
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from rules.notifications.texts import Texts

GRACE = timedelta(minutes=5)
"""What changed later than that may be under way, and a list of Temporal's may not have it yet."""
FAILURES = 3
"""A workflow task that failed so often in a row does not get better by itself."""
RUNNING = f"WorkflowType IN ('{WORKFLOW}', '{CLAIM}') AND ExecutionStatus = 'Running'"


class SweepActivities:
    """Compares cases and claims with their workflows, and tells the supervisors."""

    def __init__(self, database: Database, texts: Texts, policy: Policy) -> None:
        self._database = database
        self._texts = texts
        self._policy = policy

    @carries_out(SWEEP)
    async def sweep(self, at: datetime) -> SweepReport:
        """Every open case and claim, and what a case began. A stopped case shows no deadline any more, for none will be kept."""
        client, task_queue = activity.client(), activity.info().task_queue
        await tell_of_broken_off(client, task_queue, self._database, at, GRACE)
        findings = await compare(client, task_queue, self._database, at, activity.heartbeat)
        return await self._told(findings, at)

    async def _told(self, findings: list[Finding], at: datetime) -> SweepReport:
        async with self._database.writing() as session:
            ids = {finding.case_id for finding in findings}
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


class Kept(NamedTuple):
    """A case or a claim as our database has it."""

    id: str
    case_id: str
    """Of a claim: the case that it came from."""
    open: bool
    updated_at: datetime
    due: datetime | None


async def compare(
    client: Client, task_queue: str, database: Database, at: datetime, beat: Callable[[], None] = lambda: None
) -> list[Finding]:
    """Every row with its workflow. `beat` is called before each row."""
    ours = f"{RUNNING} AND TaskQueue = '{task_queue}'"
    running = {known.id: known async for known in client.list_workflows(ours)}
    rows = await _kept(database)
    findings = list[Finding]()
    for row in rows:
        beat()
        gone = row.open and row.id not in running and row.updated_at < at - GRACE
        late = row.id in running and row.due is not None and row.due < at - GRACE
        if gone or late:
            findings += await _findings(client, row)
    saved = {row.id for row in rows}
    for case_id, known in running.items():
        if known.workflow_type == WORKFLOW and case_id not in saved and known.start_time < at - GRACE:
            findings += await _findings(client, Kept(case_id, case_id, True, at, None), saved=False)
    return findings


async def _kept(database: Database) -> list[Kept]:
    cases = select(CaseRow.case_id, CaseRow.stage, CaseRow.updated_at, CaseRow.next_deadline)
    claims = select(ClaimRow.claim_id, ClaimRow.case_id, ClaimRow.updated_at, ClaimRow.due).where(
        col(ClaimRow.closed_at).is_(None)
    )
    async with database.reading() as session:
        found = [Kept(case_id, case_id, stage != Stage.CLOSED, at, due) for case_id, stage, at, due in await session.exec(cases)]
        return found + [Kept(claim_id, case_id, True, at, due) for claim_id, case_id, at, due in await session.exec(claims)]


async def _findings(client: Client, row: Kept, *, saved: bool = True) -> list[Finding]:
    """What is wrong with a workflow, by the workflow itself: lists come a moment late."""
    found = await described(client, row.id)
    if found is None or found.status is not WorkflowExecutionStatus.RUNNING:
        words = found.status.name.lower() if found and found.status else "not_found"
        return [_finding(DifferenceKind.CASE_STOPPED, row, words)] if saved else []
    failed = found.raw_description.pending_workflow_task.attempt
    if failed > FAILURES:
        return [_finding(DifferenceKind.CASE_STUCK, row, "failing")]
    return [] if saved else [_finding(DifferenceKind.CASE_UNSAVED, row, "no_row")]


def _finding(kind: DifferenceKind, row: Kept, words: str) -> Finding:
    theirs: dict[str, JsonValue] = {"words": words}
    return Finding(kind=kind, order_id=None, subject=row.id, case_id=row.case_id, theirs=theirs)


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
