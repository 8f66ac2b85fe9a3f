"""A child workflow's report reaches its case as a signal, sent from a local activity: one history event of the child workflow instead of five."""

from temporalio import activity
from temporalio.service import RPCError, RPCStatusCode

from activities.kit.carries_out import carries_out
from models.activities import TELL_CASE
from models.case.child_reports import Telling


class ChildReportActivities:
    """The way from a child workflow to its case, through the worker's own connection."""

    @carries_out(TELL_CASE)
    async def tell_case(self, telling: Telling) -> None:
        """A case that is over is told nothing: what a child workflow still does then is the child workflow's own affair."""
        case = activity.client().get_workflow_handle(telling.case_id)
        try:
            await case.signal("report", telling.report)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            activity.logger.info("child_report.case_is_over")
