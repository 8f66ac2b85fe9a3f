"""What is to be told of a scan as a whole belongs to no order."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    with op.batch_alter_table("differences") as table:
        table.alter_column("order_id", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM differences WHERE order_id IS NULL")
    with op.batch_alter_table("differences") as table:
        table.alter_column("order_id", existing_type=sa.String(), nullable=False)
