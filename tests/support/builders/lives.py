"""Lives of cases that together need every call of the partners' contracts, each played over HTTP by its own people."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from tests.support.builders.lives_with_goods import (
    called_off,
    exchanged,
    not_exchanged,
    not_sent,
    repaired,
    returned,
    turned_down,
)
from tests.support.builders.lives_with_money import changed, given_a_coupon, not_changed, refunded_at_once
from tests.support.processes.shop import Case

LOOK_UP = {"order": "merchant", "shipments": "carrier", "payments": "payment"}
VARIANTS = {"variants": "merchant"}
ABOUT_ORDER = {*LOOK_UP, *VARIANTS}
"""What is asked about an order, whatever the case."""
REFUND = {"refund": "payment", "refund_by_key": "payment"}
ASK = {"ask": "merchant"}
RECOVERY = {"recover": "merchant", "recovery_by_key": "merchant"}
CLAIM = {"claim": "carrier", "claim_by_key": "carrier"}
COUPON = {"issue_coupon": "promotion", "coupon_by_key": "promotion"}
RETURN = {"open_return": "merchant", "label": "carrier", "label_by_key": "carrier"}
PICKUP = {"pickup": "carrier", "pickup_by_key": "carrier"}
CALL_OFF = {"cancel_return": "merchant", "void_label": "carrier", "cancel_pickup": "carrier"}
SEND_BACK = {"send_back": "merchant", "sent_back": "merchant"}
CHANGE = {"change": "merchant", "change_by_key": "merchant", "charge": "payment", "charge_by_key": "payment"}
UNDO = {"undo_change": "merchant", "cancel_charge": "payment"}
TAKE_BACK = {"stop_dispatch": "merchant", "revoke_coupon": "promotion"}
SEND = {"send": "notification"}
DISPATCH = {"reserve": "merchant", "reservation_by_key": "merchant", "dispatch": "merchant", "dispatch_by_key": "merchant"}
REPAIR = {"repair": "merchant", "repair_by_key": "merchant"}

AFTER_TROUBLE = {"refund_by_key", "coupon_by_key", "label_by_key", "pickup_by_key", "sent_back", "change_by_key"} | {
    *("claim_by_key", "recovery_by_key", "charge_by_key", "reservation_by_key", "dispatch_by_key", "repair_by_key")
}
"""Asked only when an answer got lost, before anything is sent again."""

NOTICED = {"refund", "charge", "repair", "decide"}
"""What comes of these is told by a notice, and asked for now and then."""
ANSWERED = {"ask", "claim", "recover"}
"""These are answered by a notice; without it, a deadline decides."""


@dataclass(frozen=True)
class Life:
    """A case of an order in `state`, which needs these calls of these partners."""

    name: str
    state: str
    calls: dict[str, str]
    opening: Mapping[str, object]
    live: Callable[[Case], Coroutine[None, None, None]]


DEFECT = {"issue": "product.quality_defect"}
MORE = {
    "issue": "order.change",
    "wanted": {"remedy": "order_changed", "change": {"quantities": [{"line_id": "L1", "quantity": 7}]}},
}
RENEW, RELEASE, PARCEL = {"renew": "merchant"}, {"release": "merchant"}, {"parcel": "carrier"}
MOVE, DECIDE = {"move_pickup": "carrier"}, {"decide": "merchant"}
CHARGE = {"charge": "payment", "charge_by_key": "payment"}

LIVES = (
    Life(
        "a refund without a person, claimed from the carrier",
        "lost",
        LOOK_UP | REFUND | CLAIM | SEND,
        {"issue": "logistics.lost", "wanted": {"remedy": "refund_only"}},
        refunded_at_once,
    ),
    Life(
        "a coupon that the merchant pays for, after it was asked",
        "late",
        LOOK_UP | ASK | COUPON | RECOVERY,
        {"kind": "complaint", "issue": "service.promise_not_kept"},
        given_a_coupon,
    ),
    Life("goods that come back", "delivered", LOOK_UP | ASK | RETURN | PICKUP | MOVE | PARCEL | REFUND, DEFECT, returned),
    Life(
        "goods that are not taken back", "delivered", LOOK_UP | RETURN | PICKUP | MOVE | PARCEL | SEND_BACK, DEFECT, turned_down
    ),
    Life("a return that is called off", "pickup_point_agreed", LOOK_UP | RETURN | PICKUP | CALL_OFF, DEFECT, called_off),
    Life("an exchange for something dearer", "delivered", LOOK_UP | VARIANTS | DISPATCH | RENEW | CHARGE, DEFECT, exchanged),
    Life("an exchange that is called off", "slightly_late", LOOK_UP | RETURN | RELEASE, DEFECT, not_exchanged),
    Life(
        "goods sent again with a coupon, all of it called off",
        "stalled_briefly",
        LOOK_UP | {"ask": "carrier"} | COUPON | {"dispatch": "merchant"} | TAKE_BACK,
        {"issue": "logistics.tracking_stalled"},
        not_sent,
    ),
    Life("a repair", "in_warranty", LOOK_UP | REPAIR | DECIDE | CHARGE, {"issue": "product.warranty_repair"}, repaired),
    Life("a change that is paid for", "not_shipped", LOOK_UP | CHANGE, MORE, changed),
    Life("a change that is called off", "paid", LOOK_UP | CHANGE | UNDO, MORE, not_changed),
)
