"""What pieces of an order are worth by now (RES-1): by the order, by what came in exchange for them, and its freight with the last of them."""

from collections import Counter
from collections.abc import Iterator, Mapping

from models.case.activities import BooksSeen
from models.case.history import OrderHistory
from models.case.state import CaseState
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderLine
from models.common.vocabulary import IssueGroup
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from rules.common.amounts import NOTHING, part_of
from rules.money.goods import concerned, counted, with_own


def difference_of(history: OrderHistory, line_id: str) -> int:
    """Minor units by which the line's pieces cost the customer more than the order says."""
    return sum(one.minor for one in history.differences if one.line_id == line_id)


def as_exchanged(these: int, all_left: int, difference: int, *, all_of_them: bool) -> tuple[int, int]:
    """What pieces of a line, and all that are left of it, are worth, when others came in exchange for some.

    Nobody knows which ones come back: what they cost more is left with the last, what they cost less is never exceeded.
    """
    left = max(all_left + difference, 0)
    return (left if all_of_them else min(these, left)), left


def worth_of(case: CaseState, lines: tuple[LineQuantity, ...], besides: Mapping[str, int] = NOTHING) -> Money:
    """What the customer has paid by now for these pieces, or for the whole order: by the order, and for what came in exchange.

    `besides`: pieces by line that count as given away already.
    """
    assert case.order is not None  # noqa: S101  # callers ask first
    minor = sum(these for _, these, _ in _worths(case, lines, besides))
    beside_lines = 0 if lines else case.order.total.minor - sum(line.paid.minor for line in case.order.lines)
    beside_lines -= 0 if lines else with_own(case.history, case).freight_minor
    return Money(minor=minor + beside_lines, currency=case.order.total.currency)


def not_given_back(case: CaseState, lines: tuple[LineQuantity, ...]) -> int:
    """Minor units of the pieces' worth that no refund for their lines gave back before."""
    history = with_own(case.history, case)
    taken, exchanged, kept = counted(history.taken), counted(history.exchanged), 0
    for line, these, all_left in _worths(case, lines):
        given = sum(given.minor for given in history.given if given.line_id == line.line_id)
        gone = part_of(line.paid, taken[line.line_id], line.quantity, exchanged[line.line_id])
        kept += min(these, max(all_left - max(given - gone, 0), 0))
    return kept


def _worths(
    case: CaseState, lines: tuple[LineQuantity, ...], besides: Mapping[str, int] = NOTHING
) -> Iterator[tuple[OrderLine, int, int]]:
    """Each line of these with what its pieces, and all that are left of it, are worth."""
    assert case.order is not None  # noqa: S101  # callers ask first
    history = with_own(case.history, case)
    taken = counted(history.taken) + Counter(besides)
    before, wanted = taken + counted(history.exchanged), counted(concerned(case.order, lines))
    for line in case.order.lines:
        pieces, left = wanted[line.line_id], max(line.quantity - taken[line.line_id], 0)
        if pieces:
            these, all_left = (part_of(line.paid, count, line.quantity, before[line.line_id]) for count in (pieces, left))
            difference = difference_of(history, line.line_id) if left else 0
            if difference:
                these, all_left = as_exchanged(these, all_left, difference, all_of_them=pieces >= left)
            yield line, these, all_left


def freight_due(order: Order, history: OrderHistory, pieces: Mapping[str, int]) -> int:
    """Minor units beyond the lines that go back with these pieces: of the whole order, at once or in parts, its last part has the freight.

    Who withdraws from a contract gets every payment back, the costs of delivery included (Directive 2011/83/EU, art. 13 (1)), and the
    parts together are the contract. What was kept of a part (a reduced worth, a fee, the freight of the return) is settled with it. The
    directive says nothing of who keeps some of the goods: they bear the freight, as for goods bought alone.
    """
    taken, exchanged = counted(history.taken), counted(history.exchanged)
    for line in order.lines:
        gone, line_id = taken[line.line_id], line.line_id
        given = sum(one.minor for one in (*history.given, *history.withheld) if one.line_id == line_id)
        refunded = given >= part_of(line.paid, gone, line.quantity, exchanged[line_id])
        if pieces.get(line_id, 0) + gone < line.quantity or not refunded:
            return 0
    beside_lines = order.total.minor - sum(line.paid.minor for line in order.lines) - history.freight_minor
    return max(beside_lines, 0) if any(pieces.values()) else 0


def freight_left(order: Order, history: OrderHistory, left: int) -> int:
    """Minor units of the order's freight that may be given back alone (RES-13), when its payments hold `left`.

    Never more than was paid for it, and never what goods may still bring: they keep what was paid for them and not given back.
    """
    taken, given = counted(history.taken), Counter[str]()
    for one in history.given:
        given[one.line_id] += one.minor
    goods = sum(
        max(line.paid.minor + max(difference_of(history, line.line_id), 0) - given[line.line_id], 0)
        for line in order.lines
        if taken[line.line_id] < line.quantity
    )
    return max(min(order.freight.minor - history.freight_minor, left - goods), 0)


def books_seen(case: CaseState, remedy: Remedy) -> BooksSeen | None:
    """What the case knows of the order's money, for a refund that people or rules agreed on; None for one that is due by itself."""
    if case.order is None or remedy.pays_back:
        return None
    listed = tuple(refund.refund_id for payment in case.payments for refund in payment.refunds)
    if REMEDIES[remedy.kind].freight:
        return BooksSeen(outside=listed, freight_minor=case.order.freight.minor)
    of_goods = not REMEDIES[remedy.kind].changes and not (case.issue and case.issue.group is IssueGroup.PAYMENT)
    if not of_goods:
        return BooksSeen(outside=listed)
    history, pieces = case.history or OrderHistory(), counted(concerned(case.order, remedy.lines, case.receipt.lines))
    lines = [line for line in case.order.lines if pieces[line.line_id]]
    whole = len(lines) == len(case.order.lines)
    paid = case.order.total.minor if whole else sum(line.paid.minor for line in lines)
    more = sum(max(difference_of(history, line.line_id), 0) for line in lines)
    return BooksSeen(outside=listed, lines=tuple(line.line_id for line in lines), given=history.given, most_minor=paid + more)


def given_since(seen: BooksSeen, history: OrderHistory, minor: int) -> bool:
    """Whether other cases gave money for the same lines since then, and `minor` besides is more than was paid for them; or for the freight."""
    if seen.freight_minor is not None:
        return history.freight_minor + minor > seen.freight_minor
    told = (history.given, seen.given)
    now, before = (sum(one.minor for one in given if one.line_id in seen.lines) for given in told)
    return now > before and now + minor > seen.most_minor
