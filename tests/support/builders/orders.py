"""Orders, their lines, parcels, payments and refunds as partners would tell of them. Any field may be given by name."""

from datetime import UTC, datetime, timedelta

from models.common.base import Money
from models.common.partners import (
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentStatus,
    ProviderRefundStatus,
    Refund,
    Scan,
    Shipment,
    ShipmentStatus,
)

NOW = datetime.now(UTC)


def line(line_id: str = "L1", *, quantity: int = 1, minor: int = 12_900, currency: str = "CNY", **change: object) -> OrderLine:
    """So many pieces, paid with `minor` together."""
    base = OrderLine(
        line_id=line_id,
        sku=f"SKU-{line_id.removeprefix('L')}",
        title="棉质衬衫 Cotton shirt",
        category="apparel",
        quantity=quantity,
        unit_price=Money(minor=minor // quantity, currency=currency),
        paid=Money(minor=minor, currency=currency),
    )
    return base.model_copy(update=change)


def order(
    order_id: str = "O-1",
    *lines: OrderLine,
    customer: str = "C-1",
    minor: int = 12_900,
    currency: str = "CNY",
    now: datetime = NOW,
    **change: object,
) -> Order:
    """A paid order of these lines, or of one that cost `minor`, placed nine days before `now`."""
    bought = lines or (line(minor=minor, currency=currency),)
    base = Order(
        order_id=order_id,
        merchant_id="M-1",
        customer_id=customer,
        status=OrderStatus.SHIPPED,
        placed_at=now - timedelta(days=9),
        promised_at=now - timedelta(days=4),
        lines=bought,
        total=Money(minor=sum(one.paid.minor for one in bought), currency=bought[0].paid.currency),
    )
    return base.model_copy(update=change)


def parcel(order_id: str = "O-1", *, now: datetime = NOW, **change: object) -> Shipment:
    """A parcel on its way, sent in time and scanned an hour before `now`."""
    base = Shipment(
        tracking=f"T-{order_id}",
        carrier_id="K-1",
        order_id=order_id,
        status=ShipmentStatus.IN_TRANSIT,
        shipped_at=now - timedelta(days=8),
        scans=(Scan(at=now - timedelta(hours=1), place="杭州", status="in_transit"),),
    )
    return base.model_copy(update=change)


def payment(
    order_id: str = "O-1",
    number: int = 1,
    *refunds: Refund,
    minor: int = 12_900,
    currency: str = "CNY",
    now: datetime = NOW,
    **change: object,
) -> Payment:
    """A payment of `minor`, captured nine days before `now`, and what was refunded of it."""
    base = Payment(
        payment_id=f"P-{order_id}-{number}",
        order_id=order_id,
        method="alipay",
        status=PaymentStatus.CAPTURED,
        amount=Money(minor=minor, currency=currency),
        captured_at=now - timedelta(days=9),
        refunds=refunds,
    )
    return base.model_copy(update=change)


def refund(
    minor: int,
    status: ProviderRefundStatus = ProviderRefundStatus.ARRIVED,
    *,
    key: str = "elsewhere",
    payment_id: str = "P-O-1-1",
    **change: object,
) -> Refund:
    """A refund of the order O-1, made outside of Redress unless its key says otherwise."""
    base = Refund(
        refund_id=f"R-{key}",
        key=key,
        payment_id=payment_id,
        order_id="O-1",
        amount=Money(minor=minor),
        status=status,
        reference="",
    )
    return base.model_copy(update=change)
