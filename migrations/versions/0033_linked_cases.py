"""Cases that have to do with one another."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "case_links",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("other_id", sa.String(), primary_key=True),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("case_links")
