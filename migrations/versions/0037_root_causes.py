"""Root causes of archived cases, as people correct and merge them."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
KNOWN = sa.text("root_cause IS NOT NULL")


def upgrade() -> None:
    op.add_column("cases", sa.Column("root_cause", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("root_cause_by", sa.String(), nullable=True))
    op.create_index("ix_cases_root_cause", "cases", ["root_cause", "case_id"], postgresql_where=KNOWN, sqlite_where=KNOWN)
    op.create_table(
        "root_cause_corrections",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("root_cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_root_cause_corrections_confirmed_by", "root_cause_corrections", ["confirmed_by"])
    op.create_table(
        "root_cause_merges",
        sa.Column("root_cause", sa.String(), primary_key=True),
        sa.Column("into", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_root_cause_merges_into", "root_cause_merges", ["into"])


def downgrade() -> None:
    op.drop_table("root_cause_merges")
    op.drop_table("root_cause_corrections")
    op.drop_index("ix_cases_root_cause", "cases")
    op.drop_column("cases", "root_cause_by")
    op.drop_column("cases", "root_cause")
