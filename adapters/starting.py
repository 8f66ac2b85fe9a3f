"""Starting workflows in one way, whoever asks: a case's, a claim's, a scan of the partners' books."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from adapters.temporal.namespace import SEARCH_ATTRIBUTES
from models.case.state import CaseStart
from models.claims.state import ClaimStart
from models.common import generation
from models.reconciliation.difference import PageReport, ReconcileStart

WORKFLOW, CLAIM = "CaseWorkflow", "ClaimWorkflow"
SCAN = "reconciliation-now"
"""The scan that somebody asked for, beside those of the schedule."""
OWNER = "customer_id"
"""The memo that says whose case it is before its row is there."""
REQUEST = "request"
"""The memo that says by which request it was opened."""


async def start_case(
    client: Client,
    task_queue: str,
    start: CaseStart,
    reuse: WorkflowIDReusePolicy = WorkflowIDReusePolicy.REJECT_DUPLICATE,
) -> WorkflowHandle[object, str]:
    """Raises WorkflowAlreadyStartedError while it runs and, unless `reuse` allows for it, when it ever ran."""
    receipt = start.receipt
    return await client.start_workflow(
        WORKFLOW,
        start,
        id=receipt.case_id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        id_reuse_policy=reuse,
        memo={OWNER: receipt.customer_id, REQUEST: receipt.request_id, generation.MEMO: generation.GENERATION},
        static_summary=" · ".join(str(part) for part in (receipt.kind, receipt.order_id, receipt.issue) if part),
    )


async def start_claim(client: Client, task_queue: str, start: ClaimStart, summary: str, reuse: WorkflowIDReusePolicy) -> None:
    """Raises WorkflowAlreadyStartedError while it runs and, unless `reuse` allows for it, when it ever ran."""
    claim = start.state.claim
    await client.start_workflow(
        CLAIM,
        start,
        id=claim.claim_id,
        task_queue=task_queue,
        id_reuse_policy=reuse,
        memo={generation.MEMO: generation.GENERATION},
        search_attributes=_typed(start.shown),
        static_summary=summary,
        static_details=f"Of the case [{claim.case_id}], order {claim.order_id}.",
    )


def _typed(shown: Mapping[str, str | int]) -> TypedSearchAttributes:
    """As `ClaimStart.shown` has them."""
    pairs: list[SearchAttributePair[Any]] = []
    for name, value in shown.items():
        match SEARCH_ATTRIBUTES[name]:
            case "Datetime":
                pairs.append(SearchAttributePair(SearchAttributeKey.for_datetime(name), datetime.fromisoformat(str(value))))
            case "Int":
                pairs.append(SearchAttributePair(SearchAttributeKey.for_int(name), int(value)))
            case _:
                pairs.append(SearchAttributePair(SearchAttributeKey.for_keyword(name), str(value)))
    return TypedSearchAttributes(pairs)


async def start_reconciliation(client: Client, task_queue: str) -> WorkflowHandle[object, PageReport]:
    """One scan; whoever asks while one runs has that."""
    return await client.start_workflow(
        "ReconciliationWorkflow",
        ReconcileStart(),
        id=SCAN,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        result_type=PageReport,
    )
