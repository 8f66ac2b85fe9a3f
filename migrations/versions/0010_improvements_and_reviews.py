"""Tasks to make a service better (RES-3), and which decisions without a person wait for review (RES-10)."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "improvements",
        sa.Column("improvement_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=False),
        sa.Column("issue", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("improvement_id"),
    )
    op.create_index(op.f("ix_improvements_case_id"), "improvements", ["case_id"], unique=False)
    op.create_index(op.f("ix_improvements_party_id"), "improvements", ["party_id"], unique=False)
    op.create_index("ix_improvements_open", "improvements", ["state", "due"], unique=False)
    op.add_column("cases", sa.Column("review", sa.String(), nullable=True))
    op.create_index("ix_cases_review", "cases", ["review", "opened_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_cases_review", "cases")
    op.drop_column("cases", "review")
    op.drop_table("improvements")
