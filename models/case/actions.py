"""What people do to a case: one frozen request for each action. The action's name is its update's and its path's name.

Every request carries who acts and the request's id; both are set by the API, never by the caller's body.
"""

import hashlib
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import Field, SerializeAsAny

from models.case.action_bodies import (
    Accept,
    AcceptTransfer,
    AddWords,
    Answer,
    AppealFinding,
    Approve,
    Arbitrate,
    Ask,
    Classify,
    Confirm,
    CorrectOrder,
    Counter,
    DecideAppeal,
    Decline,
    DeclineTransfer,
    Dispute,
    Escalate,
    Find,
    Helped,
    Propose,
    Rate,
    RecordRefund,
    Reject,
    Reopen,
    Reply,
    RetryRefund,
    ReviewDecision,
    SetPriority,
    Take,
    Transfer,
    Withdraw,
)
from models.case.desk_bodies import (
    Assign,
    Close,
    Link,
    Merge,
    Note,
    Snooze,
    Split,
    Tag,
    Undo,
    Unlink,
    Unmerge,
    Unsnooze,
    Unwatch,
    Watch,
)
from models.case.heard import MOST, Heard
from models.common.actors import Actor
from models.common.base import Body, Frozen
from models.common.vocabulary import Locale


class Action(StrEnum):
    """Everything that a person may do. When, and who: `rules/case/permissions.py`."""

    ADD_WORDS = "add_words"
    CORRECT_ORDER = "correct_order"
    ANSWER = "answer"
    CLASSIFY = "classify"
    SET_PRIORITY = "set_priority"
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
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    REVIEW = "review"
    NOTE = "note"
    TAG = "tag"
    WATCH = "watch"
    UNWATCH = "unwatch"
    SNOOZE = "snooze"
    UNSNOOZE = "unsnooze"
    UNDO = "undo"
    ASSIGN = "assign"
    CLOSE = "close"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SPLIT = "split"
    LINK = "link"
    UNLINK = "unlink"
    RETRY_REFUND = "retry_refund"
    RECORD_REFUND = "record_refund"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    RATE = "rate"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


BODIES: dict[Action, type[Body]] = {
    Action.ADD_WORDS: AddWords,
    Action.CORRECT_ORDER: CorrectOrder,
    Action.ANSWER: Answer,
    Action.CLASSIFY: Classify,
    Action.SET_PRIORITY: SetPriority,
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
    Action.APPEAL: AppealFinding,
    Action.DECIDE_APPEAL: DecideAppeal,
    Action.REVIEW: ReviewDecision,
    Action.NOTE: Note,
    Action.TAG: Tag,
    Action.WATCH: Watch,
    Action.UNWATCH: Unwatch,
    Action.SNOOZE: Snooze,
    Action.UNSNOOZE: Unsnooze,
    Action.UNDO: Undo,
    Action.ASSIGN: Assign,
    Action.CLOSE: Close,
    Action.MERGE: Merge,
    Action.UNMERGE: Unmerge,
    Action.SPLIT: Split,
    Action.LINK: Link,
    Action.UNLINK: Unlink,
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
    locale: Locale | None = None
    """The language of the answer; None: the case's."""
    body: SerializeAsAny[BodyT_co]
    heard: tuple[Heard, ...] | None = Field(default=None, max_length=MOST)
    """What the words mean (CLS-3), as the API read them; None: nobody read them, so the lists of words decide."""

    @property
    def digest(self) -> int:
        """Of what is asked for: the same request id with another one is no repetition. At least 2, and exact in JSON."""
        asked = self.body.model_dump_json(exclude_defaults=True)
        return 2 + int.from_bytes(hashlib.blake2b(asked.encode(), digest_size=6).digest())
