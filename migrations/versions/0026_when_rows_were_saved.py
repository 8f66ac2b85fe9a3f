"""When the row of a case or claim was written: lists show again what was saved while somebody pages."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    for table in ("cases", "claims"):
        op.add_column(table, sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_cases_saved", "cases", ["saved_at", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_cases_saved", "cases")
    for table in ("cases", "claims"):
        op.drop_column(table, "saved_at")
