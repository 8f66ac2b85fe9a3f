"""What a caller sends with each action; who acts and the request's id are added by the API (models/case/actions.py)."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from models.case.receipt import Wanted
from models.common.actors import EvidenceRef
from models.common.base import Body, Identifier, Money, Words, unfit
from models.common.decides import Decides, Version
from models.common.partners import RefundTo
from models.common.readers import Everybody, Payer
from models.common.vocabulary import Issue, Kind, Party, Priority, RemedyKind, WaitingOn
from models.remedies.offers import OptionOffer, RemedyOffer
from models.remedies.remedy import Silence


class AddWords(Body):
    """Say something more, with evidence if there is any."""

    words: Words
    evidence: tuple[EvidenceRef, ...] = ()


class Join(AddWords):
    """A second opening joins this case, with what it asks for (REC-5)."""

    wanted: Wanted | None = None


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


class SetPriority(Body):
    """Say how urgent the case is, and why (CLS-3). An agent may raise it; a lower priority is a supervisor's to set, an agent asks for it."""

    priority: Priority
    reason: Words


class Take(Body):
    """Become the case's handler."""

    if_free: bool = False
    """Only when nobody has it: how a queue hands cases out, so that two who ask at once get different ones."""


class Transfer(Body):
    """Ask a colleague, or another team, to take the case over, and why (DSP-4). They have as long as the policy's clock `transfer` says."""

    to: Identifier | None = None
    """The colleague; None: whoever of `team` is free."""
    team: Identifier | None = None
    reason: Words

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.to is None and self.team is None:
            raise unfit(
                rule="DSP-4", zh="请指定同事（`to`）、团队（`team`）或两者", en="name a colleague (`to`), a `team`, or both"
            )
        return self


class OnTransfer(Decides):
    """About a transfer as it was offered."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("transfer_id",)
    transfer_id: Identifier | None = None
    """`transfer.id` of the case."""


class AcceptTransfer(OnTransfer):
    """Take over a case that was offered to you or your team (DSP-4)."""


class DeclineTransfer(OnTransfer):
    """Say no to a transfer, and why; the case stays where it is (DSP-4)."""

    reason: Words


class Helped(Decides):
    """Say whether the suggested answer helped (REC-6); if not, a person takes over."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("entry_id",)
    entry_id: Identifier | None = None
    """`suggestion.entry_id` of the case."""
    helped: bool


class Escalate(Body):
    """Ask for the next tier (DSP-5)."""

    reason: Words


class Reply(Decides):
    """Answer the customer in words. On an inquiry this is the solution."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("seen",)
    seen: int | None = Field(default=None, ge=0)
    """How much merchant, agents and supervisors had said when you wrote: who answers at the same time as somebody else is told what they said."""
    words: Words
    solves: bool = True
    """Whether it answers the inquiry, or only says that we are at it."""
    undoable: bool = False
    """For the platform's people: it is said some seconds later, and may be taken back by `undo` until then."""


class Ask(Body):
    """Request information from a party (INV-2). A customer may invite the merchant to say or show something, and the other way round (RES-2)."""

    of: WaitingOn
    question: Words


class Find(Body):
    """Record who is responsible, where the facts do not decide (INV-4)."""

    party: Party
    basis: Words


class Propose(Body):
    """Offer the customer one or more options (RES-2)."""

    options: tuple[OptionOffer, ...] = Field(min_length=1, max_length=5)
    if_silent: Silence = Silence.CLOSE
    """What happens when the customer does not choose in time; the customer is told so with the proposal."""
    undoable: bool = False
    """For the platform's people: it is put some seconds later, and may be taken back by `undo` until then."""


class OnProposal(Decides):
    """About a proposal as it was shown."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("proposal_id", "version")
    proposal_id: Identifier | None = None
    version: Version = None


class Approve(OnProposal):
    """Let the proposal above the limit go out (RES-4)."""

    note: str | None = Field(default=None, max_length=1000)


class Decline(OnProposal):
    """Send the proposal back to its proposer, with the reason (RES-4)."""

    reason: Words


class Accept(OnProposal):
    """Choose an option of the standing proposal."""

    option: int = Field(default=1, ge=1, le=5)


class Reject(OnProposal):
    """Say no to every option, and why."""

    reason: Words


class Counter(OnProposal):
    """Say no, and what would do instead; starts the next round (RES-2)."""

    reason: Words
    amount: Money | None = None
    remedy: RemedyKind | None = None
    """The kind of solution that would do."""


class Arbitrate(Body):
    """The final ruling (RES-2): its remedies are carried out; none means the demand is turned down."""

    remedies: tuple[RemedyOffer, ...] = Field(default=(), max_length=6)
    reason: Words
    party: Party | None = None
    """Who is responsible, when the ruling finds otherwise than the case so far."""


class AppealFinding(Body):
    """Say why you are not responsible, once, with new evidence (INV-5). A supervisor decides."""

    words: Words
    evidence: tuple[EvidenceRef, ...] = Field(min_length=1, max_length=20)


class DecideAppeal(Decides):
    """Grant or deny the appeal, and why (INV-5). What the customer was given stays; it is settled between the parties."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("appeal_id",)
    appeal_id: Identifier | None = None
    """`appeal.id` of the case."""
    granted: bool
    reason: Words
    party: Party | None = None
    """Who is responsible instead, when it is granted."""

    @model_validator(mode="after")
    def _names_the_responsible(self) -> Self:
        if self.granted is not (self.party is not None):
            raise unfit(
                rule="INV-5",
                zh="申诉成立时须指明责任方（`party`），驳回时不填",
                en="name the responsible `party` when the appeal is granted, and only then",
            )
        return self


class ReviewDecision(Body):
    """Say whether you agree with a decision that was made without a person (RES-10). It stays; the rules learn."""

    agrees: bool
    note: str | None = Field(default=None, max_length=1000)


class RetryRefund(Body):
    """Ask the provider again for a refund that failed, after its cause was mended; or for another way (RES-5, RES-16)."""

    remedy_id: Identifier
    to: RefundTo | None = None
    """Back to where the money came from, to the customer's balance at the marketplace, or to a bank; none: as remedies of its kind go."""
    account_id: Identifier | None = None
    """To a bank: which of the customer's accounts, as `POST /v1/bank-accounts` stored it."""

    @model_validator(mode="after")
    def _names_the_account(self) -> Self:
        if (self.to is RefundTo.BANK_ACCOUNT) is (self.account_id is None):
            raise unfit(
                rule="RES-16",
                zh="退至银行账户（to: bank_account）时须填写 account_id，其他方式不填",
                en="name the `account_id` when it goes to a `bank_account`, and only then",
            )
        return self


class RecordRefund(Body):
    """Record that a failed refund was paid another way, with its proof (RES-5)."""

    remedy_id: Identifier
    proof: Words
    although_under_way: bool = False
    """The payment provider may still pay all or a part of it, which was paid another way all the same: the customer may have both."""


class OnSolution(Decides):
    """About what was done, as the case tells of it in follow-up."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("solution",)
    solution: Version = None
    """Which of the case's solutions, counted: `solution` of the case."""


class Confirm(OnSolution):
    """The customer says it is solved; may rate at the same time (FUP-2, FUP-3)."""

    rating: "Rate | None" = None


class Dispute(OnSolution):
    """The customer says it is not solved: the case goes back to resolution."""

    reason: Words


class Rate(Body):
    """The survey (FUP-2): 1 is bad, 5 is good."""

    speed: Everybody[int] = Field(ge=1, le=5)
    solution: Everybody[int] = Field(ge=1, le=5)
    attitude: Everybody[int] = Field(ge=1, le=5)
    comment: Payer[str | None] = Field(default=None, max_length=2000)

    @property
    def lowest(self) -> int:
        return min(self.speed, self.solution, self.attitude)


class Withdraw(Body):
    """The customer no longer wants it; possible until money moves."""

    reason: str | None = Field(default=None, max_length=1000)


class Reopen(Body):
    """The same case goes on (FUP-4), for as long as the policy's wait `reopening` says."""

    reason: Words


Confirm.model_rebuild()
