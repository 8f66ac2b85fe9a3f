"""Cases whose customer waits for a person's answer (WRK-6)."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("cases", sa.Column("reply_owed_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "reply_owed_since")
