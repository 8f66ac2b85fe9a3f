"""The ledger of an order's money, and where a refund's part goes when its first way is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("remedy_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry", "account"),
    )
    op.create_index(op.f("ix_ledger_case_id"), "ledger", ["case_id"], unique=False)
    op.create_index("ix_ledger_order", "ledger", ["order_id", "at"], unique=False)
    op.add_column("money", sa.Column("to", sa.String(), nullable=False, server_default="original"))
    op.add_column("money", sa.Column("refusal_code", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("money", "refusal_code")
    op.drop_column("money", "to")
    op.drop_table("ledger")
