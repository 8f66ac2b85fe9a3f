"""Returns, as lists and reconciliation read them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "returns",
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("remedy_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("merchant_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("rma", sa.String(), nullable=True),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("carrier_id", sa.String(), nullable=True),
        sa.Column("tracking", sa.String(), nullable=True),
        sa.Column("sent_back_tracking", sa.String(), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspect_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id"),
    )
    op.create_index(op.f("ix_returns_case_id"), "returns", ["case_id"], unique=False)
    op.create_index("ix_returns_merchant", "returns", ["merchant_id", "opened_at"], unique=False)
    op.create_index("ix_returns_sent_back", "returns", ["sent_back_tracking"], unique=False)
    op.create_index("ix_returns_stage", "returns", ["stage", "opened_at"], unique=False)
    op.create_index("ix_returns_tracking", "returns", ["tracking"], unique=False)


def downgrade() -> None:
    op.drop_table("returns")
