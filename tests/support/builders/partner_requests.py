"""What Redress asks partners for: refunds, charges, statements and messages."""

from datetime import UTC, datetime
from typing import Any

from models.common.base import Money
from models.common.partners import OutgoingMessage, RefundRequest, StatementRequest
from models.money.charge import ChargeRequest
from tests.support.builders.orders import NOW

REFUND_KEY = "RD-1.m1.1.1"
STATEMENT = StatementRequest(
    key="RD-1.q1", reference="RD-1", request_id="q1", recipient="M-1", order_id="O-1", question="Where is it?", due=NOW
)
MESSAGE = OutgoingMessage(key="m-1", channel="sms", to="+8613800000000", locale="zh", subject="您的退款", body="已受理。")


def refund_request(minor: int = 250, currency: str = "USD", **change: Any) -> RefundRequest:
    """A refund of a payment that Stripe took."""
    base = RefundRequest(
        key=REFUND_KEY,
        payment_id="pi_1",
        order_id="O-1",
        amount=Money(minor=minor, currency=currency),
        reason="logistics.lost",
        reference="RD-1",
    )
    return base.model_copy(update=change)


def charge_request(minor: int = 2_000, currency: str = "USD", **change: Any) -> ChargeRequest:
    """A difference that the customer has to pay."""
    base = ChargeRequest(
        key="RD-1.m1.charge",
        order_id="O-1",
        customer_id="C-1",
        amount=Money(minor=minor, currency=currency),
        reason="order.change",
        reference="RD-1",
        until=datetime(2026, 6, 10, 2, tzinfo=UTC),
    )
    return base.model_copy(update=change)
