"""Finding what somebody uploaded lately (INV-3): how much one may upload a day is counted from it."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("ix_uploads_by", "uploads", ["role", "uploader_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_uploads_by", table_name="uploads")
