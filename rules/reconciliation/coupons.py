"""What differs between our books and the promotion system's about coupons (RES-3). Pure: values in, findings out.

No webhook tells of coupons, so that every difference is a person's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from models.case.state import CaseState
from models.common.base import Money
from models.common.vocabulary import RemedyKind
from models.money.coupon import Coupon, CouponStatus, coupon_key
from models.money.ledger import Entry, EntryKind
from models.reconciliation.difference import DifferenceKind, Finding
from rules.reconciliation.money import Limits, amount_of

ISSUED, REVOKED, USED = CouponStatus.ISSUED, CouponStatus.REVOKED, CouponStatus.USED
REFUSED, EXPIRED = CouponStatus.REFUSED, CouponStatus.EXPIRED
KINDS: Mapping[tuple[CouponStatus | None, CouponStatus | None], DifferenceKind] = {
    **{(None, theirs): DifferenceKind.COUPON_AHEAD for theirs in (ISSUED, USED, EXPIRED)},
    (ISSUED, None): DifferenceKind.COUPON_UNKNOWN,
    **{(ISSUED, theirs): DifferenceKind.COUPON_VOID for theirs in (REFUSED, REVOKED)},
    **{(REVOKED, theirs): DifferenceKind.COUPON_STANDING for theirs in (ISSUED, USED)},
}
"""By what our ledger has (None: nothing) and the promotion system's state (None: it does not know it); every other pair agrees."""


class Issued(NamedTuple):
    """A coupon that our books know of."""

    key: str
    case_id: str
    booked: CouponStatus | None
    """What the ledger says: issued, revoked; None: it was to be issued, and is not booked."""
    amount: Money | None
    since: datetime


def coupons_of(entries: Iterable[tuple[datetime, Entry]], cases: Sequence[tuple[CaseState, datetime]]) -> Iterator[Issued]:
    """`entries`: the order's ledger, each with the time it was booked at; `cases`: those of the order, as they are since when."""
    booked: dict[str, Issued] = {}
    given, revoked = (EntryKind.COUPON_ISSUED, EntryKind.BONUS_GIVEN), (EntryKind.COUPON_REVOKED, EntryKind.BONUS_REVOKED)
    states = {**dict.fromkeys(given, ISSUED), **dict.fromkeys(revoked, REVOKED)}
    for at, entry in entries:
        state = states.get(entry.kind)
        if state is not None and entry.case_id is not None and entry.remedy_id is not None:
            key = coupon_key(entry.case_id, entry.remedy_id)
            known = booked.get(key)
            taken_back = known is not None and known.booked is REVOKED
            if not taken_back:
                booked[key] = Issued(key, entry.case_id, state, entry.amount, at)
    for case, since in cases:
        for remedy in case.remedies:
            key = coupon_key(case.case_id, remedy.id)
            if remedy.kind in {RemedyKind.COUPON, RemedyKind.CREDIT_BONUS} and key not in booked:
                booked[key] = Issued(key, case.case_id, None, remedy.amount, since)
    yield from booked.values()


def in_coupons(order_id: str, known: Issued, told: Coupon | None, limits: Limits) -> Iterator[Finding]:
    """`told`: the coupon as the promotion system has it; None: it does not know it."""
    if limits.now - known.since < limits.grace:
        return
    kind = KINDS.get((known.booked, told.status if told else None))
    if kind is not None:
        yield _finding(kind, order_id, known, told)
    if told is not None and told.status is not REFUSED and known.amount is not None and known.amount != told.amount:
        yield _finding(DifferenceKind.COUPON_AMOUNT, order_id, known, told)


def _finding(kind: DifferenceKind, order_id: str, known: Issued, told: Coupon | None) -> Finding:
    """The code stays out of it: whoever reads it could use the coupon."""
    ours: dict[str, JsonValue] = {"state": known.booked, **(amount_of(known.amount) if known.amount else {})}
    theirs: dict[str, JsonValue] = (
        {"state": told.status.value, "coupon_id": told.coupon_id, **amount_of(told.amount)} if told else {}
    )
    return Finding(kind=kind, order_id=order_id, subject=known.key, case_id=known.case_id, ours=ours, theirs=theirs)
