"""What a chargeback books in its order's ledger (RES-12): the money that the provider holds, keeps or gives back, and its fee.

What is booked follows from what the provider says now and from what was booked before, so that news that come twice, late or out of order end
in the same books. Entries belong to the order and to no case: they are no refund.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from models.chargebacks.partner import Chargeback, ChargebackPhase
from models.common.base import Money
from models.money.ledger import Entry, EntryKind
from rules.money.ledger import CHARGEBACK, CHARGED_BACK, CUSTOMER, FEES, PAYMENT, PLATFORM, Whose, balances, moved_by_chargeback


class Stands(NamedTuple):
    """Minor units that a chargeback takes from its payment: with the provider, and with the customer."""

    held: int
    lost: int


def stands(told: Chargeback) -> Stands:
    """What the provider has of the payment now. An inquiry takes nothing; money that it was given back for is a refund."""
    if told.phase is ChargebackPhase.INQUIRY:
        return Stands(0, 0)
    return Stands(told.amount.minor, 0) if told.open else Stands(0, told.lost_minor)


def bookings(chargeback_id: str, order_id: str, told: Chargeback, booked: Sequence[Entry]) -> Iterator[Entry]:
    """What is to be booked so that the ledger says what the provider says; nothing when it does already."""
    own = [entry for entry in booked if entry.key.startswith(f"{CHARGEBACK}{chargeback_id}.")]
    account, payment = f"{CHARGEBACK}{chargeback_id}", f"{PAYMENT}{told.payment_id}"
    held, currency, now = balances(own), told.amount.currency, stands(told)
    number = len(own)

    def entry(kind: EntryKind, amount: Money, giver: str, taker: str) -> Entry:
        nonlocal number
        number += 1
        key = f"{account}.{number}"
        return moved_by_chargeback(Whose(order_id), key, kind, amount, giver=giver, taker=taker)

    with_provider, with_customer = held[account, currency], held[CHARGED_BACK, currency]
    if with_customer > now.lost:  # it was lost, and the bank took that back
        back = Money(minor=with_customer - now.lost, currency=currency)
        yield entry(EntryKind.CHARGEBACK_RETURNED, back, CHARGED_BACK, payment)
        with_customer = now.lost
    lost = now.lost - with_customer
    if with_provider < now.held + lost:
        taken = Money(minor=now.held + lost - with_provider, currency=currency)
        yield entry(EntryKind.CHARGEBACK_HELD, taken, payment, account)
        with_provider = now.held + lost
    if lost:
        yield entry(EntryKind.CHARGEBACK_LOST, Money(minor=lost, currency=currency), account, CHARGED_BACK)
        with_provider -= lost
    if with_provider > now.held:
        back = Money(minor=with_provider - now.held, currency=currency)
        yield entry(EntryKind.CHARGEBACK_RETURNED, back, account, payment)
    if told.fee is not None:
        charged, fee = held[FEES, told.fee.currency], 0 if told.fee_returned else told.fee.minor
        change = Money(minor=abs(fee - charged), currency=told.fee.currency)
        if fee > charged:
            yield entry(EntryKind.CHARGEBACK_FEE, change, PLATFORM, FEES)
        elif fee < charged:
            yield entry(EntryKind.CHARGEBACK_FEE_RETURNED, change, FEES, PLATFORM)


def settled(of: Whose, missing: Money, booked: Sequence[Entry], twice_minor: int) -> tuple[Money, tuple[Entry, ...]]:
    """What of a refund that is owed the customer has by chargebacks that were lost: how much, and the entry that says so, once for each remedy.

    `twice_minor`: of these chargebacks, what other refunds gave already: that settles nothing.
    """
    key = f"{EntryKind.CHARGEBACK_SETTLED}.{of.case_id}.{of.remedy_id}"
    known = next((entry for entry in booked if entry.key == key), None)
    if known is not None:
        return known.amount, ()
    free = max(balances(booked)[CHARGED_BACK, missing.currency] - twice_minor, 0)
    amount = missing.model_copy(update={"minor": min(missing.minor, free)})
    if not amount.minor:
        return amount, ()
    return amount, (moved_by_chargeback(of, key, EntryKind.CHARGEBACK_SETTLED, amount, giver=CHARGED_BACK, taker=CUSTOMER),)


def fees_of(told: Chargeback) -> int:
    """Minor units of the provider's fee that stay with the platform."""
    return told.fee.minor if told.fee is not None and not told.fee_returned else 0


def given_twice(told: Chargeback, booked: Sequence[Entry], unsent_minor: int) -> int:
    """Minor units that the customer has by a chargeback that was lost and by a refund, too.

    `booked`: with the chargeback's own entries. `unsent_minor`: refunds of the payment that are set aside and that nobody asked for: they are
    settled by the chargeback and never leave.
    """
    missing = -balances(booked)[f"{PAYMENT}{told.payment_id}", told.amount.currency]
    return min(max(missing - unsent_minor, 0), stands(told).lost)
