"""Pieces and money of an order's lines: what remedies hold of them (RES-1). docs/eligibility.md says it in words."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from models.case.history import LineDifference, LineGiven, OrderHistory
from models.case.recalled import Moved, Recalled
from models.case.state import CaseState
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.vocabulary import Acceptance, Issue, IssueGroup, Party, RefundStatus, RemedyKind, Stage
from models.money.ledger import EntryKind
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES, Pieces
from rules.common.amounts import apportioned, most_of, part_of
from rules.money.ledger import BONUSES, CHARGED_BACK, COUPONS, PAYMENT, PLATFORM
from rules.money.refund_state import standing
from rules.money.settlement import withheld_by

NOT_COME = frozenset({Issue.LOST, Issue.SIGNED_BY_OTHER, Issue.PICKUP_POINT, Issue.TRACKING_STALLED})
"""Issues of goods that never reached the customer: each such piece is made good once, whichever of these a case was opened for."""


def with_the_customer_again(remedy: Remedy) -> bool:
    """Whether a remedy of goods holds its pieces no longer: undone, rejected and sent back, or replaced by another piece."""
    pieces = REMEDIES[remedy.kind].pieces
    if pieces is Pieces.KEPT:
        return False
    back = pieces is Pieces.REPLACED or remedy.acceptance is Acceptance.REJECTED
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


def given_by_line(cases: Iterable[CaseState], back: Collection[str] = ()) -> tuple[LineGiven, ...]:
    """Money that cases gave or are giving for goods, by line; a refund about several lines is shared out by what was paid for them.

    `back`: parts that came back and that no case gives again.
    """
    given = Counter[str]()
    for case in cases:
        if case.issue is Issue.CHARGED_TWICE:
            continue  # that money is nobody's price for goods
        for remedy in case.remedies:
            if case.order is not None and _gives_for_goods(remedy):
                minor = _given(remedy) - _came_back(remedy, back)
                given += _shared(case.order, minor, concerned(case.order, remedy.lines, case.receipt.lines))
    return tuple(LineGiven(line_id=line_id, minor=minor) for line_id, minor in sorted(given.items()) if minor)


def withheld_by_line(cases: Iterable[CaseState]) -> tuple[LineGiven, ...]:
    """What these cases kept of the price of pieces that came back, by line."""
    kept = Counter[str]()
    for case in cases:
        for remedy_id, came_to in withheld_by(case.remedies).items():
            remedy = next(remedy for remedy in case.remedies if remedy.id == remedy_id)
            if case.order is not None:
                kept += _shared(case.order, came_to.withheld, concerned(case.order, remedy.lines, case.receipt.lines))
    return tuple(LineGiven(line_id=line_id, minor=minor) for line_id, minor in sorted(kept.items()) if minor)


def freight_given_by(cases: Iterable[CaseState], back: Collection[str] = ()) -> int:
    """Minor units that cases gave or are giving of their order's freight alone (RES-13). `back`: as for goods."""
    return sum(
        _given(remedy) - _came_back(remedy, back)
        for case in cases
        for remedy in case.remedies
        if REMEDIES[remedy.kind].freight and _gives(remedy)
    )


def exchanged_by(cases: Iterable[CaseState]) -> tuple[LineQuantity, ...]:
    """Pieces whose worth these cases counted and that no remedy holds any more: replaced by others, or kept and paid for when it failed."""
    return tuple(
        line
        for case in cases
        for remedy in case.remedies
        if case.order is not None and remedy.undone is None and _exchanged(remedy)
        for line in concerned(case.order, remedy.lines, case.receipt.lines)
    )


def differences_by(cases: Iterable[CaseState]) -> tuple[LineDifference, ...]:
    """What exchanges that are done cost the customer more or less, by line; one about several lines is shared out by what was paid for them."""
    minor = Counter[str]()
    for case in cases:
        for remedy in case.remedies:
            if case.order is not None and remedy.kind is RemedyKind.EXCHANGE and remedy.done_at and remedy.undone is None:
                more = _paid_besides(remedy) - _given(remedy)
                worth = _worth_of_lines(case.order, concerned(case.order, remedy.lines, case.receipt.lines))
                minor.update(apportioned(more, worth if any(worth.values()) else dict.fromkeys(worth, 1)))
    return tuple(LineDifference(line_id=line_id, minor=own) for line_id, own in sorted(minor.items()) if own)


def sent_again_by(cases: Iterable[CaseState], *, done: bool = False) -> tuple[LineQuantity, ...]:
    """Pieces that these cases send once more because they did not come, or with `done` have sent; no reservation tells of those."""
    return tuple(
        line
        for case in _not_come(cases)
        for remedy in case.remedies
        if case.order is not None and remedy.kind is RemedyKind.RESHIP and remedy.undone is None and (remedy.done_at or not done)
        for line in concerned(case.order, remedy.lines, case.receipt.lines)
    )


def sent_before(case: CaseState) -> Counter[str]:
    """Pieces by line that this case has sent again for any reason, and others because they did not come."""
    sent = counted(case.history.sent_again) if case.history else Counter[str]()
    for remedy in case.remedies:
        if case.order is not None and remedy.kind is RemedyKind.RESHIP and remedy.undone is None and remedy.done_at is not None:
            sent += counted(concerned(case.order, remedy.lines, case.receipt.lines))
    return sent


def with_own(history: OrderHistory | None, case: CaseState) -> OrderHistory:
    """The history as whoever decides now sees it: with what this case itself took and gave before, when it is open again."""
    history = history or OrderHistory()
    taken = counted(history.taken)
    if case.order is not None:
        for remedy in case.remedies:
            holds = REMEDIES[remedy.kind].takes_pieces and not with_the_customer_again(remedy)
            if holds and remedy.done_at is not None:
                taken += counted(concerned(case.order, remedy.lines, case.receipt.lines))
    return history.model_copy(
        update={
            "refunded_minor": history.refunded_minor + own_refunds(case)[0],
            "taken": tuple(LineQuantity(line_id=line_id, quantity=pieces) for line_id, pieces in sorted(taken.items())),
            "given": _summed((*history.given, *given_by_line((case,)))),
            "withheld": _summed((*history.withheld, *withheld_by_line((case,)))),
            "exchanged": (*history.exchanged, *exchanged_by((case,))),
            "differences": (*history.differences, *differences_by((case,))),
            "sent_again": (*history.sent_again, *sent_again_by((case,), done=True)),
            "freight_minor": history.freight_minor + freight_given_by((case,)),
            "given_for_lost": _summed((*history.given_for_lost, *given_by_line(_not_come((case,))))),
        }
    )


def counted_before(case: CaseState) -> Counter[str]:
    """Pieces by line whose worth this case and others have counted already (`part_of`)."""
    history = with_own(case.history, case)
    return counted((*history.taken, *history.exchanged))


def own_refunds(case: CaseState) -> tuple[int, int]:
    """Minor units of the order's payments that this case gives or gave; and how much of it the payments do not show yet."""
    shown = {refund.key for payment in case.payments for refund in payment.refunds}
    given = unseen = 0
    for remedy in case.remedies:
        parts = {part.key: part.amount.minor for part in standing(remedy.parts)}
        by_hand = 0
        if remedy.refund_status is RefundStatus.ARRIVED and remedy.amount is not None:
            by_hand = max(remedy.amount.minor - sum(parts.values()), 0)
        given += sum(parts.values()) + by_hand
        unseen += sum(minor for key, minor in parts.items() if key not in shown) + by_hand
    return given, unseen


def history_of(recalled: Recalled, currency: str, at: datetime) -> OrderHistory:
    """What the books come to. `currency`: the policy's, in which the customer's refunds are counted."""
    refunded, coupons = _money_given(recalled.moved)
    over = [case for case in recalled.of_order if _over_for_good(case, at)]
    back = _parts_back(recalled.moved) & {part.key for case in over for remedy in case.remedies for part in remedy.parts}
    return OrderHistory(
        taken=tuple(
            LineQuantity(line_id=line_id, quantity=pieces) for line_id, pieces in sorted(counted(recalled.taken).items())
        ),
        given_minor=refunded + coupons,
        refunded_minor=refunded,
        unpaid=_unpaid(over, back),
        given=given_by_line(recalled.of_order, back),
        withheld=withheld_by_line(recalled.of_order),
        exchanged=exchanged_by(recalled.of_order),
        differences=differences_by(recalled.of_order),
        sent_again=sent_again_by(recalled.of_order),
        given_for_lost=given_by_line(_not_come(recalled.of_order), back),
        for_goods_minor=sum(
            line.minor for line in given_by_line((case for case in recalled.of_order if not _of_payment(case)), back)
        ),
        freight_minor=freight_given_by(recalled.of_order, back),
        cases_of_order=len(recalled.of_order),
        cases_of_customer=recalled.cases_of_customer,
        refunds_of_customer=len({given.case_id for given in recalled.given}),
        refunded_to_customer_minor=sum(given.amount.minor for given in recalled.given if given.amount.currency == currency),
        found_against_customer=recalled.found_against_customer,
    )


def found_against_customer(case: CaseState) -> bool:
    """Whether it was the customer's fault. A return without a reason is nobody's, whoever pays its freight."""
    against = case.finding is not None and case.finding.party is Party.CUSTOMER
    return against and case.issue is not Issue.NO_REASON_RETURN


def _not_come(cases: Iterable[CaseState]) -> Iterator[CaseState]:
    return (case for case in cases if case.issue in NOT_COME)


def _summed(given: Iterable[LineGiven]) -> tuple[LineGiven, ...]:
    minor = Counter[str]()
    for line in given:
        minor[line.line_id] += line.minor
    return tuple(LineGiven(line_id=line_id, minor=own) for line_id, own in sorted(minor.items()))


def _parts_back(moved: Iterable[Moved]) -> frozenset[str]:
    """Parts that came back after they had arrived, and were not paid another way."""
    of_kind = {kind: {posting.part for posting in moved if posting.kind is kind} for kind in EntryKind.to_the_customer()}
    return frozenset(of_kind[EntryKind.REVERSED] - of_kind[EntryKind.PAID_OTHERWISE])


def _over_for_good(case: CaseState, at: datetime) -> bool:
    """Whether the time of reopening has passed: the case gives nothing again of what came back."""
    return case.stage is Stage.CLOSED and (case.wait is None or case.wait.until <= at)


def _unpaid(cases: Iterable[CaseState], back: Collection[str]) -> tuple[LineQuantity, ...]:
    return tuple(
        line
        for case in cases
        for remedy in case.remedies
        if case.order is not None and REMEDIES[remedy.kind].pieces is Pieces.GIVEN_UP and _came_back(remedy, back)
        for line in concerned(case.order, remedy.lines, case.receipt.lines)
    )


def _money_given(moved: Iterable[Moved]) -> tuple[int, int]:
    """Minor units from the order's payments (or, by hand, from the platform's pocket), and as coupons and bonuses."""
    refunded = coupons = 0
    for posting in moved:
        of_payment = posting.account.startswith(PAYMENT) and posting.kind not in EntryKind.paying_in()
        by_hand = posting.account == PLATFORM and posting.kind in EntryKind.to_the_customer()
        by_bank = posting.account == CHARGED_BACK and posting.kind is EntryKind.CHARGEBACK_SETTLED
        refunded -= posting.minor if of_payment or by_hand or by_bank else 0
        coupons += posting.minor if posting.account in {COUPONS, BONUSES} else 0
    return max(refunded, 0), max(coupons, 0)


def _of_payment(case: CaseState) -> bool:
    """Whether the case is about what was charged, and not about goods."""
    return case.issue is not None and case.issue.group is IssueGroup.PAYMENT


def _exchanged(remedy: Remedy) -> bool:
    replaced = remedy.kind is RemedyKind.EXCHANGE and remedy.done_at is not None
    return replaced or remedy.pays_for is not None


def _gives_for_goods(remedy: Remedy) -> bool:
    return not REMEDIES[remedy.kind].freight and _gives(remedy)


def _gives(remedy: Remedy) -> bool:
    given = (remedy.done_at is not None or bool(remedy.parts)) and not remedy.of_charge
    return REMEDIES[remedy.kind].refunds and remedy.amount is not None and remedy.undone is None and given


def _given(remedy: Remedy) -> int:
    return remedy.amount.minor if remedy.amount else 0


def _came_back(remedy: Remedy, back: Collection[str]) -> int:
    return sum(part.amount.minor for part in standing(remedy.parts) if part.key in back)


def _shared(order: Order, minor: int, lines: tuple[LineQuantity, ...]) -> Counter[str]:
    pieces = counted(lines)
    most = sum(most_of(line.paid, pieces[line.line_id], line.quantity) for line in order.lines)
    return Counter(apportioned(min(minor, most), _worth_of_lines(order, lines)))


def _worth_of_lines(order: Order, lines: tuple[LineQuantity, ...]) -> dict[str, int]:
    pieces = counted(lines)
    return {line.line_id: part_of(line.paid, pieces[line.line_id], line.quantity) for line in order.lines if pieces[line.line_id]}


def _paid_besides(remedy: Remedy) -> int:
    charge = remedy.replacement.charge if remedy.replacement else None
    return charge.payment.amount.minor if charge and charge.payment else 0
