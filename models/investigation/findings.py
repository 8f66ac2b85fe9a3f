"""What was said, what is proved, who was asked, who is responsible (INV-1…5)."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue

from models.common.actors import SYSTEM, Actor, EvidenceRef
from models.common.base import Bilingual, Frozen, Identifier, Instant
from models.common.readers import PARTICIPANTS, Everybody, Reader, Readers, Someone, grounds, seen_by
from models.common.vocabulary import Party, Role, WaitingOn


class SaidElsewhere(Frozen):
    """Words that came along with a case that was merged into this one (WRK-7)."""

    case_id: Everybody[Identifier]
    private: Everybody[bool] = False
    """There they answered a request, or were an appeal."""
    asked_by: Everybody[Role | None] = None


class Saying(Frozen):
    """Words as somebody said them, with the evidence they gave."""

    at: Everybody[Instant]
    by: Everybody[Actor]
    words: Everybody[str]
    evidence: Everybody[tuple[EvidenceRef, ...]] = ()
    elsewhere: Everybody[SaidElsewhere | None] = None
    """Where it was said, when that was another case; None: here."""

    def told_by(self, by: Actor, at: Instant) -> bool:
        """Whether it is what that person said at that moment, be it whole or in short (`rules/case/texts.py`)."""
        return (self.by.role, self.by.id, self.at) == (by.role, by.id, at)


class FactType(StrEnum):
    """What a fact's value is. BY_LINE: a value for each concerned order line, by its id."""

    YES_NO = "yes_no"
    NUMBER = "number"
    TEXT = "text"
    INSTANT = "instant"
    BY_LINE = "by_line"


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    GRAMS = "grams"
    MINOR = "minor"
    """Minor units of the order's currency."""
    COUNT = "count"


PERSONAL_FACTS = frozenset({"shipment.signed_by"})
"""They name a person: not for those who see no personal data."""


def fact_grounds(name: str) -> Readers:
    """Who may read a fact's value beside those who may read all."""
    return grounds({Reader.PUBLIC: name not in PERSONAL_FACTS})


class Fact(Frozen):
    """Something proved (INV-1). Its name, type, unit and source stand in `rules/facts/registry.py`."""

    name: Everybody[str]
    value: Annotated[JsonValue, seen_by(PARTICIPANTS, Reader.PUBLIC)]
    source: Everybody[str]
    """order, shipment, payment, customer, merchant, carrier, or redress itself."""
    at: Everybody[Instant]
    """When it was written down; what grows with time is as of then."""
    as_of: Everybody[Instant | None] = None
    """When it happened, or when the source said so; None: it is not known."""

    def grounds(self, _: Someone) -> Readers:
        return fact_grounds(self.name)


def _said(question: object) -> object:
    return {"zh": question, "en": question} if isinstance(question, str) else question


class InformationRequest(Frozen):
    """INV-2. `answer` None and `silent` False: still open."""

    id: Identifier
    of: WaitingOn
    recipient: Identifier
    question: Annotated[Bilingual, BeforeValidator(_said)]
    """What a person asked stands for itself in either language."""
    asked_at: Instant
    remind_at: Instant
    due: Instant
    by: Actor = SYSTEM
    reminded: bool = False
    silent: bool = False
    withdrawn: bool = False
    answer: Saying | None = None
    admits: bool | None = None

    @property
    def open(self) -> bool:
        return self.answer is None and not self.silent and not self.withdrawn

    @property
    def told(self) -> dict[str, JsonValue]:
        """As its timeline entries tell it."""
        return {
            "request_id": self.id,
            "of": self.of.value,
            "asker": self.by.role.value,
            "question_zh": self.question.zh,
            "question_en": self.question.en,
            "due": self.due.isoformat(),
        }


class Finding(Frozen):
    """INV-4: who is responsible, on what basis. `row` names the policy's row when a rule found it."""

    party: Everybody[Party]
    confidence: Everybody[float] = Field(ge=0, le=1)
    basis: Annotated[Bilingual, seen_by(PARTICIPANTS, Reader.PUBLIC)]
    row: Everybody[str | None] = None
    by: Everybody[Actor] = SYSTEM
    at: Everybody[Instant]

    def grounds(self, _: Someone) -> Readers:
        """The basis of a row is the policy's; that of a person is their own words."""
        return grounds({Reader.PUBLIC: self.row is not None})


class Told(StrEnum):
    """What the facts say of a condition, or of a whole row. LACKING: a fact is not known that could still make it hold."""

    HOLDS = "holds"
    FAILS = "fails"
    LACKING = "lacking"


class ConditionTold(Frozen):
    """One condition of a row beside the fact that it looks at: what it wants and what is so, in words."""

    fact: str
    name: Bilingual
    wanted: Bilingual
    value: Bilingual
    told: Told


class RowTold(Frozen):
    """One row of the rule table beside the facts."""

    row: str
    party: Party
    confidence: float
    decisive: bool
    basis: Bilingual
    told: Told
    conditions: tuple[ConditionTold, ...]


class Explanation(Frozen):
    """INV-4, explained: every row for the issue, which one decided, and what an agent may take up."""

    rows: tuple[RowTold, ...]
    decided_by: str | None
    """The row whose finding stands; None: a person's, or nothing decides."""
    suggestion: str | None
    """The surest row that holds without being decisive, while nothing stands yet."""


class Missing(Frozen):
    """A fact that matters to the issue and is not known. `asked_of`: the party that can supply it, if one can."""

    fact: str
    name: Bilingual
    asked_of: WaitingOn | None
