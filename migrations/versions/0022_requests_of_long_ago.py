"""Requests that a workflow no longer carries are known for good: the same one again does nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "request_id"),
    )


def downgrade() -> None:
    op.drop_table("requests")
