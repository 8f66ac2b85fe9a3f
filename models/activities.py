"""Every activity (docs/architecture.md): its name on the wire, its request and answer, and its task queue.

Workflows call an activity by its entry here, and `activities/` carry it out under the same entry. The name stands nowhere else.
"""

from datetime import datetime

from models.case.activities import (
    AskPartner,
    Assigned,
    AssignRequest,
    Classified,
    CouponRequest,
    CouponState,
    HeldRefund,
    HelpedReport,
    Improvement,
    LookedUp,
    LookUp,
    PaidBack,
    PayBack,
    Projection,
    Recall,
    RefundByKey,
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
from models.case.known import Words
from models.case.linking import Relate, WasLinked
from models.case.merging import AbsorbCase, OtherCase, PartCase
from models.case.state import CaseStart
from models.claims.partner import ClaimSent, SendClaim
from models.claims.state import ClaimAdjustment, ClaimOver, ClaimProjection, ClaimStart, ParcelClaimed, Told
from models.common.activity import Activity
from models.common.base import Money
from models.common.partner_registry import SEVERAL_PARTNERS, Partner
from models.common.projection import Saved
from models.money.charge import BookCharge, Charge, ChargeCall
from models.reconciliation.difference import PageReport, ReconcilePage, Reported, ScanEnd
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
from models.returns.box import Heard, TellReturn
from models.returns.partner import SentBack
from models.review.activities import WriteReview, Written
from models.review.improvement import FollowedUntil, FollowImprovement
from models.sweep import SweepReport

# Cases: our own database
SAVE_CASE = Activity("save_case", Projection, Saved)
SEAL_CASE = Activity("seal_case", Projection, Sealed)
ASSIGN_HANDLER = Activity("assign_handler", AssignRequest, Assigned)
CLASSIFY = Activity("classify", Words, Classified)
RENEW_CALENDARS = Activity("renew_calendars", RenewRequest, Renewed)
ABSORB_CASE = Activity("absorb_case", AbsorbCase, OtherCase)
PART_CASE = Activity("part_case", PartCase, OtherCase)
START_SPLIT_CASE = Activity("start_split_case", CaseStart, type(None))
RELATE_CASES = Activity("relate_cases", Relate, WasLinked)
TELL_CASE = Activity("tell_case", Telling, type(None))

# Facts of an order
LOOK_UP = Activity("look_up", LookUp, LookedUp, SEVERAL_PARTNERS, direct=True)
ASK_PARTNERS = Activity("ask_partners", AskPartner, type(None), SEVERAL_PARTNERS, direct=True)

# Money
RECALL = Activity("recall", Recall, OrderHistory)
INTEND_REFUND = Activity("intend_refund", RefundIntent, RefundPlan)
PAY_BACK = Activity("pay_back", PayBack, PaidBack, Partner.PAYMENT)
REFUND_BY_KEY = Activity("refund_by_key", RefundByKey, HeldRefund, Partner.PAYMENT, direct=True)
REFUND_STATES = Activity("refund_states", RefundQuery, PaidBack, Partner.PAYMENT)
ISSUE_COUPON = Activity("issue_coupon", CouponRequest, CouponState, Partner.PROMOTION)
REVOKE_COUPON = Activity("revoke_coupon", CouponRequest, CouponState, Partner.PROMOTION)
ASK_CHARGE = Activity("ask_charge", ChargeCall, Charge, Partner.PAYMENT)
CHARGE_STATE = Activity("charge_state", ChargeCall, Charge, Partner.PAYMENT)
CANCEL_CHARGE = Activity("cancel_charge", ChargeCall, Charge, Partner.PAYMENT)
BOOK_CHARGE = Activity("book_charge", BookCharge, type(None))

# Items of an order
TAKE_GOODS = Activity("take_goods", ReserveItems, Taken)
RELEASE_GOODS = Activity("release_goods", ReleaseItems, type(None))

# Remedies
CHANGE_ORDER = Activity("change_order", AskChange, ChangeAnswer, Partner.MERCHANT)
CHANGE_STATE = Activity("change_state", ChangeQuery, ChangeAnswer, Partner.MERCHANT)
UNDO_CHANGE = Activity("undo_change", ChangeQuery, ChangeAnswer, Partner.MERCHANT)
BEGIN_IMPROVEMENT = Activity("begin_improvement", Improvement, type(None))

# Returns
PREPARE_RETURN = Activity("prepare_return", PrepareReturn, Prepared, SEVERAL_PARTNERS, direct=True)
ARRANGE_PICKUP = Activity("arrange_pickup", ArrangePickup, PickupArranged, Partner.CARRIER)
TRACE_PARCEL = Activity("trace_parcel", TraceParcel, Traced, Partner.CARRIER)
SEND_GOODS_BACK = Activity("send_goods_back", SendGoodsBack, SentBack, Partner.MERCHANT)
CALL_OFF_RETURN = Activity("call_off_return", CallOffReturn, type(None), SEVERAL_PARTNERS)
TELL_RETURN = Activity("tell_return", TellReturn, Heard)

# Replacements
RESERVE_STOCK = Activity("reserve_stock", ReservationRequest, Reservation, Partner.MERCHANT)
RENEW_STOCK = Activity("renew_stock", RenewStock, Reservation, Partner.MERCHANT)
RELEASE_STOCK = Activity("release_stock", str, Reservation, Partner.MERCHANT)
SEND_REPLACEMENT = Activity("send_replacement", DispatchRequest, Dispatch, Partner.MERCHANT)
STOP_REPLACEMENT = Activity("stop_replacement", str, Dispatch, Partner.MERCHANT)
WATCH_PARCEL = Activity("watch_parcel", WatchParcel, Watched, SEVERAL_PARTNERS)
ORDER_REPAIR = Activity("order_repair", RepairRequest, Repair, Partner.MERCHANT)
DECIDE_REPAIR = Activity("decide_repair", DecideRepair, Repair, Partner.MERCHANT)
REPAIR_STATE = Activity("repair_state", str, Repair, Partner.MERCHANT)

# Claims
SAVE_CLAIM = Activity("save_claim", ClaimProjection, Saved)
OPEN_CLAIM = Activity("open_claim", ClaimStart, type(None))
CLAIMED_ELSEWHERE = Activity("claimed_elsewhere", ParcelClaimed, Money)
ADJUST_CLAIM = Activity("adjust_claim", ClaimAdjustment, Told)
TELL_CLAIM_OVER = Activity("tell_claim_over", ClaimOver, type(None))
SEND_CLAIM = Activity("send_claim", SendClaim, ClaimSent, SEVERAL_PARTNERS, direct=True)

# Knowledge
SUGGEST_ANSWER = Activity("suggest_answer", SuggestRequest, Suggested)
COUNT_HELPED = Activity("count_helped", HelpedReport, type(None))

# Reconciliation
RECONCILE_PAGE = Activity("reconcile_page", ReconcilePage, PageReport, SEVERAL_PARTNERS)
END_SCAN = Activity("end_scan", ScanEnd, PageReport)
REPORT_DIFFERENCE = Activity("report_difference", Reported, type(None))

# Reviews
WRITE_REVIEW = Activity("write_review", WriteReview, Written)
FOLLOW_IMPROVEMENT = Activity("follow_improvement", FollowImprovement, FollowedUntil)

# Sweep
SWEEP = Activity("sweep", datetime, SweepReport)
