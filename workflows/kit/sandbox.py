"""The workflow sandbox, kept on, with the pure modules passed through: an open case then costs a tenth of the memory (docs/architecture.md)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import SerializationContext, StorageDriverStoreContext, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

PASSED_THROUGH = ("pydantic", "pydantic_core", "annotated_types", "models", "rules", "workflows", "zoneinfo", "tzdata")
NOWHERE = StorageDriverStoreContext(target=None)


class Runner(SandboxedWorkflowRunner):
    """The SDK's sandbox, for a data converter that treats every payload of a workflow alike.

    For a converter that does not, the SDK asks the workflow what each payload belongs to, several times on its way in and out. Each time it
    enters the sandbox, which compiles a piece of code, and makes a converter anew. What a workflow says to others is of its own case.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        own = WorkflowSerializationContext(namespace=det.info.namespace, workflow_id=det.info.workflow_id)
        return _Instance(super().create_instance(detached(det)), own)


def detached(det: WorkflowInstanceDetails) -> WorkflowInstanceDetails:
    """With copies of what is part of the first task's message. A part keeps the whole of it in memory, and with it the start's input."""
    info = replace(det.info, headers=_copied(det.info.headers), raw_memo=_copied(det.info.raw_memo))
    last = Payloads()
    last.CopyFrom(det.last_completion_result)
    return replace(det, info=info, last_completion_result=last)


def _copied(payloads: Mapping[str, Payload]) -> dict[str, Payload]:
    return {name: Payload(metadata=dict(payload.metadata), data=payload.data) for name, payload in payloads.items()}


class _Instance(WorkflowInstance):
    """A workflow in the sandbox whose payloads belong to it, and to nothing of it in particular."""

    def __init__(self, sandboxed: WorkflowInstance, own: SerializationContext) -> None:
        self._sandboxed = sandboxed
        self._own = own

    def activate(self, act: Any) -> Any:  # noqa: ANN401  # messages of the SDK's core
        return self._sandboxed.activate(act)

    def get_serialization_context(self, command_info: object) -> SerializationContext | None:  # as the SDK has it
        return self._own

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:  # as the SDK has it
        return NOWHERE

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()


RUNNER = Runner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
