"""What was found against a customer is counted without reading the states of their cases."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("cases", sa.Column("against_customer", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE cases SET against_customer = true WHERE state->'finding'->>'party' = 'customer'"
        " AND coalesce(issue, '') <> 'product.no_reason_return'"
    )


def downgrade() -> None:
    op.drop_column("cases", "against_customer")
