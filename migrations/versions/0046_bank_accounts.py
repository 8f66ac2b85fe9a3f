"""Bank accounts that refunds go to, and which part of a refund goes to one."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "bank_accounts",
        sa.Column("account_id", sa.String(), primary_key=True),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=True),
        sa.Column("card_number", sa.String(), nullable=True),
        sa.Column("bank", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_bank_accounts_customer_id", "bank_accounts", ["customer_id"])
    op.add_column("money", sa.Column("account_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("money", "account_id")
    op.drop_table("bank_accounts")
