"""The closed vocabularies of a case. Each enum owns its own groupings; nobody compares status strings (docs/features.md)."""

from enum import StrEnum


class Kind(StrEnum):
    """What a case is: a question, a request for a remedy, or dissatisfaction."""

    INQUIRY = "inquiry"
    AFTER_SALES = "after_sales"
    COMPLAINT = "complaint"


class Meaning(StrEnum):
    """What makes words urgent (CLS-3): danger to people, animals or the house; a regulator, court or the press; a moment that is near."""

    DANGER = "danger"
    PUBLIC = "public"
    URGENT = "urgent"


class Stage(StrEnum):
    """Where a case stands. The seven stages in their order, then closed."""

    RECEIPT = "receipt"
    CLASSIFICATION = "classification"
    DISPATCH = "dispatch"
    INVESTIGATION = "investigation"
    RESOLUTION = "resolution"
    FOLLOW_UP = "follow_up"
    ARCHIVAL = "archival"
    CLOSED = "closed"

    @classmethod
    def open_stages(cls) -> frozenset["Stage"]:
        """Every stage in which the case is being worked on."""
        return frozenset(cls) - {cls.CLOSED}

    @classmethod
    def before_follow_up(cls) -> frozenset["Stage"]:
        """The stages in which a solution is still being looked for."""
        return cls.open_stages() - {cls.FOLLOW_UP, cls.ARCHIVAL}


class Role(StrEnum):
    """Who acts or looks (docs/features.md). SYSTEM is Redress itself."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    SYSTEM = "system"

    @classmethod
    def platform(cls) -> frozenset["Role"]:
        """The marketplace's own people who work cases."""
        return frozenset({cls.AGENT, cls.SUPERVISOR})

    @classmethod
    def staff(cls) -> frozenset["Role"]:
        """The roles of the table of people: the marketplace's own."""
        return frozenset({cls.AGENT, cls.SUPERVISOR, cls.ANALYST})

    @classmethod
    def people(cls) -> frozenset["Role"]:
        """Every role that a token can be made for."""
        return frozenset(cls) - {cls.SYSTEM}


class Party(StrEnum):
    """Who can be found responsible (INV-4)."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"
    PLATFORM = "platform"
    SHARED = "shared"
    NONE = "none"


class Tier(StrEnum):
    """Who holds the case (DSP-5): merchant first, then the platform, then a supervisor. Clocks are kept per tier (SLA-5)."""

    MERCHANT = "merchant"
    PLATFORM = "platform"
    SUPERVISOR = "supervisor"
    CARRIER = "carrier"


class WaitingOn(StrEnum):
    """Whose move it is."""

    NOBODY = "nobody"
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"
    AGENT = "agent"
    SUPERVISOR = "supervisor"


class WaitFor(StrEnum):
    """What the case is waiting for; each has a deadline and a default outcome in the policy's `waits`."""

    PARTNER_DATA = "partner_data"
    ORDER_CORRECTION = "order_correction"
    TRIAGE = "triage"
    ANSWER_CHECK = "answer_check"
    ANSWERS = "answers"
    FINDING = "finding"
    PLAN = "plan"
    REPLY = "reply"
    CHOICE = "choice"
    APPROVAL = "approval"
    ARBITRATION = "arbitration"
    REFUND = "refund"
    ARRIVAL = "arrival"
    PAYMENT_REPAIR = "payment_repair"
    CHARGEBACK = "chargeback"
    RETURN_SHIPPING = "return_shipping"
    RETURN_TRANSIT = "return_transit"
    INSPECTION = "inspection"
    REDUCED_WORTH = "reduced_worth"
    STOCK = "stock"
    REPLACEMENT_TRANSIT = "replacement_transit"
    REPAIR_ESTIMATE = "repair_estimate"
    REPAIR = "repair"
    ORDER_CHANGE = "order_change"
    CHARGE = "charge"
    COUPON = "coupon"
    APPEAL = "appeal"
    CONFIRMATION = "confirmation"
    REOPENING = "reopening"


class Channel(StrEnum):
    """How the customer reached us (REC-1); it sets the first-reply clock."""

    APP = "app"
    WEB = "web"
    ORDER_PAGE = "order_page"
    HOTLINE = "hotline"
    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"
    IMPORT = "import"

    @classmethod
    def of_staff(cls) -> frozenset["Channel"]:
        """Those by which only the platform's people enter what a customer said; their clocks are not a customer's to choose."""
        return frozenset({cls.HOTLINE, cls.IMPORT})


class Issue(StrEnum):
    """What went wrong (CLS-1). The part before the dot is the issue's group."""

    QUALITY_DEFECT = "product.quality_defect"
    NOT_AS_DESCRIBED = "product.not_as_described"
    SIZE_MISMATCH = "product.size_mismatch"
    COUNTERFEIT_SUSPECTED = "product.counterfeit_suspected"
    WARRANTY_REPAIR = "product.warranty_repair"
    NO_REASON_RETURN = "product.no_reason_return"
    DELAY = "logistics.delay"
    DAMAGED = "logistics.damaged"
    SOILED = "logistics.soiled"
    LOST = "logistics.lost"
    WRONG_ITEM = "logistics.wrong_item"
    MISSING_ITEM = "logistics.missing_item"
    TRACKING_STALLED = "logistics.tracking_stalled"
    TRACKING_WRONG = "logistics.tracking_wrong"
    PICKUP_POINT = "logistics.pickup_point"
    SIGNED_BY_OTHER = "logistics.signed_by_other"
    CANCEL = "order.cancel"
    CHANGE = "order.change"
    CHARGED_TWICE = "payment.charged_twice"
    REFUND_NOT_ARRIVED = "payment.refund_not_arrived"
    PRICE_DISPUTE = "payment.price_dispute"
    MERCHANT_ATTITUDE = "service.merchant_attitude"
    PLATFORM_ATTITUDE = "service.platform_attitude"
    CARRIER_ATTITUDE = "service.carrier_attitude"
    SLOW_RESPONSE = "service.slow_response"
    PROMISE_NOT_KEPT = "service.promise_not_kept"
    PLATFORM_RULE = "rules.platform_rule"

    @property
    def group(self) -> "IssueGroup":
        return IssueGroup(self.value.partition(".")[0])


class IssueGroup(StrEnum):
    PRODUCT = "product"
    LOGISTICS = "logistics"
    ORDER = "order"
    PAYMENT = "payment"
    SERVICE = "service"
    RULES = "rules"


class Priority(StrEnum):
    """CLS-3; P1 is the most urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class RemedyKind(StrEnum):
    """RES-3. What each kind needs and means: `models/remedies/table.py`."""

    REFUND_ONLY = "refund_only"
    STORE_CREDIT = "store_credit"
    CREDIT_BONUS = "credit_bonus"
    FREIGHT_REFUND = "freight_refund"
    RETURN_AND_REFUND = "return_and_refund"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    RESHIP = "reship"
    PRICE_ADJUSTMENT = "price_adjustment"
    COUPON = "coupon"
    APOLOGY = "apology"
    EXPLANATION = "explanation"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_CHANGED = "order_changed"
    SERVICE_IMPROVEMENT = "service_improvement"


class Reception(StrEnum):
    """Where goods that come back are (RES-6)."""

    AWAITING = "awaiting"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    SHORT = "short"
    WRONG_ITEM = "wrong_item"
    LOST = "lost"
    TURNED_BACK = "turned_back"
    EXPIRED = "expired"


class Acceptance(StrEnum):
    """What the inspection of returned goods said (RES-6)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PARTIAL = "partial"
    """Some of the goods were accepted: the refund is cut."""

    @classmethod
    def _missing_(cls, value: object) -> "Acceptance | None":  # the name before: histories and rows still say it
        return cls.PARTIAL if value == "manual" else None


class RefundStatus(StrEnum):
    """The state of a remedy's money; accepted by the provider (requested) is not arrived (RES-5)."""

    NONE = "none"
    PENDING = "pending"
    REQUESTED = "requested"
    ARRIVED = "arrived"
    FAILED = "failed"
    REVERSED = "reversed"
    """Of a part: it had arrived, and came back. The remedy's refund is then FAILED."""

    @classmethod
    def refused(cls) -> frozenset["RefundStatus"]:
        """The provider said no, be it after the money had arrived."""
        return frozenset({cls.FAILED, cls.REVERSED})

    @classmethod
    def moving(cls) -> frozenset["RefundStatus"]:
        """Money was reserved, asked for or paid."""
        return cls.unsettled() | {cls.ARRIVED}

    @classmethod
    def unsettled(cls) -> frozenset["RefundStatus"]:
        """The provider's last word is still to come."""
        return frozenset({cls.PENDING, cls.REQUESTED})


class ClockName(StrEnum):
    """The promises about time (SLA-1)."""

    FIRST_REPLY = "first_reply"
    PLAN = "plan"
    RESOLUTION = "resolution"
    TRANSFER = "transfer"
    NEXT_REPLY = "next_reply"
    """An answer to what the customer said later (WRK-6). A policy without it promises none."""


class SlaState(StrEnum):
    ON_TIME = "on_time"
    WARNED = "warned"
    MISSED = "missed"


class Locale(StrEnum):
    ZH = "zh"
    EN = "en"


class Outcome(StrEnum):
    """How a case ended."""

    RESOLVED = "resolved"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    NOT_PURSUED = "not_pursued"
    REJECTED = "rejected"
    MERGED = "merged"
    """It goes on in another case (WRK-7)."""


class MessageChannel(StrEnum):
    """How people are told (NTF-1)."""

    INBOX = "inbox"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


class ErrorType(StrEnum):
    """Errors cross every boundary by these types, never by their text (docs/architecture.md)."""

    NOT_FOUND = "not-found"
    INVALID = "invalid"
    NOT_ALLOWED_NOW = "action-not-allowed-now"
    NOT_ALLOWED_FOR_ROLE = "action-not-allowed-for-role"
    UNAUTHENTICATED = "unauthenticated"
    KEY_REUSED = "idempotency-key-reused"
    CLOSED = "case-closed"
    MERGED = "case-merged"
    """It goes on in another case, which the error names (WRK-7)."""
    TOO_MUCH = "too-much-money"
    BUSY = "busy"
    NOT_YET = "not-yet-answered"
    UNAVAILABLE = "unavailable"
    BAD_SIGNATURE = "bad-signature"
    PARTNER_UNAVAILABLE = "partner-unavailable"
    PARTNER_REFUSED = "partner-refused"
    PARTNER_INVALID_RESPONSE = "partner-invalid-response"
    INTERNAL = "internal"

    @classmethod
    def _missing_(cls, value: object) -> "ErrorType | None":  # the name before: histories and older workers still say it
        return cls.PARTNER_INVALID_RESPONSE if value == "partner-nonsense" else None
