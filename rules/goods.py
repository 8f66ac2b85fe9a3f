"""Pieces and money of an order's lines: what remedies hold of them (RES-1). docs/eligibility.md says it in words."""

from collections import Counter
from collections.abc import Iterable

from models.case import CaseState
from models.history import LineGiven, OrderHistory
from models.ledger import Entry, EntryKind
from models.lines import LineQuantity
from models.partners import Order
from models.remedies import Remedy
from models.vocabulary import Acceptance, Issue, Reimbursement, RemedyKind
from rules.ledger import COUPONS, PAYMENT, PLATFORM

ANOTHER_PIECE = frozenset({RemedyKind.EXCHANGE, RemedyKind.REPAIR, RemedyKind.RESHIP})
"""The customer has a piece again when they are done."""


def with_the_customer_again(remedy: Remedy) -> bool:
    """Whether a remedy of goods holds its pieces no longer: undone, rejected and sent back, or replaced by another piece."""
    if remedy.kind not in RemedyKind.of_goods():
        return False
    back = remedy.kind in ANOTHER_PIECE or remedy.acceptance is Acceptance.REJECTED
    return remedy.undone is not None or (remedy.done_at is not None and back)


def counted(lines: Iterable[LineQuantity]) -> Counter[str]:
    """Pieces by line; the same line named twice is added up."""
    pieces = Counter[str]()
    for line in lines:
        pieces[line.line_id] += line.quantity
    return pieces


def concerned(order: Order, *named: tuple[LineQuantity, ...]) -> tuple[LineQuantity, ...]:
    """What a remedy is about: the first of these that names lines; else the whole order."""
    said = next((lines for lines in named if lines), None)
    return said or tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in order.lines)


def given_by_line(cases: Iterable[CaseState]) -> tuple[LineGiven, ...]:
    """Money that cases gave or are giving for goods, by line; a refund about several lines is shared out by what was paid for them."""
    given = Counter[str]()
    for case in cases:
        if case.issue is Issue.CHARGED_TWICE:
            continue  # that money is nobody's price for goods
        for remedy in case.remedies:
            if case.order is not None and _gives_for_goods(remedy):
                given += _shared(case.order, remedy, concerned(case.order, remedy.lines, case.receipt.lines))
    return tuple(LineGiven(line_id=line_id, minor=minor) for line_id, minor in sorted(given.items()) if minor)


def with_own(history: OrderHistory | None, case: CaseState) -> OrderHistory:
    """The history as whoever decides now sees it: with what this case itself took and gave before, when it is open again."""
    history = history or OrderHistory()
    taken, given = counted(history.taken), Counter({line.line_id: line.minor for line in history.given})
    if case.order is not None:
        for remedy in case.remedies:
            holds = remedy.kind in RemedyKind.of_goods() and not with_the_customer_again(remedy)
            if holds and remedy.done_at is not None:
                taken += counted(concerned(case.order, remedy.lines, case.receipt.lines))
    given += Counter({line.line_id: line.minor for line in given_by_line((case,))})
    return history.model_copy(
        update={
            "refunded_minor": history.refunded_minor + own_refunds(case)[0],
            "taken": tuple(LineQuantity(line_id=line_id, quantity=pieces) for line_id, pieces in sorted(taken.items())),
            "given": tuple(LineGiven(line_id=line_id, minor=minor) for line_id, minor in sorted(given.items())),
        }
    )


def own_refunds(case: CaseState) -> tuple[int, int]:
    """Minor units of the order's payments that this case gives or gave; and how much of it the payments do not show yet."""
    shown = {refund.key for payment in case.payments for refund in payment.refunds}
    given = unseen = 0
    for remedy in case.remedies:
        parts = {part.key: part.amount.minor for part in remedy.parts if part.reimbursement is not Reimbursement.FAILED}
        by_hand = 0
        if remedy.kind in RemedyKind.paying() and remedy.reimbursement is Reimbursement.ARRIVED and remedy.amount is not None:
            by_hand = max(remedy.amount.minor - sum(parts.values()), 0)
        given += sum(parts.values()) + by_hand
        unseen += sum(minor for key, minor in parts.items() if key not in shown) + by_hand
    return given, unseen


def given_by(entries: Iterable[Entry]) -> tuple[int, int]:
    """What these entries of the ledger gave to the customer, in minor units: from the order's payments, and as coupons."""
    refunded = coupons = 0
    for entry in entries:
        paid_in = entry.kind in EntryKind.paying_in()
        by_hand = entry.kind is EntryKind.PAID_OTHERWISE
        for posting in entry.postings:
            if (posting.account.startswith(PAYMENT) and not paid_in) or (posting.account == PLATFORM and by_hand):
                refunded -= posting.minor
            elif posting.account == COUPONS:
                coupons += posting.minor
    return max(refunded, 0), max(coupons, 0)


def _gives_for_goods(remedy: Remedy) -> bool:
    given = remedy.done_at is not None or bool(remedy.parts)
    return remedy.kind in RemedyKind.paying() and remedy.amount is not None and remedy.undone is None and given


def _shared(order: Order, remedy: Remedy, lines: tuple[LineQuantity, ...]) -> Counter[str]:
    assert remedy.amount is not None  # noqa: S101  # _gives_for_goods asked before
    pieces = counted(lines)
    worth = {
        line.line_id: line.paid.minor * min(pieces[line.line_id], line.quantity) // line.quantity
        for line in order.lines
        if pieces[line.line_id]
    }
    whole = sum(worth.values())
    return Counter(
        {line_id: min(remedy.amount.minor * minor // whole, minor) for line_id, minor in worth.items()} if whole else {}
    )
