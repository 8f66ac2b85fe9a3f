"""Figures (RVW-1): one row of facts for each case, without anything personal, so that it outlives what is forgotten (ARC-3).

`rules/figures/facts.py` makes a row of a case's state, `activities/figures.py` keeps it as new as the case, `adapters/database/figures.py`
reads it. Instants are UTC; amounts are minor units; times are seconds of the wall clock.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime

CHUNK = 30 * 24 * 60
"""Minutes."""


def _found_by(name: str) -> Index:
    there = text(f"{name} IS NOT NULL")
    return Index(f"ix_figures_{name}", name, "opened_at", postgresql_where=there, sqlite_where=there)


class FigureRow(SQLModel, table=True):
    """What a case counts for. Columns of the same name mean the same as in `cases`; None: not known, or not so far."""

    __tablename__: ClassVar[Any] = "figures"
    __table_args__: ClassVar[Any] = (
        Index("ix_figures_opened", "opened_at"),
        *(_found_by(name) for name in ("merchant_id", "carrier_id", "product", "agent")),
    )

    case_id: str = Field(primary_key=True)
    epoch: int
    version: int
    """`epoch` and `version`: of the case's row that this was made of."""
    claims_saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Up to when its claims were read."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_minute: int
    """`opened_at` in minutes since 1970: days, weeks and hours of any zone are worked out from it."""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_seconds: int | None = None
    """From opening to the first answer."""
    solve_seconds: int | None = None
    """From opening to the last solution; None: it is not solved, or was withdrawn."""
    over: bool
    """Closed, and goes on in no other case."""
    without_person: bool
    """Solved, and nobody of the platform or the merchant did anything about it."""
    first_contact: bool
    """Solved, and the customer did not have to speak again."""
    reopened: int
    disputed: bool
    """The customer said that the solution was none."""
    returned: bool
    """Goods were to come back."""
    missed: bool
    """A promise about time was missed (SLA-4)."""
    speed: int | None = None
    solution: int | None = None
    attitude: int | None = None
    """`speed`, `solution`, `attitude`: 1 to 5, as the customer rated (FUP-2)."""
    unhappy: bool
    """One of these is so low that a supervisor hears of it."""
    given_minor: int = Field(default=0, sa_type=BigInteger)
    """What the case gave, goods included (`figure_given` has it by remedy)."""
    currency: str
    kind: str
    channel: str
    issue: str | None = None
    priority: str | None = None
    outcome: str | None = None
    tier: str
    team: str | None = None
    agent: str | None = None
    """Who of the platform's people handles it, or answers for it."""
    merchant_id: str | None = None
    carrier_id: str | None = None
    """Of the parcel that it is about."""
    region: str | None = None
    """Where the order went."""
    product: str | None = None
    category: str | None = None
    """`product` (its sku), `category`: of the dearest order line that it is about."""
    party: str | None = None
    """Who was found responsible; an appeal may change it."""
    root_cause: str | None = None
    """The party with the row of the policy that found it (ARC-1)."""
    places: int = 0
    """Where it spent time, a bit for each `Place`."""
    times: bytes = b""
    """Where its time went (`rules/figures/times.py`): read as they are, and added up in one go."""


class FigureGivenRow(SQLModel, table=True):
    """What a case gave, by remedy and by who bears it in the end: whoever paid, less what claims brought in so far (RES-9)."""

    __tablename__: ClassVar[Any] = "figure_given"
    __table_args__: ClassVar[Any] = (Index("ix_figure_given_opened", "opened_at"),)

    case_id: str = Field(primary_key=True)
    remedy: str = Field(primary_key=True)
    bearer: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_minute: int
    """`opened_at`, `opened_minute`: of the case."""
    minor: int = Field(sa_type=BigInteger)


class FigureChunkRow(SQLModel, table=True):
    """How often the facts changed of what was opened in a stretch of time: sums of it that were kept hold as long as this stands."""

    __tablename__: ClassVar[Any] = "figure_chunks"

    chunk: int = Field(primary_key=True)
    """Its number: `opened_minute` by the minutes of a chunk (`CHUNK`)."""
    revision: int


class FigureProgressRow(SQLModel, table=True):
    """How far the tables that figures are made of were read."""

    __tablename__: ClassVar[Any] = "figure_progress"

    source: str = Field(primary_key=True)
    """cases or claims."""
    saved_at: datetime = Field(sa_type=UtcDateTime)
    """Everything written before is in the figures."""
