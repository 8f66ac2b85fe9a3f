"""What may be done with an order, line by line (RES-1), and who pays the freight (RES-8): the policy's `eligibility` over facts and books.

Of the rows for a remedy the first that fits decides. Time limits are measured at the moment the customer asked; what is left of pieces
and money counts what all cases of the order took.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from pydantic import JsonValue

from models.common.base import Bilingual, Money
from models.common.currencies import payable
from models.common.lines import LineQuantity
from models.common.partners import OrderLine, OrderStatus
from models.common.vocabulary import Issue, Party, RemedyKind
from models.investigation.findings import Told
from models.policy.eligibility import EligibilityRow, FreightRow, Since
from models.remedies.eligibility import Eligibility, Entitlement, LineEligibility
from models.remedies.order_change import ChangeKind
from models.remedies.table import REMEDIES, Amount
from rules.common.amounts import only_authorised, part_of
from rules.common.counting import end_of, last_day
from rules.common.rates import no_rate
from rules.common.working_time import provisional as uncertain
from rules.facts.liability import fits
from rules.facts.parcels import lost_pieces
from rules.money.goods import NOT_COME, concerned, counted
from rules.money.worth import as_exchanged, difference_of, freight_due
from rules.remedies.ask import Ask
from rules.remedies.freight import freight_most, freight_row
from rules.remedies.order_change import time_fault
from rules.remedies.restocking import kept_of

TICK = timedelta(microseconds=1)

CHANGES = "changes"
REMEDY_OF_ISSUE, PIECES_LEFT, MONEY_LEFT, FREIGHT_LEFT = "remedy-of-issue", "pieces-left", "money-left", "freight-left"
OTHER_PARCEL, CANCELLED = "other-parcel", "cancelled-already"
NOT_OF_ISSUE = Bilingual(zh="该类问题没有这种处理方式", en="this is no remedy for the issue")
NO_PIECES = Bilingual(zh="该商品的全部件数已在其他申请中处理", en="all pieces of this line are in other requests already")
MADE_GOOD = Bilingual(
    zh="未收到的件数已补发或退款；更多须由商家或主管决定",
    en="what did not come was sent again or refunded before; the merchant or a supervisor may give more",
)
NOT_LOST = Bilingual(zh="该商品不在丢失的包裹中", en="this line lies in no lost parcel")
WAS_CANCELLED = Bilingual(zh="订单已取消，款项已全部退回", en="the order is cancelled already, and nothing is left to refund")
NO_MONEY = Bilingual(zh="订单已没有可退金额", en="nothing is left to refund on the order")
NO_FREIGHT = Bilingual(
    zh="订单没有运费，运费已退，或余款须留给商品", en="the order had no freight, it was refunded, or what is left is the goods'"
)
SHARE_GIVEN = Bilingual(
    zh="本规则允许的金额已全部给付；更多须由商家或主管决定",
    en="all that this rule allows was given before; the merchant or a supervisor may give more",
)


def eligible(ask: Ask) -> Eligibility:
    """Every remedy for every line concerned; without an issue, for every issue, rules that are the same told once."""
    named = {line.line_id for line in ask.lines}
    lines = [line for line in ask.order.lines if not named or line.line_id in named]
    asks = (ask,) if ask.issue else tuple(replace(ask, issue=issue) for issue in ask.policy.issues)
    return Eligibility(
        order_id=ask.order.order_id,
        issue=ask.issue,
        at=ask.asked_at,
        left=_money(ask, ask.left),
        lines=tuple(_line(ask, asks, line) for line in lines),
    )


def entitlement(ask: Ask, line: OrderLine, kind: RemedyKind) -> Entitlement:
    """One remedy for one line of a case whose issue is known."""
    assert ask.issue is not None  # noqa: S101  # of a case that was classified, or one of all issues
    told = Entitlement(kind=kind, issues=(ask.issue,), allowed=False, rule=REMEDY_OF_ISSUE, reason=NOT_OF_ISSUE, firm=True)
    known = ask.known(line)
    row = _row(ask, kind, known) if kind in ask.policy.issues[ask.issue].remedies else None
    if row is None:
        return told
    told = told.model_copy(update={"rule": row.id, "reason": row.why, "firm": row.firm})
    closed = _closed(ask, line, kind, row, known) if row.allow else {}
    if closed is not None:
        return told.model_copy(update=closed)
    freight, party = _freight(ask) if REMEDIES[kind].travels else (None, None)
    minor = _amount(ask, line, kind, row, known)
    amount = None if minor is None else _money(ask, minor)
    kept = kept_of(ask, kind, (LineQuantity(line_id=line.line_id, quantity=_affected(ask, line, kind) or 1),), amount)
    rule = ask.policy.eligibility.restocking
    return told.model_copy(
        update={
            "allowed": True,
            "max_quantity": _affected(ask, line, kind),
            "max_amount": amount,
            **_limit(ask, row, line),
            "changes": _open_changes(ask, line, kind),
            "freight": party,
            "freight_rule": freight.id if freight else None,
            "freight_why": freight.why if freight else None,
            "freight_most": freight_most(ask.policy, party, ask.order.total.currency),
            "restocking": kept,
            "restocking_why": rule.why if kept is not None and rule is not None else None,
        }
    )


def most(ask: Ask, kind: RemedyKind, lines: Sequence[LineQuantity]) -> int:
    """Minor units that a remedy about these pieces may give by the rules; what is left on the payments is the caller's to look at."""
    pieces = counted(concerned(ask.order, tuple(lines), ask.lines))
    by_row: dict[str, int] = {}
    for line in ask.order.lines:
        known = ask.known(line) if pieces[line.line_id] else {}
        row = _row(ask, kind, known) if known else None
        if row is not None and _of_the_goods(kind, row):
            affected = min(pieces[line.line_id], _affected(ask, line, kind))
            by_row[row.id] = by_row.get(row.id, 0) + _share(ask, line, kind, row, affected)
        elif row is not None:
            by_row[row.id] = _cap(ask, kind, row, known)
    amount = sum(by_row.values())
    if REMEDIES[kind].freight:
        return min(amount, ask.freight_left)
    whole = amount == sum(_whole(ask, line, kind, pieces[line.line_id]) for line in ask.order.lines if pieces[line.line_id])
    return amount + freight_due(ask.order, ask.history, pieces) if whole else amount


def _freight(ask: Ask) -> tuple[FreightRow, Party]:
    return freight_row(ask.policy, ask.issue, ask.stands, ask.order.region)


def _line(ask: Ask, asks: Sequence[Ask], line: OrderLine) -> LineEligibility:
    """`asks`: the same for each issue that is told of."""
    told: list[Entitlement] = []
    for kind in (kind for kind in RemedyKind if not REMEDIES[kind].with_credit):
        theirs = [one for one in asks if ask.issue or (one.issue and kind in ask.policy.issues[one.issue].remedies)]
        told += _by_rule(theirs, line, kind)
    return LineEligibility(
        line_id=line.line_id, title=line.title, bought=line.quantity, left=_pieces(ask, line), remedies=tuple(told)
    )


def _by_rule(asks: Iterable[Ask], line: OrderLine, kind: RemedyKind) -> Iterator[Entitlement]:
    """One answer for all issues that the same rules decide."""
    same: dict[tuple[str, ...], list[Ask]] = {}
    for one in asks:
        row = _row(one, kind, one.known(line))
        freight, party = _freight(one)
        travels = (freight.id, party.value) if REMEDIES[kind].travels else ()
        same.setdefault((row.id if row else "", *travels), []).append(one)
    for group in same.values():
        issues = tuple(one.issue for one in group if one.issue)
        yield entitlement(group[0], line, kind).model_copy(update={"issues": issues})


def _closed(
    ask: Ask, line: OrderLine, kind: RemedyKind, row: EligibilityRow, known: dict[str, JsonValue]
) -> dict[str, object] | None:
    """What a row that allows the remedy runs into: its time, the limits of changes, no pieces or no money left."""
    until, changes = _until(ask, row, line), _open_changes(ask, line, kind)
    if until is not None and ask.asked_at >= until:
        return {"reason": row.otherwise, **_limit(ask, row, line)}
    if isinstance(changes, Bilingual):
        return {"rule": CHANGES, "reason": changes}
    if row.fact is not None and row.otherwise is not None and not _cap(ask, kind, row, known):
        return {"reason": row.otherwise}
    if _of_the_goods(kind, row) and _makes_good(ask, kind) and not _not_come(ask, line):
        return {"reason": MADE_GOOD}
    if _of_the_goods(kind, row) and not REMEDIES[kind].words and not _affected(ask, line, kind):
        rule, reason = (OTHER_PARCEL, NOT_LOST) if _pieces(ask, line, kind) else (PIECES_LEFT, NO_PIECES)
        return {"rule": rule, "reason": reason, "firm": True}
    free = not line.paid.minor and not REMEDIES[kind].freight  # in the way of nothing
    return None if free or _amount(ask, line, kind, row, known) != 0 else _nothing_left(ask, kind, row)


def _nothing_left(ask: Ask, kind: RemedyKind, row: EligibilityRow) -> dict[str, object]:
    """Nobody gives what the payments hold no more; more than the row's share is for who may go beyond it."""
    if row.most is not None and ask.figure(row.most) is None:
        return {"reason": no_rate(ask.order.total.currency)}
    if REMEDIES[kind].refunds and not ask.left:
        cancelled = ask.order.status is OrderStatus.CANCELLED
        rule, reason = (CANCELLED, WAS_CANCELLED) if cancelled else (MONEY_LEFT, NO_MONEY)
        return {"rule": rule, "reason": reason, "firm": True}
    if REMEDIES[kind].freight and not ask.freight_left:
        return {"rule": FREIGHT_LEFT, "reason": NO_FREIGHT, "firm": True}
    return {"reason": SHARE_GIVEN}


def _open_changes(ask: Ask, line: OrderLine, kind: RemedyKind) -> tuple[ChangeKind, ...] | Bilingual:
    """Before shipping, the limits of the policy's `changes` hold besides: which kinds of change are open, or why none is."""
    faults = {change: time_fault(ask.policy, ask.order, change, line, ask.asked_at) for change in REMEDIES[kind].changes}
    still_open = tuple(change for change, fault in faults.items() if fault is None)
    return next((fault for fault in faults.values() if fault is not None and not still_open), still_open)


def _row(ask: Ask, kind: RemedyKind, known: dict[str, JsonValue]) -> EligibilityRow | None:
    """The first row for the remedy that fits."""
    return next(
        (
            row
            for row in ask.policy.eligibility.rules
            if kind in row.remedies
            and (not row.issues or ask.issue in row.issues)
            and row.liable in {None, ask.liable}
            and all(fits(condition, known) is Told.HOLDS for condition in row.when)
        ),
        None,
    )


def _limit(ask: Ask, row: EligibilityRow, line: OrderLine) -> dict[str, object]:
    """Until when, and of a limit in days its last day."""
    day = _last_day(ask, row, line)
    until = _until(ask, row, line)
    provisional = ask.counting is not None and day is not None and until is not None and uncertain(ask.counting, until - TICK)
    return {"until": until, "last_day": day, "provisional": provisional}


def _until(ask: Ask, row: EligibilityRow, line: OrderLine) -> datetime | None:
    since, day = _since(ask, row, line), _last_day(ask, row, line)
    if ask.counting is not None and day is not None:
        return end_of(ask.counting, day)
    return since + row.within if since is not None and row.within is not None else None


def _last_day(ask: Ask, row: EligibilityRow, line: OrderLine) -> date | None:
    since = _since(ask, row, line)
    if ask.counting is None or since is None or row.days is None:
        return None
    return last_day(ask.counting, since, row.days)


def _since(ask: Ask, row: EligibilityRow, line: OrderLine) -> datetime | None:
    """What the row's limit runs from; None: nothing yet."""
    if row.since is Since.ORDER:
        return ask.order.placed_at
    parcels = ask.parcels_of(line)
    came = [parcel.delivered_at for parcel in parcels if parcel.delivered_at is not None]
    return max(came) if came and len(came) == len(parcels) else None


def _pieces(ask: Ask, line: OrderLine, kind: RemedyKind | None = None) -> int:
    """What other requests left of the line; of a refund that takes no goods also pieces that came back and are not paid for any more."""
    taken = counted(ask.history.taken)
    if kind is not None and REMEDIES[kind].refunds and not REMEDIES[kind].takes_pieces:
        taken -= counted(ask.history.unpaid)
    return max(line.quantity - taken[line.line_id], 0)


def _affected(ask: Ask, line: OrderLine, kind: RemedyKind) -> int:
    """Of these the pieces that the issue can be about: of lost goods those that lie in a lost parcel, and were not sent again."""
    left = _pieces(ask, line, kind)
    return min(left, _not_come(ask, line) if _makes_good(ask, kind) else _lost(ask, line))


def _lost(ask: Ask, line: OrderLine) -> int:
    """Pieces that lie in a lost parcel, or may: all of them, where nobody says so."""
    lost = lost_pieces(ask.shipments) if ask.issue is Issue.LOST else None
    return line.quantity if lost is None else lost[line.line_id]


def _not_come(ask: Ask, line: OrderLine) -> int:
    """Of these the pieces that were not sent again."""
    return max(_lost(ask, line) - counted(ask.history.sent_again)[line.line_id], 0)


def _makes_good(ask: Ask, kind: RemedyKind) -> bool:
    """Whether it is for goods that did not come: sent again, or paid for. Who cannot send them back has only these."""
    spec = REMEDIES[kind]
    return ask.issue in NOT_COME and (kind is RemedyKind.RESHIP or (spec.refunds and not spec.takes_pieces))


def _amount(ask: Ask, line: OrderLine, kind: RemedyKind, row: EligibilityRow, known: dict[str, JsonValue]) -> int | None:
    """Minor units at most, for all the pieces that are left; None: no money moves."""
    spec = REMEDIES[kind]
    unpaid = ask.order.status is OrderStatus.UNPAID or only_authorised(ask.payments)
    if spec.amount is Amount.NONE or (spec.amount is Amount.IF_PAID and unpaid):
        return None
    amount = _share(ask, line, kind, row, _affected(ask, line, kind)) if _of_the_goods(kind, row) else _cap(ask, kind, row, known)
    return min(amount, ask.left) if spec.refunds else amount


def _of_the_goods(kind: RemedyKind, row: EligibilityRow) -> bool:
    """Whether the row's limit follows from what was paid for the pieces."""
    return not REMEDIES[kind].freight and row.most is None and row.fact is None


def _cap(ask: Ask, kind: RemedyKind, row: EligibilityRow, known: dict[str, JsonValue]) -> int:
    said = known.get(row.fact) if row.fact else None
    fact = int(said) if isinstance(said, int | float) else 0
    most_ = None if row.most is None else ask.figure(row.most) or 0
    freight = ask.freight_left if REMEDIES[kind].freight else None
    return min(limit for limit in (most_, fact if row.fact else None, freight) if limit is not None)


def _share(ask: Ask, line: OrderLine, kind: RemedyKind, row: EligibilityRow, pieces: int) -> int:
    """The row's share of what these pieces cost. What was given for the line beyond the pieces that were taken counts against all that are
    left together: one refunded piece is in the way of no other.
    """
    left, exchanged = _pieces(ask, line, kind), counted(ask.history.exchanged)[line.line_id]
    gone = line.quantity - left
    given = sum(given.minor for given in ask.history.given if given.line_id == line.line_id)
    beyond = max(given - part_of(line.paid, gone, line.quantity, exchanged), 0)
    these, all_left = (_shared(ask, line, row, count, gone + exchanged) for count in (min(pieces, left), left))
    if left and (difference := difference_of(ask.history, line.line_id)):
        these, all_left = as_exchanged(these, all_left, int(difference * row.share), all_of_them=pieces >= left)
    if _makes_good(ask, kind):  # each that did not come once, though the others are left
        for_lost = sum(given.minor for given in ask.history.given_for_lost if given.line_id == line.line_id)
        these = min(these, max(_shared(ask, line, row, _not_come(ask, line), gone + exchanged) - for_lost, 0))
    return min(these, max(all_left - beyond, 0))


def _shared(ask: Ask, line: OrderLine, row: EligibilityRow, pieces: int, before: int) -> int:
    whole, step = line.paid, payable(line.paid.currency)
    whole_up_to = ask.figure(row.whole_up_to) or 0
    if not whole_up_to or part_of(whole, pieces, line.quantity, before) > whole_up_to:
        shared = int(whole.minor * Decimal(str(row.share)))
        whole = _money(ask, shared if row.share == 1 else shared // step * step)
    return part_of(whole, pieces, line.quantity, before)


def _whole(ask: Ask, line: OrderLine, kind: RemedyKind, pieces: int) -> int:
    """What these pieces are worth, whatever the row's share is and was given before."""
    left = _pieces(ask, line, kind)
    before = line.quantity - left + counted(ask.history.exchanged)[line.line_id]
    these, all_left = (part_of(line.paid, count, line.quantity, before) for count in (pieces, left))
    difference = difference_of(ask.history, line.line_id) if left else 0
    return as_exchanged(these, all_left, difference, all_of_them=pieces >= left)[0] if difference else these


def _money(ask: Ask, minor: int) -> Money:
    return Money(minor=minor, currency=ask.order.total.currency)
