"""Cases are found by owner, channel, overdue promises, tags and words. What was said before is found once something is said again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

TEXTS = sa.JSON().with_variant(postgresql.ARRAY(sa.Text()), "postgresql")
OVERDUE, TAGGED = sa.text("overdue"), sa.text("tags IS NOT NULL")
CLOCKS = {
    "postgresql": "jsonb_array_elements(state->'clocks') AS clock WHERE clock->>'missed_at' IS NOT NULL AND clock->>'stopped_at' IS NULL",
    "sqlite": (
        "json_each(state, '$.clocks') AS clock WHERE clock.value->>'missed_at' IS NOT NULL AND clock.value->>'stopped_at' IS NULL"
    ),
}


def upgrade() -> None:
    op.add_column("cases", sa.Column("owner", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("overdue", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("tags", TEXTS, nullable=True))
    op.execute("UPDATE cases SET owner = state->'owner'->>'id' WHERE state->>'owner' IS NOT NULL")
    missed = CLOCKS[op.get_bind().dialect.name]
    op.execute(f"UPDATE cases SET overdue = true WHERE stage <> 'closed' AND EXISTS (SELECT 1 FROM {missed})")  # noqa: S608
    op.create_index("ix_cases_handler", "cases", ["handler", "stage", "next_deadline"])
    op.create_index("ix_cases_owner", "cases", ["owner", "opened_at"])
    op.create_index("ix_cases_channel", "cases", ["channel", "opened_at"])
    op.create_index("ix_cases_overdue", "cases", ["next_deadline"], postgresql_where=OVERDUE, sqlite_where=OVERDUE)
    op.create_index("ix_cases_tags", "cases", ["tags"], postgresql_using="gin", postgresql_where=TAGGED, sqlite_where=TAGGED)
    op.create_table(
        "case_words",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("terms", TEXTS, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number"),
    )
    op.create_index("ix_case_words_terms", "case_words", ["terms"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("case_words")
    for index in ("tags", "overdue", "channel", "owner", "handler"):
        op.drop_index(f"ix_cases_{index}", table_name="cases")
    for column in ("tags", "overdue", "owner"):
        op.drop_column("cases", column)
