"""Figures: a row of facts for each case."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

COUNTED = ("answer_seconds", "solve_seconds", "speed", "solution", "attitude")
SAID = (
    "issue",
    "priority",
    "outcome",
    "team",
    "agent",
    "merchant_id",
    "carrier_id",
    "region",
    "product",
    "category",
    "party",
    "root_cause",
)


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claims_saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_minute", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("over", "without_person", "first_contact")),
        sa.Column("reopened", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("disputed", "returned", "missed")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in COUNTED),
        sa.Column("unhappy", sa.Boolean(), nullable=False),
        sa.Column("given_minor", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("currency", "kind", "channel", "tier")),
        *(sa.Column(name, sa.String(), nullable=True) for name in SAID),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("times", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_figures_opened", "figures", ["opened_at"])
    for name in ("merchant_id", "carrier_id", "product", "agent"):
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_figures_{name}", "figures", [name, "opened_at"], postgresql_where=there, sqlite_where=there)
    op.create_table(
        "figure_given",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("case_id", "remedy", "bearer", "currency")),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_minute", sa.Integer(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_figure_given_opened", "figure_given", ["opened_at"])
    op.create_table(
        "figure_progress",
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "figure_chunks", sa.Column("chunk", sa.Integer(), primary_key=True), sa.Column("revision", sa.Integer(), nullable=False)
    )
    op.create_index("ix_claims_saved", "claims", ["saved_at", "claim_id"])
    for table in ("cases", "claims"):
        op.execute(f"UPDATE {table} SET saved_at = updated_at WHERE saved_at IS NULL")  # noqa: S608  # names of ours


def downgrade() -> None:
    op.drop_index("ix_claims_saved", "claims")
    for table in ("figure_chunks", "figure_progress", "figure_given", "figures"):
        op.drop_table(table)
