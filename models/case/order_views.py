"""What the platform's people are shown of the order that a case is about: its lines, its parcels with their trace, its payments."""

from models.common.base import Identifier, Instant, Money
from models.common.lines import LineQuantity
from models.common.partners import OrderStatus, PaymentStatus, ProviderRefundStatus, RefundTo, ShipmentStatus
from models.common.readers import Platform
from models.common.views import View


class OrderLineView(View):
    """`marks`: the conditions shown at sale. `paid`: for the whole line, after discounts."""

    line_id: Platform[str]
    sku: Platform[str]
    title: Platform[str]
    category: Platform[str]
    quantity: Platform[int]
    unit_price: Platform[Money]
    paid: Platform[Money]
    marks: Platform[tuple[str, ...]]
    warranty_months: Platform[int]


class ScanView(View):
    """Where the carrier saw a parcel."""

    at: Platform[Instant]
    place: Platform[str]
    status: Platform[str]


class ParcelView(View):
    """Weights in grams, at hand-over and when measured last. `scans`: the newest ones, as far as the case keeps them."""

    tracking: Platform[str]
    carrier_id: Platform[str]
    status: Platform[ShipmentStatus]
    shipped_at: Platform[Instant | None]
    delivered_at: Platform[Instant | None]
    signed_by: Platform[str | None]
    signed_relation: Platform[str | None]
    weight_sent: Platform[int | None]
    weight_arrived: Platform[int | None]
    declared_value: Platform[Money | None]
    scans: Platform[tuple[ScanView, ...]]
    lines: Platform[tuple[LineQuantity, ...]]


class PaymentRefundView(View):
    """A refund as the provider tells of it, whoever asked for it."""

    refund_id: Platform[str]
    amount: Platform[Money]
    status: Platform[ProviderRefundStatus]
    to: Platform[RefundTo]
    refusal: Platform[str | None]
    requested_at: Platform[Instant | None]
    arrived_at: Platform[Instant | None]


class PaymentView(View):
    payment_id: Platform[str]
    method: Platform[str]
    status: Platform[PaymentStatus]
    amount: Platform[Money]
    captured_at: Platform[Instant | None]
    refunds: Platform[tuple[PaymentRefundView, ...]]


class CaseOrderView(View):
    """The order as the case knows it from its partners, newest notices included."""

    order_id: Platform[Identifier]
    merchant_id: Platform[Identifier]
    status: Platform[OrderStatus]
    placed_at: Platform[Instant]
    promised_at: Platform[Instant | None]
    region: Platform[str]
    total: Platform[Money]
    freight: Platform[Money]
    lines: Platform[tuple[OrderLineView, ...]]
    parcels: Platform[tuple[ParcelView, ...]]
    payments: Platform[tuple[PaymentView, ...]]
