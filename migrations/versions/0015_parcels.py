"""Parcels of orders and replacements by their numbers: a tracking service names nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "parcels",
        sa.Column("tracking", sa.String(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tracking", "workflow_id"),
    )


def downgrade() -> None:
    op.drop_table("parcels")
