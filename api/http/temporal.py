"""The way to the running cases: few calls, each bounded in time, each failure a problem with what to do next (docs/architecture.md)."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import structlog
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from adapters.database.engine import Database
from adapters.database.requests import digest_of
from adapters.logs.correlation import Correlation
from adapters.starting import OWNER, REQUEST, SCAN, start_case, start_reconciliation
from adapters.telemetry import readiness
from adapters.temporal import namespace
from adapters.temporal.connection import connect
from api.http.problems import ProblemError, from_fault, not_found, problem, too_large
from models.case.action_bodies import Join
from models.case.actions import Act
from models.case.state import CaseStart
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.base import stored
from models.common.errors import Fault, RedressError
from models.common.partners import Notice
from models.common.timeline import Viewer
from models.common.vocabulary import ErrorType
from models.reconciliation.difference import PageReport
from models.reconciliation.scan import Scan, ScanReport, ScanState
from models.review.activities import ReviewStart, Written
from rules.common.requests import reused
from settings import Settings

T = TypeVar("T")

log = structlog.get_logger("api")

START_WITHIN = 5.0
ACT_WITHIN = 10.0
"""Longer than a task waits for a worker that died with its case in memory (worker.py, STICKY_FOR)."""
LOOK_WITHIN = 5.0
RETRIES = RetryConfig(initial_interval_millis=50, max_interval_millis=400, max_elapsed_time_millis=2000, max_retries=4)


class CaseEngine:
    """Starts cases and speaks to them."""

    def __init__(self, client: Client, settings: Settings, database: Database) -> None:
        self._client = client
        self._settings = settings
        self._database = database
        self._whole = False
        """Whether the namespace was found to have what cases need."""

    @classmethod
    async def connect(cls, settings: Settings, database: Database) -> "CaseEngine":
        """Lazily: the API starts, and answers from its tables, while Temporal is away."""
        client = await connect(settings, Correlation(), lazy=True, retry_config=RETRIES)
        return cls(client, settings, database)

    async def start(self, start: CaseStart) -> bool:
        """Start the case; False when it was started before. Needs no worker. Raises 503 while the namespace lacks what a case needs."""
        async with _bounded(START_WITHIN):
            await self._check_before_start()
            try:
                await start_case(self._client, self._settings.task_queue, start)
            except WorkflowAlreadyStartedError:
                return False
        return True

    async def act(self, case_id: str, name: str, act: Act[Any]) -> CaseView:
        """Run an action; the same request id gives the same answer. Raises 409 or 422 as the case's own rules say."""
        return await self.act_on(case_id, name, act, CaseView)

    async def act_on(self, workflow_id: str, name: str, act: Act[Any], answer: type[T]) -> T:
        """Run an action of a case, or of a workflow beside it.

        The update's id names what is asked for, too: Temporal answers a repetition itself, and the workflow refuses another request under
        the same key. What was done so long ago that neither knows of it is not passed on.
        """
        handle = self._client.get_workflow_handle(workflow_id)
        async with self._database.reading() as session:
            known = await digest_of(session, workflow_id, act.request_id)
        if known is not None and (fault := reused(known, act)) is not None:
            raise from_fault(fault)
        async with _bounded(ACT_WITHIN):
            if known is not None:
                return await handle.query("view", Viewer(actor=act.actor), result_type=answer)
            return await handle.execute_update(name, act, id=f"{act.request_id}.{act.digest:x}", result_type=answer)

    async def join(self, case_id: str, act: Act[Join]) -> str | None:
        """REC-5: let a second opening join the case, or the one in which that goes on. Which it joined; None: it is not there any more."""
        try:
            await self.act(case_id, "join", act)
        except ProblemError as error:
            if error.fault.merged_into is not None:
                return await self.join(error.fault.merged_into, act)
            if error.fault.type in {ErrorType.NOT_FOUND, ErrorType.NOT_ALLOWED_NOW, ErrorType.CLOSED}:
                return None
            raise
        return case_id

    async def view(self, case_id: str, actor: Actor) -> CaseView:
        """Ask the case itself."""
        handle = self._client.get_workflow_handle(case_id)
        async with _bounded(LOOK_WITHIN):
            return await handle.query("view", Viewer(actor=actor), result_type=CaseView)

    async def owner(self, case_id: str) -> str | None:
        """Whose case it is, known from the moment it was started; None when there is no such case. Needs no worker."""
        return (await self._memo(case_id)).get(OWNER)

    async def started_by(self, case_id: str) -> str | None:
        """The request that started the case."""
        return (await self._memo(case_id)).get(REQUEST)

    async def _memo(self, case_id: str) -> Mapping[str, str]:
        try:
            async with _bounded(LOOK_WITHIN):
                described = await self._client.get_workflow_handle(case_id).describe()
                return {name: str(value) for name, value in (await described.memo()).items()}
        except ProblemError as error:
            if error.fault.type is ErrorType.NOT_FOUND:
                return {}
            raise

    async def tell(self, case_id: str, notice: Notice) -> bool:
        """Pass a partner's notice on; False when no such case runs."""
        try:
            async with _bounded(START_WITHIN):
                await self._client.get_workflow_handle(case_id).signal("notice", notice)
        except ProblemError as error:
            if error.fault.type is ErrorType.NOT_FOUND:
                return False
            raise
        return True

    async def review(self, start: ReviewStart) -> Written:
        """Have a period reviewed; who asks while that is being done waits for it. Raises 504 when it takes longer."""
        async with _bounded(ACT_WITHIN):
            return await self._client.execute_workflow(
                "ReviewWorkflow",
                start,
                id=f"review-{start.since}-{start.until}",
                task_queue=self._settings.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                result_type=Written,
            )

    async def reconcile(self) -> None:
        """Have the partners' books compared with ours, unless that is being done already; it may take hours."""
        async with _bounded(START_WITHIN):
            await start_reconciliation(self._client, self._settings.task_queue)

    async def scan(self) -> Scan:
        """The last comparison that somebody asked for. Raises 404 when nobody has."""
        async with _bounded(LOOK_WITHIN):
            found = await self._client.get_workflow_handle(SCAN).describe()
            if found.status is WorkflowExecutionStatus.RUNNING:
                return Scan(state=ScanState.RUNNING, ended_at=None, report=None)
            if found.status is not WorkflowExecutionStatus.COMPLETED:
                return Scan(state=ScanState.FAILED, ended_at=found.close_time, report=None)
            this = self._client.get_workflow_handle(SCAN, run_id=found.run_id, result_type=PageReport)
            report = ScanReport.of(await this.result(follow_runs=False))
            return Scan(state=ScanState.DONE, ended_at=found.close_time, report=report)

    async def improvement_changed(self, improvement_id: str) -> None:
        """Have whoever follows it look at once; what it misses now it finds at its next look."""
        with suppress(ProblemError):
            async with _bounded(START_WITHIN):
                await self._client.get_workflow_handle(f"improvement-{improvement_id}").signal("changed")

    async def check_namespace(self) -> None:
        """Raises RedressError with what it lacks; it is looked at until it lacks nothing."""
        if not self._whole:
            await namespace.check(self._client, self._settings)
            self._whole = True

    async def _check_before_start(self) -> None:
        try:
            await self.check_namespace()
        except RedressError as error:
            log.error("temporal.unusable", detail=error.fault.detail)  # noqa: TRY400  # one sentence
            raise _unavailable() from error

    async def readiness(self) -> str:
        """`ok`, or why no case can be opened or acted on (adapters/telemetry/readiness.py)."""
        word = await readiness.temporal(self._client)
        try:
            if word == readiness.OK:
                await self.check_namespace()
        except RedressError as error:
            return error.fault.detail
        return word


@asynccontextmanager
async def _bounded(seconds: float) -> AsyncGenerator[None]:
    """Turn everything that a call may meet into a problem."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except WorkflowUpdateFailedError as error:
        raise _refused(error.cause) from error
    except WorkflowQueryFailedError as error:
        raise problem(
            ErrorType.NOT_YET, "The case cannot be read just now; try again.", "暂时无法读取工单，请重试。", retry_after=1
        ) from error
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        log.warning("temporal.no_answer", error=type(error).__name__, cause=str(error.__cause__ or ""))
        raise _not_yet() from error
    except RPCError as error:
        raise _from_rpc(error) from error
    except RuntimeError as error:  # the lazy connection's way of saying that nobody listens there
        raise _unavailable() from error


def _refused(cause: BaseException) -> ProblemError:
    """The case said no: the fault is in the error's details, its kind in the error's type."""
    if isinstance(cause, ApplicationError):
        for detail in cause.details:
            return from_fault(detail if isinstance(detail, Fault) else stored(Fault, detail))
        with suppress(ValueError):
            return from_fault(Fault(type=ErrorType(cause.type), detail=cause.message))
    return problem(ErrorType.INTERNAL, "The case could not do this.", "工单未能执行该操作。")


def _from_rpc(error: RPCError) -> ProblemError:
    if error.status is not RPCStatusCode.NOT_FOUND:
        log.warning("temporal.refused", status=error.status.name, detail=error.message)
    match error.status:
        case RPCStatusCode.NOT_FOUND:
            return not_found()
        case RPCStatusCode.RESOURCE_EXHAUSTED:
            return problem(ErrorType.BUSY, "Too much at once; try again shortly.", "请求过多，请稍后重试。", retry_after=2)
        case RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED | RPCStatusCode.FAILED_PRECONDITION:
            return _not_yet()
        case RPCStatusCode.INVALID_ARGUMENT if "size" in error.message.lower() or "large" in error.message.lower():
            return too_large()
        case RPCStatusCode.INVALID_ARGUMENT:
            return problem(
                ErrorType.INVALID, "The case engine does not take this content.", "工单引擎无法接受该内容。", field="body"
            )
        case _:
            return _unavailable()


def _not_yet() -> ProblemError:
    return problem(
        ErrorType.NOT_YET,
        "The case has not answered in time. It may still do it: a retry with the same Idempotency-Key is safe.",
        "工单未能及时答复，操作可能仍会执行；使用相同的 Idempotency-Key 重试是安全的。",
        retry_after=2,
    )


def _unavailable() -> ProblemError:
    return problem(
        ErrorType.UNAVAILABLE,
        "The case engine cannot be reached at the moment. Try again shortly; a retry with the same Idempotency-Key is safe.",
        "工单引擎暂时无法访问，请稍后重试；使用相同的 Idempotency-Key 重试是安全的。",
        retry_after=2,
    )
