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


CALLS = {
    PartnerQueue.MERCHANT: (
        *("change_order", "change_state", "undo_change"),
        *("send_goods_back", "reserve_stock", "renew_stock", "release_stock", "send_replacement", "stop_replacement"),
        *("order_repair", "decide_repair", "repair_state"),
    ),
    PartnerQueue.CARRIER: ("arrange_pickup", "trace_parcel"),
    PartnerQueue.PAYMENT: ("pay_back", "refund_states", "ask_charge", "charge_state", "cancel_charge"),
    PartnerQueue.PROMOTION: ("issue_coupon", "revoke_coupon"),
    PartnerQueue.PARTNERS: (
        "look_up",
        "ask_partners",
        "prepare_return",
        "call_off_return",
        "watch_parcel",
        "send_claim",
        "reconcile_page",
    ),
}
"""Every other activity is our own and stays on the queue of the cases."""
PARTNER_OF = {activity: partner for partner, activities in CALLS.items() for activity in activities}


def queue_of(cases: str, activity: str) -> str:
    """The task queue of an activity, beside the one that the cases are on."""
    partner = PARTNER_OF.get(activity)
    return f"{cases}-{partner}" if partner else cases
