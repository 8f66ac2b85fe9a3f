"""Addresses may have a second line, and no telephone number."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    with op.batch_alter_table("addresses") as table:
        table.add_column(sa.Column("street2", sa.String(), nullable=True))
        table.alter_column("phone", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    op.execute("UPDATE addresses SET phone = '' WHERE phone IS NULL")
    with op.batch_alter_table("addresses") as table:
        table.drop_column("street2")
        table.alter_column("phone", existing_type=sa.String(), nullable=False)
