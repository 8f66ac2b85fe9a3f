"""What can happen to a case or a claim (NTF-1): each event once, with its data, its readers and whom its message goes to.

An event's code is also the key of its texts in `policies/texts.yaml` and of its row in the policy's `messages`.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import Self

from models.common.readers import BOOKS, EVERYBODY, INSIDE, PARTICIPANTS, PAYER, PLATFORM, Reader, Readers
from models.common.vocabulary import WaitFor

LETTER = frozenset({"case_id", "then", "emergency_contact", "sentence", "reader"})
"""What every message knows besides its event's data: `sentence` is the timeline's, `then` what happens when nobody moves, `reader` the
recipient's role."""

REQUEST, QUESTION = "request_id of asker due", "question_zh question_en"
BASIS = "basis_zh basis_en"
REFUND = "remedy_id amount_minor currency refusal to"
REFUSAL = "refusal refusal_code"
CHANGE = "remedy_id change amount_minor currency"
CHARGE = "remedy_id amount_minor currency until"
CLAIM = "claim_id kind who amount_minor currency"
WORTH = "shares pieces amount_minor whole_minor currency"
"""`shares`: `[{line_id, quantity, share}]`, `amount_minor` what is refunded by them, `whole_minor` what it would be without."""
CHARGEBACK = "chargeback_id order_id phase reason amount_minor currency"


COMPUTED = frozenset({"until", "due", "deadline", "first_reply_due", "plan_due", "resolution_due", "sha256"})
"""Data that depends on when it was worked out: it may differ when the workflow task is executed again, and tells no event from another."""
QUESTIONED = INSIDE | {Reader.ASKED, Reader.ASKER}
"""A question and its answer are between who is asked and who had it put."""

OWN_WORDS = PLATFORM | {Reader.AUTHOR}
"""Words for whoever decides, which only their author reads besides."""


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
    MENTIONED = auto()
    """Colleagues whom a note names (WRK-1)."""
    HOLDER = auto()
    """Whoever holds the case (WRK-6)."""
    ANSWERED = auto()
    """Who had asked (INV-2), and the platform's people."""
    OFFERED = auto()
    """The colleague or team that is to take over (DSP-4)."""
    TEAM = auto()
    """Whoever handles the case, and the whole team (DSP-2)."""


_Record = tuple[str, Mapping[str, Readers], Readers, SentTo, WaitFor | None]


def _event(
    code: str,
    data: str = "",
    *,
    said: str = "",
    only: tuple[Readers, str] = (PLATFORM, ""),
    readers: Readers = EVERYBODY,
    sent_to: SentTo = SentTo.OF_THE_CASE,
    begins: WaitFor | None = None,
) -> _Record:
    """`readers` read its timeline entry. Names of what it carries, separated by blanks: `data` for all of them, `said`, what people
    said, for who takes part in the case, `only` for these alone. The texts may use nothing else.
    """
    fields = {name: readers_ for readers_, names in ((EVERYBODY, data), (PARTICIPANTS, said), only) for name in names.split()}
    return (code, fields, readers, sent_to, begins)


class Event(StrEnum):
    """What a timeline row can say."""

    _value_: str
    fields: Mapping[str, Readers]
    """What its entry carries → who reads that, of those who read the entry; `options.why`: in each of the `options`."""
    readers: Readers
    sent_to: SentTo
    begins: WaitFor | None
    """The wait that it begins: its message says what happens when nobody moves."""

    def __new__(cls, code: str, fields: Mapping[str, Readers], readers: Readers, sent_to: SentTo, begins: WaitFor | None) -> Self:
        member = str.__new__(cls, code)
        member._value_, member.fields, member.readers, member.sent_to, member.begins = code, fields, readers, sent_to, begins
        return member

    @property
    def data(self) -> frozenset[str]:
        """The names of what its entry carries."""
        return frozenset(name for name in self.fields if "." not in name)

    OPENED = _event("case.opened", "kind channel order_id first_reply_due plan_due resolution_due holiday")
    JOINED = _event("case.joined", "channel remedy amount_minor currency", said="words", sent_to=SentTo.HOLDER)
    WORDS_ADDED = _event("case.words_added", "evidence", said="words", sent_to=SentTo.HOLDER)
    MESSAGE_UNDELIVERED = _event("case.message_undelivered", "channel about why instead reached", readers=INSIDE)
    CUSTOMER_UNREACHED = _event("case.customer_unreached", "channel about why", readers=INSIDE)
    ORDER_UNKNOWN = _event("case.order_unknown", "order_id until", begins=WaitFor.ORDER_CORRECTION)
    ORDER_CORRECTED = _event("case.order_corrected", "order_id")
    PARTNER_SILENT = _event("case.partner_silent", "waiting_for", readers=INSIDE)
    PARTNER_REFUSED = _event("case.partner_refused", f"waiting_for {REFUSAL}", readers=INSIDE)
    CLASSIFIED = _event("case.classified", "issue issue_zh issue_en confidence by")
    TRIAGE_NEEDED = _event("case.triage_needed", "until suggestion", readers=INSIDE, begins=WaitFor.TRIAGE)
    GRADED = _event("case.graded", "priority reasons", readers=INSIDE)
    DANGER_TOLD = _event("case.danger_told", only=(PLATFORM, "words"), readers=INSIDE)
    PRIORITY_SET = _event("case.priority_set", "priority before", only=(PLATFORM, "reason"), readers=INSIDE)
    PRIORITY_ASKED = _event("case.priority_asked", "priority before", only=(PLATFORM, "reason"), readers=INSIDE)
    DISPATCHED = _event("case.dispatched", "team tier row")
    ASSIGNED = _event("case.assigned", "team", only=(PLATFORM, "handler"))
    NOBODY_ON_SHIFT = _event("case.nobody_on_shift", "team", readers=INSIDE)
    TAKEN = _event("case.taken", only=(PLATFORM, "handler"))
    TRANSFER_ASKED = _event(
        "case.transfer_asked", "team due", only=(PLATFORM, "to reason"), readers=INSIDE, sent_to=SentTo.OFFERED
    )
    TRANSFERRED = _event("case.transferred", "team", only=(PLATFORM, "handler"))
    HANDED_ON = _event("case.handed_on", "team why", only=(PLATFORM, "handler before"), readers=INSIDE, sent_to=SentTo.TEAM)
    PUT_BACK = _event("case.put_back", "team why", only=(PLATFORM, "before"), readers=INSIDE)
    TRANSFER_DECLINED = _event("case.transfer_declined", only=(PLATFORM, "reason"), readers=INSIDE)
    TRANSFER_LAPSED = _event("case.transfer_lapsed", "team", only=(PLATFORM, "to"), readers=INSIDE)
    ANSWER_SUGGESTED = _event("case.answer_suggested", "entry_id title body until")
    ANSWER_HELPED = _event("case.answer_helped", "entry_id")
    ANSWER_DID_NOT_HELP = _event("case.answer_did_not_help", "entry_id")
    ANSWER_UNJUDGED = _event("case.answer_unjudged", "entry_id")
    ESCALATED = _event("case.escalated", "tier reason waiting_for clocks rounds", only=(OWN_WORDS, "words"))
    DEADLINE_NEAR = _event(
        "case.deadline_near", "of waiting_for until remedy_id", readers=INSIDE | {Reader.ASKED}, sent_to=SentTo.WAITED_ON
    )
    OVERDUE = _event("case.overdue", "waiting_for until")
    SET_BACK = _event("case.set_back", "run", readers=INSIDE)
    RESTARTED = _event("case.restarted", readers=INSIDE)
    CANCELLATION_REFUSED = _event("case.cancellation_refused", readers=INSIDE)
    REPLIED = _event("case.replied", said="words")
    NOTED = _event("case.noted", only=(PLATFORM, "words mentions"), readers=PLATFORM, sent_to=SentTo.MENTIONED)
    SPLIT = _event("case.split", "into titles", said="reason")
    SPLIT_FROM = _event("case.split_from", "first", said="reason")
    LINKED = _event("case.linked", "other relation", readers=INSIDE)
    UNLINKED = _event("case.unlinked", "other", readers=INSIDE)
    TAGGED = _event("case.tagged", only=(INSIDE, "added removed"), readers=INSIDE)
    SNOOZED = _event("case.snoozed", "until", readers=PLATFORM)
    UNSNOOZED = _event("case.unsnoozed", "why", readers=PLATFORM)
    HELD = _event("case.held", "action until", readers=PLATFORM)
    TAKEN_BACK = _event("case.taken_back", only=(PLATFORM, "action whose body"), readers=PLATFORM)
    NOT_SENT = _event("case.not_sent", only=(PLATFORM, "action whose body mentions"), readers=PLATFORM, sent_to=SentTo.MENTIONED)
    CLOSED = _event("case.closed", said="reason")
    MERGED = _event("case.merged", "into proposal_id", said="reason")
    ABSORBED = _event("case.absorbed", "absorbed opened_at channel", said="reason", sent_to=SentTo.HOLDER)
    UNMERGED = _event("case.unmerged", "into", said="reason")
    PARTED = _event("case.parted", "absorbed", said="reason", sent_to=SentTo.HOLDER)
    FACTS_ESTABLISHED = _event("investigation.facts_established", "facts")
    INFORMATION_REQUESTED = _event(
        "investigation.information_requested", REQUEST, said=QUESTION, readers=QUESTIONED, sent_to=SentTo.ASKED
    )
    INFORMATION_REMINDED = _event(
        "investigation.information_reminded", REQUEST, said=QUESTION, readers=QUESTIONED, sent_to=SentTo.ASKED
    )
    INFORMATION_GIVEN = _event(
        "investigation.information_given", "request_id of asker admits", readers=QUESTIONED, sent_to=SentTo.ANSWERED
    )
    INFORMATION_SILENT = _event("investigation.information_silent", REQUEST, said=QUESTION, readers=QUESTIONED)
    PARTNER_NOTICE = _event("investigation.partner_notice", "partner kind status", readers=INSIDE)
    FOUND = _event("investigation.found", "party confidence by_role stands", said=BASIS, readers=INSIDE | {Reader.MERCHANT})
    LIABLE = _event("investigation.liable", "party until", said=BASIS, readers=INSIDE | {Reader.NAMED}, sent_to=SentTo.NAMED)
    PROPOSED = _event(
        "resolution.proposed", "proposal_id round options until if_silent", said="options.why", begins=WaitFor.CHOICE
    )
    APPROVAL_NEEDED = _event(
        "resolution.approval_needed", "proposal_id amount_minor currency until", readers=INSIDE, begins=WaitFor.APPROVAL
    )
    APPROVED = _event("resolution.approved", "proposal_id", readers=INSIDE)
    DECLINED = _event(
        "resolution.declined",
        "proposal_id",
        only=(OWN_WORDS, "reason"),
        readers=INSIDE | {Reader.AUTHOR},
        sent_to=SentTo.PROPOSER,
    )
    ACCEPTED = _event("resolution.accepted", "proposal_id option remedies amounts currency silent")
    REFUSED = _event("resolution.refused", "proposal_id tier last", said="reason")
    COUNTERED = _event("resolution.countered", "proposal_id remedy amount_minor currency tier last", said="reason")
    PROPOSAL_LAPSED = _event("resolution.proposal_lapsed", "proposal_id")
    PROPOSAL_VOIDED = _event("resolution.proposal_voided", "proposal_id why")
    ARBITRATION_NEEDED = _event("resolution.arbitration_needed", "rounds until", begins=WaitFor.ARBITRATION)
    RULED = _event("resolution.ruled", "remedies amounts amount_minor currency", said="reason")
    SETTLED_ALONE = _event("resolution.settled_alone", "kind amount_minor currency row")
    REVIEW_DUE = _event("resolution.review_due", "row", readers=INSIDE)
    REVIEWED = _event("resolution.reviewed", "agrees", only=(PLATFORM, "note"), readers=INSIDE)
    APPEALED = _event("investigation.appealed", "party due", only=(OWN_WORDS, "words"))
    APPEAL_OVERDUE = _event("investigation.appeal_overdue", "party due")
    APPEAL_DECIDED = _event("investigation.appeal_decided", "granted appellant party", said="reason")
    REFUND_REQUESTED = _event("resolution.refund_requested", REFUND)
    REFUND_ARRIVED = _event("resolution.refund_arrived", REFUND)
    REFUND_FAILED = _event("resolution.refund_failed", REFUND, readers=INSIDE, begins=WaitFor.PAYMENT_REPAIR)
    REFUND_REVERSED = _event("resolution.refund_reversed", REFUND)
    REFUND_TWICE = _event("resolution.refund_twice", REFUND, readers=INSIDE)
    REFUND_REDIRECTED = _event("resolution.refund_redirected", REFUND)
    REPLACEMENT_RESERVED = _event("resolution.replacement_reserved", "remedy_id kind skus until")
    REPLACEMENT_OUT_OF_STOCK = _event("resolution.replacement_out_of_stock", "remedy_id kind skus expected_at")
    REPLACEMENT_REFUSED = _event("resolution.replacement_refused", f"remedy_id kind {REFUSAL}")
    REPLACEMENT_SENT = _event("resolution.replacement_sent", "remedy_id kind tracking carrier_id")
    REPLACEMENT_LOST = _event("resolution.replacement_lost", "remedy_id kind tracking again")
    REPLACEMENT_NOT_NEEDED = _event("resolution.replacement_not_needed", "remedy_id kind tracking")
    PARCEL_FOUND = _event(
        "resolution.parcel_found", "tracking status at customer_has to_decide", readers=INSIDE | {Reader.MERCHANT}
    )
    REPLACEMENT_DELIVERED = _event("resolution.replacement_delivered", "remedy_id kind tracking")
    REPLACEMENT_UNPAID = _event("resolution.replacement_unpaid", "remedy_id kind amount_minor currency")
    REFUND_CHOSEN = _event("resolution.refund_chosen", "remedy_id kind")
    REPAIR_DIAGNOSED = _event("resolution.repair_diagnosed", "remedy_id good_will", said="words")
    REPAIR_ESTIMATED = _event("resolution.repair_estimated", "remedy_id amount_minor currency until", said="words")
    ESTIMATE_ACCEPTED = _event("resolution.estimate_accepted", "remedy_id amount_minor currency")
    ESTIMATE_REFUSED = _event("resolution.estimate_refused", "remedy_id silent", said="reason")
    REPAIRED = _event("resolution.repaired", "remedy_id", said="words")
    NOT_REPAIRABLE = _event("resolution.not_repairable", "remedy_id", said="words")
    REPAIR_LATE = _event("resolution.repair_late", "remedy_id")
    REPAIR_SENT_BACK = _event("resolution.repair_sent_back", "remedy_id tracking carrier_id mended")
    ORDER_CANCELLED = _event("resolution.order_cancelled", CHANGE)
    ORDER_CHANGED = _event("resolution.order_changed", CHANGE)
    CHANGE_REFUSED = _event("resolution.change_refused", f"{CHANGE} {REFUSAL}")
    CHANGE_CALLED_OFF = _event("resolution.change_called_off", f"{CHANGE} why")
    CHARGE_ASKED = _event("resolution.charge_asked", CHARGE, only=(PAYER, "pay_url"))
    CHARGE_FAILED = _event("resolution.charge_failed", CHARGE, only=(PAYER, "pay_url"))
    CHARGE_REFUSED = _event("resolution.charge_refused", f"remedy_id amount_minor currency {REFUSAL}")
    CHARGE_PAID = _event("resolution.charge_paid", "remedy_id amount_minor currency")
    REMEDY_TOLD = _event("resolution.remedy_told", "remedy_id kind", said="words")
    COUPON_ISSUED = _event("resolution.coupon_issued", "remedy_id amount_minor currency until", only=(PAYER, "code"))
    BONUS_GIVEN = _event("resolution.bonus_given", "remedy_id amount_minor currency until", only=(PAYER, "code"))
    BONUS_REFUSED = _event("resolution.bonus_refused", "remedy_id amount_minor currency refusal")
    COUPON_LATE = _event("resolution.coupon_late", "until", readers=INSIDE)
    COUPON_REFUSED = _event("resolution.coupon_refused", "remedy_id amount_minor currency refusal")
    IMPROVEMENT_BEGUN = _event("resolution.improvement_begun", "remedy_id party due", said="words")
    REMEDY_UNDONE = _event("resolution.remedy_undone", "remedy_id kind why kept")
    KEPT_GOODS_REFUNDED = _event("resolution.kept_goods_refunded", "remedy_id amount_minor currency")
    RETURN_APPROVED = _event("return.approved", "remedy_id rma address deadline label customer_pays")
    RETURN_LABEL_READY = _event("return.label_ready", "remedy_id tracking carrier")
    RETURN_REMINDED = _event("return.reminded", "remedy_id deadline")
    RETURN_EXTENDED = _event("return.extended", "remedy_id deadline", said="reason")
    RETURN_JOINED = _event("return.joined", "remedy_id box deadline")
    RETURN_PARTED = _event("return.parted", "remedy_id box deadline why")
    RETURN_BOX_SHARED = _event("return.box_shared", "remedy_id other")
    RETURN_BOX_LEFT = _event("return.box_left", "remedy_id other")
    RETURN_PICKUP_BOOKED = _event("return.pickup_booked", "remedy_id start end")
    RETURN_PICKUP_MOVED = _event("return.pickup_moved", "remedy_id start end")
    RETURN_PICKUP_MISSED = _event("return.pickup_missed", "remedy_id start deadline")
    RETURN_PICKUP_CANCELLED = _event("return.pickup_cancelled", "remedy_id start end")
    RETURN_PICKUP_REFUSED = _event("return.pickup_refused", "remedy_id call why")
    RETURN_ON_ITS_WAY = _event("return.on_its_way", "remedy_id way tracking carrier")
    RETURN_FREIGHT_CLAIMED = _event("return.freight_claimed", "remedy_id amount_minor allowed_minor currency")
    RETURN_RECEIVED = _event("return.received", "remedy_id until")
    RETURN_INSPECTED = _event(
        "return.inspected",
        "remedy_id result accepted rejected missing wrong amount_minor deducted_minor reduced_minor restocking_minor currency",
        said="reason",
    )
    RETURN_WORTH_REDUCED = _event("return.worth_reduced", f"remedy_id {WORTH} until", said="reason", begins=WaitFor.REDUCED_WORTH)
    RETURN_WORTH_AGREED = _event("return.worth_agreed", f"remedy_id {WORTH} silent")
    RETURN_WORTH_REFUSED = _event("return.worth_refused", f"remedy_id {WORTH} silent", said="reason")
    RETURN_WORTH_APPEALED = _event("return.worth_appealed", f"remedy_id {WORTH} silent due", said="words")
    RETURN_WORTH_OVERDUE = _event("return.worth_overdue", "remedy_id due", readers=INSIDE)
    RETURN_WORTH_RULED = _event("return.worth_ruled", f"remedy_id {WORTH} until", said="reason")
    RETURN_SENT_BACK = _event("return.sent_back", "remedy_id tracking carrier")
    RETURN_HANDED_BACK = _event("return.handed_back", "remedy_id tracking")
    RETURN_LOST = _event("return.lost", "remedy_id ours tracking")
    RETURN_TURNED_BACK = _event("return.turned_back", "remedy_id ours tracking")
    RETURN_EXPIRED = _event("return.expired", "remedy_id ours tracking")
    RETURN_UNADDRESSED = _event("return.unaddressed", "remedy_id ours tracking")
    RETURN_REFUSED = _event("return.refused", f"remedy_id ours tracking {REFUSAL}")
    RETURN_STUCK = _event("return.stuck", f"remedy_id what {REFUSAL}")
    CHILD_BROKEN_OFF = _event("resolution.errand_broken_off", "remedy_id kind")
    CHILD_SET_BACK = _event("resolution.child_set_back", "remedy_id kind", readers=INSIDE)
    RESOLVED = _event("follow_up.resolved", "outcome until", begins=WaitFor.CONFIRMATION)
    RATED = _event("follow_up.rated", "speed solution attitude")
    LOW_SCORE = _event("follow_up.low_score", "lowest", readers=INSIDE)
    CONFIRMED = _event("follow_up.confirmed")
    DISPUTED = _event("follow_up.disputed", said="reason")
    SILENT_CONFIRMATION = _event("follow_up.silent_confirmation")
    WITHDRAWN = _event("case.withdrawn", said="reason")
    NOT_PURSUED = _event("case.not_pursued", "why")
    ARCHIVED = _event("archival.archived", "sha256 outcome")
    REOPENED = _event("archival.reopened", said="reason")
    CLOCK_WARNED = _event("clock.warned", "clock due", readers=INSIDE)
    CLOCK_MISSED = _event("clock.missed", "clock due held_by", readers=INSIDE)
    PROMISE_MOVED = _event("clock.promise_moved", "clock due why")
    CLAIM_RAISED = _event("resolution.claim_raised", f"{CLAIM} cause", readers=INSIDE)
    CLAIM_MOVED = _event("resolution.claim_moved", f"{CLAIM} why told", readers=INSIDE)
    CLAIM_OVER = _event("resolution.claim_over", f"{CLAIM} status recovered_minor", readers=INSIDE)
    CLAIM_OPENED = _event("claim.opened", f"{CLAIM} of cause until")
    CLAIM_UNDELIVERED = _event("claim.undelivered", f"{CLAIM} of why", readers=INSIDE)
    CLAIM_ANSWERED = _event("claim.answered", f"{CLAIM} of status accepted_minor", said="words")
    CLAIM_PART_AGREED = _event("claim.part_agreed", f"{CLAIM} of accepted_minor")
    CLAIM_DISPUTED = _event("claim.disputed", f"{CLAIM} of", said="words")
    CLAIM_REMINDED = _event("claim.reminded", f"{CLAIM} of due")
    CLAIM_ESCALATED = _event("claim.escalated", f"{CLAIM} of reason until", readers=INSIDE)
    CLAIM_PAID = _event("claim.paid", f"{CLAIM} of paid_minor back", said="proof")
    CLAIM_OWED = _event("claim.owed", f"{CLAIM} of owed_minor")
    CLAIM_CHANGED = _event("claim.changed", f"{CLAIM} of why")
    CLAIM_CLOSED = _event("claim.closed", f"{CLAIM} of status recovered_minor", said="reason")
    CLAIM_SET_BACK = _event("claim.set_back", f"{CLAIM} of run", readers=INSIDE)
    CLAIM_NOTICE = _event("claim.notice", f"{CLAIM} of partner status", readers=INSIDE)
    DIFFERENCE_FOUND = _event("reconciliation.difference", "kind order_id subject case orders words until", readers=INSIDE)
    """On no timeline: a message to the supervisors (docs/money.md)."""
    REVIEW_WRITTEN = _event("review.written", "since until cases amount_minor currency costly worse review_url", readers=INSIDE)
    """`review.…`: on no timeline, messages of the weekly review (RVW-3); `case_id` is the review's or the improvement's id."""
    IMPROVEMENT_ASKED = _event("review.improvement_asked", "party who issue region since until cases usual", readers=INSIDE)
    """In no message of its own: the words of the task."""
    IMPROVEMENT_OPENED = _event("review.improvement_opened", "words due overdue", readers=INSIDE)
    IMPROVEMENT_DUE = _event("review.improvement_due", "words due overdue", readers=INSIDE)
    IMPROVEMENT_MEASURED = _event("review.improvement_measured", "words due overdue kind before after expected", readers=INSIDE)
    REFUND_HELD = _event("resolution.refund_held", "remedy_id amount_minor currency")
    REFUND_BESIDE_CHARGEBACK = _event(
        "resolution.refund_beside_chargeback", "remedy_id amount_minor currency chargeback_id", readers=BOOKS
    )
    REFUND_CHARGED_BACK = _event("resolution.refund_charged_back", "remedy_id amount_minor currency")
    CREDIT_NOTE_ISSUED = _event(
        "resolution.credit_note_issued",
        "note_id number corrects remedy_id amount_minor tax_minor currency",
        only=(PAYER, "note_url"),
    )
    CASE_CHARGED_BACK = _event("resolution.chargeback_opened", f"{CHARGEBACK} until", readers=BOOKS)
    CASE_CHARGEBACK_OVER = _event("resolution.chargeback_over", f"{CHARGEBACK} status lost_minor", readers=BOOKS)
    CHARGEBACK_OPENED = _event("chargeback.opened", f"{CHARGEBACK} until", readers=BOOKS)
    CHARGEBACK_TAKEN = _event("chargeback.taken", f"{CHARGEBACK} until", readers=BOOKS)
    CHARGEBACK_MOVED = _event("chargeback.moved", f"{CHARGEBACK} status until", readers=BOOKS)
    CHARGEBACK_ANSWER_PROPOSED = _event("chargeback.answer_proposed", f"{CHARGEBACK} answer until", readers=BOOKS)
    CHARGEBACK_ANSWER_APPROVED = _event("chargeback.answer_approved", f"{CHARGEBACK} answer", readers=BOOKS)
    CHARGEBACK_ANSWER_DECLINED = _event(
        "chargeback.answer_declined", f"{CHARGEBACK} answer", only=(PLATFORM, "words"), readers=BOOKS
    )
    CHARGEBACK_ANSWER_SENT = _event("chargeback.answer_sent", f"{CHARGEBACK} answer", readers=BOOKS)
    CHARGEBACK_ANSWER_REFUSED = _event("chargeback.answer_refused", f"{CHARGEBACK} answer refusal until", readers=BOOKS)
    CHARGEBACK_DUE = _event("chargeback.due", f"{CHARGEBACK} until", readers=BOOKS)
    CHARGEBACK_MISSED = _event("chargeback.missed", f"{CHARGEBACK} until", readers=BOOKS)
    CHARGEBACK_CLOSED = _event(
        "chargeback.closed", f"{CHARGEBACK} status lost_minor twice_minor fee_minor fee_currency", readers=BOOKS
    )
    CONTACT_CODE = _event("contact.code", "until", only=(frozenset({Reader.CUSTOMER}), "code"))
    CONTACT_CHANGED = _event("contact.changed", "channel")
    """On no timeline: to an address that is to be confirmed, and to one that another took the place of (NTF-3)."""
    CUSTOMER_ASKED = _event("reconciliation.customer_asked", "decision tracking amount_minor currency")
    """On no timeline: a message to the customer whose parcel turned up after something was given for its loss (RES-9)."""
