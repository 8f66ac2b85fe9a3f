"""Who read what of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "case_reads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("uq_case_reads_once", "case_reads", ["case_id", "reader", "kind", "what", "hour"], unique=True)
    op.create_index("ix_case_reads_case", "case_reads", ["case_id", "at", "id"])
    op.create_index("ix_case_reads_at", "case_reads", ["at"])


def downgrade() -> None:
    op.drop_table("case_reads")
