"""What may be offered: the limits of an offer (RES-1, RES-3)."""

from models.case.state import CaseState
from models.common.base import Bilingual, Money
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderStatus
from models.common.vocabulary import Issue, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from models.remedies.table import REMEDIES, About
from rules.common.format import minor_units, money
from rules.money.goods import concerned, counted
from rules.money.methods import method_fault
from rules.remedies.ask import Ask
from rules.remedies.eligibility import CANCELLED, FREIGHT_LEFT, MONEY_LEFT, PIECES_LEFT, WAS_CANCELLED, entitlement, most
from rules.remedies.order_change import offer_fault
from rules.remedies.restocking import fee_fault

MAY_GO_BEYOND = frozenset({Role.MERCHANT, Role.SUPERVISOR})


def total(remedies: tuple[RemedyOffer, ...], currency: str) -> Money:
    """The money that an option gives back."""
    return Money(minor=sum(remedy.amount.minor for remedy in remedies if remedy.amount), currency=currency)


def currency_of(case: CaseState, policy: PolicySlice) -> str:
    return case.order.total.currency if case.order else policy.currency


def other_currency(ours: str, theirs: str) -> Bilingual:
    return Bilingual(zh=f"订单币种为 {ours}，金额币种为 {theirs}", en=f"the order is in {ours}, the amount in {theirs}")


def unfit(case: CaseState, policy: PolicySlice, remedies: tuple[RemedyOffer, ...], by: Role = Role.SYSTEM) -> Bilingual | None:
    """What is wrong with offering these remedies together, in a sentence with the rule; None when nothing is.

    A merchant, whose money it is, and a supervisor, who rules, may go beyond what the policy's rows allow; nobody beyond what is left.
    """
    if case.issue is None:
        return Bilingual(zh="工单尚未分类，请先分类", en="the case has no issue yet; classify it first")
    issue = case.issue
    said = next(filter(None, (_misplaced(case, issue, policy, remedy) for remedy in remedies)), None)
    if said is None and case.payments:
        tied = policy.refund_only_back
        said = next(filter(None, (method_fault(case.payments, remedy.method, tied) for remedy in remedies)), None)
    if said is None and case.order is not None:
        ask = Ask.of(case, policy)
        beyond = by in MAY_GO_BEYOND
        ruled = (_refused(ask, case.order, remedy, by) or offer_fault(policy, case, remedy, beyond=beyond) for remedy in remedies)
        said = (
            _too_much(ask.left, case, policy, remedies)
            or next(filter(None, ruled), None)
            or next(filter(None, (fee_fault(ask, remedy) for remedy in remedies)), None)
            or _too_much_freight(ask, remedies)
            or _too_many(ask, case.order, remedies)
        )
    elif said is None:
        said = _too_much(0, case, policy, remedies) or _nowhere(remedies)
    return said


def _misplaced(case: CaseState, issue: Issue, policy: PolicySlice, remedy: RemedyOffer) -> Bilingual | None:
    usual = policy.issues[issue].remedies
    if REMEDIES[remedy.kind].with_credit:
        return Bilingual(
            zh=f"{remedy.kind} 由策略自动附加在退至余额的款项上，无须填写，请删去",
            en=f"{remedy.kind} is added by the policy to money that goes to the balance; leave it out",
        )
    if remedy.kind not in usual:
        offered = [kind.value for kind in usual]
        return Bilingual(
            zh=f"{remedy.kind} 不适用于 {issue}；可用的有：{'、'.join(offered)}",
            en=f"{remedy.kind} is no remedy for {issue}; offered are: {', '.join(offered)}",
        )
    currency = currency_of(case, policy)
    if remedy.amount is not None and remedy.amount.currency != currency:
        return other_currency(currency, remedy.amount.currency)
    return None


def _refused(ask: Ask, order: Order, remedy: RemedyOffer, by: Role) -> Bilingual | None:
    """What a rule says against one remedy."""
    of_lines = REMEDIES[remedy.kind].about is About.LINES
    pieces = counted(concerned(order, remedy.lines, ask.lines) if of_lines else concerned(order))
    items = counted(LineQuantity(line_id=item.line_id, quantity=item.quantity) for item in remedy.items)
    strange = sorted({*pieces, *items} - {line.line_id for line in order.lines})
    if strange:
        lines = [line.line_id for line in order.lines]
        return Bilingual(
            zh=f"订单没有商品行 {'、'.join(strange)}；有：{'、'.join(lines)}",
            en=f"the order has no line {', '.join(strange)}; it has {', '.join(lines)}",
        )
    more = next((line_id for line_id, count in items.items() if count > pieces[line_id]), None)
    if more is not None:
        return Bilingual(
            zh=f"{more}：换货最多 {pieces[more]} 件，所列为 {items[more]} 件",
            en=f"{more}: at most {pieces[more]} piece(s) come in exchange, {items[more]} are named",
        )
    for line in order.lines:
        found = entitlement(ask, line, remedy.kind) if pieces[line.line_id] else None
        if found is not None and not found.allowed and (found.firm or by not in MAY_GO_BEYOND):
            return _by_rule(found.rule, f"{line.line_id}：{found.reason.zh}", f"{line.line_id}: {found.reason.en}")
    if remedy.amount is None or by in MAY_GO_BEYOND:
        return None
    limit = most(ask, remedy.kind, tuple(LineQuantity(line_id=line_id, quantity=count) for line_id, count in pieces.items()))
    if remedy.amount.minor <= limit:
        return None
    rules = "、".join(dict.fromkeys(entitlement(ask, line, remedy.kind).rule for line in order.lines if pieces[line.line_id]))
    asked, most_ = money(remedy.amount), minor_units(limit, remedy.amount.currency)
    return _by_rule(
        rules,
        f"{remedy.kind} 的金额 {asked.zh} 超过上限 {most_.zh}；更多须由主管决定",
        f"{asked.en} is more than the {most_.en} that {remedy.kind} may give here; a supervisor may give more",
    )


def _nowhere(remedies: tuple[RemedyOffer, ...]) -> Bilingual | None:
    """What needs an order, in a case that has none."""
    kind = next((remedy.kind for remedy in remedies if REMEDIES[remedy.kind].about is not About.CASE), None)
    if kind is None:
        return None
    return Bilingual(zh=f"没有已核实的订单，无法提供 {kind}", en=f"{kind} needs a verified order, and the case has none")


def _too_many(ask: Ask, order: Order, remedies: tuple[RemedyOffer, ...]) -> Bilingual | None:
    """Each piece once: of all the remedies of goods together, and without what other requests took."""
    goods = [remedy for remedy in remedies if REMEDIES[remedy.kind].takes_pieces]
    wanted = counted(piece for remedy in goods for piece in concerned(order, remedy.lines, ask.lines))
    taken = counted(ask.history.taken)
    for line in order.lines:
        left = max(line.quantity - taken[line.line_id], 0)
        if wanted[line.line_id] > left:
            count, bought = wanted[line.line_id], line.quantity
            return _by_rule(
                PIECES_LEFT,
                f"{line.line_id} 的 {count} 件超过剩余的 {left} 件（购买 {bought} 件）",
                f"{count} of {line.line_id} are more than the {left} that are left (bought: {bought})",
            )
    return None


def _too_much(left: int, case: CaseState, policy: PolicySlice, remedies: tuple[RemedyOffer, ...]) -> Bilingual | None:
    """Money that goes back comes from the order's payments; coupons do not."""
    amount = sum(remedy.amount.minor for remedy in remedies if remedy.amount and REMEDIES[remedy.kind].refunds)
    if amount and not case.payments:
        return Bilingual(zh="没有已核实的付款可退", en="there is no verified payment of an order to refund")
    if amount <= left:
        return None
    if not left and case.order is not None and case.order.status is OrderStatus.CANCELLED:
        return _by_rule(CANCELLED, WAS_CANCELLED.zh, WAS_CANCELLED.en)
    currency = currency_of(case, policy)
    asked, rest = minor_units(amount, currency), minor_units(left, currency)
    return _by_rule(
        MONEY_LEFT,
        f"金额 {asked.zh} 超过订单剩余可退的 {rest.zh}",
        f"{asked.en} is more than the {rest.en} that is left to refund on the order",
    )


def _too_much_freight(ask: Ask, remedies: tuple[RemedyOffer, ...]) -> Bilingual | None:
    """RES-13: nobody gives more of the freight than was paid for it, nor of what the goods may still bring."""
    amount = sum(remedy.amount.minor for remedy in remedies if remedy.amount and REMEDIES[remedy.kind].freight)
    left, currency = ask.freight_left, ask.order.total.currency
    if amount <= left:
        return None
    asked, rest = minor_units(amount, currency), minor_units(left, currency)
    return _by_rule(
        FREIGHT_LEFT,
        f"运费 {asked.zh} 超过可单独退还的 {rest.zh}",
        f"{asked.en} is more than the {rest.en} of the order's freight that may be refunded alone",
    )


def _by_rule(rule: str, zh: str, en: str) -> Bilingual:
    return Bilingual(zh=f"{zh}（规则 {rule}）", en=f"{en} (rule {rule})")
