"""What callers send and get where it differs from the models: evidence is named by its hash, contact data comes in beside the case."""

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from models.case.actions import BODIES, Action
from models.case.desk_views import PresentView
from models.case.receipt import Wanted
from models.common.base import Body, Frozen, Identifier, Instant, Money, Words, unfit
from models.common.identifiers import Phone
from models.common.lines import LineQuantity
from models.common.partners import FromPartner
from models.common.readers import BOOKS, Books, Everybody, Inside, Participants, Platform, Reader, seen_by
from models.common.timeline import TimelineView
from models.common.vocabulary import (
    Channel,
    Issue,
    Kind,
    Locale,
    MessageChannel,
    Outcome,
    Priority,
    SlaState,
    Stage,
    Tier,
    WaitFor,
    WaitingOn,
)

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

ZONES = frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in ZONES:
        en = "not a time zone of the IANA database; write one like Asia/Shanghai"
        raise unfit(rule="zone", zh="不是 IANA 时区；请填写如 Asia/Shanghai", en=en)
    return name


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
ToldBy = tuple[MessageChannel, ...]


def _no_inbox(channels: ToldBy | None) -> ToldBy | None:
    if channels is not None and (MessageChannel.INBOX in channels or len(set(channels)) < len(channels)):
        en = "choose among email, sms and push, each once; the inbox is always told"
        raise unfit(rule="NTF-1", zh="请从 email、sms、push 中选择，每种一次；站内信始终会收到", en=en)
    return channels


Told = Annotated[ToldBy | None, AfterValidator(_no_inbox)]


class Contact(Frozen):
    """Who the customer is and how to reach them; kept apart from the case, so that it can be removed (ARC-3)."""

    id: Identifier | None = None
    """For a customer's own token: taken from the token."""
    name: str | None = Field(default=None, min_length=1, max_length=100)
    email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$")
    phone: Phone | None = None
    locale: Locale | None = None
    """None: the request's language, unless the customer chose one before."""
    zone: Zone | None = None
    """None: the market's, unless the customer chose one before."""
    channels: Told = None


class OpenCase(Frozen):
    """REC-2: what is recorded when a case is opened."""

    kind: Kind
    channel: Channel = Channel.WEB
    customer: Contact = Contact()
    order_id: Identifier | None = None
    lines: tuple[LineQuantity, ...] = Field(default=(), max_length=100)
    """Empty: the whole order."""
    issue: Issue | None = None
    """None: found out from the description (CLS-2)."""
    description: Words
    happened_at: Instant | None = None
    wanted: Wanted | None = None
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=100)
    """Hashes from `POST /v1/evidence`."""


class AddWordsIn(Body):
    """Say something more, with evidence if there is any."""

    words: Words
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=100)


class AnswerIn(Body):
    """Answer a request for information (INV-2)."""

    request_id: Identifier
    words: Words
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=100)
    admits: bool | None = None
    """Whether the answering party takes responsibility; None: it does not say."""


class AppealIn(Body):
    """Say why you are not responsible, once, with new evidence (INV-5). A supervisor decides."""

    words: Words
    evidence: tuple[Sha256, ...] = Field(min_length=1, max_length=20)


SHAPES: Mapping[Action, type[Body]] = {
    **BODIES,
    Action.ADD_WORDS: AddWordsIn,
    Action.ANSWER: AnswerIn,
    Action.APPEAL: AppealIn,
}
"""What is sent for each action."""


class Links(Frozen):
    self: Everybody[str]
    timeline: Everybody[str]
    events: Everybody[str]


class Opened(Frozen):
    """REC-4: the acknowledgement at once."""

    case_id: Everybody[str]
    joined: Everybody[bool]
    """REC-5: an open case of the same customer, order line and issue took the words and evidence in; `case_id` is that one."""
    beside: Everybody[str | None] = None
    """WRK-4: this is a case of its own, beside that open one of the same order line and issue, which asks for something else."""
    status: Everybody[str]
    links: Everybody[Links]
    received_at: Everybody[Instant]
    next_steps: Everybody[tuple[str, ...]]


class CaseItem(Frozen):
    """A case in a list."""

    case_id: Everybody[str]
    version: Everybody[int]
    kind: Everybody[Kind]
    stage: Everybody[Stage]
    channel: Everybody[Channel]
    customer_id: Participants[str]
    order_id: Everybody[str | None]
    merchant_id: Everybody[str | None]
    issue: Everybody[Issue | None]
    priority: Annotated[Priority | None, seen_by(BOOKS, Reader.CARRIER)]
    tier: Everybody[Tier]
    team: Everybody[str | None]
    handler: Platform[str | None]
    owner: Platform[str | None]
    waiting_on: Everybody[WaitingOn]
    waiting_for: Everybody[WaitFor | None]
    next_deadline: Everybody[Instant | None]
    unreached_since: Inside[Instant | None] = None
    """Since when no channel reaches the customer (NTF-4)."""
    reply_owed_since: Everybody[Instant | None] = None
    """Since when the customer waits for a person's answer (WRK-6)."""
    sla_state: Everybody[SlaState]
    overdue: Everybody[bool]
    """A promise was missed and is not kept yet."""
    tags: Inside[tuple[str, ...]]
    snoozed_by: Platform[str | None]
    snoozed_until: Platform[Instant | None]
    outcome: Everybody[Outcome | None]
    root_cause: Books[str | None] = None
    """Of an archived case, by the policy's catalogue (docs/responsibility.md)."""
    merged_into: Everybody[str | None]
    """The case in which it goes on (WRK-7)."""
    amount: Everybody[Money]
    automatic: Everybody[bool]
    reopened: Everybody[int]
    opened_at: Everybody[Instant]
    updated_at: Everybody[Instant]
    closed_at: Everybody[Instant | None]
    erased_at: Everybody[Instant | None] = None
    """When what was personal in it was forgotten (ARC-3)."""
    present: Platform[tuple[PresentView, ...]] = ()
    """Who has it open."""


class CasePage(Frozen):
    """A page; `next` is where the following one is, None on the last."""

    cases: Everybody[tuple[CaseItem, ...]]
    next: Everybody[str | None]


class TimelinePage(Frozen):
    entries: Everybody[tuple[TimelineView, ...]]
    next: Everybody[str | None]


class Evidence(Frozen):
    """A stored piece of evidence; name it by its `sha256` in the case it belongs to."""

    sha256: Participants[str]
    media_type: Participants[str]
    size: Participants[int]
    name: Participants[str]


class EvidenceLink(Frozen):
    """Addresses at this API that need no token; `thumbnail` for pictures."""

    url: Participants[str]
    thumbnail: Participants[str | None]
    expires_at: Participants[Instant]


class Message(Frozen):
    """A message of the in-site inbox."""

    id: Everybody[int]
    case_id: Everybody[str]
    event: Everybody[str]
    subject: Everybody[str]
    body: Everybody[str]
    created_at: Everybody[Instant]
    read_at: Everybody[Instant | None]


class Inbox(Frozen):
    messages: Everybody[tuple[Message, ...]]
    unread: Everybody[int]
    next: Everybody[str | None]


class Preferences(Frozen):
    """How a customer wants to be told. `channels` None: as the marketplace's policy says; the inbox is always told."""

    channels: Everybody[Told] = None
    locale: Everybody[Locale | None] = None
    """None: the platform's."""
    zone: Everybody[Zone | None] = None
    """None: the market's."""


class Envelope(FromPartner):
    """A partner's webhook: `reference` is the case's id, where the partner has it; else `order_id` finds the open cases."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[a-z_.]+$")]
    reference: str | None = Field(default=None, max_length=100)
    order_id: str | None = Field(default=None, max_length=100)
    payload: dict[str, JsonValue]


class Taken(Frozen):
    """What became of a webhook: `taken`, `replayed` (known already), or `unknown` (no case waits for it)."""

    result: Everybody[Literal["taken", "replayed", "unknown"]]


class Health(Frozen):
    status: Everybody[str]
    checks: Everybody[dict[str, str]]
