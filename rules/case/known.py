"""What a case tells beside its words, for their reading (CLS-2)."""

from collections import Counter
from collections.abc import Sequence

from models.case.known import Known, Progress
from models.case.state import CaseState
from models.common.partners import Order, OrderStatus, PaymentStatus, ProviderRefundStatus, Shipment, ShipmentStatus

_THERE = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.PICKUP_POINT})


def known_of(case: CaseState) -> Known:
    """The customer's wish, how far the order is, and what its payments show."""
    captured = [payment for payment in case.payments if payment.status is PaymentStatus.CAPTURED]
    alike = Counter((payment.method, payment.amount) for payment in captured)
    return Known(
        wanted=case.receipt.wanted.remedy if case.receipt.wanted else None,
        progress=progress_of(case.order, case.shipments) if case.order else None,
        charged_twice=any(times > 1 for times in alike.values()),
        refund_pending=any(refund.status is ProviderRefundStatus.ACCEPTED for payment in captured for refund in payment.refunds),
    )


def progress_of(order: Order, shipments: Sequence[Shipment]) -> Progress | None:
    """Delivered: every parcel is there. None: the order is cancelled, and says nothing of goods."""
    if order.status is OrderStatus.CANCELLED:
        return None
    if shipments and all(shipment.status in _THERE for shipment in shipments):
        return Progress.DELIVERED
    if any(shipment.shipped_at is not None for shipment in shipments):
        return Progress.UNDER_WAY
    return {OrderStatus.DELIVERED: Progress.DELIVERED, OrderStatus.SHIPPED: Progress.UNDER_WAY}.get(
        order.status, Progress.NOT_SHIPPED
    )
