"""Cases whose customer no channel reaches (NTF-4). Messages that could not be delivered before are not told of any more."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("cases", sa.Column("unreached_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE messages SET next_attempt_at = NULL WHERE state = 'undeliverable'")


def downgrade() -> None:
    op.drop_column("cases", "unreached_since")
