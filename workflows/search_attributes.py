"""What operators can filter cases by in the Temporal Web UI. Plain text: ids and codes only, nothing personal (docs/architecture.md)."""

from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from models.case import CaseState
from models.vocabulary import WaitingOn

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


def changes(case: CaseState, known: dict[str, object]) -> list[SearchAttributeUpdate[Any]]:
    """What has to be told to the server; `known` is what it was told before, and is brought up to date."""
    words = {
        CASE_KIND: case.kind.value,
        CASE_STAGE: case.stage.value,
        PRIORITY: case.grade.priority.value if case.grade else None,
        WAITING_ON: (case.wait.on if case.wait else WaitingOn.NOBODY).value,
        MERCHANT_ID: case.order.merchant_id if case.order else None,
        CARRIER: case.shipments[0].carrier_id if case.shipments else None,
        HANDLER: case.handler.id if case.handler else None,
        SLA_STATE: case.sla_state.value,
        ISSUE_CODE: case.issue.value if case.issue else None,
    }
    amount = sum(remedy.amount.minor for remedy in case.remedies if remedy.amount)
    now: list[tuple[str, object, SearchAttributeUpdate[Any]]] = [
        (key.name, value, key.value_set(value)) for key, value in words.items() if value is not None
    ]
    if case.wait is not None:
        now.append((NEXT_DEADLINE.name, case.wait.until, NEXT_DEADLINE.value_set(case.wait.until)))
    if amount:
        now.append((AMOUNT_MINOR.name, amount, AMOUNT_MINOR.value_set(amount)))
    changed = [(name, value, update) for name, value, update in now if known.get(name) != value]
    known.update({name: value for name, value, _ in changed})
    return [update for _, _, update in changed]
