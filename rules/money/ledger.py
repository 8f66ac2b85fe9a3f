"""What is booked in an order's ledger (RES-5), and what the ledger says. Pure: entries in, entries out; docs/money.md explains them.

Whatever happens is booked under a key of its own, so that the same news booked twice is one entry, in whatever order they come.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from models.common.actors import Actor
from models.common.base import Bilingual, Frozen, Money
from models.common.partners import Payment, PaymentStatus, ProviderRefundStatus, Refund
from models.common.vocabulary import Party, RefundStatus, Role
from models.money.coupon import CouponForm
from models.money.ledger import Entry, EntryKind, Posting
from models.remedies.remedy import RefundPart
from models.returns.settlement import Settlement
from rules.money.refund import split

CUSTOMER = "customer"
"""What is with the customer: what they paid is taken from it, what reached them is given to it."""
PROVIDER = "provider"
"""Refunds that the provider took and that have not arrived."""
OUTSIDE = "outside"
"""What went back without us, as the provider tells."""
LAST = datetime.max.replace(tzinfo=UTC)
PLATFORM, COUPONS, BONUSES = "platform", "coupons", "bonuses"
WITHHELD, KEPT = "withheld", "kept:"
"""Minus what of the goods' price did not go back with them, and what it is kept for (RES-13). It moves nothing: the payments go on holding it."""
CHARGEBACK, CHARGED_BACK, FEES = "chargeback:", "charged_back", "provider_fees"
"""What the provider holds of a payment until a chargeback is decided; what customers have by chargebacks that were lost, and that settles no
refund; what the provider charges."""
PAYMENT, RESERVED = "payment:", "set_aside:"
"""What a payment still holds; what is promised to a remedy of a case and not asked for yet."""

BY_PLATFORM: Mapping[CouponForm, tuple[EntryKind, EntryKind, str]] = {
    CouponForm.CODE: (EntryKind.COUPON_ISSUED, EntryKind.COUPON_REVOKED, COUPONS),
    CouponForm.BALANCE: (EntryKind.BONUS_GIVEN, EntryKind.BONUS_REVOKED, BONUSES),
}
"""As what a coupon (RES-3) or a bonus on store credit (RES-17) is booked, given and taken back, and the account that says what they are worth."""

Balances = Counter[tuple[str, str]]
"""What each account holds, by account and currency."""

WORDS: dict[EntryKind, Bilingual] = {
    EntryKind.CAPTURED: Bilingual(zh="顾客付款已入账", en="the customer's payment was captured"),
    EntryKind.CHARGED: Bilingual(zh="顾客补付差价", en="the customer paid a price difference"),
    EntryKind.REFUNDED_OUTSIDE: Bilingual(
        zh="系统之外的退款（由支付机构告知）", en="refunded outside, as the payment provider tells"
    ),
    EntryKind.REFUSED_OUTSIDE: Bilingual(zh="系统之外的退款未成功", en="a refund made outside was refused"),
    EntryKind.RESERVED: Bilingual(zh="已为退款预留", en="set aside for a refund"),
    EntryKind.REQUESTED: Bilingual(zh="支付机构已受理退款", en="the payment provider took the refund"),
    EntryKind.ARRIVED: Bilingual(zh="退款已到账", en="the refund arrived"),
    EntryKind.RELEASED: Bilingual(zh="退款未成功，款项重新可退", en="the refund failed, its money is free again"),
    EntryKind.REVERSED: Bilingual(
        zh="退款到账后被退回，款项重新可退", en="the refund came back after it had arrived, its money is free again"
    ),
    EntryKind.PAID_OTHERWISE: Bilingual(zh="已通过其他方式付给顾客", en="paid to the customer another way"),
    EntryKind.COUPON_ISSUED: Bilingual(zh="已发放优惠券", en="a coupon was issued"),
    EntryKind.COUPON_REVOKED: Bilingual(zh="优惠券已收回", en="the coupon was taken back"),
    EntryKind.BONUS_GIVEN: Bilingual(zh="已发放余额赠金", en="a bonus on store credit was given"),
    EntryKind.BONUS_REVOKED: Bilingual(zh="余额赠金已收回", en="the bonus on store credit was taken back"),
    EntryKind.KEPT: Bilingual(
        zh="退货时按约定扣留（折价、退货整理费、退货运费）",
        en="kept of a return as agreed: reduced worth, restocking fee, freight of the return",
    ),
    EntryKind.RECOVERED: Bilingual(zh="已向责任方追回", en="recovered from whoever is liable"),
    EntryKind.CHARGEBACK_HELD: Bilingual(zh="银行拒付，款项被支付机构扣留", en="a chargeback: the provider holds the money"),
    EntryKind.CHARGEBACK_RETURNED: Bilingual(
        zh="拒付申诉成功，款项已退还", en="of a chargeback that was won or withdrawn, the money is back"
    ),
    EntryKind.CHARGEBACK_LOST: Bilingual(zh="拒付成立，款项归顾客", en="a chargeback was lost, the customer keeps the money"),
    EntryKind.CHARGEBACK_SETTLED: Bilingual(
        zh="应退款已由拒付结清", en="a refund that was owed is settled by a chargeback that was lost"
    ),
    EntryKind.CHARGEBACK_FEE: Bilingual(zh="支付机构收取拒付手续费", en="the provider's fee for a chargeback"),
    EntryKind.CHARGEBACK_FEE_RETURNED: Bilingual(zh="拒付手续费已退还", en="the provider gave its fee for a chargeback back"),
}


class Whose(NamedTuple):
    """What an entry belongs to."""

    order_id: str
    case_id: str | None = None
    remedy_id: str | None = None


class Summary(Frozen):
    """An order's money in one currency: `paid` + `twice` = `refunded` + `under_way` + `in_chargebacks` + `left`."""

    paid: Money
    refunded: Money
    """With the customer again, by refunds or by chargebacks that were lost."""
    under_way: Money
    """Set aside, or asked for and not arrived."""
    in_chargebacks: Money
    """With the provider, until a chargeback is decided (RES-12)."""
    twice: Money
    """What a refund and a chargeback both take from a payment, beyond what it was."""
    left: Money
    """What may still be refunded."""
    kept: Money
    """How much of what was not refunded the customer agreed to leave with the merchant, for goods that came back (RES-13)."""


def seen(order_id: str, payments: Iterable[Payment], booked: Sequence[Entry]) -> Iterator[Entry]:
    """What the provider's list tells that is not booked: payments, refunds that none of our cases asked for, and what no case
    expects any more of those that it asked for.

    The list may be an old one: a payment only grows, and a refund that was refused stays refused.
    """
    known = {entry.key: entry for entry in booked}
    taken = paid_in(booked)
    for payment in payments:
        fresh = payment.amount.minor - taken[PAYMENT + payment.payment_id, payment.amount.currency]
        if payment.status is PaymentStatus.CAPTURED and fresh > 0:
            yield _paid(EntryKind.CAPTURED, Whose(order_id), payment.payment_id, payment.amount, fresh)
        again = paid_again(payment.refunds)
        for refund in payment.refunds:
            ours = None if refund.refund_id in again else known.get(f"set_aside.{refund.key}")
            entry = _outside(order_id, refund, known) if ours is None else _unexpected(ours, refund, known)
            if entry is not None and refund.amount.minor:
                yield entry


def paid_again(refunds: Iterable[Refund]) -> frozenset[str]:
    """Ids of refunds that a provider made beyond the first under one key: we asked for one, so that the others are none of ours."""
    going = [refund for refund in refunds if refund.status is not ProviderRefundStatus.REFUSED]
    going.sort(key=lambda refund: (refund.requested_at or LAST, refund.refund_id))
    first = {refund.key: refund.refund_id for refund in reversed(going)}
    return frozenset(refund.refund_id for refund in going if refund.refund_id != first[refund.key])


def _outside(order_id: str, refund: Refund, known: Mapping[str, Entry]) -> Entry | None:
    """A refund that no case of ours asked for."""
    key, giver, taker = f"outside.{order_id}.{refund.refund_id}", PAYMENT + refund.payment_id, OUTSIDE
    kind = EntryKind.REFUNDED_OUTSIDE
    if refund.status is ProviderRefundStatus.REFUSED:
        if key not in known:
            return None
        key, kind, giver, taker = f"{key}.refused", EntryKind.REFUSED_OUTSIDE, taker, giver
    return None if key in known else _entry(key, kind, Whose(order_id), refund.amount, giver, taker)


def _unexpected(ours: Entry, refund: Refund, known: Mapping[str, Entry]) -> Entry | None:
    """A refund of ours that arrived although we took it for failed or it was paid another way, or that came back after it had arrived."""
    of = Whose(ours.order_id, ours.case_id, ours.remedy_id)
    arrived, released, otherwise, reversed_ = (
        f"{kind}.{refund.key}" in known
        for kind in (EntryKind.ARRIVED, EntryKind.RELEASED, EntryKind.PAID_OTHERWISE, EntryKind.REVERSED)
    )
    holder = PLATFORM if otherwise else PAYMENT + refund.payment_id
    if refund.status is ProviderRefundStatus.ARRIVED and not arrived and (released or otherwise):
        return _entry(f"{EntryKind.ARRIVED}.{refund.key}", EntryKind.ARRIVED, of, refund.amount, holder, CUSTOMER)
    # in an old list, it may have been refused before it arrived after all
    if refund.status is ProviderRefundStatus.REFUSED and arrived and not (released or reversed_):
        return _entry(f"{EntryKind.REVERSED}.{refund.key}", EntryKind.REVERSED, of, refund.amount, CUSTOMER, holder)
    return None


def reserved(of: Whose, part: RefundPart) -> Entry:
    """Money of a payment is promised to a remedy, before any provider is asked."""
    return _entry(f"set_aside.{part.key}", EntryKind.RESERVED, of, part.amount, PAYMENT + part.payment_id, _promised(of))


def moved(of: Whose, part: RefundPart, to: RefundStatus, *, otherwise: bool = False) -> tuple[Entry, ...]:
    """The entries for a part that was booked as `part` and comes to another state; `otherwise`: a person paid it another way.

    What is paid another way though it has arrived is the platform's own money.
    """
    payment = PAYMENT + part.payment_id
    holders = {RefundStatus.PENDING: _promised(of), RefundStatus.REQUESTED: PROVIDER, RefundStatus.ARRIVED: CUSTOMER}
    holder = holders.get(part.refund_status, payment)
    if otherwise:
        steps = ((EntryKind.PAID_OTHERWISE, PLATFORM if holder == CUSTOMER else holder, CUSTOMER),)
    elif to is RefundStatus.REVERSED:
        steps = ((EntryKind.REVERSED, holder, payment),)
    elif to is RefundStatus.FAILED:
        steps = ((EntryKind.RELEASED, holder, payment),)
    elif to is RefundStatus.REQUESTED:
        steps = ((EntryKind.REQUESTED, holder, PROVIDER),)
    elif part.refund_status is RefundStatus.PENDING:
        steps = ((EntryKind.REQUESTED, holder, PROVIDER), (EntryKind.ARRIVED, PROVIDER, CUSTOMER))
    else:
        steps = ((EntryKind.ARRIVED, holder, CUSTOMER),)
    return tuple(_entry(f"{kind}.{part.key}", kind, of, part.amount, giver, taker) for kind, giver, taker in steps)


def paid_otherwise(of: Whose, amount: Money, left: Mapping[str, int]) -> Entry:
    """A remedy that a person paid another way, for what no part covers: from what the payments hold, the rest from the platform."""
    shares = dict(split(min(amount.minor, sum(left.values())), left) or ())
    given = {PAYMENT + payment_id: minor for payment_id, minor in shares.items()}
    given[PLATFORM] = amount.minor - sum(shares.values())
    postings = {CUSTOMER: amount.minor} | {account: -minor for account, minor in given.items() if minor}
    key = f"paid_otherwise.{of.case_id}.{of.remedy_id}"
    return _posted(key, EntryKind.PAID_OTHERWISE, of, amount.currency, postings)


def charged(of: Whose, payment_id: str, amount: Money) -> Entry:
    """The customer paid more (a price difference): a payment like any other, whether we or the provider's list told of it first."""
    return _paid(EntryKind.CHARGED, of, payment_id, amount, amount.minor)


def kept(of: Whose, came_to: Settlement) -> Entry:
    """What of the goods' price does not go back with them."""
    for_what = {"reduced": came_to.reduced, "restocking": came_to.restocking, "return_freight": came_to.deducted}
    postings = {f"{KEPT}{name}": amount.minor for name, amount in for_what.items() if amount.minor}
    return _posted(
        f"kept.{of.case_id}.{of.remedy_id}", EntryKind.KEPT, of, came_to.goods.currency, {WITHHELD: -came_to.withheld, **postings}
    )


def coupon_issued(of: Whose, amount: Money, form: CouponForm = CouponForm.CODE) -> Entry:
    """The platform owes what the coupon, or the bonus on store credit, is worth."""
    kind, _, account = BY_PLATFORM[form]
    return _entry(f"{kind}.{of.case_id}.{of.remedy_id}", kind, of, amount, PLATFORM, account)


def coupon_revoked(of: Whose, amount: Money, form: CouponForm = CouponForm.CODE) -> Entry:
    """An unused coupon or bonus was taken back."""
    _, kind, account = BY_PLATFORM[form]
    return _entry(f"{kind}.{of.case_id}.{of.remedy_id}", kind, of, amount, account, PLATFORM)


def recovered(of: Whose, claim: str, giver: str, shares: Mapping[str, int], currency: str) -> Entry:
    """Money between the parties of a claim: what each account gets of it, all of it from `giver`; negative: it went back.

    `claim` names the payment: the same one is booked once.
    """
    return _posted(recovered_key(claim), EntryKind.RECOVERED, of, currency, {giver: -sum(shares.values()), **shares})


def recovered_key(claim: str) -> str:
    return f"recovered.{claim}"


def concerns(entry: Entry, actor: Actor) -> bool:
    """Whether an entry of the order is for this viewer, who may see the order."""
    if actor.role is Role.CUSTOMER:
        return entry.kind in EntryKind.of_the_customer()
    others = entry.kind is EntryKind.RECOVERED and all(
        posting.account != f"{Party.MERCHANT}:{actor.id}" for posting in entry.postings
    )
    return actor.role is not Role.MERCHANT or not others


def balances(entries: Iterable[Entry]) -> Balances:
    held: Balances = Counter()
    for entry in entries:
        for posting in entry.postings:
            held[posting.account, entry.currency] += posting.minor
    return held


def moved_by_chargeback(of: Whose, key: str, kind: EntryKind, amount: Money, *, giver: str, taker: str) -> Entry:
    """Money of a payment that a chargeback takes, gives back or leaves to the customer; the provider's fee for it (RES-12)."""
    return _entry(key, kind, of, amount, giver, taker)


def paid_in(entries: Iterable[Entry]) -> Balances:
    """What came in on each payment."""
    return balances(entry for entry in entries if entry.kind in EntryKind.paying_in())


def left_on(entries: Sequence[Entry], currency: str, first: Sequence[str] = ()) -> dict[str, int]:
    """Minor units that each payment in that currency still holds; those of `first` in this order before any other."""
    held = balances(entries)
    ours = sorted(account.removeprefix(PAYMENT) for account, its in held if account.startswith(PAYMENT) and its == currency)
    ordered = [payment_id for payment_id in dict.fromkeys(first) if payment_id in ours]
    return {
        payment_id: max(held[PAYMENT + payment_id, currency], 0)
        for payment_id in (*ordered, *(payment_id for payment_id in ours if payment_id not in ordered))
    }


def summary(entries: Sequence[Entry], currency: str) -> Summary:
    held = balances(entries)
    paid = sum(minor for (account, its), minor in paid_in(entries).items() if account.startswith(PAYMENT) and its == currency)
    under_way = held[PROVIDER, currency] + sum(
        minor for (account, its), minor in held.items() if account.startswith(RESERVED) and its == currency
    )
    back = paid + held[CUSTOMER, currency] + held[OUTSIDE, currency] + held[CHARGED_BACK, currency]
    left = sum(left_on(entries, currency).values())
    ours = {account: minor for (account, its), minor in held.items() if its == currency}
    disputed = sum(minor for account, minor in ours.items() if account.startswith(CHARGEBACK))
    twice = sum(max(-minor, 0) for account, minor in ours.items() if account.startswith(PAYMENT))
    return Summary(
        paid=Money(minor=paid, currency=currency),
        refunded=Money(minor=back, currency=currency),
        under_way=Money(minor=under_way, currency=currency),
        in_chargebacks=Money(minor=disputed, currency=currency),
        twice=Money(minor=twice, currency=currency),
        left=Money(minor=left, currency=currency),
        kept=Money(minor=-held[WITHHELD, currency], currency=currency),
    )


def _promised(of: Whose) -> str:
    return f"{RESERVED}{of.case_id}.{of.remedy_id}"


def _paid(kind: EntryKind, of: Whose, payment_id: str, whole: Money, fresh: int) -> Entry:
    """Known by what the payment comes to with it, so that two who see it at once book it once."""
    amount = whole.model_copy(update={"minor": fresh})
    return _entry(f"captured.{of.order_id}.{payment_id}.{whole.minor}", kind, of, amount, CUSTOMER, PAYMENT + payment_id)


def _entry(key: str, kind: EntryKind, of: Whose, amount: Money, giver: str, taker: str) -> Entry:  # noqa: PLR0917  # one movement
    return _posted(key, kind, of, amount.currency, {giver: -amount.minor, taker: amount.minor})


def _posted(key: str, kind: EntryKind, of: Whose, currency: str, postings: Mapping[str, int]) -> Entry:
    return Entry(
        key=key,
        kind=kind,
        order_id=of.order_id,
        case_id=of.case_id,
        remedy_id=of.remedy_id,
        currency=currency,
        postings=tuple(Posting(account=account, minor=minor) for account, minor in postings.items()),
    )
