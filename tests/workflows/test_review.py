"""RVW-3: a review on the server, and an improvement followed until it is given up."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from commands import review as command
from models.common.vocabulary import Locale
from models.review.activities import ReviewStart
from models.tables.case import MessageRow
from models.tables.improvements import ImprovementRow
from settings import Settings
from tests.support.builders.marketplace import BAD_FROM, BAD_MERCHANT, fill
from tests.support.processes.service import Service, running_service
from tests.support.processes.temporal_server import start_temporal
from tests.support.processes.waiting import eventually

WEEK = timedelta(days=7)


async def test_an_improvement_of_a_review_is_followed_until_it_is_given_up(tmp_path: Path) -> None:
    """On a server of its own: a week's review and its improvements have the same ids wherever they are."""
    temporal = await start_temporal()
    async with temporal, running_service(temporal, Settings(data_dir=tmp_path)) as service:
        await followed_until_given_up(service, temporal, tmp_path)


async def followed_until_given_up(service: Service, temporal: WorkflowEnvironment, tmp_path: Path) -> None:
    await fill(service.database, BAD_FROM - 4 * WEEK, BAD_FROM + WEEK)
    server = temporal.client.service_client.config.target_host
    settings = Settings(data_dir=tmp_path, temporal_address=server, task_queue=service.queue)
    start = ReviewStart(since=BAD_FROM, until=BAD_FROM + WEEK, by="console")
    documents, review_id = await command.reviewed(settings, start, minutes=1)
    assert [one.locale for one in documents] == [*Locale]
    assert all(BAD_MERCHANT in str(one.sections[0].table) for one in documents)
    async with service.database.reading() as session:
        rows = (await session.exec(select(ImprovementRow).where(ImprovementRow.review_id == review_id))).all()
    row = next(one for one in rows if one.party_id == BAD_MERCHANT)
    followed = service.client.get_workflow_handle(f"improvement-{row.improvement_id}")

    async def told() -> list[str]:
        asked = select(MessageRow.event).where(MessageRow.case_id == row.improvement_id)
        async with service.database.reading() as session:
            return list((await session.exec(asked)).all())

    assert await told() == ["review.improvement_opened"]
    await service.environment.fast_forward(followed, timedelta(days=16))
    await eventually(told, lambda events: events == ["review.improvement_opened", "review.improvement_due"])

    async with service.database.writing() as session:
        found = await session.get(ImprovementRow, row.improvement_id)
        assert found is not None
        found.sqlmodel_update({"state": "given_up", "reason": "the merchant has left"})
    await followed.signal("changed")
    await followed.result()
    for other in rows:
        if other != row:
            await service.client.get_workflow_handle(f"improvement-{other.improvement_id}").terminate("the test is over")
