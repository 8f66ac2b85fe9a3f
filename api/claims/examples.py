"""What is sent for each action on a claim, and an example of it for the document (RES-9)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field

from api.http.schemas import Sha256
from models.claims.actions import CLAIM_BODIES, ClaimAction, OnClaim
from models.common.base import Body, Words


class DisputeIn(OnClaim):
    """The platform does not agree with the answer: why, with further evidence by its hash from `POST /v1/evidence`."""

    words: Words
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=100)


CLAIM_SHAPES: Mapping[ClaimAction, type[Body]] = {**CLAIM_BODIES, ClaimAction.DISPUTE: DisputeIn}


class Shown(NamedTuple):
    summary: str
    example: dict[str, Any]


CLAIM_EXAMPLES: Mapping[ClaimAction, Shown] = {
    ClaimAction.ACCEPT: Shown("Accept a claim · 接受索赔", {"version": 1, "words": "运输途中遗失，由我们承担。"}),
    ClaimAction.ACCEPT_PART: Shown(
        "Accept a part of a claim · 部分接受索赔",
        {"version": 1, "amount": {"minor": 9000, "currency": "CNY"}, "words": "未保价，按运费七倍赔付。"},
    ),
    ClaimAction.REJECT: Shown("Reject a claim · 拒绝索赔", {"version": 1, "words": "签收记录完整。"}),
    ClaimAction.DISPUTE: Shown(
        "Dispute the answer to a claim · 对答复提出异议", {"version": 2, "words": "贵方轨迹显示包裹已丢失。"}
    ),
    ClaimAction.REMIND: Shown("Remind the party of a claim · 催促对方", {"words": "请尽快答复。"}),
    ClaimAction.SETTLE: Shown("Record a claim's payment · 登记索赔款项", {"version": 2, "proof": "银行回单 20260601-7"}),
    ClaimAction.WRITE_OFF: Shown("Write a claim off · 核销索赔", {"version": 2, "reason": "追偿成本高于金额"}),
}
