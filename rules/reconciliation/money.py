"""What differs between our books and the partners': money and goods. Pure: values in, findings out (docs/money.md).

Charges and coupons: `rules/reconciliation/charges.py`, `rules/reconciliation/coupons.py`.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import JsonValue

from models.case.state import CaseState
from models.common.base import Money
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind, Payment, PaymentStatus, ProviderRefundStatus, Refund, ShipmentStatus
from models.common.vocabulary import RefundStatus
from models.money.ledger import Entry, EntryKind
from models.reconciliation.difference import DifferenceKind, Finding, Word
from models.remedies.remedy import RefundPart
from models.returns.partner import ReturnParcel
from rules.money.ledger import PAYMENT, paid_again
from rules.money.refund_state import PROVIDERS, may_follow, told_as

ENDS = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.LOST, ShipmentStatus.RETURNED})
KINDS: dict[tuple[RefundStatus, RefundStatus | None], DifferenceKind] = {
    (RefundStatus.PENDING, RefundStatus.REQUESTED): DifferenceKind.REFUND_AHEAD,
    (RefundStatus.PENDING, RefundStatus.ARRIVED): DifferenceKind.REFUND_AHEAD,
    (RefundStatus.PENDING, RefundStatus.FAILED): DifferenceKind.REFUND_REFUSED,
    (RefundStatus.REQUESTED, None): DifferenceKind.REFUND_UNKNOWN,
    (RefundStatus.REQUESTED, RefundStatus.ARRIVED): DifferenceKind.REFUND_AHEAD,
    (RefundStatus.REQUESTED, RefundStatus.FAILED): DifferenceKind.REFUND_REFUSED,
    (RefundStatus.FAILED, RefundStatus.REQUESTED): DifferenceKind.REFUND_AHEAD,
    (RefundStatus.FAILED, RefundStatus.ARRIVED): DifferenceKind.REFUND_AHEAD,
    (RefundStatus.ARRIVED, None): DifferenceKind.REFUND_UNKNOWN,
    (RefundStatus.ARRIVED, RefundStatus.REQUESTED): DifferenceKind.REFUND_BEHIND,
    (RefundStatus.ARRIVED, RefundStatus.FAILED): DifferenceKind.REFUND_REFUSED,
    (RefundStatus.REVERSED, RefundStatus.REQUESTED): DifferenceKind.REFUND_AHEAD,
    (RefundStatus.REVERSED, RefundStatus.ARRIVED): DifferenceKind.REFUND_AHEAD,
}
"""By our state of a refund and the provider's (None: it does not know it); every other pair agrees."""
OTHERWISE: dict[RefundStatus | None, DifferenceKind] = {
    RefundStatus.REQUESTED: DifferenceKind.REFUND_TWICE,
    RefundStatus.ARRIVED: DifferenceKind.REFUND_TWICE,
}
"""By the provider's state of a refund that a person recorded as paid another way."""


class Part(NamedTuple):
    """A refund's part in our books."""

    part: RefundPart
    case_id: str
    since: datetime
    """When it came to this state."""


class Road(NamedTuple):
    """A parcel that our books know: of a return, to the merchant or back; of a replacement."""

    workflow_id: str
    case_id: str
    order_id: str
    tracking: str
    sent: bool
    """We know that it was handed over."""
    come: bool
    """We know that it has come."""
    since: datetime


class Books(NamedTuple):
    """Ours of one order, as they were before the comparison."""

    parts: Sequence[Part]
    entries: Sequence[Entry]
    reported: AbstractSet[str]
    """Refunds from outside that are known as differences."""


class Limits(NamedTuple):
    now: datetime
    grace: timedelta
    overdue: timedelta


def id_of(finding: Finding) -> str:
    """The same for the same difference, whenever it is seen; fit for a path."""
    whole = f"{finding.kind}\0{finding.order_id or ''}\0{finding.subject}"
    return "D-" + hashlib.sha256(whole.encode()).hexdigest()[:20].upper()


def in_money(order_id: str, payments: Sequence[Payment], books: Books, limits: Limits) -> Iterator[Finding]:
    """`payments`: as the provider lists them, each with its refunds."""
    keys = {entry.key for entry in books.entries}
    again = frozenset[str]().union(*(paid_again(payment.refunds) for payment in payments))
    listed = [refund for payment in payments for refund in payment.refunds]
    refunds = {refund.key: refund for refund in listed if refund.refund_id not in again}
    for known in books.parts:
        otherwise = f"paid_otherwise.{known.part.key}" in keys
        if limits.now - known.since >= limits.grace:
            yield from _refund(order_id, known, refunds.get(known.part.key), limits, otherwise=otherwise)
    yield from _given_again(order_id, refunds, books.parts, keys)
    for refund in listed:
        yield from _outside(order_id, refund, keys, books.reported)
    cases = {known.part.key: known.case_id for known in books.parts}
    for refund in listed:
        if refund.refund_id in again and refund.key in cases:
            yield _twice(order_id, refund, refund.refund_id, cases[refund.key], ours={})
    yield from _payments(order_id, payments, books.entries)


def other_amount(case: CaseState, part: RefundPart, arrived: Money) -> Finding:
    """A refund that arrived with another amount than was asked for, as its case hears it."""
    order_id = case.order.order_id if case.order else case.order_id
    return Finding(
        kind=DifferenceKind.REFUND_AMOUNT,
        order_id=order_id,
        subject=part.key,
        case_id=case.case_id,
        ours={"state": part.refund_status.value, **amount_of(part.amount)},
        theirs={"state": ProviderRefundStatus.ARRIVED.value, **amount_of(arrived)},
    )


def in_goods(road: Road, told: ShipmentStatus | None, parcel: ReturnParcel | None, limits: Limits) -> Iterator[Finding]:
    """`told`: the carrier's status in ours; None: it does not know the parcel, or says a word that the policy does not know."""
    if limits.now - road.since < limits.grace:
        return
    ours: dict[str, JsonValue] = {"sent": road.sent, "come": road.come}
    theirs: dict[str, JsonValue] = {"status": parcel.status if parcel else None}
    payload = parcel.model_dump(mode="json") if parcel else {}
    word = Word(workflow_id=road.workflow_id, partner=Partner.CARRIER, kind=NoticeKind.SHIPMENT, payload=payload)
    unread = parcel is not None and told is None
    kind = DifferenceKind.PARCEL_UNREADABLE if unread else _on_the_road(road, told)
    if kind is not None:
        yield Finding(
            kind=kind,
            order_id=road.order_id,
            subject=road.tracking,
            case_id=road.case_id,
            ours=ours,
            theirs=theirs,
            word=word if kind is DifferenceKind.PARCEL_AHEAD else None,
        )


def _on_the_road(road: Road, told: ShipmentStatus | None) -> DifferenceKind | None:
    if road.come:
        return DifferenceKind.PARCEL_LOST if told is ShipmentStatus.LOST else None
    if told is None:
        return DifferenceKind.PARCEL_UNKNOWN if road.sent else None
    ahead = told in ENDS if road.sent else told is not ShipmentStatus.CREATED
    return DifferenceKind.PARCEL_AHEAD if ahead else None


def _refund(order_id: str, known: Part, refund: Refund | None, limits: Limits, *, otherwise: bool) -> Iterator[Finding]:
    """`otherwise`: a person recorded that it was paid another way."""
    part, ours = known.part, known.part.refund_status
    theirs = PROVIDERS[refund.status] if refund else None
    late = ours in RefundStatus.unsettled() and limits.now - known.since > limits.overdue
    usual = KINDS.get((ours, theirs)) or (DifferenceKind.REFUND_OVERDUE if late else None)
    kind = OTHERWISE.get(theirs) if otherwise else usual
    taken_in = refund is not None and may_follow(told_as(refund.status, ours), ours)  # else a person has to see to it
    amounts_differ = refund is not None and refund.amount != part.amount and not (otherwise and kind is None)
    if amounts_differ and theirs is RefundStatus.ARRIVED and kind is DifferenceKind.REFUND_AHEAD:
        kind = DifferenceKind.REFUND_AMOUNT  # that is all there is to it: with another amount it has not arrived
    for found in dict.fromkeys(([kind] if kind else []) + ([DifferenceKind.REFUND_AMOUNT] if amounts_differ else [])):
        yield Finding(
            kind=found,
            order_id=order_id,
            subject=part.key,
            case_id=known.case_id,
            ours={"state": ours.value, **amount_of(part.amount)},
            theirs={"state": refund.status.value, **amount_of(refund.amount)} if refund else {},
            word=_news(known.case_id, refund) if refund and found is kind and taken_in else None,
        )


def _given_again(order_id: str, refunds: Mapping[str, Refund], parts: Sequence[Part], keys: Collection[str]) -> Iterator[Finding]:
    """Parts that were refused and given another way, and arrived both ways."""
    arrived = [
        known
        for known in parts
        if (refund := refunds.get(known.part.key)) is not None and refund.status is ProviderRefundStatus.ARRIVED
    ]
    for known in arrived:
        remedy, attempt = known.part.remedy_and_attempt
        later = [other.part for other in arrived if other.part.remedy_and_attempt > (remedy, attempt)]
        instead = [part for part in later if part.remedy_and_attempt[0] == remedy]
        if f"{EntryKind.RELEASED}.{known.part.key}" in keys and instead:
            ours: dict[str, JsonValue] = {"state": known.part.refund_status.value, **amount_of(known.part.amount)}
            yield _twice(order_id, refunds[known.part.key], known.part.key, known.case_id, ours)


def _twice(order_id: str, refund: Refund, subject: str, case_id: str, ours: dict[str, JsonValue]) -> Finding:
    theirs: dict[str, JsonValue] = {"state": refund.status.value, **amount_of(refund.amount)}
    return Finding(
        kind=DifferenceKind.REFUND_TWICE, order_id=order_id, subject=subject, case_id=case_id, ours=ours, theirs=theirs
    )


def _outside(order_id: str, refund: Refund, keys: Collection[str], reported: AbstractSet[str]) -> Iterator[Finding]:
    """A refund that is in the ledger already was seen by a case, and is a fact there."""
    ours = f"set_aside.{refund.key}" in keys
    known = f"outside.{order_id}.{refund.refund_id}" in keys and refund.refund_id not in reported
    if not ours and not known and refund.status is not ProviderRefundStatus.REFUSED and refund.amount.minor:
        theirs: dict[str, JsonValue] = {"state": refund.status.value, "payment_id": refund.payment_id, **amount_of(refund.amount)}
        yield Finding(kind=DifferenceKind.REFUND_OUTSIDE, order_id=order_id, subject=refund.refund_id, theirs=theirs)


def _payments(order_id: str, payments: Iterable[Payment], entries: Iterable[Entry]) -> Iterator[Finding]:
    captured = {
        (payment.payment_id, payment.amount.currency): payment.amount.minor
        for payment in payments
        if payment.status is PaymentStatus.CAPTURED
    }
    booked = Counter[tuple[str, str]]()
    for entry in entries:
        if entry.kind is EntryKind.CAPTURED:
            for posting in entry.postings:
                if posting.account.startswith(PAYMENT):
                    booked[posting.account.removeprefix(PAYMENT), entry.currency] += posting.minor
    for (payment_id, currency), minor in booked.items():
        theirs = captured.get((payment_id, currency))
        if theirs is None or theirs < minor:
            yield Finding(
                kind=DifferenceKind.PAYMENT_LESS,
                order_id=order_id,
                subject=payment_id,
                ours=amount_of(Money(minor=minor, currency=currency)),
                theirs=amount_of(Money(minor=theirs, currency=currency)) if theirs is not None else {},
            )


def _news(case_id: str, refund: Refund) -> Word:
    return Word(workflow_id=case_id, partner=Partner.PAYMENT, kind=NoticeKind.REFUND, payload=refund.model_dump(mode="json"))


def amount_of(amount: Money) -> dict[str, JsonValue]:
    return {"amount_minor": amount.minor, "currency": amount.currency}
