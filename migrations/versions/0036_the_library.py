"""Cases are searched by all that their readers may read of them, and teach lessons."""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import Json, Serial, TextList

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "library",
        sa.Column("document", Serial, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("readers", TextList, nullable=False),
        sa.Column("terms", TextList, nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_library_case_id", "library", ["case_id"])
    if postgresql:
        op.create_index("ix_library_terms", "library", ["terms"], postgresql_using="gin")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE library_fts USING fts5 (terms, content='', detail='none', columnsize=0, tokenize='ascii')"
        )
    op.create_table(
        "library_passages",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("readers", Json, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
    )
    op.create_table(
        "library_terms",
        sa.Column("term", sa.String(), primary_key=True),
        sa.Column("documents", sa.Integer(), nullable=False),
    )
    op.create_table(
        "library_due",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_library_due_case_id", "library_due", ["case_id"])
    op.execute("INSERT INTO library_due (case_id, at) SELECT case_id, opened_at FROM cases ORDER BY opened_at, case_id")
    op.create_table(
        "lessons",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("content", Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entry_id", sa.String(), nullable=True),
    )
    op.create_index("ix_lessons_state", "lessons", ["state", "at", "case_id"])


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TABLE library_fts")
    for table in ("lessons", "library_due", "library_terms", "library_passages", "library"):
        op.drop_table(table)
