"""Chargebacks: what the customers' banks take back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "chargebacks",
        sa.Column("chargeback_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("merchant_id", sa.String(), nullable=True),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("state", json, nullable=False),
        sa.PrimaryKeyConstraint("chargeback_id"),
    )
    op.create_index("ix_chargebacks_look_at", "chargebacks", ["look_at"], unique=False)
    op.create_index("ix_chargebacks_due", "chargebacks", ["due", "chargeback_id"], unique=False)
    op.create_index("ix_chargebacks_heard_at", "chargebacks", ["heard_at", "chargeback_id"], unique=False)
    for column in ("order_id", "case_id", "merchant_id"):
        op.create_index(op.f(f"ix_chargebacks_{column}"), "chargebacks", [column], unique=False)


def downgrade() -> None:
    op.drop_table("chargebacks")
