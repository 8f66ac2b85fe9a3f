"""One request id from the API through workflow and activity to the partner.

The id of the request that last touched a case travels in Temporal's headers: no history event, nothing personal. Activities bind it
to their logs, and `adapters/partners/http.py` hands it on to partners.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.client import (
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.converter import default as default_converter
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.worker import Interceptor as WorkerInterceptor

HEADER = "redress-request-id"
_CONVERTER = default_converter().payload_converter

Headers = Mapping[str, Payload]


class Correlation(ClientInterceptor, WorkerInterceptor):
    """Give it to the client of the API and to the worker."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  # the SDK's name
        return _Client(next)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Activity(next)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002
        return _Workflow


def _with(headers: Headers, request_id: str | None) -> Headers:
    return {**headers, HEADER: _CONVERTER.to_payload(request_id)} if request_id else headers


def _read(headers: Headers) -> str | None:
    return _CONVERTER.from_payload(headers[HEADER], str) if HEADER in headers else None


def _bound() -> str | None:
    return structlog.contextvars.get_contextvars().get("request_id")


class _Client(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        input.headers = _with(input.headers, _bound())
        return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        input.headers = _with(input.headers, _bound())
        await super().signal_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, _bound())
        return await super().start_workflow_update(input)


class _Workflow(WorkflowInboundInterceptor):
    """Remembers the request that last touched the case."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        self._outbound = _Outbound(outbound)
        super().init(self._outbound)

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002, ANN401
        self._touched(input.headers, "opened")
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        self._touched(input.headers, input.signal)
        await super().handle_signal(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002, ANN401
        self._touched(input.headers, input.update)
        return await super().handle_update_handler(input)

    def _touched(self, headers: Headers, by: str) -> None:
        self._outbound.request_id = _read(headers) or self._outbound.request_id
        workflow.logger.info("case.touched by %s", by, extra={"request_id": self._outbound.request_id})


class _Outbound(WorkflowOutboundInterceptor):
    request_id: str | None = None

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, self.request_id)
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, self.request_id)
        return super().start_local_activity(input)


class _Activity(ActivityInboundInterceptor):
    """Binds case, activity and request to everything that the activity logs."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        info = activity.info()
        with structlog.contextvars.bound_contextvars(
            case_id=info.workflow_id, activity=info.activity_type, attempt=info.attempt, request_id=_read(input.headers)
        ):
            result = await super().execute_activity(input)
            if not info.is_local:
                structlog.stdlib.get_logger(__name__).info("activity.done")
            return result
