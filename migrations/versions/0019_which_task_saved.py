"""Which run and workflow task saved a case or a claim, and what a message is about however often it is told."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    for table in ("cases", "claims", "archives"):
        op.add_column(table, sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("events", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "runs",
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "run_id"),
    )
    op.add_column("messages", sa.Column("identity", sa.String(), nullable=True))
    op.create_index(
        "uq_messages_identity", "messages", ["case_id", "identity", "recipient_role", "recipient_id", "channel"], unique=True
    )


def downgrade() -> None:
    op.drop_index("uq_messages_identity", "messages")
    op.drop_column("messages", "identity")
    op.drop_table("runs")
    for table in ("cases", "claims", "archives"):
        op.drop_column(table, "events")
        op.drop_column(table, "epoch")
