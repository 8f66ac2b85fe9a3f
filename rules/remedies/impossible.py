"""What is asked for and cannot be done (RES-1): the firm refusal of every line it is about, and what is open instead.

It is the answer when a case is opened; nobody would be able to say yes later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.case.receipt import Wanted
from models.common.base import Bilingual
from models.common.vocabulary import Issue, RemedyKind
from models.remedies.table import REMEDIES
from rules.remedies.ask import Ask
from rules.remedies.eligibility import CHANGES, MONEY_LEFT, REMEDY_OF_ISSUE, eligible, entitlement
from rules.remedies.order_change import change_fault

ASKS_FOR: Mapping[Issue, RemedyKind] = {
    Issue.CANCEL: RemedyKind.ORDER_CANCELLED,
    Issue.CHANGE: RemedyKind.ORDER_CHANGED,
    Issue.NO_REASON_RETURN: RemedyKind.RETURN_AND_REFUND,
}
"""Issues that are a request themselves; with any other, something went wrong, and the customer may say what is wanted."""
OF_OTHERS = frozenset({REMEDY_OF_ISSUE, MONEY_LEFT})
"""Firm, but no word about goods or order: another remedy of the issue may be right."""


@dataclass(frozen=True)
class Impossible:
    """Why, by which rule, and which remedies of goods and order are open for the same lines."""

    rule: str
    reason: Bilingual
    instead: tuple[RemedyKind, ...]


def impossible(ask: Ask, wanted: Wanted | None) -> Impossible | None:
    """None: it can be done, at least for some of the lines, or the issue asks for nothing in particular."""
    kind = wanted.remedy if wanted else ASKS_FOR.get(ask.issue) if ask.issue else None
    if ask.issue is None or kind is None:
        return None
    named = {line.line_id for line in ask.lines}
    told = [entitlement(ask, line, kind) for line in ask.order.lines if not named or line.line_id in named]
    if told and all(one.firm and not one.allowed and one.rule not in OF_OTHERS for one in told):
        return Impossible(told[0].rule, told[0].reason, _instead(ask))
    change = wanted.change if wanted else None
    if change is not None and kind is RemedyKind.ORDER_CHANGED:
        fault = change_fault(ask.policy, ask.order, ask.shipments, change, ask.asked_at, beyond=True)
        return Impossible(CHANGES, fault, _instead(ask)) if fault else None
    return None


def _instead(ask: Ask) -> tuple[RemedyKind, ...]:
    """Remedies that somebody may ask for under another name: of goods, or before shipping."""
    found = {one.kind for line in eligible(replace(ask, issue=None)).lines for one in line.remedies if one.allowed}
    return tuple(kind for kind in RemedyKind if kind in found and (REMEDIES[kind].travels or REMEDIES[kind].changes))
