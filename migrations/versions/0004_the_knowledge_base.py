"""The knowledge base: answers, the words to find them by, and which case was shown which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "knowledge",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("body_zh", sa.String(), nullable=False),
        sa.Column("body_en", sa.String(), nullable=False),
        sa.Column("issues", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("keywords", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("not_helped", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_table(
        "knowledge_terms",
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("term", "entry_id"),
    )
    op.create_index(op.f("ix_knowledge_terms_entry_id"), "knowledge_terms", ["entry_id"], unique=False)
    op.create_table(
        "knowledge_shown",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "entry_id"),
    )
    op.create_index(op.f("ix_knowledge_shown_entry_id"), "knowledge_shown", ["entry_id"], unique=False)


def downgrade() -> None:
    op.drop_table("knowledge_shown")
    op.drop_table("knowledge_terms")
    op.drop_table("knowledge")
