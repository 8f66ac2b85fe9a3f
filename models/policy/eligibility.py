"""The policy's `eligibility`: which remedy is open to whom, until when and up to what, and who pays the freight (RES-1, RES-8)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.common.base import Bilingual, Duration, Frozen
from models.common.conditions import Condition
from models.common.vocabulary import Party, RemedyKind
from models.policy.issues import Issues

RuleId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Since(StrEnum):
    """What a time limit runs from."""

    DELIVERY = "delivery"
    ORDER = "order"


class EligibilityRow(Frozen):
    """One rule. Of the rows for a remedy the first that fits decides, and its id is named with every yes and every no."""

    id: RuleId
    remedies: tuple[RemedyKind, ...] = Field(min_length=1)
    issues: Issues = ()
    """None: every issue that has the remedy."""
    when: tuple[Condition, ...] = ()
    """Tests of facts; those of a line (`line.…`) look at the one line alone."""
    liable: bool | None = None
    """Whether somebody else than the customer was found responsible, on facts that decide or by a person."""
    allow: bool = True
    firm: bool = False
    """A refusal that nobody may go beyond, for it cannot be done; others bind agents and what resolves without a person."""
    days: int | None = Field(default=None, ge=0, le=3650)
    """For so many whole days after `since` it may be asked for, counted as `counting` says (rules/common/counting.py)."""
    within: Duration | None = None
    """Instead: so long after `since`, to the minute. Neither: no limit of time."""
    since: Since = Since.DELIVERY
    share: float = Field(default=1, gt=0, le=1)
    """At most this share of what was paid for the pieces."""
    whole_up_to: int = Field(default=0, ge=0)
    """But pieces that cost no more than this, in minor units of the policy's currency, wholly."""
    most: int | None = Field(default=None, ge=0)
    """No share of the goods, but this much in all, in minor units of the policy's currency."""
    fact: str | None = None
    """No share of the goods, but as much as this fact says, in minor units of the order's currency."""
    why: Bilingual
    """Why it is open; of a refusal, why it is not."""
    otherwise: Bilingual | None = None
    """Why it is not, once the time is over, or when the fact says that it is nothing."""

    @model_validator(mode="after")
    def _says_both(self) -> Self:
        if self.days is not None and self.within is not None:
            message = "a time limit is counted in `days` or runs `within` hours; keep one of the two"
            raise ValueError(message)
        timed = self.allow and (self.within is not None or self.days is not None)
        if self.fact is None and timed is not (self.otherwise is not None):
            message = "a row with a time limit says `otherwise` why it is refused after it; others have none"
            raise ValueError(message)
        return self


class Payer(StrEnum):
    """Who pays the freight: a party, or whoever was found liable."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"
    PLATFORM = "platform"
    LIABLE = "liable"


class FreightRow(Frozen):
    """RES-8. The first row that fits decides."""

    id: RuleId
    issues: Issues = ()
    found: tuple[Party, ...] = ()
    """Who was found responsible, on facts that decide or by a person; none: whoever, or nobody yet."""
    payer: Payer
    why: Bilingual


class Restocking(Frozen):
    """RES-13: what is kept of the refund for goods that come back only because they are not wanted, where no law forbids it."""

    share: float = Field(gt=0, le=1)
    """Of what was paid for the goods."""
    days: int = Field(ge=0, le=3650)
    """Only when the customer asks more than so many days after delivery; no less than the law of the market gives."""
    why: Bilingual
    """What the customer is told of it, beside the amount."""


class RemedyCourse(Frozen):
    """What happens when a remedy is carried out, as the customer is told (RES-2), and how long that usually takes."""

    steps: tuple[Bilingual, ...] = Field(min_length=1)
    within: Duration


class EligibilityPolicy(Frozen):
    warranty_months: dict[str, Annotated[int, Field(ge=0, le=120)]] = {}
    """By category of goods, where the order's line names no warranty."""
    counting: dict[str, str] = {}
    """The calendar that counts `days`, by the order's region (`CN`, `DE-BY`); `*` is for all others."""
    rules: tuple[EligibilityRow, ...]
    freight: tuple[FreightRow, ...]
    restocking: Restocking | None = None
    """None: nobody keeps anything."""
    courses: dict[RemedyKind, RemedyCourse]
