"""What operators can filter cases by in the Temporal Web UI. Plain text: ids and codes only, nothing personal (docs/architecture.md)."""

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from models.case.state import CaseState
from models.claims.state import ClaimState
from models.common.deadline import Deadline
from models.common.vocabulary import Party, WaitingOn
from workflows.kit.patches import generation_of_this

CASE_KIND = SearchAttributeKey.for_keyword("CaseKind")
CASE_STAGE = SearchAttributeKey.for_keyword("CaseStage")
PRIORITY = SearchAttributeKey.for_keyword("Priority")
WAITING_ON = SearchAttributeKey.for_keyword("WaitingOn")
MERCHANT_ID = SearchAttributeKey.for_keyword("MerchantId")
CARRIER = SearchAttributeKey.for_keyword("Carrier")
HANDLER = SearchAttributeKey.for_keyword("Handler")
SLA_STATE = SearchAttributeKey.for_keyword("SlaState")
ISSUE_CODE = SearchAttributeKey.for_keyword("IssueCode")
NEXT_DEADLINE = SearchAttributeKey.for_datetime("NextDeadline")
AMOUNT_MINOR = SearchAttributeKey.for_int("AmountMinor")

KEYWORDS = (CASE_KIND, CASE_STAGE, PRIORITY, WAITING_ON, MERCHANT_ID, CARRIER, HANDLER, SLA_STATE, ISSUE_CODE)
ALL: tuple[SearchAttributeKey[str] | SearchAttributeKey[datetime] | SearchAttributeKey[int], ...] = (
    *KEYWORDS,
    NEXT_DEADLINE,
    AMOUNT_MINOR,
)

A_MINUTE = timedelta(minutes=1)
ROUGHLY = 2
"""The generation since which deadlines need not be told to the second."""

Shown = dict[SearchAttributeKey[Any], Any]
"""What a list shows of a workflow; None: nothing."""


def of_case(case: CaseState, waiting: Deadline | None) -> Shown:
    """`waiting`: the end of the wait that it is in."""
    amount = sum(remedy.amount.minor for remedy in case.remedies if remedy.amount)
    return {
        CASE_KIND: case.kind.value,
        CASE_STAGE: case.stage.value,
        PRIORITY: case.grade.priority.value if case.grade else None,
        WAITING_ON: (waiting.whose if waiting else WaitingOn.NOBODY).value,
        MERCHANT_ID: case.order.merchant_id if case.order else None,
        CARRIER: case.shipments[0].carrier_id if case.shipments else None,
        HANDLER: case.handler.id if case.handler else None,
        SLA_STATE: case.sla_state.value,
        ISSUE_CODE: case.issue.value if case.issue else None,
        NEXT_DEADLINE: waiting.at if waiting else None,
        AMOUNT_MINOR: amount or None,
    }


def of_claim(state: ClaimState, waiting: Deadline | None) -> Shown:
    claim = state.claim
    return {
        CASE_KIND: claim.kind.value,
        CASE_STAGE: state.status.value,
        WAITING_ON: (waiting.whose if waiting else WaitingOn.NOBODY).value,
        CARRIER if claim.kind.of is Party.CARRIER else MERCHANT_ID: claim.who,
        ISSUE_CODE: claim.issue.value if claim.issue else None,
        NEXT_DEADLINE: waiting.at if waiting else None,
        AMOUNT_MINOR: claim.amount.minor,
    }


def written(shown: Shown) -> dict[str, str | int]:
    """The same as whoever starts a workflow is told it."""
    values = {key.name: value.isoformat() if isinstance(value, datetime) else value for key, value in shown.items()}
    return {name: value for name, value in values.items() if value is not None}


def show(now: Shown) -> None:
    """Tell the server what differs from what it was told before: an event, and a row of its list, for each time."""
    before = workflow.info().typed_search_attributes
    changed: list[SearchAttributeUpdate[Any]] = [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in now.items()
        if not _same(before.get(key), value)
    ]
    if changed:
        workflow.upsert_search_attributes(changed)


def _same(before: Any, now: Any) -> bool:  # noqa: ANN401  # values of any attribute
    """A deadline that moved by moments is the same to whoever looks for it; a claim's is first told by its case."""
    if isinstance(before, datetime) and isinstance(now, datetime) and generation_of_this() >= ROUGHLY:
        return abs(before - now) < A_MINUTE
    return before == now
