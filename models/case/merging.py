"""Cases that were merged (WRK-7): what each of the two keeps of it, and what passes between their workflows."""

from datetime import timedelta

from pydantic import Field

from models.case.actions import Act
from models.case.heard import MOST, Heard
from models.case.receipt import Wanted
from models.common.actors import Actor
from models.common.base import Body, Frozen, Identifier, Instant, Words
from models.common.errors import Fault
from models.common.lines import LineQuantity
from models.common.vocabulary import Channel, ClockName, Issue, Kind, Role, Stage, WaitingOn
from models.investigation.clocks import Clock
from models.investigation.findings import Saying

MOST_ABSORBED = 20
"""Cases that one takes up."""


class Question(Frozen):
    """A request for information that an absorbed case had open; whoever was asked may still answer it (INV-2)."""

    id: Identifier
    of: WaitingOn
    recipient: Identifier
    asker: Role
    """Who had it put."""


class Parting(Frozen):
    """The case is being taken out of the one that it was merged into."""

    by: Actor
    at: Instant
    reason: Words
    request_id: str = Field(max_length=200)


class Merged(Frozen):
    """Of the case that goes on elsewhere: where, and what is needed to take it up again."""

    into: Identifier
    by: Actor
    at: Instant
    reason: Words
    stage: Stage
    """Where it was."""
    request_id: str = Field(max_length=200)
    done: bool = False
    """The other case has taken it up; before that it is being merged."""
    clocks: tuple[Clock, ...] = Field(default=(), max_length=100)
    """As they ran when it was merged."""
    reply_owed_since: Instant | None = None
    parting: Parting | None = None


class Absorbed(Frozen):
    """Of the case that goes on: one that was merged into it, and what came along."""

    case_id: Identifier
    by: Actor
    at: Instant
    reason: Words
    kind: Kind
    channel: Channel
    issue: Issue | None
    opened_at: Instant
    handler: Identifier | None
    owner: Actor | None
    lines: tuple[LineQuantity, ...] = Field(max_length=1000)
    """Of the order; none: all."""
    questions: tuple[Question, ...] = Field(default=(), max_length=100)
    gave_wish: bool = False
    """What the customer wants was said there alone."""
    heard: tuple[Heard, ...] = Field(default=(), max_length=MOST)
    """What was heard there and not here."""
    dangers: tuple[str, ...] = Field(default=(), max_length=20)
    """The same, of a case from before `heard`: words of danger."""
    waited: dict[ClockName, timedelta] = Field(default={}, max_length=10)
    """By promise: working time that the customer had waited there already, counted here since."""


class Absorb(Body):
    """Go on with another case of the same customer and order, and all that was said there (WRK-7)."""

    case_id: Identifier
    reason: Words
    customer_id: Identifier
    order_id: Identifier | None
    kind: Kind
    channel: Channel
    issue: Issue | None
    opened_at: Instant
    handler: Identifier | None
    owner: Actor | None
    lines: tuple[LineQuantity, ...]
    wanted: Wanted | None
    sayings: tuple[Saying, ...]
    """The description first."""
    questions: tuple[Question, ...]
    dangers: tuple[str, ...]
    heard: tuple[Heard, ...] | None = Field(default=None, max_length=MOST)
    """What the words mean; None: from before they were read."""
    clocks: tuple[Clock, ...]
    """Promises that are not kept yet, counted up to now."""
    reply_owed_since: Instant | None
    unreached_since: Instant | None


class Part(Body):
    """Let a case that was merged into this one go on by itself again (WRK-7)."""

    case_id: Identifier
    reason: Words


class AbsorbCase(Frozen):
    """Have the case `into` take another one up."""

    into: Identifier
    act: Act[Absorb]


class PartCase(Frozen):
    """Have the case `into` let one go that it took up."""

    into: Identifier
    act: Act[Part]


class OtherCase(Frozen):
    """What the other case said; `fault` None: it is done there."""

    fault: Fault | None = None
