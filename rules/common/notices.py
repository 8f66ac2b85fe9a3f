"""Who may say what about whom: the one table of partners' notices (docs/partners/README.md shows it).

The webhooks refuse a kind that the sender's own row does not have. Every workflow that is told reads the rest: whose word it must be, and
whether the provider is asked before it counts.
"""

from enum import StrEnum
from typing import NamedTuple

from models.common.partner_registry import Partner
from models.common.partners import Notice, NoticeKind


class Whose(StrEnum):
    """Whose word a notice must be."""

    MERCHANT = "merchant"
    """That of the merchant whose order it is."""
    CARRIER = "carrier"
    """That of the carrier which has the parcel or the pick-up."""
    RECIPIENT = "recipient"
    """That of the merchant or carrier which was asked, or is claimed from."""
    PROVIDER = "provider"
    """Nobody's word: it is about money, so the provider that holds it is asked, and its answer counts."""


class Row(NamedTuple):
    """`about`: what a notice of this kind may be about."""

    whose: Whose
    about: str


MAY_SAY: dict[NoticeKind, Row] = {
    NoticeKind.REFUND: Row(Whose.PROVIDER, "a refund that the provider holds"),
    NoticeKind.CHARGE: Row(Whose.PROVIDER, "a charge that the provider holds"),
    NoticeKind.CHARGEBACK: Row(Whose.PROVIDER, "a chargeback that the provider has"),
    NoticeKind.SHIPMENT: Row(Whose.CARRIER, "a parcel that the carrier has"),
    NoticeKind.PICKUP: Row(Whose.CARRIER, "a pick-up that was booked with the carrier"),
    NoticeKind.STATEMENT: Row(Whose.RECIPIENT, "a question that was put to the merchant or carrier"),
    NoticeKind.CLAIM: Row(Whose.RECIPIENT, "a claim on the carrier, or a recovery from the merchant"),
    NoticeKind.ORDER_CHANGE: Row(Whose.MERCHANT, "a change of an order of the merchant's"),
    NoticeKind.INSPECTION: Row(Whose.MERCHANT, "a return of an order of the merchant's"),
    NoticeKind.DISPATCH: Row(Whose.MERCHANT, "goods that replace those of an order of the merchant's"),
    NoticeKind.REPAIR: Row(Whose.MERCHANT, "goods of an order of the merchant's that are repaired"),
}


def row_of(notice: Notice) -> Row | None:
    """Its row; None for a kind that nobody may send, or not this kind of partner."""
    if notice.kind not in set(NoticeKind):
        return None
    kind = NoticeKind(notice.kind)
    sender = notice.sender
    return MAY_SAY[kind] if sender is None or kind in Partner(sender.kind).notices else None


def is_asked(notice: Notice) -> bool:
    """Whether the provider is asked before it counts: what it tells of money came by webhook."""
    row = row_of(notice)
    return notice.sender is not None and row is not None and row.whose is Whose.PROVIDER
