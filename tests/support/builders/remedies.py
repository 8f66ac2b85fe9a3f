"""Remedies as they are offered, and as a case gave them."""

from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import RemedyKind
from models.remedies.offers import RemedyOffer
from models.remedies.remedy import Remedy
from tests.support.builders.cases import NOW


def offer(
    kind: RemedyKind = RemedyKind.REFUND_ONLY, minor: int | None = None, *lines: LineQuantity, currency: str = "CNY"
) -> RemedyOffer:
    """A remedy of `minor`, if it is one of money, for these lines or all of them."""
    return RemedyOffer(kind=kind, amount=None if minor is None else Money(minor=minor, currency=currency), lines=lines)


def remedy(kind: RemedyKind = RemedyKind.REFUND_ONLY, minor: int | None = 10_000, number: int = 1, **change: object) -> Remedy:
    """The case's remedy of that number, given at `NOW`."""
    amount = Money(minor=minor) if minor is not None else None
    return Remedy(id=f"m{number}", kind=kind, amount=amount, done_at=NOW).model_copy(update=change)
