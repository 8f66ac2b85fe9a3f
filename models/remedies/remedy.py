"""What was proposed, and what is being carried out (RES-2…7)."""

from enum import StrEnum
from typing import Annotated

from models.common.actors import Actor
from models.common.base import Frozen, Identifier, Instant, Money, Wired, wire_name
from models.common.lines import LineQuantity, NewItem
from models.common.partners import RefundTo, RefusalCode
from models.common.vocabulary import Acceptance, Party, Reception, RefundStatus, RemedyKind, WaitFor, WaitingOn
from models.remedies.offers import Option
from models.remedies.order_change import OrderChange, OrderingState
from models.replacements.state import ReplacementState
from models.returns.state import ReturnState

OWED = 0
"""The settlement of what is owed for itself: it stands whatever becomes of the others."""


class Voided(StrEnum):
    """What takes a proposal off the table before the customer chose."""

    RECLASSIFIED = "reclassified"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    MERGED = "merged"
    SPLIT = "split"


class Silence(StrEnum):
    """What a customer's silence on a proposal means; the proposal says so (RES-2)."""

    CLOSE = "close"
    """Closed as not pursued, may be reopened."""
    FIRST_OPTION = "first_option"
    """The first option is carried out."""


class Proposal(Frozen):
    """RES-2: one round's offer. Exactly one of `accepted`, `refused`, `declined`, `lapsed` ends it."""

    id: Identifier
    round: int
    by: Actor
    at: Instant
    options: tuple[Option, ...]
    amount: Money
    """The dearest option; what the approval limit looks at."""
    if_silent: Silence = Silence.CLOSE
    until: Instant | None = None
    """When the options expire; None: it has not been put before the customer."""
    needs_approval: bool = False
    """RES-4: above the proposer's limit; until another person approves, the customer does not see it."""
    approved_by: Actor | None = None
    declined: str | None = None
    accepted: int | None = None
    refused: str | None = None
    counter_amount: Money | None = None
    counter_remedy: RemedyKind | None = None
    lapsed: bool = False
    voided: Voided | None = None
    """Why it lapsed, when it was not for the customer's silence."""

    @property
    def version(self) -> int:
        """Grows when it was approved."""
        return 1 if self.approved_by is None else 2

    @property
    def standing(self) -> bool:
        """Whether it is still on the table."""
        return self.accepted is None and self.refused is None and self.declined is None and not self.lapsed

    @property
    def was_round(self) -> bool:
        """It was before the customer and is over: refused, lapsed, or agreed to, whatever became of it."""
        return not self.standing and self.declined is None and not self.needs_approval


class RefundPart(Wired):
    """The share of a refund that goes back to one payment (RES-5)."""

    key: Identifier
    payment_id: Identifier
    method: str | None = None
    """By which that payment was made, by its name."""
    amount: Money
    to: RefundTo = RefundTo.ORIGINAL
    account_id: Identifier | None = None
    """Of the customer's account at a bank, when it goes there; its number is in no history (ARC-3)."""
    refund_status: Annotated[RefundStatus, wire_name("reimbursement")] = RefundStatus.PENDING
    refund_id: str | None = None
    refusal: str | None = None
    refusal_code: RefusalCode | None = None
    paid_otherwise: bool = False
    """A person recorded that it was paid another way, whatever the provider makes of it."""

    arrival_told: bool = False
    """The customer heard of it before: only the other parts are news."""

    other_amount: Money | None = None
    """What the provider says arrived, when it is not `amount`: the part has not arrived then, and a person sees to it."""

    @property
    def unsettled(self) -> bool:
        """The provider may still pay it, or be asked to."""
        return self.refund_status in RefundStatus.unsettled() and not self.paid_otherwise

    @property
    def remedy_and_attempt(self) -> tuple[str, int]:
        """What of its key (`{case}.{remedy}.{attempt}.{number}`) says what it is part of."""
        remedy, attempt, _ = self.key.rsplit(".", 2)
        return remedy, int(attempt)

    @property
    def refused(self) -> bool:
        """Its money is owed to the customer, and no longer on the way."""
        return self.refund_status in RefundStatus.refused() and not self.paid_otherwise


MOST_RUNS = 20
"""Of a child workflow that was reset so often; what comes late from one before is not told apart any more."""


class ChildState(Frozen):
    """How far the child workflow of a remedy is: a return on the road, a replacement, a repair. It reports; the case follows."""

    workflow_id: Identifier
    on: WaitingOn = WaitingOn.NOBODY
    for_: WaitFor
    until: Instant
    reports: int = 0
    """How many it has sent; a later one replaces an earlier one."""
    events: int = 0
    """How long its history was then: what a lost task of it had reported is replaced by what the task reports when it is executed again."""
    run: str | None = None
    """Which of its runs reports. Another one follows when an operator resets it, and begins with a shorter history."""
    former_runs: tuple[str, ...] = ()
    """Those before, by what the case has heard: what comes late from them changes nothing."""
    done: bool = False
    failed: str | None = None
    """Done, but not as it was meant: stock_gone, expired, lost, called_off …"""

    @property
    def told(self) -> tuple[int, int]:
        """Which of two states of one run was reported later."""
        return (self.events, self.reports)

    def was_reset(self, later: "ChildState") -> bool:
        """Whether another run than this one reports `later`."""
        return None not in {self.run, later.run} and self.run != later.run

    def broken_off(self) -> "ChildState":
        """Its workflow was ended without a word: it is done, and was not as it was meant."""
        return self.model_copy(update={"done": True, "failed": "broken_off", "reports": self.reports + 1})

    def followed_by(self, other: "ChildState") -> "ChildState | None":
        """What is known with what was reported now; None: it comes late and changes nothing."""
        if not self.was_reset(other):
            return other.model_copy(update={"former_runs": self.former_runs}) if other.told > self.told else None
        if other.run in self.former_runs:
            return None
        return other.model_copy(update={"former_runs": (*self.former_runs, self.run)[-MOST_RUNS:]})


class Remedy(Wired):
    """RES-3: a remedy being carried out."""

    id: Identifier
    kind: RemedyKind
    amount: Money | None = None
    """For money that goes back: what was agreed; after an inspection, what it comes to."""
    payment_id: Identifier | None = None
    """Of a charge that is given back: the payment that it was, from which it is taken first."""
    pays_for: Identifier | None = None
    """Of money for goods that the merchant keeps: the remedy that they were given away for."""
    lines: tuple[LineQuantity, ...] = ()
    items: tuple[NewItem, ...] = ()
    change: OrderChange | None = None
    words: str | None = None
    freight: Party | None = None
    freight_most: Money | None = None
    """What the customer was told that our label or pick-up costs at most."""
    restocking: Money | None = None
    """What was agreed to be kept for taking the goods back (RES-13)."""
    reception: Reception | None = None
    acceptance: Acceptance | None = None
    refund_status: Annotated[RefundStatus, wire_name("reimbursement")] = RefundStatus.NONE
    attempt: int = 1
    """Grows when a refused refund is tried again: its keys are then new ones."""
    refund_to: RefundTo = RefundTo.ORIGINAL
    """Where the parts of this attempt go."""
    account_id: Identifier | None = None
    """To which of the customer's accounts at a bank."""
    method: Identifier | None = None
    """The payment method that money goes back to first (RES-16); None: the order's payments in their order."""
    parts: tuple[RefundPart, ...] = ()
    held_by: Identifier | None = None
    """The open chargeback that its refund waits for (RES-12)."""
    settled_by: Identifier | None = None
    """The chargeback that was lost while its refund was owed: as far as that goes, the customer has the money by it."""
    charged_back: Money | None = None
    """How far that went, by the ledger; None: not said yet."""
    coupon_code: str | None = None
    settlement: int = 1
    """Remedies that were settled on together have the same number: when one fails, the others are taken back (RES-11)."""
    ordering: OrderingState | None = None
    """A cancelled or changed order: how far the merchant's system is."""
    child: Annotated[ChildState | None, wire_name("errand")] = None
    suspended_child: Annotated[ChildState | None, wire_name("parked")] = None
    """One that goes on unseen while another is followed: a replacement set aside, while the old goods travel back."""
    return_: ReturnState | None = None
    """The goods that come back (RES-6)."""
    replacement: ReplacementState | None = None
    """The goods that the customer gets in their place, or back from the workshop (RES-7)."""
    done_at: Instant | None = None
    undone: str | None = None
    """Why it was taken back (RES-11); what could not be taken back is said in the timeline."""

    @property
    def of_charge(self) -> bool:
        """It gives back what the customer paid for another remedy that is not carried out: no price of goods, and nothing given."""
        return self.payment_id is not None

    @property
    def refund_owed(self) -> bool:
        """A refund was begun, and the customer does not have all of it; be it that it came back after the remedy was done."""
        return self.undone is None and self.refund_status not in {RefundStatus.NONE, RefundStatus.ARRIVED}

    @property
    def to_refund(self) -> Money | None:
        """What the provider is to give back of the amount."""
        if self.amount is None or self.charged_back is None:
            return self.amount
        return self.amount.model_copy(update={"minor": self.amount.minor - self.charged_back.minor})

    @property
    def pays_back(self) -> bool:
        """Nobody agreed on it: it is due because another remedy is not carried out, and stands whatever becomes of the case."""
        return self.of_charge or self.pays_for is not None

    @property
    def open(self) -> bool:
        return self.done_at is None and self.undone is None
