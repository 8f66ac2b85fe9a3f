"""Views and replies that people save for themselves and their teams."""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import Json

revision = "0025"
down_revision = "0024"

CONTENT = {
    "saved_views": (("filters", Json), ("sort", sa.String())),
    "saved_replies": (("words_zh", sa.String()), ("words_en", sa.String()), ("issues", Json)),
}


def upgrade() -> None:
    for table, content in CONTENT.items():
        op.create_table(
            table,
            sa.Column("id", sa.String(), nullable=False),
            sa.Column("owner", sa.String(), nullable=True),
            sa.Column("team", sa.String(), nullable=True),
            sa.Column("name", sa.String(), nullable=False),
            sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("updated_by", sa.String(), nullable=False),
            *(sa.Column(name, kind, nullable=False) for name, kind in content),
            sa.PrimaryKeyConstraint("id"),
        )
        op.create_index(f"ix_{table}_owner", table, ["owner"])
        op.create_index(f"ix_{table}_team", table, ["team"])


def downgrade() -> None:
    for table in CONTENT:
        op.drop_table(table)
