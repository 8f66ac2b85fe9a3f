"""What people do to a case: one frozen request for each action. The action's name is its update's and its path's name.

Every request carries who acts and the request's id; both are set by the API, never by the caller's body.
"""

from enum import StrEnum
from typing import Generic, Self, TypeVar

from pydantic import Field, SerializeAsAny, model_validator

from models.base import Frozen, Identifier, Money, Words
from models.vocabulary import Issue, Kind, Party, RemedyKind, Role, WaitingOn


class Action(StrEnum):
    """Everything that a person may do. When, and who: `rules/actions.py`."""

    ADD_WORDS = "add_words"
    CORRECT_ORDER = "correct_order"
    ANSWER = "answer"
    CLASSIFY = "classify"
    TAKE = "take"
    TRANSFER = "transfer"
    ACCEPT_TRANSFER = "accept_transfer"
    DECLINE_TRANSFER = "decline_transfer"
    HELPED = "helped"
    ESCALATE = "escalate"
    REPLY = "reply"
    ASK = "ask"
    FIND = "find"
    PROPOSE = "propose"
    APPROVE = "approve"
    DECLINE = "decline"
    ACCEPT = "accept"
    REJECT = "reject"
    COUNTER = "counter"
    ARBITRATE = "arbitrate"
    RETRY_REFUND = "retry_refund"
    RECORD_REFUND = "record_refund"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    RATE = "rate"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class Actor(Frozen):
    """Who acts or looks. `id` is the customer's, merchant's or carrier's id for these roles, the person's own for the others."""

    role: Role
    id: Identifier
    teams: tuple[Identifier, ...] = ()
    """The teams of an agent; empty: every team."""


SYSTEM = Actor(role=Role.SYSTEM, id="redress")


class EvidenceRef(Frozen):
    """A piece of evidence by its content (INV-3); the bytes are in the evidence store, never in the history."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str
    size: int = Field(ge=0)
    name: str = Field(max_length=200)


class Body(Frozen):
    """What a caller sends for an action; see the subclasses."""


class AddWords(Body):
    """Say something more, with evidence if there is any."""

    words: Words
    evidence: tuple[EvidenceRef, ...] = ()


class CorrectOrder(Body):
    """Name the right order after the first one could not be found among the customer's own (REC-3)."""

    order_id: Identifier


class Answer(Body):
    """Answer a request for information (INV-2)."""

    request_id: Identifier
    words: Words
    evidence: tuple[EvidenceRef, ...] = ()
    admits: bool | None = None
    """Whether the answering party takes responsibility; None: it does not say."""


class Classify(Body):
    """Set the issue, and the kind if it should change (CLS-2, CLS-4)."""

    issue: Issue
    kind: Kind | None = None
    note: str | None = Field(default=None, max_length=1000)


class Take(Body):
    """Become the case's handler."""

    if_free: bool = False
    """Only when nobody has it: how a queue hands cases out, so that two who ask at once get different ones."""


class Transfer(Body):
    """Ask a colleague, or another team, to take the case over, and why (DSP-4). They have 30 minutes to accept."""

    to: Identifier | None = None
    """The colleague; None: whoever of `team` is free."""
    team: Identifier | None = None
    reason: Words

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.to is None and self.team is None:
            message = "name a colleague (`to`), a `team`, or both"
            raise ValueError(message)
        return self


class AcceptTransfer(Body):
    """Take over a case that was offered to you or your team (DSP-4)."""


class DeclineTransfer(Body):
    """Say no to a transfer, and why; the case stays where it is (DSP-4)."""

    reason: Words


class Helped(Body):
    """Say whether the suggested answer helped (REC-6); if not, a person takes over."""

    helped: bool


class Escalate(Body):
    """Ask for the next tier (DSP-5)."""

    reason: Words


class Reply(Body):
    """Answer the customer in words. On an inquiry this is the solution."""

    words: Words
    solves: bool = True
    """Whether it answers the inquiry, or only says that we are at it."""


class Ask(Body):
    """Request information from a party (INV-2)."""

    of: WaitingOn
    question: Words


class Find(Body):
    """Record who is responsible, where the facts do not decide (INV-4)."""

    party: Party
    basis: Words


class RemedyOffer(Frozen):
    """One part of an option (RES-3)."""

    kind: RemedyKind
    amount: Money | None = None
    """For refunds; in the order's currency, above zero."""
    words: str | None = Field(default=None, max_length=2000)
    """For an apology or explanation: what will be said."""

    @model_validator(mode="after")
    def _amount_goes_with_refunds(self) -> Self:
        needs_money = self.kind in RemedyKind.refunding()
        if needs_money and (self.amount is None or self.amount.minor == 0):
            message = f"{self.kind} needs an amount above zero"
            raise ValueError(message)
        if not needs_money and self.amount is not None:
            message = f"{self.kind} takes no amount"
            raise ValueError(message)
        if self.kind in RemedyKind.telling() and not self.words:
            message = f"{self.kind} needs words"
            raise ValueError(message)
        return self


class OptionOffer(Frozen):
    """One way out that the customer may choose; its remedies are all carried out."""

    remedies: tuple[RemedyOffer, ...] = Field(min_length=1, max_length=6)
    why: Words


class Propose(Body):
    """Offer the customer one or more options (RES-2)."""

    options: tuple[OptionOffer, ...] = Field(min_length=1, max_length=5)


class Approve(Body):
    """Let the proposal above the limit go out (RES-4)."""

    note: str | None = Field(default=None, max_length=1000)


class Decline(Body):
    """Send the proposal back to its proposer, with the reason (RES-4)."""

    reason: Words


class Accept(Body):
    """Choose an option of the standing proposal."""

    option: int = Field(default=1, ge=1, le=5)


class Reject(Body):
    """Say no to every option, and why."""

    reason: Words


class Counter(Body):
    """Say no, and what would do instead; starts the next round (RES-2)."""

    reason: Words
    amount: Money | None = None


class Arbitrate(Body):
    """The final ruling (RES-2): its remedies are carried out; none means the demand is turned down."""

    remedies: tuple[RemedyOffer, ...] = Field(default=(), max_length=6)
    reason: Words


class RetryRefund(Body):
    """Ask the provider again for a refund that failed, after its cause was mended (RES-5)."""

    remedy_id: Identifier


class RecordRefund(Body):
    """Record that a failed refund was paid another way, with its proof (RES-5)."""

    remedy_id: Identifier
    proof: Words


class Confirm(Body):
    """The customer says it is solved; may rate at the same time (FUP-2, FUP-3)."""

    rating: "Rate | None" = None


class Dispute(Body):
    """The customer says it is not solved: the case goes back to resolution."""

    reason: Words


class Rate(Body):
    """The survey (FUP-2): 1 is bad, 5 is good."""

    speed: int = Field(ge=1, le=5)
    solution: int = Field(ge=1, le=5)
    attitude: int = Field(ge=1, le=5)
    comment: str | None = Field(default=None, max_length=2000)

    @property
    def lowest(self) -> int:
        return min(self.speed, self.solution, self.attitude)


class Withdraw(Body):
    """The customer no longer wants it; possible until money moves."""

    reason: str | None = Field(default=None, max_length=1000)


class Reopen(Body):
    """The same case goes on, within 15 days (FUP-4)."""

    reason: Words


Confirm.model_rebuild()

BODIES: dict[Action, type[Body]] = {
    Action.ADD_WORDS: AddWords,
    Action.CORRECT_ORDER: CorrectOrder,
    Action.ANSWER: Answer,
    Action.CLASSIFY: Classify,
    Action.TAKE: Take,
    Action.TRANSFER: Transfer,
    Action.ACCEPT_TRANSFER: AcceptTransfer,
    Action.DECLINE_TRANSFER: DeclineTransfer,
    Action.HELPED: Helped,
    Action.ESCALATE: Escalate,
    Action.REPLY: Reply,
    Action.ASK: Ask,
    Action.FIND: Find,
    Action.PROPOSE: Propose,
    Action.APPROVE: Approve,
    Action.DECLINE: Decline,
    Action.ACCEPT: Accept,
    Action.REJECT: Reject,
    Action.COUNTER: Counter,
    Action.ARBITRATE: Arbitrate,
    Action.RETRY_REFUND: RetryRefund,
    Action.RECORD_REFUND: RecordRefund,
    Action.CONFIRM: Confirm,
    Action.DISPUTE: Dispute,
    Action.RATE: Rate,
    Action.WITHDRAW: Withdraw,
    Action.REOPEN: Reopen,
}


BodyT_co = TypeVar("BodyT_co", bound=Body, covariant=True)


class Act(Frozen, Generic[BodyT_co]):
    """An action as it reaches the workflow: who, under which request id, what."""

    actor: Actor
    request_id: str = Field(max_length=200)
    body: SerializeAsAny[BodyT_co]
