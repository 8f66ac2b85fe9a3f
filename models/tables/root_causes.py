"""What people say about root causes of cases (docs/responsibility.md): written by the API; the cause itself stands in `cases`."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class RootCauseCorrectionRow(SQLModel, table=True):
    """The newest correction of a case: proposed, until a supervisor agrees."""

    __tablename__: ClassVar[Any] = "root_cause_corrections"

    case_id: str = Field(primary_key=True)
    root_cause: str
    reason: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    confirmed_by: str | None = Field(default=None, index=True)
    """None: it is proposed."""
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RootCauseMergeRow(SQLModel, table=True):
    """A cause that counts as another one from now on: cases keep the name that they have, readers read the other."""

    __tablename__: ClassVar[Any] = "root_cause_merges"

    root_cause: str = Field(primary_key=True)
    into: str = Field(index=True)
    """Never one that was merged itself."""
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
