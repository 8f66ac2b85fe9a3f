"""Starting a case's workflow, in one way for whoever opens a case, splits one, or goes on from a row."""

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from models.case.state import CaseStart
from models.common import generation

WORKFLOW = "CaseWorkflow"
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
