"""What is kept of the refund for goods that come back only because they are not wanted (RES-13): by the policy, never against the law.

Nothing of faulty, wrong or damaged goods; nothing while the law lets them be returned free of a fee; no more than the policy's share. Nobody
goes beyond that, be it a supervisor; who offers less, or nothing, waives it.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from models.common.base import Bilingual, Money
from models.common.currencies import payable
from models.common.lines import LineQuantity
from models.common.vocabulary import Issue, RemedyKind
from models.remedies.offers import RemedyOffer
from rules.common.amounts import cost_of
from rules.common.counting import end_of, last_day
from rules.common.format import minor_units, money
from rules.facts.parcels import in_use
from rules.money.goods import concerned
from rules.remedies.ask import Ask
from rules.returns.statutes import statute_of

RULE = "restocking"
AS_AGREED = Bilingual(
    zh="有质量问题、发错或损坏的商品，退货不收取任何费用",
    en="faulty, wrong or damaged goods are returned at no cost to the customer",
)
NONE_BY_POLICY = Bilingual(zh="本策略不收取退货整理费", en="the policy takes none")


def kept_of(ask: Ask, kind: RemedyKind, lines: Sequence[LineQuantity], amount: Money | None) -> Money | None:
    """What the policy keeps of the amount that these pieces would bring; None: nothing."""
    rule = ask.policy.eligibility.restocking
    if kind is not RemedyKind.RETURN_AND_REFUND or rule is None or amount is None or _why_none(ask) is not None:
        return None
    goods = min(amount.minor, cost_of(ask.order, concerned(ask.order, tuple(lines), ask.lines)).minor)
    step = payable(amount.currency)
    minor = int(goods * Decimal(str(rule.share)) / step) * step
    return Money(minor=minor, currency=amount.currency) if minor else None


def fee_fault(ask: Ask, remedy: RemedyOffer) -> Bilingual | None:
    """Why so much may not be kept, with the rule and its source; None: it may, or nothing is."""
    fee = remedy.restocking
    if fee is None or not fee.minor:
        return None
    if fee.currency != ask.order.total.currency:
        ours = ask.order.total.currency
        return Bilingual(
            zh=f"订单币种为 {ours}，退货整理费币种为 {fee.currency}", en=f"the order is in {ours}, the fee in {fee.currency}"
        )
    why = _why_none(ask)
    if why is not None:
        return _said(f"不得收取退货整理费：{why.zh}", f"no restocking fee: {why.en}")
    most = kept_of(ask, remedy.kind, remedy.lines, remedy.amount)
    if most is not None and fee.minor <= most.minor:
        return None
    asked, limit = money(fee), minor_units(most.minor if most else 0, fee.currency)
    return _said(
        f"退货整理费 {asked.zh} 超过策略允许的 {limit.zh}",
        f"the restocking fee of {asked.en} is more than the {limit.en} that the policy keeps",
    )


def _why_none(ask: Ask) -> Bilingual | None:
    """Why nothing may be kept; None: the policy's share may."""
    statute, rule = statute_of(ask.order.region), ask.policy.eligibility.restocking
    if ask.issue is not Issue.NO_REASON_RETURN or ask.liable:
        return statute.faulty if statute else AS_AGREED
    if statute is None:
        region = ask.order.region
        return Bilingual(zh=f"不了解 {region} 的法律", en=f"the law of {region} is not known here")
    if statute.days and _within(ask, statute.days):
        return statute.no_fee
    if rule is None:
        return NONE_BY_POLICY
    if _within(ask, rule.days):
        return Bilingual(zh=f"签收后 {rule.days} 天内申请的退货不收取", en=f"none is taken within {rule.days} days of delivery")
    return None


def _within(ask: Ask, days: int) -> bool:
    """Whether it was asked for in so many days after the last of the order's goods came (Directive 2011/83/EU, art. 9 (2) (b) (i))."""
    parcels = in_use(ask.order, ask.shipments)
    came = [parcel.delivered_at for parcel in parcels if parcel.delivered_at is not None]
    if not came or len(came) < len(parcels):
        return True
    if ask.counting is None:
        return ask.asked_at < max(came) + timedelta(days=days)
    return ask.asked_at < end_of(ask.counting, last_day(ask.counting, max(came), days))


def _said(zh: str, en: str) -> Bilingual:
    return Bilingual(zh=f"{zh}（规则 {RULE}）", en=f"{en} (rule {RULE})")
