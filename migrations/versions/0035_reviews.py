"""Reviews, and the improvements that they open."""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import Json

revision = "0035"
down_revision = "0034"

ADDED = ("reason", "review_id", "cause", "reminders", "reminded_at", "effect")


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(), primary_key=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", Json, nullable=False),
    )
    op.create_index("ix_reviews_until", "reviews", ["until"])
    with op.batch_alter_table("improvements") as table:
        table.alter_column("case_id", existing_type=sa.String(), nullable=True)
        table.add_column(sa.Column("reason", sa.String(), nullable=True))
        table.add_column(sa.Column("review_id", sa.String(), nullable=True))
        table.add_column(sa.Column("cause", Json, nullable=True))
        table.add_column(sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("effect", Json, nullable=True))
        table.create_index("ix_improvements_review_id", ["review_id"])


def downgrade() -> None:
    op.execute("DELETE FROM improvements WHERE case_id IS NULL")
    with op.batch_alter_table("improvements") as table:
        table.drop_index("ix_improvements_review_id")
        for name in ADDED:
            table.drop_column(name)
        table.alter_column("case_id", existing_type=sa.String(), nullable=False)
    op.drop_table("reviews")
