"""What cases need of the namespace that they live in: that it is there, keeps closed cases, and knows their search attributes."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.trouble import unusable
from models.common.base import Frozen
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

SEARCH_ATTRIBUTES = {
    "CaseKind": "Keyword",
    "CaseStage": "Keyword",
    "Priority": "Keyword",
    "WaitingOn": "Keyword",
    "MerchantId": "Keyword",
    "Carrier": "Keyword",
    "Handler": "Keyword",
    "SlaState": "Keyword",
    "IssueCode": "Keyword",
    "NextDeadline": "Datetime",
    "AmountMinor": "Int",
}
"""Name and type of each that `workflows/kit/search_attributes.py` tells."""
RETENTION = timedelta(days=30)
"""How long a new namespace shows closed cases."""
KNOWN_WITHIN = 60.0
"""Seconds until every part of a server knows a namespace that was made a moment ago."""


class SetUp(Frozen):
    """What was done to a namespace; nothing of it: it was complete."""

    made: bool = False
    retention: timedelta | None = None
    """The new one, when it was changed."""
    attributes: tuple[str, ...] = ()


async def check(client: Client, settings: Settings) -> None:
    """Raise RedressError (UNAVAILABLE) with what is missing: a case would stand still at its first search attribute."""
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
        known = await _known(client)
    except (RPCError, RuntimeError) as error:
        raise RedressError(unusable(error, settings)) from error
    lacking = _lacking(known)
    if not lacking:
        return
    names = ", ".join(f"{name} ({type_})" for name, type_ in lacking.items())
    mend = f"redress temporal setup; Temporal Cloud: {_in_cloud(client.namespace, lacking)}"
    raise RedressError(
        Fault(
            type=ErrorType.UNAVAILABLE,
            detail=f"Namespace {client.namespace} at {settings.temporal} lacks search attributes: {names}. Make them: {mend}",
            detail_zh=f"{settings.temporal} 的命名空间 {client.namespace} 缺少搜索属性：{names}。请创建：{mend}",
        )
    )


async def set_up(client: Client, settings: Settings, retention: timedelta | None = None) -> SetUp:
    """Make what is missing; again changes nothing. `retention`: none: that of a new namespace, and what an existing one has.

    Raises RedressError (UNAVAILABLE), also where only somebody else may do it, as on Temporal Cloud.
    """
    try:
        made = await _made(client, retention or RETENTION)
        changed = retention if not made and await _kept(client, retention) else None
        added = await _added(client)
    except (RPCError, RuntimeError, TimeoutError) as error:
        raise RedressError(unusable(error, settings)) from error
    return SetUp(made=made, retention=changed, attributes=added)


async def _made(client: Client, retention: timedelta) -> bool:
    """Whether it had to be made."""
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        asked = RegisterNamespaceRequest(
            namespace=client.namespace, workflow_execution_retention_period=_duration(retention), description="Redress"
        )
        await client.workflow_service.register_namespace(asked)
        return True
    return False


async def _kept(client: Client, retention: timedelta | None) -> bool:
    """Whether its retention had to be changed."""
    if retention is None:
        return False
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    if found.config.workflow_execution_retention_ttl.ToTimedelta() == retention:
        return False
    config = NamespaceConfig(workflow_execution_retention_ttl=_duration(retention))
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))
    return True


async def _added(client: Client) -> tuple[str, ...]:
    """The search attributes that had to be added. Each part of the server hears of a new namespace a moment later."""
    async with asyncio.timeout(KNOWN_WITHIN):
        while True:
            try:
                lacking = _lacking(await _known(client))
                if lacking:
                    types = {
                        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{type_.upper()}") for name, type_ in lacking.items()
                    }
                    asked = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
                    await client.operator_service.add_search_attributes(asked)
                return tuple(lacking)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            await asyncio.sleep(1)


async def _known(client: Client) -> Mapping[str, int]:
    asked = ListSearchAttributesRequest(namespace=client.namespace)
    return (await client.operator_service.list_search_attributes(asked)).custom_attributes


def _lacking(known: Mapping[str, int]) -> dict[str, str]:
    return {
        name: type_
        for name, type_ in SEARCH_ATTRIBUTES.items()
        if known.get(name) != IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{type_.upper()}")
    }


def _in_cloud(namespace: str, lacking: Mapping[str, str]) -> str:
    flags = " ".join(f'--sa "{name}={type_}"' for name, type_ in lacking.items())
    return f"tcld namespace search-attributes add --namespace {namespace} {flags}"


def _duration(span: timedelta) -> Duration:
    duration = Duration()
    duration.FromTimedelta(span)
    return duration
