"""A chargeback as we keep it (RES-12): what the provider last said, what we answered, what happened. The row is the truth."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import JsonValue

from models.chargebacks.partner import AnswerKind, Chargeback, ChargebackPhase, ChargebackStatus, EvidencePack
from models.common.actors import SYSTEM, Actor
from models.common.base import Frozen, Identifier, Instant, Money
from models.common.events import Event


class AnswerState(StrEnum):
    """How far our answer is."""

    PROPOSED = "proposed"
    """Above the proposer's limit: another person has to approve it (RES-4)."""
    APPROVED = "approved"
    """It is to be sent."""
    SENT = "sent"
    REFUSED = "refused"
    """The provider does not take it; people may answer again."""


class Answer(Frozen):
    """What we answer. One that is proposed, approved or sent stands; one that was refused is replaced by the next."""

    number: int
    kind: AnswerKind
    evidence: EvidencePack | None = None
    state: AnswerState
    by: Actor
    at: Instant
    approved_by: Actor | None = None
    sent_at: Instant | None = None
    refusal: str | None = None
    """The provider's words."""


class ChargebackEntry(Frozen):
    """One thing that happened to it."""

    version: int
    at: Instant
    event: Event
    by: Actor = SYSTEM
    data: dict[str, JsonValue] = {}

    @property
    def role(self) -> str:
        return self.by.role.value

    @property
    def actor_id(self) -> str:
        return self.by.id


class ChargebackRef(Frozen):
    """What a case knows of a chargeback of its order."""

    chargeback_id: Identifier
    payment_id: Identifier
    phase: ChargebackPhase
    status: ChargebackStatus
    reason: str
    amount: Money
    lost: Money | None = None
    """What stays with the customer, once it is over."""
    settles: Money | None = None
    """Of that, what no refund has given already: refunds that are still owed are settled by it."""
    answer_by: Instant | None = None
    version: int
    """Of the chargeback; what comes late changes nothing."""

    @property
    def open(self) -> bool:
        return self.status in ChargebackStatus.open_ones()


class ChargebackState(Frozen):
    """Everything that we know of one chargeback."""

    chargeback_id: Identifier
    """Ours, from provider and id."""
    provider: str
    """Whose it is: `payment`, or the name of a merchant's own provider."""
    provider_id: Identifier
    heard_at: Instant
    told: Chargeback | None = None
    """As the provider last said; None: it was not asked yet."""
    order_id: Identifier | None = None
    """None: no order of ours has this payment."""
    case_id: Identifier | None = None
    """The case that it belongs to."""
    merchant_id: Identifier | None = None
    team: Identifier | None = None
    answer: Answer | None = None
    answers: int = 0
    """How many there were: their keys count on."""
    warned: int = 0
    """How many warnings of the deadline were given."""
    missed_at: Instant | None = None
    """Nobody had answered when the provider's deadline passed."""
    twice: Money | None = None
    """Of one that was lost: what the customer has by a refund, too."""
    cases_told: int = 0
    """Up to which version the order's cases have heard of it."""
    version: int = 0
    """Counts the entries."""
    entries: tuple[ChargebackEntry, ...] = ()
    requests_seen: dict[str, int] = {}
    """Request id → digest of what was asked for: the same request again does nothing twice."""
    closed_at: Instant | None = None

    @property
    def status(self) -> ChargebackStatus | None:
        return self.told.status if self.told else None

    @property
    def open(self) -> bool:
        """While it is, no refund of its payment leaves. One that nobody was asked about yet is open."""
        return self.told is None or self.told.open

    @classmethod
    def first_heard(cls, provider: str, provider_id: str, at: datetime) -> Self:
        """Somebody says that there is one; what it is, its provider is asked. The id is the same for the same one, whoever tells of it."""
        digest = hashlib.sha256(f"{provider}\0{provider_id}".encode()).hexdigest()
        return cls(chargeback_id=f"CB-{digest[:16].upper()}", provider=provider, provider_id=provider_id, heard_at=at)

    @property
    def answer_until(self) -> Instant | None:
        """Until when evidence counts, while none has been sent; None: no answer is awaited, or by no known date."""
        told, answer = self.told, self.answer
        if told is None or told.status is not ChargebackStatus.NEEDS_RESPONSE:
            return None
        return None if answer is not None and answer.state is AnswerState.SENT else told.answer_by

    @property
    def ref(self) -> ChargebackRef | None:
        """What the order's cases hear; None: the provider was not asked yet."""
        told = self.told
        if told is None:
            return None
        lost, twice = told.lost_minor, self.twice.minor if self.twice else 0
        return ChargebackRef(
            chargeback_id=self.chargeback_id,
            payment_id=told.payment_id,
            phase=told.phase,
            status=told.status,
            reason=told.reason,
            amount=told.amount,
            lost=Money(minor=lost, currency=told.amount.currency) if lost else None,
            settles=Money(minor=lost - twice, currency=told.amount.currency) if lost > twice else None,
            answer_by=told.answer_by,
            version=self.version,
        )
