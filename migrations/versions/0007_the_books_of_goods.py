"""Which pieces of an order which case's remedy took (RES-1)."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "takings",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("remedy_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "remedy_id", "line_id"),
    )
    op.create_index(op.f("ix_takings_order_id"), "takings", ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_table("takings")
