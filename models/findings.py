"""What was said, what is proved, who was asked, who is responsible (INV-1…5)."""

from pydantic import Field, JsonValue

from models.base import Bilingual, Frozen, Identifier, Instant
from models.people import SYSTEM, Actor, EvidenceRef
from models.vocabulary import Party, WaitingOn


class Saying(Frozen):
    """Words as somebody said them, with the evidence they gave."""

    at: Instant
    by: Actor
    words: str
    evidence: tuple[EvidenceRef, ...] = ()


class Fact(Frozen):
    """Something proved (INV-1). `source`: order, shipment, payment, customer, merchant, carrier."""

    name: str
    value: JsonValue
    source: str
    at: Instant


class InformationRequest(Frozen):
    """INV-2. `answer` None and `silent` False: still open."""

    id: Identifier
    of: WaitingOn
    recipient: Identifier
    question: str
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


class Finding(Frozen):
    """INV-4: who is responsible, on what basis. `row` names the policy's row when a rule found it."""

    party: Party
    confidence: float = Field(ge=0, le=1)
    basis: Bilingual
    row: str | None = None
    by: Actor = SYSTEM
    at: Instant
