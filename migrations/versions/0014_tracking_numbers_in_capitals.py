"""Tracking numbers have one form: in capitals. Blanks were never taken."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("UPDATE returns SET tracking = UPPER(tracking), sent_back_tracking = UPPER(sent_back_tracking)")


def downgrade() -> None:
    """Nothing to do: either release reads capitals."""
