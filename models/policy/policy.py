"""The policy: every figure and table that a marketplace may change (docs/architecture.md).

`Policy` is the file; `PolicySlice` is what travels with a case, so that running cases keep the rules they were opened with.
Durations are written `5m`, `1h`, `7d`, `1h30m` in the file. Loading and checking: `rules/policy/load.py`.
"""

import hashlib
import zlib
from base64 import b64decode, b64encode
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator

from models.chargebacks.policy import ChargebackPolicy
from models.claims.policy import ClaimsPolicy
from models.common.base import Bilingual, Duration, Frozen
from models.common.calendars import CalendarPolicy, CalendarSlice
from models.common.conditions import Condition
from models.common.events import Event
from models.common.identifiers import Region
from models.common.languages import LanguagesPolicy
from models.common.partners import RefusalCode
from models.common.vocabulary import (
    Channel,
    ClockName,
    Issue,
    IssueGroup,
    Kind,
    MessageChannel,
    Party,
    Priority,
    Role,
    Tier,
    WaitFor,
    WaitingOn,
)
from models.common.waits import LATER, WaitPolicy
from models.money.policy import StoreCreditPolicy
from models.policy.agents import AgentPolicy
from models.policy.contacts import ContactPolicy
from models.policy.eligibility import EligibilityPolicy
from models.policy.grading import GradingPolicy
from models.policy.issues import IssueGroupPolicy, IssuePolicies, IssuePolicy, Issues
from models.policy.replies import RepliesPolicy
from models.policy.reports import ReportsPolicy
from models.policy.retention import RetentionPolicy
from models.policy.root_causes import RootCause
from models.reconciliation.difference import ReconciliationPolicy
from models.remedies.order_change import ChangesPolicy
from models.replacements.state import ReplacementPolicy
from models.returns.state import ReturnPolicy
from models.review.policy import ReviewPolicy


class ClockTarget(Frozen):
    """One row of the promises. The row that names most of kind, group, channel and priority, and fits, wins; then the earlier one."""

    clock: ClockName
    within: Duration
    calendar: str
    kind: Kind | None = None
    group: IssueGroup | None = None
    channel: Channel | None = None
    priority: Priority | None = None


class AnswerPolicy(Frozen):
    """How long a party may take to answer a request (INV-2), and when it is reminded."""

    within: Duration
    remind_after: Duration
    then: Bilingual


class LiabilityRow(Frozen):
    """INV-4: when all conditions hold for one of the issues, the party is responsible, with that confidence."""

    id: str
    issues: Issues
    when: tuple[Condition, ...]
    party: Party
    confidence: float = Field(ge=0, le=1)
    automatic: bool | Literal["return"] = False
    """RES-10: what the customer asks for, up to what the lines cost, is due when this row holds. `return`: only a return and refund
    is, but of any amount, for nothing is paid before the goods are back and inspected."""
    basis: Bilingual


HOME_ZONE = "Asia/Shanghai"
"""Of policies and open cases from before a policy named its zone."""

Rates = dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Annotated[Decimal, Field(gt=0)]]
"""What one unit of another currency counts as in the policy's, where an amount is compared with a figure of the policy: limits and caps are
written in the policy's currency alone. A currency that is not here has no limits, so that a person decides. No money is exchanged by it."""


class Approval(Frozen):
    """RES-4: how much (minor units, per case) each may give without another person. None: any amount."""

    automatic: int = 20_000
    merchant: int | None = None
    agent: int = 200_000


class AutomaticPolicy(Frozen):
    """RES-10: when a case may resolve without a person."""

    enabled: bool = True
    confidence: float = 0.9
    """A finding at least this sure stands alone."""
    max_per_customer_a_day: int = 3
    max_minor_a_day: int = 2_000_000
    max_share_a_day: float = Field(default=0.8, ge=0, le=1)
    """Of the cases opened in the last 24 hours; from `share_from` cases on."""
    share_from: int = Field(default=50, ge=1)
    max_refunds_in_90_days: int = 5
    """A customer with more refunds than this is looked after by a person."""
    max_found_against: int = 0
    """So often in 90 days the customer may have been found responsible."""
    review_share: float = Field(default=0.05, ge=0, le=1)
    """So many of the decisions are drawn for a person to look at afterwards."""


class RoutingRow(Frozen):
    """DSP-1. A row with more fields wins over one with fewer; then the earlier one."""

    id: str
    team: str
    tier: Tier
    kind: Kind | None = None
    group: IssueGroup | None = None
    issue: Issue | None = None
    priority: Priority | None = None
    region: Region | None = None
    merchant: str | None = None


class MessageRule(Frozen):
    """Who is told of an event, and by which channels besides the in-site inbox (NTF-1)."""

    to: tuple[Role, ...]
    channels: tuple[MessageChannel, ...] = ()
    watchers: bool = False
    """Whether those who watch the case are told (WRK-1)."""


class PolicySlice(Frozen):
    """What a case carries. `digest` identifies the content, so that a worker keeps one copy for all cases that share it."""

    version: str
    digest: str
    zone: str = HOME_ZONE
    currency: str
    rates: Rates | None = None
    """None: a case from before there were rates; it compares figures as they are."""
    emergency_contact: Bilingual
    languages: LanguagesPolicy = LanguagesPolicy()
    calendars: dict[str, CalendarSlice]
    clocks: tuple[ClockTarget, ...]
    warn_at: float = Field(gt=0, lt=1)
    waits: dict[WaitFor, WaitPolicy]
    answers: dict[WaitingOn, AnswerPolicy]
    issues: dict[Issue, IssuePolicy]
    routing: tuple[RoutingRow, ...]
    grading: GradingPolicy
    liability: tuple[LiabilityRow, ...]
    eligibility: EligibilityPolicy
    approval: Approval
    automatic: AutomaticPolicy
    replies: RepliesPolicy = RepliesPolicy()
    triage_below: float = Field(ge=0, le=1)
    suggest_at_least: float = Field(default=0.4, ge=0, le=1)
    answered_from: float = Field(default=0, ge=0, le=1)
    """From this fit on, silence after an answer says that it was one. 0: it always does, as in cases from before there was this figure."""
    max_evidence: int = Field(default=30, ge=1, le=100)
    max_rounds: int = Field(ge=1, le=20)
    rejections_to_escalate: int = Field(ge=1, le=20)
    remind_at_least_every: Duration = timedelta(days=3)
    appeal_within: Duration = timedelta(hours=48)
    low_score: int = Field(ge=1, le=5)
    poll_refund_every: Duration
    claims: ClaimsPolicy = ClaimsPolicy()
    """RES-9: claims on carriers, recovery from merchants."""
    changes: ChangesPolicy
    returns: ReturnPolicy
    refund_to_balance: tuple[RefusalCode, ...] = ()
    refund_to_bank: tuple[RefusalCode, ...] = ()
    refund_order: tuple[str, ...] = ()
    refund_only_back: tuple[str, ...] = ()
    replacements: ReplacementPolicy = ReplacementPolicy()
    coupon_valid_for: Duration = timedelta(days=90)
    store_credit: StoreCreditPolicy = StoreCreditPolicy()
    improve_within: Duration = timedelta(days=14)

    @field_validator("waits")
    @classmethod
    def _that_came_later(cls, waits: dict[WaitFor, WaitPolicy]) -> dict[WaitFor, WaitPolicy]:
        """A case from before a wait was thought of waits for it by these figures."""
        return {**LATER, **waits}

    def __repr__(self) -> str:
        """Short: the content is a hundred kilobytes."""
        return f"PolicySlice(version={self.version!r}, digest={self.digest[:12]!r})"

    def changed(self, **change: object) -> Self:
        """A slice of other content, with the digest of that: under the old one a worker would take it for the one it knows."""
        made = self.model_copy(update={**change, "digest": ""})
        return made.model_copy(update={"digest": hashlib.sha256(made.model_dump_json(by_alias=True).encode()).hexdigest()})


_known: dict[str, PolicySlice] = {}
_packed: dict[str, str] = {}
_unpacked: dict[str, PolicySlice] = {}


def interned(policy: PolicySlice) -> PolicySlice:
    """The process's own copy of a slice with this content: thousands of open cases share it (benchmarks/README.md)."""
    known = _known.setdefault(policy.digest, policy)
    return known if known is policy or known == policy else policy  # a digest is somebody's word, the content counts


def _pack(policy: PolicySlice) -> dict[str, str]:
    """A quarter of its size in every history; written once for all cases that share it."""
    if policy.digest not in _packed:
        _packed[policy.digest] = b64encode(zlib.compress(policy.model_dump_json().encode(), 9)).decode()
    return {"version": policy.version, "digest": policy.digest, "packed": _packed[policy.digest]}


def _unpack(value: object) -> object:
    """The copy that is known already, so that a start costs no reading of it; else what was packed."""
    match value:
        case {"packed": str(packed)}:
            content = hashlib.sha256(packed.encode()).hexdigest()
            if content not in _unpacked:
                _unpacked[content] = interned(PolicySlice.model_validate_json(zlib.decompress(b64decode(packed)), extra="ignore"))
            return _unpacked[content]
        case _:
            return value


SharedPolicy = Annotated[
    PolicySlice, BeforeValidator(_unpack), AfterValidator(interned), PlainSerializer(_pack, when_used="json")
]
"""A slice that travels packed, and is shared as soon as it is read, so that nobody holds a second copy."""


class Policy(Frozen):
    """The policy file. `messages` does not travel with cases: it is read where texts are written. Their words: `policies/texts.yaml`."""

    version: str
    zone: str = HOME_ZONE
    """The market's time zone: of calendars that name none, of everybody who chose none, and of the times that the platform's people read."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rates: Rates = {}
    emergency_contact: Bilingual
    languages: LanguagesPolicy = LanguagesPolicy()
    """What merchants, carriers and the platform's people read (INV-2, NTF-1)."""
    calendars: dict[str, CalendarPolicy]
    clocks: tuple[ClockTarget, ...]
    warn_at: float = Field(default=0.8, gt=0, lt=1)
    waits: dict[WaitFor, WaitPolicy]
    answers: dict[WaitingOn, AnswerPolicy]
    issue_groups: dict[IssueGroup, IssueGroupPolicy] = {}
    """What the issues of a group have, each unless it writes that itself."""
    issues: IssuePolicies
    teams: dict[str, Bilingual]
    agents: tuple[AgentPolicy, ...] = ()
    """The first people, while there are none; from then on they are managed through the API (DSP-2)."""
    hand_on_after: Duration = timedelta(hours=2)
    """DSP-2: what waits for an agent who was away or off shift for so long is handed on."""
    routing: tuple[RoutingRow, ...]
    grading: GradingPolicy
    liability: tuple[LiabilityRow, ...]
    root_causes: tuple[RootCause, ...] = ()
    """What went wrong behind a case, for counting; it does not travel with cases."""
    eligibility: EligibilityPolicy
    approval: Approval = Approval()
    automatic: AutomaticPolicy = AutomaticPolicy()
    replies: RepliesPolicy = RepliesPolicy()
    """WRK-6: which of the customers' words ask for a reply, and which say that it is not solved."""
    triage_below: float = Field(default=0.6, ge=0, le=1)
    suggest_at_least: float = Field(default=0.4, ge=0, le=1)
    """REC-6: how well an answer of the knowledge base must fit a question to be shown without a person."""
    answered_from: float = Field(default=0, ge=0, le=1)
    """REC-6: how well it must fit so that silence counts as answered."""
    max_evidence: int = Field(default=30, ge=1, le=100)
    """INV-3: pieces of evidence on one case."""
    max_rounds: int = Field(default=5, ge=1, le=20)
    rejections_to_escalate: int = Field(default=2, ge=1, le=20)
    """DSP-5: so many refused proposals of a merchant bring the case to the platform."""
    remind_at_least_every: Duration = timedelta(days=3)
    """DSP-5: supervisors who let a deadline pass are reminded at twice the distance each time, up to this (or the deadline's own, if longer)."""
    appeal_within: Duration = timedelta(hours=48)
    """INV-5: so long after the decision the party found liable may appeal."""
    low_score: int = Field(default=2, ge=1, le=5)
    poll_refund_every: Duration
    claims: ClaimsPolicy = ClaimsPolicy()
    """RES-9: claims on carriers, recovery from merchants."""
    chargebacks: ChargebackPolicy = ChargebackPolicy()
    """RES-12: it does not travel with cases."""
    changes: ChangesPolicy
    """RES-1: what may be changed of an order before it is shipped, and until when."""
    returns: ReturnPolicy
    refund_to_balance: tuple[RefusalCode, ...] = ()
    """RES-5: refused for these reasons, a refund goes to the customer's balance at the marketplace by itself."""
    refund_to_bank: tuple[RefusalCode, ...] = ()
    """RES-16: refused for these reasons, a refund may be sent to an account of the customer's at a bank, by a person."""
    refund_order: tuple[str, ...] = ()
    """RES-16: payment methods that are given back first, in this order; the others follow in the order's own."""
    refund_only_back: tuple[str, ...] = ()
    """RES-16: payment methods whose money goes back there and nowhere else, neither to a balance nor to a bank."""
    replacements: ReplacementPolicy = ReplacementPolicy()
    """RES-7: how long goods are set aside, how often partners are asked, how often a lost parcel is sent again."""
    coupon_valid_for: Duration = timedelta(days=90)
    store_credit: StoreCreditPolicy = StoreCreditPolicy()
    """RES-17: what who takes store credit instead of money back gets on top."""
    improve_within: Duration = timedelta(days=14)
    """RES-3: until when whoever is responsible has made the service better."""
    reconciliation: ReconciliationPolicy = ReconciliationPolicy()
    """Our books beside those of payment providers and carriers."""
    reports: ReportsPolicy = ReportsPolicy()
    review: ReviewPolicy = ReviewPolicy()
    retention: RetentionPolicy = RetentionPolicy()
    """ARC-3: how long what is personal is kept."""
    contacts: ContactPolicy = ContactPolicy()
    """NTF-3: what may go to one address, and how it is confirmed."""
    messages: dict[Event, MessageRule]

    @field_validator("calendars", mode="before")
    @classmethod
    def _in_the_market(cls, written: object, info: ValidationInfo) -> object:
        """A calendar that names no zone has the market's."""
        if not isinstance(written, dict):
            return written
        rows, home = cast("dict[str, object]", written), info.data.get("zone", HOME_ZONE)
        return {
            name: {"zone": home, **cast("dict[str, object]", row)} if isinstance(row, dict) else row for name, row in rows.items()
        }
