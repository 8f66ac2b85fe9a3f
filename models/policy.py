"""The policy: every figure and table that a marketplace may change (docs/architecture.md).

`Policy` is the file; `PolicySlice` is what travels with a case, so that running cases keep the rules they were opened with.
Durations are written `5m`, `1h`, `7d`, `1h30m` in the file. Loading and checking: `rules/policy.py`.
"""

import re
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, JsonValue

from models.base import Frozen, Identifier
from models.vocabulary import (
    Channel,
    ClockName,
    Event,
    Issue,
    IssueGroup,
    Kind,
    Locale,
    MessageChannel,
    Party,
    PauseReason,
    Priority,
    RemedyKind,
    Role,
    Tier,
    WaitFor,
    WaitingOn,
)

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _duration(value: object) -> object:
    if not isinstance(value, str) or value.startswith("P"):
        return value  # a timedelta or ISO 8601 from a stored slice
    match = _DURATION.fullmatch(value)
    if not value or match is None:
        message = "a duration is written as 5m, 1h, 7d or 1h30m"
        raise ValueError(message)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Bilingual(Frozen):
    """A text that a person reads, in both languages."""

    zh: str
    en: str

    def in_(self, locale: Locale) -> str:
        return self.zh if locale is Locale.ZH else self.en


class Hours(Frozen):
    """A span of one working day, minutes since local midnight; `end` may be 1440."""

    start: int = Field(ge=0, lt=1440)
    end: int = Field(gt=0, le=1440)


class CalendarPolicy(Frozen):
    """A business calendar as written: weekly spans like `09:00-12:00`, a country's public holidays, own closing and opening days."""

    zone: str
    always: bool = False
    """24×7: every instant is working time; nothing else is needed."""
    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], tuple[str, ...]] = {}
    holidays: str | None = None
    """A country code of the `holidays` package, as CN; make-up working days included."""
    makeup: tuple[str, ...] = ()
    """The spans of a make-up working day; Monday's when empty."""
    closed: tuple[date, ...] = ()
    open: dict[date, tuple[str, ...]] = {}


class Exceptional(Frozen):
    """A day that differs from its weekday. No spans: closed."""

    day: date
    hours: tuple[Hours, ...] = ()
    name: str | None = None
    """The holiday's name, for the notice of REC-4."""


class CalendarSlice(Frozen):
    """A calendar resolved for a window of days: seven weekdays (Monday first) and the exceptional days between `first` and `last`."""

    zone: str
    always: bool = False
    week: tuple[tuple[Hours, ...], ...] = ()
    exceptional: tuple[Exceptional, ...] = ()
    first: date
    last: date


class ClockTarget(Frozen):
    """One row of the promises. The row that names most of kind, group, channel and priority, and fits, wins; then the earlier one."""

    clock: ClockName
    within: Duration
    calendar: str
    kind: Kind | None = None
    group: IssueGroup | None = None
    channel: Channel | None = None
    priority: Priority | None = None


class WaitPolicy(Frozen):
    """How long we wait, and what happens by itself after (docs/features.md: every wait has a deadline and a default)."""

    within: Duration
    calendar: str = "always"
    then: Bilingual
    """What happens when nobody moves, in words that people read."""
    pauses: PauseReason | None = None
    """Why the case's clocks stand still meanwhile (SLA-3), if they do."""


class AnswerPolicy(Frozen):
    """How long a party may take to answer a request (INV-2), and when it is reminded."""

    within: Duration
    remind_after: Duration
    then: Bilingual


class IssuePolicy(Frozen):
    """What one issue of CLS-1 means to the marketplace."""

    name: Bilingual
    tier: Tier = Tier.MERCHANT
    """Who is asked first (DSP-1)."""
    evidence: bool = False
    """Whether the customer's evidence is needed to decide."""
    ask: tuple[Party, ...] = ()
    """Who is asked for a statement when the facts do not decide."""
    remedies: tuple[RemedyKind, ...]
    """What may be proposed, the usual one first."""
    sensitive: bool = False
    """Never answered by a machine (REC-6)."""


class Condition(Frozen):
    """A test of one fact. A fact that is not known fits no condition but `known: false`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    fact: str
    is_: JsonValue = Field(default=None, alias="is")
    at_least: float | None = None
    below: float | None = None
    known: bool | None = None


class LiabilityRow(Frozen):
    """INV-4: when all conditions hold for one of the issues, the party is responsible, with that confidence."""

    id: str
    issues: tuple[Issue, ...]
    when: tuple[Condition, ...]
    party: Party
    confidence: float = Field(ge=0, le=1)
    automatic: bool = False
    """RES-10: what the customer asks for, up to what the lines cost, is due when this row holds."""
    basis: Bilingual


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


class RoutingRow(Frozen):
    """DSP-1. A row with more fields wins over one with fewer; then the earlier one."""

    id: str
    team: str
    tier: Tier
    kind: Kind | None = None
    group: IssueGroup | None = None
    issue: Issue | None = None
    priority: Priority | None = None
    region: str | None = None
    merchant: str | None = None


class GradingPolicy(Frozen):
    """CLS-3. Points of severity and urgency, and the matrix that turns them into a priority."""

    money: tuple[tuple[int, int], ...] = ((20_000, 1), (100_000, 2), (500_000, 3))
    """(at least this many minor units at stake, severity)."""
    severe_issues: tuple[Issue, ...] = ()
    """Severity 2 by themselves."""
    harm_words: tuple[str, ...] = ()
    """Words of safety and harm: severity 3."""
    public_words: tuple[str, ...] = ()
    """Words of regulators and press: urgency 3."""
    urgent_words: tuple[str, ...] = ()
    """Words of people who cannot wait: urgency 2."""
    perishable_marks: tuple[str, ...] = ("perishable",)
    """Marks of goods that spoil: urgency 2."""
    many_lines: int = 3
    """So many lines concerned: severity 1."""
    waited: tuple[tuple[Duration, int], ...] = ((timedelta(days=1), 1), (timedelta(days=3), 2), (timedelta(days=7), 3))
    """(since it happened, at least, urgency)."""
    repeats: tuple[tuple[int, int], ...] = ((1, 2), (3, 3))
    """(how often the case came back, at least, urgency)."""
    matrix: tuple[tuple[Priority, ...], ...]
    """matrix[severity 0..3][urgency 0..3]."""


class MessageRule(Frozen):
    """Who is told of an event, and by which channels besides the in-site inbox (NTF-1)."""

    to: tuple[Role, ...]
    channels: tuple[MessageChannel, ...] = ()


SKILLS: list[JsonValue] = [*(group.value for group in IssueGroup), *(issue.value for issue in Issue)]


def _skill(name: str) -> str:
    if name not in SKILLS:
        message = f'no such issue or group "{name}"; name one like logistics.damaged or logistics'
        raise ValueError(message)
    return name


Skill = Annotated[str, AfterValidator(_skill), Field(json_schema_extra={"enum": SKILLS})]
"""An issue, or the whole group of one."""


class AgentDetails(Frozen):
    """What a person of the service centre can do, and when (DSP-2)."""

    name: str = Field(min_length=1, max_length=100)
    role: Literal[Role.AGENT, Role.SUPERVISOR] = Role.AGENT
    teams: tuple[Identifier, ...] = Field(default=(), max_length=50)
    """An agent's; a supervisor without any has all."""
    skills: tuple[Skill, ...] = Field(default=(), max_length=50)
    """None: every issue."""
    shift: str | None = Field(default=None, max_length=100)
    """A calendar of the policy; none: being present is enough."""
    present: bool = True
    most: int = Field(default=20, ge=1, le=1000)
    """Open cases at once."""


class AgentPolicy(AgentDetails):
    """A person with their id, as the file's `agents` name them."""

    id: Identifier


class PolicySlice(Frozen):
    """What a case carries. `digest` identifies the content, so that a worker keeps one copy for all cases that share it."""

    version: str
    digest: str
    currency: str
    emergency_contact: Bilingual
    calendars: dict[str, CalendarSlice]
    clocks: tuple[ClockTarget, ...]
    warn_at: float = Field(gt=0, lt=1)
    waits: dict[WaitFor, WaitPolicy]
    answers: dict[WaitingOn, AnswerPolicy]
    issues: dict[Issue, IssuePolicy]
    routing: tuple[RoutingRow, ...]
    grading: GradingPolicy
    liability: tuple[LiabilityRow, ...]
    approval: Approval
    automatic: AutomaticPolicy
    triage_below: float = Field(ge=0, le=1)
    suggest_at_least: float = Field(default=0.4, ge=0, le=1)
    max_rounds: int = Field(ge=1, le=20)
    rejections_to_escalate: int = Field(ge=1, le=20)
    low_score: int = Field(ge=1, le=5)
    poll_refund_every: Duration


_known: dict[str, PolicySlice] = {}


def interned(policy: PolicySlice) -> PolicySlice:
    """The process's own copy of a slice with this content: thousands of open cases share it (benchmarks/README.md)."""
    return _known.setdefault(policy.digest, policy)


SharedPolicy = Annotated[PolicySlice, AfterValidator(interned)]
"""A slice that is shared as soon as it is read, so that nobody holds a second copy."""


class Policy(Frozen):
    """The policy file. `messages` does not travel with cases: it is read where texts are written. Their words: `policies/texts.yaml`."""

    version: str
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    emergency_contact: Bilingual
    calendars: dict[str, CalendarPolicy]
    clocks: tuple[ClockTarget, ...]
    warn_at: float = Field(default=0.8, gt=0, lt=1)
    waits: dict[WaitFor, WaitPolicy]
    answers: dict[WaitingOn, AnswerPolicy]
    issues: dict[Issue, IssuePolicy]
    teams: dict[str, Bilingual]
    agents: tuple[AgentPolicy, ...] = ()
    """The first people, while there are none; from then on they are managed through the API (DSP-2)."""
    routing: tuple[RoutingRow, ...]
    grading: GradingPolicy
    liability: tuple[LiabilityRow, ...]
    approval: Approval = Approval()
    automatic: AutomaticPolicy = AutomaticPolicy()
    triage_below: float = Field(default=0.6, ge=0, le=1)
    suggest_at_least: float = Field(default=0.4, ge=0, le=1)
    """REC-6: how well an answer of the knowledge base must fit a question to be shown without a person."""
    max_rounds: int = Field(default=5, ge=1, le=20)
    rejections_to_escalate: int = Field(default=2, ge=1, le=20)
    """DSP-5: so many refused proposals of a merchant bring the case to the platform."""
    low_score: int = Field(default=2, ge=1, le=5)
    poll_refund_every: Duration
    messages: dict[Event, MessageRule]
