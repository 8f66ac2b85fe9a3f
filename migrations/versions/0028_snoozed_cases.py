"""Cases that are put aside leave their queue."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("cases", sa.Column("snoozed_by", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "snoozed_until")
    op.drop_column("cases", "snoozed_by")
