"""The API's way to the cases while the Temporal server lacks what they need."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.database.engine import Database
from adapters.temporal import namespace
from api.http.problems import ProblemError
from api.http.temporal import CaseEngine
from models.case.state import CaseStart
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from rules.policy.load import load_policy, slice_policy
from settings import Settings
from tests.support.builders.cases import receipt
from tests.support.processes.databases import make_tables


@pytest.fixture
async def engine(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[CaseEngine]:
    settings = Settings(
        data_dir=tmp_path, temporal_address=temporal.client.service_client.config.target_host, task_queue="nobody"
    )
    make_tables(settings)
    database = Database(settings)
    yield await CaseEngine.connect(settings, database)
    await database.aclose()


async def test_no_case_is_opened_before_its_search_attributes_are_there(
    engine: CaseEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = CaseStart(receipt=receipt("RD-TEMPORAL0001"), policy=slice_policy(load_policy(Settings().policy), datetime.now(UTC)))
    with monkeypatch.context() as lacking:
        lacking.setitem(namespace.SEARCH_ATTRIBUTES, "CaseColour", "Keyword")
        with pytest.raises(ProblemError) as refused:
            await engine.start(start)
        assert (refused.value.fault.type, refused.value.retry_after) == (ErrorType.UNAVAILABLE, 2)
        with pytest.raises(RedressError, match="lacks search attributes: CaseColour"):
            await engine.check_namespace()
    assert await engine.start(start)
    assert not await engine.start(start)
