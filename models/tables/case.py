"""The read side (docs/architecture.md): what lists, search and reports read. The workflow is the truth while a case is open.

`cases`, `timeline`, `messages`, `archives` and `case_evidence` are written by `activities/` alone, and so are the books of money
(`models/tables/money.py`); `contacts`, `openings`, `uploads` and `webhooks` by the API at its door; so are `agents`. `assignments` follow
what the cases say; choosing a handler, and taking a case out of a queue, writes there first. Instants are UTC; amounts are minor units.
"""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, Serial, TextList, UtcDateTime
from models.tables.indexes import OF_CASES


class CaseRow(SQLModel, table=True):
    """One row a case: its columns for lists, its `state` (CaseState without the policy) for the view."""

    __tablename__: ClassVar[Any] = "cases"
    __table_args__: ClassVar[Any] = OF_CASES

    case_id: str = Field(primary_key=True, max_length=100)
    version: int
    kind: str
    stage: str
    channel: str
    customer_id: str
    order_id: str | None = None
    merchant_id: str | None = None
    issue: str | None = None
    priority: str | None = None
    tier: str
    team: str | None = None
    handler: str | None = None
    owner: str | None = None
    snoozed_by: str | None = None
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None, while `snoozed_by` is there: until something happens."""
    offered_to: str | None = None
    """A transfer waits for this colleague, or for whoever of `offered_team` (DSP-4): they may see the case."""
    offered_team: str | None = None
    waiting_on: str
    waiting_for: str | None = None
    next_deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reply_owed_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when the customer waits for a person's answer (WRK-6)."""
    unreached_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when no channel reaches the customer (NTF-4)."""
    sla_state: str
    overdue: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """A promise was missed and is not kept yet."""
    against_customer: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """It was found to be the customer's fault."""
    tags: list[str] | None = Field(default=None, sa_column=Column(TextList, nullable=True))
    """None: it has none."""
    outcome: str | None = None
    root_cause: str | None = None
    """Of an archived case: by the policy's catalogue, or as people said. Others that it was merged into: `root_cause_merges`."""
    root_cause_by: str | None = None
    """Who said so; None: it follows from facts, finding and words."""
    merged_into: str | None = None
    """The case in which it goes on (WRK-7)."""
    amount_minor: int = Field(default=0, sa_type=BigInteger)
    """What the case pays back, so far decided."""
    currency: str
    automatic: bool = False
    reopened: int = 0
    review: str | None = None
    """A decision without a person that was drawn for review (RES-10): due, agreed or disagreed."""
    locale: str
    policy_version: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the row was written, by the database's clock: lists show again what was saved while somebody pages (api/http/cursor.py)."""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erasing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it is being forgotten (ARC-3): it is held no more, and taken up again after a crash."""
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When that was done: what is left are figures."""
    epoch: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Which run of the workflow saved it last (`runs`); 0: before this was kept."""
    events: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How long that run's history was (models/common/projection.py)."""
    state: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))


class RunRow(SQLModel, table=True):
    """The runs of a case's or claim's workflow, counted as they were first seen: after a reset the later one is the newer one."""

    __tablename__: ClassVar[Any] = "runs"

    workflow_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    epoch: int


class RequestRow(SQLModel, table=True):
    """A request that was acted on so long ago that its workflow does not carry its id any more (rules/common/requests.py)."""

    __tablename__: ClassVar[Any] = "requests"

    workflow_id: str = Field(primary_key=True)
    request_id: str = Field(primary_key=True)
    digest: int = Field(sa_type=BigInteger)
    """Of what was asked for."""


class CaseCarrierRow(SQLModel, table=True):
    """Which carriers have a shipment on a case: they may see it."""

    __tablename__: ClassVar[Any] = "case_carriers"

    carrier_id: str = Field(primary_key=True)
    case_id: str = Field(primary_key=True, index=True)


class TimelineRow(SQLModel, table=True):
    """What happened, in order. Rows are only added, but for those of a workflow task that was lost (activities/kit/saving.py)."""

    __tablename__: ClassVar[Any] = "timeline"

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    event: str = Field(index=True)
    role: str
    actor_id: str
    data: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))


class CaseLinkRow(SQLModel, table=True):
    """Cases that have to do with one another (WRK-7): a row for each side, so that either is found by its case."""

    __tablename__: ClassVar[Any] = "case_links"

    case_id: str = Field(primary_key=True)
    other_id: str = Field(primary_key=True)
    relation: str
    """What the other case is to this one."""
    by: str
    at: datetime = Field(sa_type=UtcDateTime)


class CaseTextRow(SQLModel, table=True):
    """What a case's state holds in short only (`CaseState.put_away`): the whole item, so that words may go on without end."""

    __tablename__: ClassVar[Any] = "case_texts"

    case_id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    """Of the state: sayings, requests, proposals or appeals_before."""
    number: int = Field(primary_key=True)
    """Its place there, from 0."""
    whole: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))


class MessageRow(SQLModel, table=True):
    """The outbox and the in-site inbox (NTF-1, NTF-2): one row for each event, recipient and channel, written with its timeline row."""

    __tablename__: ClassVar[Any] = "messages"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("case_id", "version", "recipient_role", "recipient_id", "channel", name="uq_messages_told_once"),
        Index("uq_messages_identity", "case_id", "identity", "recipient_role", "recipient_id", "channel", unique=True),
        Index("ix_messages_due", "state", "next_attempt_at"),
        Index("ix_messages_inbox", "recipient_role", "recipient_id", "channel", "id"),
        Index("ix_messages_address", "address_digest", "created_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    case_id: str
    version: int
    identity: str | None = None
    """What happened (rules/common/timeline.py): it is told once, whatever version it gets. None: before this was kept."""
    event: str
    recipient_role: str
    recipient_id: str
    channel: str
    locale: str
    subject: str
    body: str
    state: str = "waiting"
    """waiting, sent, undeliverable (no address, or refused for good), withheld (NTF-3); inbox rows are `sent` at once."""
    attempts: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the delivery loop may try (again); moved ahead while somebody is trying (the lease). Of a withheld row: since when it is. Of an
    undeliverable one: when its case is told; None: it was (NTF-4)."""
    error: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was first read; of a team's message each person's own: `message_reads`."""
    address: str | None = None
    """Where it goes when that is not the contact's address of the day: one that is to be confirmed, or that was replaced. Gone once it is sent."""
    address_digest: str | None = None
    """Of the address that it goes to: counted in the budget of that address (NTF-3)."""


class CaseEvidenceRow(SQLModel, table=True):
    """Which evidence belongs to which case: the right to see it (INV-3)."""

    __tablename__: ClassVar[Any] = "case_evidence"

    case_id: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    media_type: str
    size: int
    name: str
    role: str
    at: datetime = Field(sa_type=UtcDateTime)


class ArchiveRow(SQLModel, table=True):
    """ARC-1: the immutable record of a closed case; a reopened case gets a further edition."""

    __tablename__: ClassVar[Any] = "archives"

    case_id: str = Field(primary_key=True)
    edition: int = Field(primary_key=True)
    sha256: str
    outcome: str
    root_cause: str
    at: datetime = Field(sa_type=UtcDateTime)
    epoch: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    events: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """`epoch` and `events`: the workflow task that sealed it, as in `cases`."""
    record: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))


class ContactRow(SQLModel, table=True):
    """How to reach a customer, and how they want to be told. Kept apart from the history, so that it can be removed (ARC-3)."""

    __tablename__: ClassVar[Any] = "contacts"

    customer_id: str = Field(primary_key=True)
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str
    zone: str
    channels: list[str] | None = Field(default=None, sa_column=Column(Json, nullable=True))
    """The customer's preference among e-mail, SMS and push; None: as the policy says. The inbox is always told."""
    email_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    phone_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it is known to be the customer's (NTF-3); None: nothing but one code goes there."""
    updated_at: datetime = Field(sa_type=UtcDateTime)


class ContactCodeRow(SQLModel, table=True):
    """The code that was last sent to an unconfirmed e-mail address or telephone number (NTF-3)."""

    __tablename__: ClassVar[Any] = "contact_codes"

    customer_id: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    address: str
    """Where it went: another address needs another code."""
    code_digest: str
    tries: int = 0
    expires_at: datetime = Field(sa_type=UtcDateTime)


class OpeningRow(SQLModel, table=True):
    """REC-5: the same customer, order line and issue have one open case. Removed when the case closes."""

    __tablename__: ClassVar[Any] = "openings"

    deduplication_key: str = Field(primary_key=True, sa_column_kwargs={"name": "sameness", "key": "deduplication_key"})
    case_id: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class AgentRow(SQLModel, table=True):
    """A person of the service centre (DSP-2): what they can do, when they work, whether they are there."""

    __tablename__: ClassVar[Any] = "agents"

    agent_id: str = Field(primary_key=True)
    name: str
    role: str
    """agent, supervisor or analyst."""
    teams: list[str] = Field(sa_column=Column(Json, nullable=False))
    skills: list[str] = Field(sa_column=Column(Json, nullable=False))
    """Issue codes or groups; empty: every issue."""
    shift: str | None = None
    """A calendar of the policy; None: being present is enough."""
    present: bool = False
    most: int = 20
    """Cases at once that they have to do something about."""
    away_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when they are away; None: they are present, or never were."""
    assigned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they last were given a case: of two with equal load the longer idle one is next."""


class AssignmentRow(SQLModel, table=True):
    """Who handles a case: one row a case, so never two handlers (DSP-2)."""

    __tablename__: ClassVar[Any] = "assignments"

    case_id: str = Field(primary_key=True)
    agent_id: str = Field(index=True)
    team: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    claim: str | None = None
    """The request that took the case out of its team's queue: the same request again gets the same case."""


class UploadRow(SQLModel, table=True):
    """Evidence that was uploaded, and by whom; it joins a case when its uploader names it there."""

    __tablename__: ClassVar[Any] = "uploads"
    __table_args__: ClassVar[Any] = (Index("ix_uploads_by", "role", "uploader_id", "at"),)

    sha256: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    uploader_id: str = Field(primary_key=True)
    media_type: str
    size: int
    name: str
    at: datetime = Field(sa_type=UtcDateTime)


class WebhookRow(SQLModel, table=True):
    """Notices that were passed on: a replayed one changes nothing."""

    __tablename__: ClassVar[Any] = "webhooks"

    partner: str = Field(primary_key=True)
    notice_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
