"""Differences that a person decides on: until when, and what was decided."""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("differences", sa.Column("due", UtcDateTime(), nullable=True))
    op.add_column("differences", sa.Column("decision", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("differences", "decision")
    op.drop_column("differences", "due")
