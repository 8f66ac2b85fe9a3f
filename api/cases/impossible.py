"""A request that nobody can fulfil is answered when it is made (RES-1), as `POST /v1/eligibility` would answer it."""

from collections.abc import Collection

from api.cases.eligibility import asked_now, check_lines
from api.cases.variants import PATIENCE, check_items
from api.http.auth import Caller
from api.http.dependencies import Parts
from api.http.partner_data import Seen, order_in_sight
from api.http.problems import ProblemError, problem
from models.case.receipt import Receipt, Wanted
from models.common.vocabulary import ErrorType, Kind, Locale
from rules.money.methods import RULE, method_fault, refund_methods
from rules.notifications.texts import texts
from rules.remedies.impossible import impossible


def check_method(seen: Seen, wanted: Wanted | None, only_back: Collection[str]) -> None:
    """Raise a problem when money is wished back by a method that did not pay for the order. Without payments there is nothing to say."""
    payments = seen[2]
    fault = method_fault(payments, wanted.method, only_back) if wanted and payments else None
    if fault is not None:
        known = refund_methods(payments, only_back)
        raise problem(ErrorType.INVALID, fault.en, fault.zh, field="wanted.method", rule=RULE, allowed=known)


async def refuse_impossible(parts: Parts, caller: Caller, receipt: Receipt) -> None:
    """Raise a problem with the firm rule and what is open instead. Inquiries and complaints are never refused.

    An order that is unknown, somebody else's, or whose partners do not answer is the case's to look up (REC-3).
    """
    if receipt.kind is not Kind.AFTER_SALES or receipt.order_id is None or not (receipt.issue or receipt.lines):
        return
    try:
        seen = await order_in_sight(parts.partners, caller, receipt.order_id, PATIENCE)
    except ProblemError:
        return
    order = seen[0]
    if order.customer_id != receipt.customer_id:
        return
    check_lines(order, receipt.lines)
    check_method(seen, receipt.wanted, parts.policy.refund_only_back)
    if (wanted := receipt.wanted) is not None:
        await check_items(parts, order, wanted.items, "wanted.items")
        await check_items(parts, order, wanted.change.items if wanted.change else (), "wanted.change.items")
    ask = await asked_now(parts, seen, receipt.issue, receipt.lines)
    if (found := impossible(ask, receipt.wanted)) is None:
        return
    words = texts(parts.policy.zone)
    zh = "、".join(words.name(kind, Locale.ZH) for kind in found.instead)
    en = ", ".join(words.name(kind, Locale.EN) for kind in found.instead)
    raise problem(
        ErrorType.NOT_ALLOWED_NOW,
        f"This cannot be done: {found.reason.en} (rule {found.rule}). "
        + (f"Possible instead: {en}; see POST /v1/eligibility. " if en else "")
        + "If something went wrong, open a complaint.",
        f"无法办理：{found.reason.zh}（规则 {found.rule}）。"
        + (f"可以改为：{zh}，详见 POST /v1/eligibility。" if zh else "")
        + "如对处理有异议，可提交投诉。",
        field="wanted" if receipt.wanted else "issue",
        rule=found.rule,
        allowed=found.instead,
    )
