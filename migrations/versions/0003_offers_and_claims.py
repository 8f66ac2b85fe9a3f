"""To whom a case is offered (DSP-4), and which request took a case out of a queue (DSP-2)."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("cases", sa.Column("offered_to", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("offered_team", sa.String(), nullable=True))
    op.add_column("assignments", sa.Column("claim", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("assignments", "claim")
    op.drop_column("cases", "offered_team")
    op.drop_column("cases", "offered_to")
