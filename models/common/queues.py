"""Which partner an activity calls, and so on which task queue it waits: a slow or limited partner never holds up the others or our database."""

from enum import StrEnum


class PartnerQueue(StrEnum):
    """A task queue of its own beside that of the cases: `cases-payment`."""

    MERCHANT = "merchant"
    CARRIER = "carrier"
    PAYMENT = "payment"
    PROMOTION = "promotion"
    PARTNERS = "partners"
    """Activities that call several of them, or one or another."""
