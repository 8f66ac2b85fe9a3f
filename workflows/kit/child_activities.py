"""How a child workflow reports to its case: the activity as workflows call it."""

from models.activities import TELL_CASE
from models.case.child_reports import Telling
from workflows.kit.calls import call_own


async def report(telling: Telling) -> None:
    """Signal the case. Sent again after a failure, the same report changes nothing there."""
    news = ", ".join(news.event.value for news in telling.report.news)
    await call_own(TELL_CASE, telling, news or telling.report.child.for_.value)
