"""Contacts are confirmed before they are written to (NTF-3). Those that are known already count as confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("phone_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE contacts SET email_confirmed_at = updated_at WHERE email IS NOT NULL")
    op.execute("UPDATE contacts SET phone_confirmed_at = updated_at WHERE phone IS NOT NULL")
    op.add_column("messages", sa.Column("address", sa.String(), nullable=True))
    op.add_column("messages", sa.Column("address_digest", sa.String(), nullable=True))
    op.create_index("ix_messages_address", "messages", ["address_digest", "created_at"])
    op.create_table(
        "contact_codes",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "channel"),
    )


def downgrade() -> None:
    op.drop_table("contact_codes")
    op.drop_index("ix_messages_address", table_name="messages")
    op.drop_column("messages", "address_digest")
    op.drop_column("messages", "address")
    op.drop_column("contacts", "phone_confirmed_at")
    op.drop_column("contacts", "email_confirmed_at")
