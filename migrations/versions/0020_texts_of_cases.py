"""What a case's state holds in short only is kept whole."""

import sqlalchemy as sa
from alembic import op

from models.tables.columns import Json

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "case_texts",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("whole", Json, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "field", "number"),
    )


def downgrade() -> None:
    op.drop_table("case_texts")
