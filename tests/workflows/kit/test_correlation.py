"""A line in a worker's log names the request that caused it, and the case."""

import structlog
from structlog.testing import capture_logs

from adapters.logs.correlation import Correlation
from adapters.payloads.converter import PLAIN
from models.common.vocabulary import Issue, WaitFor
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Service


async def test_an_activity_logs_the_request_that_opened_its_case(service: Service) -> None:
    service.world.add(order(), parcel())
    service.client = await service.environment.connect_client(
        data_converter=PLAIN, interceptors=[Correlation(), *service.client.config()["interceptors"]]
    )
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        with structlog.contextvars.bound_contextvars(request_id="req-4711"):
            case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
        await case.waits_for(WaitFor.PLAN)
    (line,) = [line for line in logs if line["event"] == "activity.done"]
    assert (line["activity"], line["request_id"], line["case_id"]) == ("look_up", "req-4711", case.handle.id)
