"""The states of a refund's part (RES-5): which may follow which, and what the parts say about the whole refund.

The case, the books and reconciliation all ask here. News may come twice, late and out of order; a state only moves forward.
"""

from collections.abc import Iterable, Mapping

from models.common.partners import ProviderRefundStatus
from models.common.vocabulary import RefundStatus
from models.remedies.remedy import RefundPart

FOLLOWED_BY: Mapping[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.NONE: frozenset(),
    RefundStatus.PENDING: frozenset({RefundStatus.REQUESTED, RefundStatus.FAILED, RefundStatus.ARRIVED}),
    RefundStatus.REQUESTED: frozenset({RefundStatus.FAILED, RefundStatus.ARRIVED}),
    RefundStatus.FAILED: frozenset({RefundStatus.ARRIVED}),
    RefundStatus.ARRIVED: frozenset({RefundStatus.REVERSED}),
    RefundStatus.REVERSED: frozenset(),
}
"""A refused part may still arrive, when the provider changes its mind. What came back after it had arrived stays back.

A remedy without a refund is NONE; no part is. A new attempt has new parts, with keys of their own.
"""

PROVIDERS: Mapping[ProviderRefundStatus, RefundStatus] = {
    ProviderRefundStatus.ACCEPTED: RefundStatus.REQUESTED,
    ProviderRefundStatus.ARRIVED: RefundStatus.ARRIVED,
    ProviderRefundStatus.REFUSED: RefundStatus.FAILED,
}
"""The provider's status in our words; refused after it had arrived is REVERSED (`told_as`)."""


def told_as(status: ProviderRefundStatus, known: RefundStatus) -> RefundStatus:
    """The provider's status in our words, for a part that we know in the state `known`."""
    came_back = status is ProviderRefundStatus.REFUSED and known in {RefundStatus.ARRIVED, RefundStatus.REVERSED}
    return RefundStatus.REVERSED if came_back else PROVIDERS[status]


def may_follow(new: RefundStatus, known: RefundStatus) -> bool:
    """Whether a part in the state `known` moves to `new`. False for the same state again, and for old news."""
    return new in FOLLOWED_BY[known]


def standing(parts: Iterable[RefundPart]) -> tuple[RefundPart, ...]:
    """The parts that count towards the refund: all but the refused ones."""
    return tuple(part for part in parts if not part.refused)


def standing_minor(parts: Iterable[RefundPart]) -> int:
    """Minor units that the parts cover."""
    return sum(part.amount.minor for part in standing(parts))


def status_of(parts: Iterable[RefundPart], known: RefundStatus) -> RefundStatus:
    """A remedy's refund after one of its parts moved: requested once the provider took every part; until then as it was (`known`)."""
    taken = {RefundStatus.REQUESTED, RefundStatus.ARRIVED}
    return RefundStatus.REQUESTED if all(part.refund_status in taken for part in parts) else known
