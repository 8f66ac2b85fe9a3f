"""What reaches a workflow comes from our own programs: every start, signal and update carries a seal (docs/security.md).

A seal is a MAC over the workflow's id, what is asked of it, and everything that is said with it: who acts, with which role and teams, and the
request. Clients put it into Temporal's headers, workers check it. It is looked at once and never on replay, so that keys may be changed:

- an update's in its validator, which no replay runs;
- a start's when the workflow begins, not when it is replayed. One that does not fit fails the workflow *task*: nothing is lost, an operator sees it;
- a signal's when it is first handled. One that does not fit is not handled, and a marker in the history says so to every replay. What fits
  leaves no marker, so that the histories of earlier releases replay as they are.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, cast

from pydantic import BaseModel, JsonValue
from pydantic_core import to_jsonable_python
from temporalio import workflow
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
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    SignalChildWorkflowInput,
    SignalExternalWorkflowInput,
    StartChildWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.worker import Interceptor as WorkerInterceptor

from adapters.secrets import Keyring, SealKey
from models.common.errors import Fault
from models.common.vocabulary import ErrorType
from models.policy.policy import PolicySlice
from settings import Settings

HEADER = "redress-seal"
OPEN = frozenset({"ReconciliationWorkflow", "ReviewWorkflow", "SweepWorkflow"})
"""Workflows that anybody may start: they compare and count. Schedules start them, which carry no headers of ours."""
ROLLED_OUT = timedelta(minutes=2)
"""A new key is used only when every program has read it."""
POLICIES = 50
"""Whose digests are kept: a few versions, and the calendars of a few days."""
SEAL, FITS = "redress_seal", "redress_seal_fits"
_CONVERTER = default_converter().payload_converter

Headers = Mapping[str, Payload]
What = tuple[str, str, str]
"""The workflow's id, `start`, `signal` or `update`, and its name."""

Make = Callable[[What, Sequence[Any]], dict[str, str]]
Fits = Callable[[Mapping[str, str] | None, What, Sequence[Any], datetime], bool]

REFUSED = Fault(
    type=ErrorType.UNAVAILABLE,
    detail="The case takes this for no request of our own API: do API and workers read the same secrets (REDRESS_SECRETS_FILE)?",
    detail_zh="工单无法确认该请求来自本系统的 API：请检查 API 与 worker 是否使用同一密钥文件（REDRESS_SECRETS_FILE）。",
    rule="seal",
)


class Seals:
    """Makes and checks seals, with the keys in force."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, what: What, said: Sequence[Any]) -> dict[str, str]:
        """By the newest key that every program knows by now."""
        keys = self._keyring.seals
        key = next((key for key in keys if key.made_at + ROLLED_OUT <= datetime.now(UTC)), keys[-1])
        return {"key": id_of(key), "mac": _mac(key, what, said)}

    def fits(self, seal: Mapping[str, str] | None, what: What, said: Sequence[Any], at: datetime) -> bool:
        """Whether it is ours. Without a seal: whether it came before there were any (`at`: when it came)."""
        if seal is None:
            return at < self._keyring.sealed_from
        key = next((key for key in self._keyring.seals if id_of(key) == seal.get("key")), None)
        return key is not None and hmac.compare_digest(_mac(key, what, said), str(seal.get("mac")))


class Sealing(ClientInterceptor):
    """For every client that speaks to workflows."""

    def __init__(self, settings: Settings) -> None:
        self._seals = Seals(Keyring(settings))

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  # the SDK's name
        return _Client(next, self._seals)


class Sealed(WorkerInterceptor):
    """For every worker that runs workflows."""

    def __init__(self, settings: Settings) -> None:
        self._seals = Seals(Keyring(settings))

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002
        input.unsafe_extern_functions.update({SEAL: self._seals.make, FITS: self._seals.fits})  # keys stay out of the sandbox
        return _Workflow


def id_of(key: SealKey) -> str:
    """What names a key without telling it."""
    return hashlib.blake2b(key.key.encode(), digest_size=6).hexdigest()


def canonical(said: Any) -> JsonValue:  # noqa: ANN401  # whatever may be sent to a workflow
    """The same for a value that was sent and for what came of it on the other side. Defaults are left out: a later release may add a field."""
    plain: JsonValue
    match said:
        case PolicySlice():
            plain = _of_policy(said)
        case BaseModel():
            plain = _fields(said)
        case Mapping():
            entries = cast("Mapping[Any, Any]", said).items()
            plain = {str(to_jsonable_python(key)): canonical(value) for key, value in entries}
        case AbstractSet():
            plain = sorted((canonical(one) for one in cast("AbstractSet[Any]", said)), key=_text)
        case list() | tuple():
            plain = [canonical(one) for one in cast("Sequence[Any]", said)]
        case float() if said.is_integer():
            plain = int(said)  # 1 and 1.0 are one value, and not one text
        case _:
            plain = to_jsonable_python(said)
    return plain


def _fields(model: BaseModel) -> dict[str, JsonValue]:
    return {name: canonical(value) for name, value in model if not _is_default(model, name, value)}


_policies: dict[int, tuple[PolicySlice, str]] = {}


def _of_policy(policy: PolicySlice) -> str:
    """A digest of its content, made once for all cases that share it: it is as large as all the rest."""
    if id(policy) not in _policies:
        if len(_policies) >= POLICIES:
            _policies.clear()
        _policies[id(policy)] = (policy, hashlib.sha256(_text(_fields(policy)).encode()).hexdigest())
    return _policies[id(policy)][1]


def _is_default(model: BaseModel, name: str, value: object) -> bool:
    field = type(model).model_fields.get(name)
    return field is not None and value == field.get_default(call_default_factory=True)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _mac(key: SealKey, what: What, said: Sequence[Any]) -> str:
    content = _text([what, [canonical(one) for one in said]])
    return hmac.new(key.key.encode(), content.encode(), hashlib.sha256).hexdigest()


def _with(headers: Headers, seal: Mapping[str, str]) -> Headers:
    return {**headers, HEADER: _CONVERTER.to_payload(dict(seal))}


def _read(headers: Headers) -> Mapping[str, str] | None:
    return _CONVERTER.from_payload(headers[HEADER], dict[str, str]) if HEADER in headers else None


class _Client(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, seals: Seals) -> None:  # noqa: A002
        super().__init__(next)
        self._seals = seals

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        input.headers = _with(input.headers, self._seals.make((input.id, "start", input.workflow), input.args))
        return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        input.headers = _with(input.headers, self._seals.make((input.id, "signal", input.signal), input.args))
        await super().signal_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, self._seals.make((input.id, "update", input.update), input.args))
        return await super().start_workflow_update(input)


class _Workflow(WorkflowInboundInterceptor):
    _signals = 0

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002, ANN401
        info = workflow.info()
        if not workflow.unsafe.is_replaying() and info.workflow_type not in OPEN:
            what = (info.workflow_id, "start", info.workflow_type)
            if not _fits(input.headers, what, input.args, info.start_time):
                message = f"{info.workflow_type} {info.workflow_id} was not started by our own programs: terminate it (docs/security.md)"
                raise RuntimeError(message)  # of the task: it is tried again, and loses nothing
        input.headers = {}  # part of the first task's message: they would keep the whole of it in memory for as long as the case is open
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        self._signals += 1
        what = (workflow.info().workflow_id, "signal", input.signal)
        refused = workflow.unsafe.is_replaying() or not _fits(input.headers, what, input.args, workflow.now())
        if refused and workflow.patched(f"unsealed-signal-{self._signals}"):  # on replay: only if it was refused then
            workflow.logger.warning("seal.refused signal %s", input.signal)
            return
        await super().handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002
        if not _fits(input.headers, (workflow.info().workflow_id, "update", input.update), input.args, workflow.now()):
            _refuse()
        super().handle_update_validator(input)


class _Outbound(WorkflowOutboundInterceptor):
    """What workflows ask of one another."""

    async def start_child_workflow(self, input: StartChildWorkflowInput) -> workflow.ChildWorkflowHandle[Any, Any]:  # noqa: A002
        input.headers = _sealed(input.headers, (input.id, "start", input.workflow), input.args)
        return await super().start_child_workflow(input)

    async def signal_child_workflow(self, input: SignalChildWorkflowInput) -> None:  # noqa: A002
        input.headers = _sealed(input.headers, (input.child_workflow_id, "signal", input.signal), input.args)
        await super().signal_child_workflow(input)

    async def signal_external_workflow(self, input: SignalExternalWorkflowInput) -> None:  # noqa: A002
        input.headers = _sealed(input.headers, (input.workflow_id, "signal", input.signal), input.args)
        await super().signal_external_workflow(input)

    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:  # noqa: A002
        info = workflow.info()
        input.headers = _sealed(input.headers, (info.workflow_id, "start", input.workflow or info.workflow_type), input.args)
        super().continue_as_new(input)


def _sealed(headers: Headers, what: What, said: Sequence[Any]) -> Headers:
    make: Make = _extern()[SEAL]
    return _with(headers, make(what, said))


def _fits(headers: Headers, what: What, said: Sequence[Any], at: datetime) -> bool:
    fits: Fits = _extern()[FITS]
    return fits(_read(headers), what, said, at)


def _extern() -> Mapping[str, Any]:
    """What the worker gave the sandbox from outside."""
    return cast("Mapping[str, Any]", workflow.extern_functions())


def _refuse() -> NoReturn:
    raise ApplicationError(REFUSED.detail, REFUSED, type=REFUSED.type.value)
