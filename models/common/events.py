"""What can happen to a case or a claim (NTF-1): each event once, with its data, its readers and whom its message goes to.

An event's code is also the key of its texts in `policies/texts.yaml` and of its row in the policy's `messages`.
"""

from enum import Enum, StrEnum, auto
from typing import Self

from models.common.vocabulary import WaitFor

LETTER = frozenset({"case_id", "then", "emergency_contact", "sentence", "reader"})
"""What every message knows besides its event's data: `sentence` is the timeline's, `then` what happens when nobody moves, `reader` the
recipient's role."""

REQUEST = "request_id of asker question_zh question_en due"
REFUND = "remedy_id amount_minor currency refusal to"
REFUSAL = "refusal refusal_code"
CHANGE = "remedy_id change amount_minor currency"
CHARGE = "remedy_id amount_minor currency pay_url until"
CLAIM = "claim_id kind who amount_minor currency"


class Readers(Enum):
    """Who of a case's parties reads the timeline row; the platform's people and analysts read every row."""

    EVERYBODY = auto()
    PLATFORM = auto()
    """How the platform works a case: none of the parties."""
    ASKED = auto()
    """A question and its answer, a warning: the party in `of`."""
    MERCHANT = auto()
    NAMED = auto()
    """A finding: whom `party` names, alone or with others."""


class SentTo(Enum):
    """Which people of the roles in the policy's `messages` get the event's message."""

    OF_THE_CASE = auto()
    ASKED = auto()
    """The party that was asked (INV-2)."""
    WAITED_ON = auto()
    """Whose move it is: `of`."""
    NAMED = auto()
    """Whom the finding names (INV-5)."""
    PROPOSER = auto()
    """Who made the proposal (RES-4)."""
    OFFERED = auto()
    """The colleague or team that is to take over (DSP-4)."""


_Record = tuple[str, frozenset[str], Readers, SentTo, WaitFor | None]


def _event(
    code: str,
    data: str = "",
    *,
    readers: Readers = Readers.EVERYBODY,
    sent_to: SentTo = SentTo.OF_THE_CASE,
    begins: WaitFor | None = None,
) -> _Record:
    """`data`: names of what its timeline entry carries, separated by blanks; the texts may use nothing else."""
    return (code, frozenset(data.split()), readers, sent_to, begins)


class Event(StrEnum):
    """What a timeline row can say."""

    _value_: str
    data: frozenset[str]
    readers: Readers
    sent_to: SentTo
    begins: WaitFor | None
    """The wait that it begins: its message says what happens when nobody moves."""

    def __new__(cls, code: str, data: frozenset[str], readers: Readers, sent_to: SentTo, begins: WaitFor | None) -> Self:
        member = str.__new__(cls, code)
        member._value_, member.data, member.readers, member.sent_to, member.begins = code, data, readers, sent_to, begins
        return member

    OPENED = _event("case.opened", "kind channel order_id first_reply_due plan_due resolution_due holiday")
    JOINED = _event("case.joined", "channel")
    WORDS_ADDED = _event("case.words_added", "evidence")
    ORDER_UNKNOWN = _event("case.order_unknown", "order_id until", begins=WaitFor.ORDER_CORRECTION)
    ORDER_CORRECTED = _event("case.order_corrected", "order_id")
    PARTNER_SILENT = _event("case.partner_silent", "waiting_for", readers=Readers.PLATFORM)
    PARTNER_REFUSED = _event("case.partner_refused", f"waiting_for {REFUSAL}", readers=Readers.PLATFORM)
    CLASSIFIED = _event("case.classified", "issue issue_zh issue_en confidence by")
    TRIAGE_NEEDED = _event("case.triage_needed", "until suggestion", readers=Readers.PLATFORM, begins=WaitFor.TRIAGE)
    GRADED = _event("case.graded", "priority reasons", readers=Readers.PLATFORM)
    DISPATCHED = _event("case.dispatched", "team tier row")
    ASSIGNED = _event("case.assigned", "handler team")
    NOBODY_ON_SHIFT = _event("case.nobody_on_shift", "team", readers=Readers.PLATFORM)
    TAKEN = _event("case.taken", "handler")
    TRANSFER_ASKED = _event("case.transfer_asked", "to team reason due", sent_to=SentTo.OFFERED)
    TRANSFERRED = _event("case.transferred", "handler team")
    TRANSFER_DECLINED = _event("case.transfer_declined", "reason")
    TRANSFER_LAPSED = _event("case.transfer_lapsed", "to team")
    ANSWER_SUGGESTED = _event("case.answer_suggested", "entry_id title body until")
    ANSWER_HELPED = _event("case.answer_helped", "entry_id")
    ANSWER_DID_NOT_HELP = _event("case.answer_did_not_help", "entry_id")
    ESCALATED = _event("case.escalated", "tier reason waiting_for clocks rounds")
    DEADLINE_NEAR = _event(
        "case.deadline_near", "of waiting_for until remedy_id", readers=Readers.ASKED, sent_to=SentTo.WAITED_ON
    )
    OVERDUE = _event("case.overdue", "waiting_for until")
    CANCELLATION_REFUSED = _event("case.cancellation_refused", readers=Readers.PLATFORM)
    REPLIED = _event("case.replied", "words")
    FACTS_ESTABLISHED = _event("investigation.facts_established", "facts")
    INFORMATION_REQUESTED = _event("investigation.information_requested", REQUEST, readers=Readers.ASKED, sent_to=SentTo.ASKED)
    INFORMATION_REMINDED = _event("investigation.information_reminded", REQUEST, readers=Readers.ASKED, sent_to=SentTo.ASKED)
    INFORMATION_GIVEN = _event("investigation.information_given", "request_id of admits", readers=Readers.ASKED)
    INFORMATION_SILENT = _event("investigation.information_silent", REQUEST, readers=Readers.ASKED)
    PARTNER_NOTICE = _event("investigation.partner_notice", "partner kind status", readers=Readers.PLATFORM)
    FOUND = _event("investigation.found", "party basis_zh basis_en confidence by_role stands", readers=Readers.MERCHANT)
    LIABLE = _event("investigation.liable", "party basis_zh basis_en until", readers=Readers.NAMED, sent_to=SentTo.NAMED)
    PROPOSED = _event("resolution.proposed", "proposal_id round options until if_silent", begins=WaitFor.CHOICE)
    APPROVAL_NEEDED = _event(
        "resolution.approval_needed", "proposal_id amount_minor currency until", readers=Readers.PLATFORM, begins=WaitFor.APPROVAL
    )
    APPROVED = _event("resolution.approved", "proposal_id", readers=Readers.PLATFORM)
    DECLINED = _event("resolution.declined", "proposal_id reason", readers=Readers.PLATFORM, sent_to=SentTo.PROPOSER)
    ACCEPTED = _event("resolution.accepted", "proposal_id option remedies amounts currency silent")
    REFUSED = _event("resolution.refused", "proposal_id reason tier last")
    COUNTERED = _event("resolution.countered", "proposal_id reason remedy amount_minor currency tier last")
    PROPOSAL_LAPSED = _event("resolution.proposal_lapsed", "proposal_id")
    ARBITRATION_NEEDED = _event("resolution.arbitration_needed", "rounds until", begins=WaitFor.ARBITRATION)
    RULED = _event("resolution.ruled", "reason remedies amounts amount_minor currency")
    SETTLED_ALONE = _event("resolution.settled_alone", "kind amount_minor currency row")
    REVIEW_DUE = _event("resolution.review_due", "row")
    REVIEWED = _event("resolution.reviewed", "agrees note")
    APPEALED = _event("investigation.appealed", "party due words")
    APPEAL_OVERDUE = _event("investigation.appeal_overdue", "party due")
    APPEAL_DECIDED = _event("investigation.appeal_decided", "granted appellant party reason")
    REFUND_REQUESTED = _event("resolution.refund_requested", REFUND)
    REFUND_ARRIVED = _event("resolution.refund_arrived", REFUND)
    REFUND_FAILED = _event("resolution.refund_failed", REFUND, readers=Readers.PLATFORM, begins=WaitFor.PAYMENT_REPAIR)
    REFUND_REVERSED = _event("resolution.refund_reversed", REFUND)
    REFUND_TWICE = _event("resolution.refund_twice", REFUND, readers=Readers.PLATFORM)
    REFUND_REDIRECTED = _event("resolution.refund_redirected", REFUND)
    REPLACEMENT_RESERVED = _event("resolution.replacement_reserved", "remedy_id kind skus until")
    REPLACEMENT_OUT_OF_STOCK = _event("resolution.replacement_out_of_stock", "remedy_id kind skus expected_at")
    REPLACEMENT_REFUSED = _event("resolution.replacement_refused", f"remedy_id kind {REFUSAL}")
    REPLACEMENT_SENT = _event("resolution.replacement_sent", "remedy_id kind tracking carrier_id")
    REPLACEMENT_LOST = _event("resolution.replacement_lost", "remedy_id kind tracking again")
    REPLACEMENT_NOT_NEEDED = _event("resolution.replacement_not_needed", "remedy_id kind tracking")
    PARCEL_FOUND = _event("resolution.parcel_found", "tracking status at customer_has to_decide", readers=Readers.MERCHANT)
    REPLACEMENT_DELIVERED = _event("resolution.replacement_delivered", "remedy_id kind tracking")
    REPLACEMENT_UNPAID = _event("resolution.replacement_unpaid", "remedy_id kind amount_minor currency")
    REFUND_CHOSEN = _event("resolution.refund_chosen", "remedy_id kind")
    REPAIR_DIAGNOSED = _event("resolution.repair_diagnosed", "remedy_id words good_will")
    REPAIR_ESTIMATED = _event("resolution.repair_estimated", "remedy_id amount_minor currency words until")
    ESTIMATE_ACCEPTED = _event("resolution.estimate_accepted", "remedy_id amount_minor currency")
    ESTIMATE_REFUSED = _event("resolution.estimate_refused", "remedy_id silent reason")
    REPAIRED = _event("resolution.repaired", "remedy_id words")
    NOT_REPAIRABLE = _event("resolution.not_repairable", "remedy_id words")
    REPAIR_LATE = _event("resolution.repair_late", "remedy_id")
    REPAIR_SENT_BACK = _event("resolution.repair_sent_back", "remedy_id tracking carrier_id mended")
    ORDER_CANCELLED = _event("resolution.order_cancelled", CHANGE)
    ORDER_CHANGED = _event("resolution.order_changed", CHANGE)
    CHANGE_REFUSED = _event("resolution.change_refused", f"{CHANGE} {REFUSAL}")
    CHANGE_CALLED_OFF = _event("resolution.change_called_off", f"{CHANGE} why")
    CHARGE_ASKED = _event("resolution.charge_asked", CHARGE)
    CHARGE_FAILED = _event("resolution.charge_failed", CHARGE)
    CHARGE_REFUSED = _event("resolution.charge_refused", f"remedy_id amount_minor currency {REFUSAL}")
    CHARGE_PAID = _event("resolution.charge_paid", "remedy_id amount_minor currency")
    REMEDY_TOLD = _event("resolution.remedy_told", "remedy_id kind words")
    COUPON_ISSUED = _event("resolution.coupon_issued", "remedy_id amount_minor currency code until")
    COUPON_LATE = _event("resolution.coupon_late", "until", readers=Readers.PLATFORM)
    COUPON_REFUSED = _event("resolution.coupon_refused", "remedy_id amount_minor currency refusal")
    IMPROVEMENT_BEGUN = _event("resolution.improvement_begun", "remedy_id words party due")
    REMEDY_UNDONE = _event("resolution.remedy_undone", "remedy_id kind why kept")
    KEPT_GOODS_REFUNDED = _event("resolution.kept_goods_refunded", "remedy_id amount_minor currency")
    RETURN_APPROVED = _event("return.approved", "remedy_id rma address deadline label customer_pays")
    RETURN_LABEL_READY = _event("return.label_ready", "remedy_id tracking carrier")
    RETURN_REMINDED = _event("return.reminded", "remedy_id deadline")
    RETURN_EXTENDED = _event("return.extended", "remedy_id deadline reason")
    RETURN_PICKUP_BOOKED = _event("return.pickup_booked", "remedy_id start end")
    RETURN_PICKUP_MOVED = _event("return.pickup_moved", "remedy_id start end")
    RETURN_PICKUP_MISSED = _event("return.pickup_missed", "remedy_id start deadline")
    RETURN_PICKUP_CANCELLED = _event("return.pickup_cancelled", "remedy_id start end")
    RETURN_PICKUP_REFUSED = _event("return.pickup_refused", "remedy_id call why")
    RETURN_ON_ITS_WAY = _event("return.on_its_way", "remedy_id way tracking carrier")
    RETURN_FREIGHT_CLAIMED = _event("return.freight_claimed", "remedy_id amount_minor allowed_minor currency")
    RETURN_RECEIVED = _event("return.received", "remedy_id until")
    RETURN_INSPECTED = _event(
        "return.inspected", "remedy_id result accepted rejected missing wrong reason amount_minor deducted_minor currency"
    )
    RETURN_SENT_BACK = _event("return.sent_back", "remedy_id tracking carrier")
    RETURN_HANDED_BACK = _event("return.handed_back", "remedy_id tracking")
    RETURN_LOST = _event("return.lost", "remedy_id ours tracking")
    RETURN_TURNED_BACK = _event("return.turned_back", "remedy_id ours tracking")
    RETURN_EXPIRED = _event("return.expired", "remedy_id ours tracking")
    RETURN_UNADDRESSED = _event("return.unaddressed", "remedy_id ours tracking")
    RETURN_REFUSED = _event("return.refused", f"remedy_id ours tracking {REFUSAL}")
    RETURN_STUCK = _event("return.stuck", f"remedy_id what {REFUSAL}")
    CHILD_BROKEN_OFF = _event("resolution.errand_broken_off", "remedy_id kind")
    RESOLVED = _event("follow_up.resolved", "outcome until", begins=WaitFor.CONFIRMATION)
    RATED = _event("follow_up.rated", "speed solution attitude")
    LOW_SCORE = _event("follow_up.low_score", "lowest", readers=Readers.PLATFORM)
    CONFIRMED = _event("follow_up.confirmed")
    DISPUTED = _event("follow_up.disputed", "reason")
    SILENT_CONFIRMATION = _event("follow_up.silent_confirmation")
    WITHDRAWN = _event("case.withdrawn", "reason")
    NOT_PURSUED = _event("case.not_pursued", "why")
    ARCHIVED = _event("archival.archived", "sha256 outcome")
    REOPENED = _event("archival.reopened", "reason")
    CLOCK_WARNED = _event("clock.warned", "clock due", readers=Readers.PLATFORM)
    CLOCK_MISSED = _event("clock.missed", "clock due held_by", readers=Readers.PLATFORM)
    PROMISE_MOVED = _event("clock.promise_moved", "clock due why")
    CLAIM_RAISED = _event("resolution.claim_raised", f"{CLAIM} cause", readers=Readers.PLATFORM)
    CLAIM_MOVED = _event("resolution.claim_moved", f"{CLAIM} why told", readers=Readers.PLATFORM)
    CLAIM_OVER = _event("resolution.claim_over", f"{CLAIM} status recovered_minor", readers=Readers.PLATFORM)
    CLAIM_OPENED = _event("claim.opened", f"{CLAIM} of cause until")
    CLAIM_UNDELIVERED = _event("claim.undelivered", f"{CLAIM} of why", readers=Readers.PLATFORM)
    CLAIM_ANSWERED = _event("claim.answered", f"{CLAIM} of status accepted_minor words")
    CLAIM_PART_AGREED = _event("claim.part_agreed", f"{CLAIM} of accepted_minor")
    CLAIM_DISPUTED = _event("claim.disputed", f"{CLAIM} of words")
    CLAIM_REMINDED = _event("claim.reminded", f"{CLAIM} of due")
    CLAIM_ESCALATED = _event("claim.escalated", f"{CLAIM} of reason until", readers=Readers.PLATFORM)
    CLAIM_PAID = _event("claim.paid", f"{CLAIM} of paid_minor proof back")
    CLAIM_OWED = _event("claim.owed", f"{CLAIM} of owed_minor")
    CLAIM_CHANGED = _event("claim.changed", f"{CLAIM} of why")
    CLAIM_CLOSED = _event("claim.closed", f"{CLAIM} of status reason recovered_minor")
    CLAIM_NOTICE = _event("claim.notice", f"{CLAIM} of partner status", readers=Readers.PLATFORM)
    DIFFERENCE_FOUND = _event("reconciliation.difference", "kind order_id subject case orders words until")
    """On no timeline: a message to the supervisors (docs/money.md)."""
    CUSTOMER_ASKED = _event("reconciliation.customer_asked", "decision tracking amount_minor currency")
    """On no timeline: a message to the customer whose parcel turned up after something was given for its loss (RES-9)."""
