"""Cases that go on in another one say in which."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    op.add_column("cases", sa.Column("merged_into", sa.String(), nullable=True))
    op.create_index("ix_cases_merged", "cases", ["merged_into", "case_id"], postgresql_where=MERGED, sqlite_where=MERGED)


def downgrade() -> None:
    op.drop_index("ix_cases_merged", "cases")
    op.drop_column("cases", "merged_into")
