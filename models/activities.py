"""Every activity (docs/architecture.md): its name on the wire, its request and answer, and its task queue.

Workflows call an activity by its entry here, and `activities/` carry it out under the same entry. The name stands nowhere else.
"""

from models.case.activities import (
    AskPartner,
    Assigned,
    AssignRequest,
    Classified,
    CouponRequest,
    CouponState,
    HelpedReport,
    Improvement,
    LookedUp,
    LookUp,
    PaidBack,
    PayBack,
    Projection,
    Recall,
    RefundIntent,
    RefundPlan,
    RefundQuery,
    ReleaseItems,
    Renewed,
    RenewRequest,
    ReserveItems,
    Sealed,
    Suggested,
    SuggestRequest,
    Taken,
)
from models.case.child_reports import Telling
from models.case.history import OrderHistory
from models.claims.partner import ClaimSent, SendClaim
from models.claims.state import ClaimAdjustment, ClaimOver, ClaimProjection, ClaimStart, Told
from models.common.activity import Activity
from models.common.queues import PartnerQueue
from models.money.charge import BookCharge, Charge, ChargeCall
from models.reconciliation.difference import PageReport, ReconcilePage, ScanEnd
from models.remedies.order_change import AskChange, ChangeAnswer, ChangeQuery
from models.replacements.activities import DecideRepair, RenewStock, Watched, WatchParcel
from models.replacements.partner import Dispatch, DispatchRequest, Repair, RepairRequest, Reservation, ReservationRequest
from models.returns.activities import (
    ArrangePickup,
    CallOffReturn,
    PickupArranged,
    Prepared,
    PrepareReturn,
    SendGoodsBack,
    Traced,
    TraceParcel,
)
from models.returns.partner import SentBack

# Cases: our own database
SAVE_CASE = Activity("save_case", Projection, type(None))
SEAL_CASE = Activity("seal_case", Projection, Sealed)
ASSIGN_HANDLER = Activity("assign_handler", AssignRequest, Assigned)
CLASSIFY = Activity("classify", str, Classified)
RENEW_CALENDARS = Activity("renew_calendars", RenewRequest, Renewed)
TELL_CASE = Activity("tell_case", Telling, type(None))

# Facts of an order
LOOK_UP = Activity("look_up", LookUp, LookedUp, PartnerQueue.PARTNERS)
ASK_PARTNERS = Activity("ask_partners", AskPartner, type(None), PartnerQueue.PARTNERS)

# Money
RECALL = Activity("recall", Recall, OrderHistory)
INTEND_REFUND = Activity("intend_refund", RefundIntent, RefundPlan)
PAY_BACK = Activity("pay_back", PayBack, PaidBack, PartnerQueue.PAYMENT)
REFUND_STATES = Activity("refund_states", RefundQuery, PaidBack, PartnerQueue.PAYMENT)
ISSUE_COUPON = Activity("issue_coupon", CouponRequest, CouponState, PartnerQueue.PROMOTION)
REVOKE_COUPON = Activity("revoke_coupon", CouponRequest, CouponState, PartnerQueue.PROMOTION)
ASK_CHARGE = Activity("ask_charge", ChargeCall, Charge, PartnerQueue.PAYMENT)
CHARGE_STATE = Activity("charge_state", ChargeCall, Charge, PartnerQueue.PAYMENT)
CANCEL_CHARGE = Activity("cancel_charge", ChargeCall, Charge, PartnerQueue.PAYMENT)
BOOK_CHARGE = Activity("book_charge", BookCharge, type(None))

# Items of an order
TAKE_GOODS = Activity("take_goods", ReserveItems, Taken)
RELEASE_GOODS = Activity("release_goods", ReleaseItems, type(None))

# Remedies
CHANGE_ORDER = Activity("change_order", AskChange, ChangeAnswer, PartnerQueue.MERCHANT)
CHANGE_STATE = Activity("change_state", ChangeQuery, ChangeAnswer, PartnerQueue.MERCHANT)
UNDO_CHANGE = Activity("undo_change", ChangeQuery, ChangeAnswer, PartnerQueue.MERCHANT)
BEGIN_IMPROVEMENT = Activity("begin_improvement", Improvement, type(None))

# Returns
PREPARE_RETURN = Activity("prepare_return", PrepareReturn, Prepared, PartnerQueue.PARTNERS)
ARRANGE_PICKUP = Activity("arrange_pickup", ArrangePickup, PickupArranged, PartnerQueue.CARRIER)
TRACE_PARCEL = Activity("trace_parcel", TraceParcel, Traced, PartnerQueue.CARRIER)
SEND_GOODS_BACK = Activity("send_goods_back", SendGoodsBack, SentBack, PartnerQueue.MERCHANT)
CALL_OFF_RETURN = Activity("call_off_return", CallOffReturn, type(None), PartnerQueue.PARTNERS)

# Replacements
RESERVE_STOCK = Activity("reserve_stock", ReservationRequest, Reservation, PartnerQueue.MERCHANT)
RENEW_STOCK = Activity("renew_stock", RenewStock, Reservation, PartnerQueue.MERCHANT)
RELEASE_STOCK = Activity("release_stock", str, Reservation, PartnerQueue.MERCHANT)
SEND_REPLACEMENT = Activity("send_replacement", DispatchRequest, Dispatch, PartnerQueue.MERCHANT)
STOP_REPLACEMENT = Activity("stop_replacement", str, Dispatch, PartnerQueue.MERCHANT)
WATCH_PARCEL = Activity("watch_parcel", WatchParcel, Watched, PartnerQueue.PARTNERS)
ORDER_REPAIR = Activity("order_repair", RepairRequest, Repair, PartnerQueue.MERCHANT)
DECIDE_REPAIR = Activity("decide_repair", DecideRepair, Repair, PartnerQueue.MERCHANT)
REPAIR_STATE = Activity("repair_state", str, Repair, PartnerQueue.MERCHANT)

# Claims
SAVE_CLAIM = Activity("save_claim", ClaimProjection, type(None))
OPEN_CLAIM = Activity("open_claim", ClaimStart, type(None))
ADJUST_CLAIM = Activity("adjust_claim", ClaimAdjustment, Told)
TELL_CLAIM_OVER = Activity("tell_claim_over", ClaimOver, type(None))
SEND_CLAIM = Activity("send_claim", SendClaim, ClaimSent, PartnerQueue.PARTNERS)

# Knowledge
SUGGEST_ANSWER = Activity("suggest_answer", SuggestRequest, Suggested)
COUNT_HELPED = Activity("count_helped", HelpedReport, type(None))

# Reconciliation
RECONCILE_PAGE = Activity("reconcile_page", ReconcilePage, PageReport, PartnerQueue.PARTNERS)
END_SCAN = Activity("end_scan", ScanEnd, PageReport)
