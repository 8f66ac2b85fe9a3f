"""Which release of our workers works on cases: a Worker Deployment of Temporal and its versions (docs/releases.md)."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from typing import TypedDict

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.deployment.v1 import WorkerDeploymentVersion as VersionMessage
from temporalio.api.enums.v1 import RoutingConfigUpdateState, WorkerDeploymentVersionStatus
from temporalio.api.workflow.v1 import VersioningOverride, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import Client, WorkflowHandle
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from models.common.base import Frozen, Instant
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

SEEN_WITHIN = 60.0
"""Seconds that a version's workers may take to come up after they were started."""
LOOK_EVERY = 1.0
AT_ONCE = 16
"""Workflows that are held at the same time."""
HELD = "TemporalWorkflowVersioningBehavior = 'Pinned'"
Workflow = WorkflowHandle[object, object]
NO_VERSION = "none"
"""With no name at all the SDK makes one of the code of every module that is imported, which takes half a second."""
STATUS = "WORKER_DEPLOYMENT_VERSION_STATUS_"
WHO = "redress release"


class Version(Frozen):
    """One release of the workers."""

    build_id: str
    status: str
    """`current`, `ramping`, `inactive` (never had work), `draining` (had it, and cases may still be there), `drained`."""
    percentage: float | None = None
    """Of a ramping one: the share of cases that it works on."""
    made_at: Instant
    running: int = 0
    """Workflows that it worked on last and that are still open."""
    held: int = 0
    """Of these: the ones that stay with it, whichever is current."""


class Releases(Frozen):
    """Every release that is known, the newest first."""

    versions: tuple[Version, ...] = ()
    of_no_version: int = 0
    """Open workflows that no version has worked on yet."""


class Versioning(TypedDict, total=False):
    """What a worker is told of its version: one of the two."""

    deployment_config: WorkerDeploymentConfig
    build_id: str


def deployment(settings: Settings) -> Versioning:
    """How a worker is versioned, or that it is not. Cases go on with whichever version is current, with `workflow.patched` for what differs.

    It is the worker's default, and no annotation of a workflow: an annotated one fails on a worker without a version.
    """
    name, build_id = settings.temporal_deployment_name, settings.temporal_worker_build_id
    if name is None and build_id is None:
        return {"build_id": NO_VERSION}
    if name is None or build_id is None:
        lacks = "TEMPORAL_DEPLOYMENT_NAME" if name is None else "TEMPORAL_WORKER_BUILD_ID"
        detail = f"TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID go together: {lacks} is not set."
        raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field=lacks))
    return {
        "deployment_config": WorkerDeploymentConfig(
            version=WorkerDeploymentVersion(deployment_name=name, build_id=build_id),
            use_worker_versioning=True,
            default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
        )
    }


async def releases(client: Client, name: str) -> Releases:
    """What there is of a deployment; nothing: none of its workers ever came up."""
    found = await _described(client, name)
    without = await _open(client, "TemporalWorkerDeploymentVersion IS NULL")
    if found is None:
        return Releases(of_no_version=without)
    info, routing = found.worker_deployment_info, found.worker_deployment_info.routing_config
    versions = [
        Version(
            build_id=(build_id := summary.deployment_version.build_id),
            status=WorkerDeploymentVersionStatus.Name(summary.status).removeprefix(STATUS).lower(),
            percentage=routing.ramping_version_percentage if build_id == routing.ramping_deployment_version.build_id else None,
            made_at=_instant(summary.create_time.ToJsonString()),
            running=await _open(client, of_it := f"TemporalWorkerDeploymentVersion = '{name}:{build_id}'"),
            held=await _open(client, f"{of_it} AND {HELD}"),
        )
        for summary in info.version_summaries
    ]
    return Releases(versions=tuple(sorted(versions, key=lambda one: one.made_at, reverse=True)), of_no_version=without)


async def promote(client: Client, name: str, build_id: str) -> None:
    """Have every case go on with the version, and new ones start with it. Raises RedressError when its workers do not come up."""

    async def promoting(token: bytes) -> None:
        await client.workflow_service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=client.namespace, deployment_name=name, build_id=build_id, conflict_token=token, identity=WHO
            )
        )

    await _once_up(client, name, build_id, promoting)


async def ramp(client: Client, name: str, build_id: str, percentage: float) -> None:
    """Have the version work on so many of a hundred cases, always the same ones; 0: on none.

    Raises RedressError when its workers do not come up.
    """

    async def ramping(token: bytes) -> None:
        await client.workflow_service.set_worker_deployment_ramping_version(
            SetWorkerDeploymentRampingVersionRequest(
                namespace=client.namespace,
                deployment_name=name,
                build_id=build_id if percentage else "",
                percentage=percentage,
                conflict_token=token,
                identity=WHO,
            )
        )

    await _once_up(client, name, build_id, ramping)


async def hold(client: Client, task_queue: str, build_id: str) -> list[Workflow]:
    """Have every open workflow that is with another version than this one stay there, whichever is current. Returns those that do."""
    places = asyncio.Semaphore(AT_ONCE)

    async def held(workflow: Workflow) -> Workflow | None:
        async with places:
            info = (await workflow.describe()).raw_description.workflow_execution_info.versioning_info
            version = info.deployment_version
            if info.HasField("versioning_override"):
                return workflow
            if version.build_id in {"", build_id}:
                return None
            pinned = VersioningOverride.PinnedOverride(
                behavior=VersioningOverride.PinnedOverrideBehavior.PINNED_OVERRIDE_BEHAVIOR_PINNED,
                version=VersionMessage(deployment_name=version.deployment_name, build_id=version.build_id),
            )
            await _overridden(client, workflow, VersioningOverride(pinned=pinned))
            return workflow

    every = [workflow async for workflow in running(client, task_queue)]
    return [workflow for workflow in await asyncio.gather(*map(held, every)) if workflow is not None]


async def let_go(client: Client, workflow: Workflow) -> None:
    """Have one that is held go on with whichever version is current."""
    await _overridden(client, workflow, None)


async def running(client: Client, task_queue: str, also: str = "", most: int | None = None) -> AsyncGenerator[Workflow]:
    """Open workflows, the newest first; `also`: what else must hold of them."""
    which = " AND ".join(filter(None, ("ExecutionStatus = 'Running'", f"TaskQueue = '{task_queue}'", also)))
    async for found in client.list_workflows(which, limit=most):
        yield client.get_workflow_handle(found.id)


async def _overridden(client: Client, workflow: Workflow, override: VersioningOverride | None) -> None:
    """Nothing is done to one that has ended meanwhile."""
    try:
        await client.workflow_service.update_workflow_execution_options(
            UpdateWorkflowExecutionOptionsRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow.id),
                workflow_execution_options=WorkflowExecutionOptions(versioning_override=override),
                update_mask=FieldMask(paths=["versioning_override"]),
                identity=WHO,
            )
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def _once_up(client: Client, name: str, build_id: str, change: Callable[[bytes], Awaitable[None]]) -> None:
    """Change the deployment when the server has heard from the version's workers, of every task queue."""
    until = asyncio.get_running_loop().time() + SEEN_WITHIN
    while True:
        found = await _described(client, name)
        known = found.worker_deployment_info.version_summaries if found else ()
        try:
            if found is not None and any(summary.deployment_version.build_id == build_id for summary in known):
                await change(found.conflict_token)
                break
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:  # some of its task queues are not polled yet
                raise
        if asyncio.get_running_loop().time() > until:
            raise _not_up(name, build_id)
        await asyncio.sleep(LOOK_EVERY)
    while (found := await _described(client, name)) is not None and _is_spreading(found):  # noqa: ASYNC110  # the server can only be asked
        await asyncio.sleep(LOOK_EVERY)


def _is_spreading(found: DescribeWorkerDeploymentResponse) -> bool:
    """Whether some task queue has not heard yet of the last change."""
    return (
        found.worker_deployment_info.routing_config_update_state
        == RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS
    )


def _not_up(name: str, build_id: str) -> RedressError:
    detail = f"Not all workers of {name}, version {build_id}, have come up within {SEEN_WITHIN:.0f} s: start its workers first."
    zh = f"{SEEN_WITHIN:.0f} 秒内 {name} 版本 {build_id} 的 worker 未全部上线：请先启动该版本的 worker。"
    return RedressError(Fault(type=ErrorType.UNAVAILABLE, detail=detail, detail_zh=zh, rule="releases"))


async def _described(client: Client, name: str) -> DescribeWorkerDeploymentResponse | None:
    try:
        asked = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=name)
        return await client.workflow_service.describe_worker_deployment(asked)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _open(client: Client, which: str) -> int:
    return (await client.count_workflows(f"ExecutionStatus = 'Running' AND {which}")).count


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
