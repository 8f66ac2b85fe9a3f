"""What people do about a chargeback (RES-12)."""

from enum import StrEnum
from typing import ClassVar

from models.common.base import Body, Identifier, Words
from models.common.decides import Decides


class ChargebackAction(StrEnum):
    """When, and who: `rules/chargebacks/permissions.py`."""

    CONTEST = "contest"
    ACCEPT = "accept"
    APPROVE = "approve"
    DECLINE = "decline"


class OnAnswer(Decides):
    """About a chargeback as it was shown."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("answer",)
    answer: int | None = None
    """`number` of the proposed answer."""


class Contest(Decides):
    """Send the evidence to the bank, as it was shown. Above the limit of whoever asks for it, another person approves it first."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("evidence_digest",)
    evidence_digest: Identifier | None = None
    """`evidence_digest` of the chargeback: nobody sends what they did not see."""
    words: Words | None = None
    """What is to be said besides."""


class AcceptChargeback(Body):
    """Give in: the customer keeps the money. Nobody can take that back. Above the limit, another person approves it first."""


class ApproveAnswer(OnAnswer):
    """Agree to what another person proposed."""


class DeclineAnswer(OnAnswer):
    """Do not agree to what another person proposed, and say why."""

    words: Words


CHARGEBACK_BODIES: dict[ChargebackAction, type[Body]] = {
    ChargebackAction.CONTEST: Contest,
    ChargebackAction.ACCEPT: AcceptChargeback,
    ChargebackAction.APPROVE: ApproveAnswer,
    ChargebackAction.DECLINE: DeclineAnswer,
}
