"""A ledger in memory, a provider, and cases that refund: what the activities do, without a database."""

from collections.abc import Iterator
from typing import Any

from models.common.base import Money
from models.common.partners import Payment, ProviderRefundStatus, Refund
from models.money.ledger import Entry, EntryKind, Posting
from models.remedies.remedy import RefundPart
from rules.money import ledger
from rules.money.ledger import Whose
from rules.money.refund import split
from rules.money.refund_state import may_follow, standing_minor, told_as
from tests.support.builders import orders

ORDER = "O-1"


def refund(key: str, minor: int, status: ProviderRefundStatus = ProviderRefundStatus.ARRIVED, payment_id: str = "P-1") -> Refund:
    """One of the case RD-1."""
    return orders.refund(minor, status, key=key, payment_id=payment_id, reference="RD-1")


def payment(minor: int, *refunds: Refund, payment_id: str = "P-1", **change: Any) -> Payment:
    return orders.payment(ORDER, 1, *refunds, minor=minor, payment_id=payment_id, **change)


class Books:
    """Payments are `P-1`, `P-2` …; each case sees the provider's list as it was when somebody last looked."""

    def __init__(self, *paid: int) -> None:
        self.entries: list[Entry] = []
        self.captured = {f"P-{number}": minor for number, minor in enumerate(paid, start=1)}
        self.refunds: dict[str, Refund] = {}
        self.parts: dict[str, RefundPart] = {}
        self.old_list = self.payments()

    def post(self, *entries: Entry) -> None:
        """Each entry once; one that is booked already changes nothing."""
        known = {entry.key: entry for entry in (*entries, *self.entries)}
        self.entries = list(known.values())

    def payments(self) -> tuple[Payment, ...]:
        """The provider's own list."""
        return tuple(
            payment(minor, *(one for one in self.refunds.values() if one.payment_id == name), payment_id=name)
            for name, minor in self.captured.items()
        )

    def look(self, payments: tuple[Payment, ...]) -> None:
        self.post(*ledger.seen(ORDER, payments, self.entries))

    def set_aside(self, whose: Whose, minor: int) -> bool:
        """As much as no part of the remedy stands for yet; False, and nothing at all, when that is not there."""
        self.look(self.old_list)
        ours = [part for key, part in self.parts.items() if key.startswith(f"{whose.case_id}.{whose.remedy_id}.")]
        standing = standing_minor(ours)
        shares = split(max(minor - standing, 0), ledger.left_on(self.entries, "CNY", ["P-1"]))
        for payment_id, share in shares or ():
            key = f"{whose.case_id}.{whose.remedy_id}.{len(self.parts)}"
            self.parts[key] = RefundPart(key=key, payment_id=payment_id, amount=Money(minor=share))
            self.post(ledger.reserved(whose, self.parts[key]))
        return shares is not None

    def ask(self, key: str, status: ProviderRefundStatus) -> bool:
        """The provider takes it, or says no: of itself, or because the payment does not hold as much. True: it would have been too much."""
        part = self.parts[key]
        enough = self.back(part.payment_id) + part.amount.minor <= self.captured[part.payment_id]
        made = refund(key, part.amount.minor, status if enough else ProviderRefundStatus.REFUSED, part.payment_id)
        known = key in self.refunds
        self.refunds.setdefault(key, made)
        return not known and not enough

    def hear(self, whose: Whose, key: str, told: Refund | None = None) -> None:
        """The case learns what became of a part, maybe again, maybe late; it only moves forward."""
        part, news = self.parts[key], told or self.refunds.get(key)
        if news is None:
            return
        to = told_as(news.status, part.refund_status)
        if may_follow(to, part.refund_status):
            self.post(*ledger.moved(whose, part, to))
            self.parts[key] = part.model_copy(update={"refund_status": to})

    def back(self, payment_id: str | None = None) -> int:
        """What really went back, or is on its way."""
        return sum(
            one.amount.minor
            for one in self.refunds.values()
            if one.status is not ProviderRefundStatus.REFUSED and payment_id in {None, one.payment_id}
        )

    def promised(self, payment_id: str) -> int:
        """What cases were promised of a payment, and did not hear a no about."""
        return standing_minor(part for part in self.parts.values() if part.payment_id == payment_id)

    def check(self) -> None:
        """Nothing comes from nowhere; nothing is promised that was not paid; what was paid is refunded, under way, or left."""
        summary = ledger.summary(self.entries, "CNY")
        held = ledger.balances(self.entries)
        assert sum(held.values()) == 0
        assert all(minor >= 0 for (account, _), minor in held.items() if account.startswith(ledger.RESERVED))
        assert held[ledger.PROVIDER, "CNY"] >= 0
        assert all(self.promised(name) <= minor for name, minor in self.captured.items())
        if all(held[ledger.PAYMENT + name, "CNY"] >= 0 for name in self.captured):  # nobody else was quicker than our look
            own = sum(-posting.minor for posting in self._by_hand() if posting.account == ledger.PLATFORM)
            assert summary.paid.minor + own == summary.refunded.minor + summary.under_way.minor + summary.left.minor

    def _by_hand(self) -> Iterator[Posting]:
        """What people paid another way; beyond what the payments hold it is the platform's own money."""
        for entry in self.entries:
            if entry.kind is EntryKind.PAID_OTHERWISE:
                yield from entry.postings
