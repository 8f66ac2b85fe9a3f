"""Credit notes (RES-15)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "credit_notes",
        sa.Column("note_id", sa.String(), primary_key=True),
        sa.Column("entry", sa.String(), nullable=False, unique=True),
        sa.Column("merchant_id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", JSON, nullable=False),
        sa.UniqueConstraint("merchant_id", "year", "sequence"),
    )
    op.create_index("ix_credit_notes_issued_at", "credit_notes", ["issued_at", "note_id"])
    for name in ("order_id", "case_id", "customer_id"):
        op.create_index(f"ix_credit_notes_{name}", "credit_notes", [name])
    op.create_table(
        "credit_note_numbers",
        sa.Column("merchant_id", sa.String(), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "credit_notes_due",
        sa.Column("order_id", sa.String(), primary_key=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_credit_notes_due_look_at", "credit_notes_due", ["look_at"])


def downgrade() -> None:
    op.drop_table("credit_notes_due")
    op.drop_table("credit_note_numbers")
    op.drop_table("credit_notes")
