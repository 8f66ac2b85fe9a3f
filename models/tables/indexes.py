"""What lists read the table `cases` by (docs/architecture.md, Choices): every sort order has an index, and every filter that few cases fit.

PostgreSQL then either reads cases in order until a page is full, or sorts the few that fit. A carrier's cases it finds one by one, by their ids:
by hash in half of the time that it takes to compare texts. `benchmarks/lists.py` measures it.
"""

from sqlalchemy import Index, TextClause, text

OPEN = text("stage <> 'closed'")
"""As partial indexes have it: whoever looks for open cases says it in these words, or those indexes are not found."""
CLOSED = text("stage = 'closed' AND erased_at IS NULL")
"""And not forgotten yet (ARC-3)."""
ERASING = text("erasing_since IS NOT NULL AND erased_at IS NULL")
SELDOM = {
    "deadline": "next_deadline",
    "review": "review",
    "reply_owed": "reply_owed_since",
    "unreached": "unreached_since",
    "snoozed": "snoozed_by",
    "merged": "merged_into",
    "offered_to": "offered_to",
    "offered_team": "offered_team",
    "root_cause": "root_cause",
}
"""Columns that most cases have nothing in, by the names of their indexes."""
URGENCY, DUE = text("coalesce(priority, 'P2')"), text("coalesce(next_deadline, '9999-12-31 00:00:00+00'::timestamptz)")
"""What queues are sorted by (adapters/database/work.py)."""


def _where(condition: TextClause, name: str, *columns: str) -> Index:
    return Index(name, *columns, postgresql_where=condition, sqlite_where=condition)


def _tagged() -> Index:
    tagged = text("tags IS NOT NULL")
    return Index("ix_cases_tags", "tags", postgresql_using="gin", postgresql_where=tagged, sqlite_where=tagged)


OF_CASES = (
    Index("ix_cases_customer", "customer_id", "opened_at"),
    Index("ix_cases_merchant", "merchant_id", "opened_at"),
    Index("ix_cases_order", "order_id"),
    Index("ix_cases_opened", "opened_at", "case_id"),
    Index("ix_cases_updated", "updated_at", "case_id"),
    Index("ix_cases_saved", "saved_at", "case_id"),
    Index("ix_cases_priority", "priority", "case_id"),
    Index("ix_cases_amount", "amount_minor", "case_id"),
    Index("ix_cases_team", "team", "opened_at"),
    Index("ix_cases_handler", "handler", "opened_at"),
    Index("ix_cases_owner", "owner", "opened_at"),
    Index("ix_cases_issue", "issue", "opened_at"),
    Index("ix_cases_channel", "channel", "opened_at"),
    _where(OPEN, "ix_cases_open", "opened_at", "case_id", "stage", "waiting_on", "outcome", "team", "handler"),
    _where(text("waiting_on <> 'nobody'"), "ix_cases_waiting", "waiting_on", "next_deadline"),
    _where(text("overdue"), "ix_cases_overdue", "next_deadline"),
    *(_where(text(f"{column} IS NOT NULL"), f"ix_cases_{name}", column, "case_id") for name, column in SELDOM.items()),
    _tagged(),
    _where(CLOSED, "ix_cases_closed", "closed_at", "case_id"),
    _where(ERASING, "ix_cases_erasing", "erasing_since", "case_id"),
    Index("ix_cases_queue", "team", URGENCY, DUE, "case_id", postgresql_where=OPEN).ddl_if(dialect="postgresql"),
    Index("ix_cases_id", "case_id", postgresql_using="hash").ddl_if(dialect="postgresql"),
)
