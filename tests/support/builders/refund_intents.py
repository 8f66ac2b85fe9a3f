"""Refund intents on an order that was paid by two methods."""

from models.case.activities import RefundIntent
from models.common.base import Money
from tests.support.builders.cases import NOW
from tests.support.builders.orders import payment

WALLET, CARD = payment(minor=6_000, payment_id="P-1"), payment(minor=4_000, payment_id="P-2")


def intent(case_id: str = "RD-1", minor: int = 1_000, **change: object) -> RefundIntent:
    fields: dict[str, object] = {
        "case_id": case_id,
        "remedy_id": "m1",
        "order_id": "O-1",
        "customer_id": "C-1",
        "amount": Money(minor=minor),
        "payments": (WALLET, CARD),
        "automatic": False,
        "max_automatic_per_customer_a_day": 2,
        "max_automatic_minor_a_day": 5_000,
        "at": NOW,
    }
    return RefundIntent.model_validate({**fields, **change})
