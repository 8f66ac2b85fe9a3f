"""What is known beside a customer's words (CLS-2): their wish, and how far the order is. It makes some issues more likely, and others less."""

from collections.abc import Iterable, Mapping

from models.case.known import Known, Progress
from models.common.vocabulary import Issue, IssueGroup, RemedyKind

RULED_OUT, UNLIKELY, LIKELY = 0.02, 0.2, 4.0
"""An issue's chance is multiplied by one of these. Words may still say otherwise: records err, and customers ask for odd things."""
_PRODUCT = frozenset(issue for issue in Issue if issue.group is IssueGroup.PRODUCT)
_IN_THE_BOX = frozenset({Issue.DAMAGED, Issue.SOILED, Issue.WRONG_ITEM, Issue.MISSING_ITEM})
_ON_THE_WAY = frozenset({Issue.DELAY, Issue.LOST, Issue.TRACKING_STALLED})
_AT_THE_DOOR = frozenset({Issue.PICKUP_POINT, Issue.SIGNED_BY_OTHER})
_BEFORE_SHIPPING = frozenset({Issue.CANCEL, Issue.CHANGE})

PROGRESS: Mapping[Progress, tuple[tuple[frozenset[Issue], float], ...]] = {
    Progress.NOT_SHIPPED: ((_IN_THE_BOX | _AT_THE_DOOR, RULED_OUT), (_PRODUCT | {Issue.LOST, Issue.TRACKING_WRONG}, UNLIKELY)),
    Progress.UNDER_WAY: ((_IN_THE_BOX, UNLIKELY), (_PRODUCT, UNLIKELY)),
    Progress.DELIVERED: ((_BEFORE_SHIPPING, RULED_OUT), (_ON_THE_WAY, UNLIKELY)),
}
"""What the order's progress says. Delivered goods are no change of the order; what was not shipped is not broken."""
WISHES: Mapping[RemedyKind, frozenset[Issue]] = {
    RemedyKind.REPAIR: frozenset({Issue.WARRANTY_REPAIR, Issue.QUALITY_DEFECT}),
    RemedyKind.EXCHANGE: frozenset({Issue.SIZE_MISMATCH, Issue.QUALITY_DEFECT, Issue.WRONG_ITEM, Issue.DAMAGED}),
    RemedyKind.RETURN_AND_REFUND: _PRODUCT,
    RemedyKind.RESHIP: frozenset({Issue.LOST, Issue.MISSING_ITEM, Issue.DAMAGED, Issue.WRONG_ITEM}),
    RemedyKind.PRICE_ADJUSTMENT: frozenset({Issue.PRICE_DISPUTE}),
    RemedyKind.ORDER_CANCELLED: frozenset({Issue.CANCEL}),
    RemedyKind.ORDER_CHANGED: frozenset({Issue.CHANGE}),
}
"""The issues that a wish speaks for. A refund or an apology is asked for whatever went wrong."""


def weights(known: Known) -> dict[Issue, float]:
    """What each issue's chance is multiplied by; those that are not named stay as they are."""
    told: dict[Issue, float] = {}
    for issue, factor in _told(known):
        told[issue] = told.get(issue, 1.0) * factor
    return told


def _told(known: Known) -> Iterable[tuple[Issue, float]]:
    for issues, factor in PROGRESS.get(known.progress, ()) if known.progress else ():
        yield from ((issue, factor) for issue in issues)
    if known.wanted:
        yield from ((issue, LIKELY) for issue in WISHES.get(known.wanted, ()))
    if known.charged_twice:
        yield Issue.CHARGED_TWICE, LIKELY
    if known.refund_pending:
        yield Issue.REFUND_NOT_ARRIVED, LIKELY
