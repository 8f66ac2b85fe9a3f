"""What resolves without a person (RES-10): clear facts, a small amount, a clean record; every check with its figure, so that it can be explained."""

import hashlib
from collections.abc import Iterator

from pydantic import JsonValue

from models.case.state import CaseState
from models.common.base import Bilingual, Money
from models.common.vocabulary import Issue, Kind, RemedyKind
from models.investigation.decisions import Check
from models.policy.policy import LiabilityRow, PolicySlice
from models.remedies.offers import RemedyOffer
from models.remedies.table import REMEDIES
from rules.common.rates import figure_in
from rules.facts.establish import value_of
from rules.facts.liability import decisive
from rules.facts.parcels import lines_in_question
from rules.money.approvals import given_on_order
from rules.money.goods import counted, counted_before, with_own
from rules.money.worth import freight_due, worth_of
from rules.remedies.ask import Ask
from rules.remedies.limits import currency_of, unfit
from rules.remedies.order_change import less_to_pay, wished
from rules.remedies.restocking import kept_of

GOODS_FIRST = "return"
"""A row by which a return is due, whatever the amount: it is paid only when the goods are back and inspected."""
TITLES = {
    "enabled": Bilingual(zh="允许自动处理", en="resolving without a person is switched on"),
    "request": Bilingual(zh="不是咨询，且未重开、未被质疑", en="no question, not reopened, not disputed"),
    "caps": Bilingual(zh="当日额度未用完", en="the day's caps are not used up"),
    "finding": Bilingual(zh="责任认定依据充分", en="the facts decide who is responsible"),
    "row": Bilingual(zh="该情形允许自动处理", en="the policy lets this row decide alone"),
    "remedy": Bilingual(zh="诉求可自动执行", en="what is asked for can be done without a person"),
    "entitled": Bilingual(zh="不超过应得金额", en="no more is asked for than is due"),
    "amount": Bilingual(
        zh="不超过自动处理限额（含该订单已给付金额）", en="within the automatic limit, with what the order was given before"
    ),
    "chargeback": Bilingual(zh="没有银行拒付", en="the bank has taken nothing back"),
    "refunds": Bilingual(zh="顾客近九十天退款次数", en="the customer's refunds of the last 90 days"),
    "found_against": Bilingual(
        zh="顾客近九十天被认定责任的次数", en="how often the customer was found responsible in the last 90 days"
    ),
    "restocking": Bilingual(zh="没有退货整理费", en="nothing is kept of the refund, which the customer would have to agree to"),
    "eligible": Bilingual(zh="符合售后条件", en="the remedy is eligible"),
}


def weigh(case: CaseState, policy: PolicySlice) -> tuple[RemedyOffer | None, tuple[Check, ...]]:
    """What is due without a person, or None; and what was weighed, up to the first check that did not pass."""
    checks: list[Check] = []
    for check in _checks(case, policy):
        checks.append(check)
        if not check.passed:
            return None, tuple(checks)
    return _offer(case, policy), tuple(checks)


def due_without_a_person(case: CaseState, policy: PolicySlice) -> RemedyOffer | None:
    """What the customer is given at once."""
    return weigh(case, policy)[0]


def drawn_by_id(case_id: str, share: float) -> bool:
    """How older running cases drew the decisions that a person looks at: by the case's id, which its customer could choose among."""
    return int.from_bytes(hashlib.sha256(case_id.encode()).digest()[:4], "big") / 2**32 < share


def _checks(case: CaseState, policy: PolicySlice) -> Iterator[Check]:
    limits, finding, history = policy.automatic, case.finding, case.history
    yield _check("enabled", limits.enabled)
    yield _check("request", case.kind is not Kind.INQUIRY and not case.reopened and not case.disputed)
    if case.chargebacks:
        yield _check("chargeback", passed=False, figure=case.chargebacks[-1].chargeback_id)
    yield _check("caps", case.automatic_denied is None, case.automatic_denied)
    confidence = finding.confidence if finding else None
    yield _check("finding", decisive(policy, finding), confidence, limits.confidence)
    row, offer = _row(case, policy), _offer(case, policy)
    decides = row is not None and _decides(row, offer) and case.order is not None
    yield _check("row", decides, finding.row if finding else None)
    yield _check("remedy", offer is not None, case.receipt.wanted.remedy.value if case.receipt.wanted else None)
    asked, due = _given(case, offer), _entitlement(case, policy, offer.kind if offer else None).minor
    yield _check("entitled", asked <= due, asked, due)
    if row is not None and row.automatic != GOODS_FIRST:
        most = figure_in(policy, policy.approval.automatic, currency_of(case, policy))
        yield _check("amount", not asked if most is None else asked + given_on_order(case) <= most, asked, most)
    if history is not None:
        refunds, against = history.refunds_of_customer, history.found_against_customer
        yield _check("refunds", refunds <= limits.max_refunds_in_90_days, refunds, limits.max_refunds_in_90_days)
        yield _check("found_against", against <= limits.max_found_against, against, limits.max_found_against)
    kept = kept_of(Ask.of(case, policy), offer.kind, offer.lines, offer.amount) if offer and case.order else None
    if kept is not None:  # the customer sees it before agreeing
        yield _check("restocking", passed=False, figure=kept.minor)
    fault = unfit(case, policy, (offer,)) if offer else None
    yield _check("eligible", fault is None, fault.en if fault else None)


def _check(name: str, passed: bool, figure: JsonValue = None, limit: JsonValue = None) -> Check:
    return Check(name=name, title=TITLES[name], passed=passed, figure=figure, limit=limit)


def _row(case: CaseState, policy: PolicySlice) -> LiabilityRow | None:
    return next((row for row in policy.liability if case.finding and row.id == case.finding.row), None)


def _decides(row: LiabilityRow, offer: RemedyOffer | None) -> bool:
    if row.automatic == GOODS_FIRST:
        return offer is None or offer.kind is RemedyKind.RETURN_AND_REFUND
    return row.automatic or (offer is not None and bool(REMEDIES[offer.kind].changes))  # the merchant's system decides


def _offer(case: CaseState, policy: PolicySlice) -> RemedyOffer | None:
    """What the customer asks for; of who asks for nothing in particular, what the issue usually gets."""
    if case.issue is None or case.order is None:
        return None
    wanted = case.receipt.wanted
    if case.issue is Issue.CANCEL or (wanted and REMEDIES[wanted.remedy].changes):
        return wished(case.order, wanted, case.receipt.lines, counted_before(case), case.payments)
    usual = policy.issues[case.issue].remedies[0]
    if wanted is None and REMEDIES[usual].changes:  # which change, only the customer can say
        return None
    kind = wanted.remedy if wanted else usual if usual is RemedyKind.RETURN_AND_REFUND else RemedyKind.REFUND_ONLY
    amount = wanted.amount if wanted and wanted.amount else _entitlement(case, policy, kind)
    if not REMEDIES[kind].refunds or not amount.minor:
        return None
    return RemedyOffer(kind=kind, amount=amount, lines=lines_in_question(case))


def _given(case: CaseState, offer: RemedyOffer | None) -> int:
    """Minor units that go back by it, as far as that can be told before a merchant answers."""
    if offer and offer.change and case.order:
        return less_to_pay(case.order, offer.change, counted_before(case)).minor
    return offer.amount.minor if offer and offer.amount else 0


def _entitlement(case: CaseState, policy: PolicySlice, kind: RemedyKind | None) -> Money:
    if case.order is None:
        return Money(minor=0)
    if kind is not None and REMEDIES[kind].freight:
        return Money(minor=Ask.of(case, policy).freight_left, currency=case.order.total.currency)
    if case.issue is Issue.CHARGED_TWICE:
        duplicate = value_of(case.facts, "payment.duplicate_minor")
        return Money(minor=duplicate if isinstance(duplicate, int) else 0, currency=case.order.total.currency)
    lines = lines_in_question(case)
    worth = worth_of(case, lines)
    freight = freight_due(case.order, with_own(case.history, case), counted(lines)) if lines else 0
    return worth.model_copy(update={"minor": worth.minor + freight})
