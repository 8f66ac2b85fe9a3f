"""What is sent for each action on a return, and how it is shown: evidence is named by its hash."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field

from api.http.example_dates import ahead
from api.http.schemas import Sha256
from models.common.base import Body, Frozen, Identifier, Money
from models.returns.box import Join, Leave
from models.returns.state import (
    BookPickup,
    CancelPickup,
    Extend,
    InspectedLines,
    MovePickup,
    Receive,
    ReturnAction,
    Ship,
)
from models.returns.worth import AgreeWorth, AppealedWorth, Reason, RefuseWorth, RuleWorth, Share


class ClaimFreightIn(Body):
    """RES-8: ask for the freight that you paid although somebody else is liable, with a picture of the receipt."""

    amount: Money
    receipt: Sha256


class ReducedPiecesIn(Frozen):
    """Accepted pieces that are worth less (RES-13): the share of what was paid for them, as "0.7"; why, with a picture."""

    line_id: Identifier
    quantity: int = Field(ge=1, le=10_000)
    share: Share
    reason: Reason
    picture: Sha256


class InspectIn(InspectedLines):
    """Say of each line what became of its pieces: accepted, rejected (and why), missing, or something else in their place.

    Of the accepted ones, `reduced` names those that are worth less (RES-13), at most once for each line: the customer has a word on that.
    """

    reduced: tuple[ReducedPiecesIn, ...] = Field(default=(), max_length=100)
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=30)


class AppealWorthIn(AppealedWorth):
    """Object to the reduced worth, once: a supervisor decides on it."""

    evidence: tuple[Sha256, ...] = Field(default=(), max_length=30)


class Shown(NamedTuple):
    """How an action is shown."""

    summary: str
    description: str
    example: dict[str, Any]


SLOT = {"start": ahead(2), "end": ahead(2, 12)}
HASH = "0" * 64

SHAPES: Mapping[ReturnAction, tuple[type[Body], Shown]] = {
    ReturnAction.BOOK_PICKUP: (
        BookPickup,
        Shown("Book a pick-up · 预约上门取件", "The carrier's answer comes a moment later, on the timeline.", SLOT),
    ),
    ReturnAction.MOVE_PICKUP: (MovePickup, Shown("Move the pick-up · 更改取件时间", "Until the goods are fetched.", SLOT)),
    ReturnAction.CANCEL_PICKUP: (CancelPickup, Shown("Cancel the pick-up · 取消上门取件", "Until the goods are fetched.", {})),
    ReturnAction.SHIP: (
        Ship,
        Shown(
            "Name your own carrier · 登记自行寄回的单号",
            "Instead of our label.",
            {"carrier_id": "SF", "tracking": "SF200000000001"},
        ),
    ),
    ReturnAction.CLAIM_FREIGHT: (
        ClaimFreightIn,
        Shown(
            "Claim your freight · 申请退货运费",
            "The receipt by the hash of `POST /v1/evidence`; covered up to the policy's figure.",
            {"amount": {"minor": 1200, "currency": "CNY"}, "receipt": HASH},
        ),
    ),
    ReturnAction.RECEIVE: (Receive, Shown("The goods have come · 登记收到退货", "When the carrier did not tell.", {})),
    ReturnAction.INSPECT: (
        InspectIn,
        Shown(
            "Inspect the goods · 退货验收",
            "Each line of the return, its pieces together as many as were to come back. A worn piece is accepted at a share by `reduced`, as in "
            '`{"line_id": "L1", "quantity": 1, "share": "0.7", "reason": "worn", "picture": …}`, the picture by the hash of `POST /v1/evidence`.',
            {"version": 1, "lines": [{"line_id": "L1", "accepted": 1}], "reduced": [], "evidence": []},
        ),
    ),
    ReturnAction.AGREE_WORTH: (
        AgreeWorth,
        Shown("Agree to the reduced worth · 同意折价", "Then it is refunded.", {"version": 2}),
    ),
    ReturnAction.REFUSE_WORTH: (
        RefuseWorth,
        Shown(
            "Refuse the reduced worth · 拒绝折价",
            "The merchant sends the pieces to the customer.",
            {"version": 2, "reason": "折价太多，请寄回"},
        ),
    ),
    ReturnAction.APPEAL_WORTH: (
        AppealWorthIn,
        Shown(
            "Appeal against the reduced worth · 对折价申诉",
            "Once, with words and pictures.",
            {"version": 2, "words": "划痕在收货时就有", "evidence": []},
        ),
    ),
    ReturnAction.RULE_WORTH: (
        RuleWorth,
        Shown(
            "Decide on the worth · 裁定折价",
            "The customer may agree then, or have the goods back.",
            {"version": 3, "shares": [{"line_id": "L1", "share": "0.9"}], "reason": "划痕轻微，不影响使用"},
        ),
    ),
    ReturnAction.JOIN: (
        Join,
        Shown(
            "Send in another return's box · 并箱寄回",
            "One label, one parcel, one freight; each case refunds its own order. The other return says yes or no a moment later, on the timeline.",
            {"reference": "RD-0123456789AB.m1.return"},
        ),
    ),
    ReturnAction.LEAVE: (
        Leave,
        Shown("Send on its own again · 取消并箱", "Until the box is sent; there is a label and a deadline of its own then.", {}),
    ),
    ReturnAction.EXTEND: (
        Extend,
        Shown(
            "Give more time · 延长寄回期限",
            "Before it has run out.",
            {"until": ahead(10), "reason": "顾客出差"},
        ),
    ),
}
