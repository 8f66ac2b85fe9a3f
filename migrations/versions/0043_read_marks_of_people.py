"""What a team is told is read by each of its people for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "message_reads",
        sa.Column("message_id", sa.BigInteger(), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("reader", sa.String(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO message_reads (message_id, reader, at)"
        " SELECT id, '*', read_at FROM messages WHERE read_at IS NOT NULL AND recipient_id LIKE 'team:%'"
    )


def downgrade() -> None:
    op.drop_table("message_reads")
