"""What stands against forgetting a case (ARC-3), as conditions of SQL: it is not over, or a legal hold keeps it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from models.reconciliation.difference import DifferenceState
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from models.tables.erasure import LegalHoldRow
from models.tables.indexes import CLOSED
from models.tables.reconciliation import DifferenceRow


def is_over(now: datetime) -> ColumnElement[bool]:
    """It is closed and can be reopened no more, no claim of it runs, and nobody has to look into a difference of its books."""
    claims = select(ClaimRow.claim_id).where(col(ClaimRow.case_id) == col(CaseRow.case_id), col(ClaimRow.closed_at).is_(None))
    differences = select(DifferenceRow.difference_id).where(
        col(DifferenceRow.case_id) == col(CaseRow.case_id), col(DifferenceRow.state) == DifferenceState.OPEN.value
    )
    waits = and_(col(CaseRow.waiting_for).is_not(None), col(CaseRow.next_deadline) > now)
    return and_(CLOSED, ~waits, ~claims.exists(), ~differences.exists())


def is_held() -> ColumnElement[bool]:
    """By itself, or with everything of its customer."""
    of_case = col(LegalHoldRow.case_id) == col(CaseRow.case_id)
    return select(LegalHoldRow.hold_id).where(or_(of_case, holds(col(CaseRow.customer_id)))).exists()


def is_of_held(case_id: Any) -> ColumnElement[bool]:  # noqa: ANN401  # a column
    """Rows of a case that is held; from the few holds, for rows are many."""
    of_case, of_customer = col(LegalHoldRow.case_id), col(LegalHoldRow.customer_id)
    customers = select(of_customer).where(of_customer.is_not(None))
    theirs = select(CaseRow.case_id).where(col(CaseRow.customer_id).in_(customers))
    return or_(case_id.in_(select(of_case).where(of_case.is_not(None))), case_id.in_(theirs))


def holds(customer: Any) -> ColumnElement[bool]:  # noqa: ANN401  # a column
    """The legal holds on everything of a customer."""
    return col(LegalHoldRow.customer_id) == customer
