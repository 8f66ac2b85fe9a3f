"""Starts the case of lines that left another one (WRK-7), and gives it their place among the open ones (REC-5)."""

from sqlmodel import col, update
from temporalio import activity
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.kit.carries_out import carries_out
from adapters.database.engine import Database, insert_if_absent
from adapters.starting import start_case
from models.activities import START_SPLIT_CASE
from models.case.state import CaseStart
from models.tables.case import OpeningRow
from rules.case.wishes import usual_place


class SplittingActivities:
    """Safe to repeat: a case that was started before is the same one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @carries_out(START_SPLIT_CASE)
    async def start_split_case(self, start: CaseStart) -> None:
        """Who asks for the same of these lines again joins the new case."""
        await self._take_places(start)
        try:
            await start_case(activity.client(), activity.info().task_queue, start)
        except WorkflowAlreadyStartedError:
            activity.logger.info("split_case.is_open_already")

    async def _take_places(self, start: CaseStart) -> None:
        receipt, first = start.receipt, start.state and start.state.split_from
        if receipt.issue is None or first is None:
            return
        keys = [usual_place(receipt, line.line_id, receipt.issue) for line in receipt.lines]
        async with self._database.writing() as session:
            held = (col(OpeningRow.deduplication_key).in_(keys), col(OpeningRow.case_id) == first.case_id)
            await session.exec(update(OpeningRow).where(*held).values(case_id=receipt.case_id))
            rows = [{"deduplication_key": key, "case_id": receipt.case_id, "at": first.at} for key in keys]
            await insert_if_absent(session, OpeningRow, *rows)
