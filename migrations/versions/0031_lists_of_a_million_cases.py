"""Lists stay quick with a million cases: an index for each order, and for what few cases fit."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

FORMER = {
    "stage": ("stage", "opened_at"),
    "review": ("review", "opened_at"),
    "deadline": ("next_deadline", "case_id"),
    "team": ("team", "stage", "next_deadline"),
    "handler": ("handler", "stage", "next_deadline"),
}
WHOLE = {
    "priority": ("priority", "case_id"),
    "amount": ("amount_minor", "case_id"),
    "team": ("team", "opened_at"),
    "handler": ("handler", "opened_at"),
    "issue": ("issue", "opened_at"),
}
SELDOM = {
    "deadline": "next_deadline",
    "review": "review",
    "reply_owed": "reply_owed_since",
    "unreached": "unreached_since",
    "snoozed": "snoozed_by",
    "offered_to": "offered_to",
    "offered_team": "offered_team",
}
PARTIAL = {
    "open": (("opened_at", "case_id", "stage", "waiting_on", "outcome", "team", "handler"), "stage <> 'closed'"),
    "waiting": (("waiting_on", "next_deadline"), "waiting_on <> 'nobody'"),
    **{name: ((column, "case_id"), f"{column} IS NOT NULL") for name, column in SELDOM.items()},
}
QUEUE = ("coalesce(priority, 'P2')", "coalesce(next_deadline, '9999-12-31 00:00:00+00'::timestamptz)")
OF_OTHERS = {
    ("claims", "ix_claims_amount"): ("claimed_minor", "claim_id"),
    ("returns", "ix_returns_opened"): ("opened_at", "workflow_id"),
}
RELATED = ("outcome", "waiting_on")
"""What hangs together with the stage: PostgreSQL is to know that hardly an open case has an outcome, and that nobody has to move a closed one."""
SUMMED = ["claimed_minor", "accepted_minor", "recovered_minor", "written_off_minor", "party", "who", "team", "due"]


def upgrade() -> None:
    for name in FORMER:
        op.drop_index(f"ix_cases_{name}", "cases")
    for name, columns in WHOLE.items():
        op.create_index(f"ix_cases_{name}", "cases", [*columns])
    for name, (columns, condition) in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(f"ix_cases_{name}", "cases", [*columns], postgresql_where=where, sqlite_where=where)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "ix_cases_queue", "cases", ["team", *map(sa.text, QUEUE), "case_id"], postgresql_where=sa.text("stage <> 'closed'")
        )
        op.create_index("ix_cases_id", "cases", ["case_id"], postgresql_using="hash")
        for other in RELATED:
            op.execute(f"CREATE STATISTICS cases_stage_{other} (mcv) ON stage, {other} FROM cases")
        op.execute("ANALYZE cases")
    for (table, name), columns in OF_OTHERS.items():
        op.create_index(name, table, [*columns])
    op.create_index("ix_claims_totals", "claims", ["kind", "status", "currency"], postgresql_include=SUMMED)


def downgrade() -> None:
    for table, name in (*OF_OTHERS, ("claims", "ix_claims_totals")):
        op.drop_index(name, table)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("queue", "id"):
            op.drop_index(f"ix_cases_{name}", "cases")
        for other in RELATED:
            op.execute(f"DROP STATISTICS cases_stage_{other}")
    for name in (*WHOLE, *PARTIAL):
        op.drop_index(f"ix_cases_{name}", "cases")
    for name, columns in FORMER.items():
        op.create_index(f"ix_cases_{name}", "cases", [*columns])
