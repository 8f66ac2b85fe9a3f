"""Cases are forgotten: which, who asked for it, and what is held."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
CLOSED = sa.text("stage = 'closed' AND erased_at IS NULL")
ERASING = sa.text("erasing_since IS NOT NULL AND erased_at IS NULL")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("cases", sa.Column("erasing_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_cases_closed", "cases", ["closed_at", "case_id"], postgresql_where=CLOSED, sqlite_where=CLOSED)
    op.create_index("ix_cases_erasing", "cases", ["erasing_since", "case_id"], postgresql_where=ERASING, sqlite_where=ERASING)
    op.create_index("ix_parcels_workflow", "parcels", ["workflow_id"], postgresql_ops={"workflow_id": "text_pattern_ops"})
    op.create_table(
        "erasure_requests",
        sa.Column("request_id", sa.String(), primary_key=True),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approvals", JSON, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=False),
    )
    op.create_index("ix_erasure_requests_state", "erasure_requests", ["state", "requested_at", "request_id"])
    op.create_index("ix_erasure_requests_customer", "erasure_requests", ["customer_id", "state"])
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", sa.String(), primary_key=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_legal_holds_case_id", "legal_holds", ["case_id"])
    op.create_index("ix_legal_holds_customer_id", "legal_holds", ["customer_id"])


def downgrade() -> None:
    op.drop_table("legal_holds")
    op.drop_table("erasure_requests")
    op.drop_index("ix_parcels_workflow", "parcels")
    op.drop_index("ix_cases_erasing", "cases")
    op.drop_index("ix_cases_closed", "cases")
    op.drop_column("cases", "erased_at")
    op.drop_column("cases", "erasing_since")
