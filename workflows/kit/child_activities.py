"""How a child workflow tells its case: the activity by name and signature."""

from datetime import timedelta

from temporalio import workflow

from models.case.child_reports import Telling
from workflows.kit.activities import OWN, OWN_CALL


async def report(telling: Telling) -> None:
    """Signal the case. Sent again after a failure, the same report changes nothing there."""
    await workflow.execute_local_activity(
        "tell_case",
        telling,
        start_to_close_timeout=OWN_CALL,
        retry_policy=OWN,
        local_retry_threshold=timedelta(seconds=10),
        summary=", ".join(news.event.value for news in telling.report.news) or telling.report.child.for_.value,
    )
