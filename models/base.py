"""What every value shares."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Instant = AwareDatetime
"""An aware instant; stored and compared in UTC."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}$")]
"""An id that may appear in a path, a workflow id and a search attribute: no blanks, at most 100 characters."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=8000, strip_whitespace=True)]
"""What a person said, kept as it was said (REC-2)."""


class Frozen(BaseModel):
    """A value that never changes after it was made; unknown fields are an error, so that a typing mistake is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(Frozen):
    """An amount in the currency's minor unit (fen, cents)."""

    minor: int = Field(ge=0, le=10**12, examples=[12900])
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
