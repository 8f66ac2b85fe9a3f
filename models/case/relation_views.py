"""What callers are shown of the other cases that a case has to do with (WRK-7): merged, split, linked."""

from models.case.linking import Relation
from models.common.actors import Actor
from models.common.base import Identifier, Instant
from models.common.lines import LineQuantity
from models.common.readers import Everybody, Inside, Participants, Platform
from models.common.views import View
from models.common.vocabulary import Channel, Issue, Kind


class MergedView(View):
    """WRK-7: where the case goes on; until `done` it is being merged."""

    into: Everybody[Identifier]
    at: Everybody[Instant]
    done: Everybody[bool]
    by: Platform[Actor | None]
    reason: Participants[str]


class AbsorbedView(View):
    """WRK-7: a case that goes on in this one; its clocks, answers and history are read there."""

    case_id: Everybody[Identifier]
    at: Everybody[Instant]
    kind: Everybody[Kind]
    channel: Everybody[Channel]
    issue: Everybody[Issue | None]
    opened_at: Everybody[Instant]
    lines: Everybody[tuple[LineQuantity, ...]]
    handler: Platform[Identifier | None]
    owner: Platform[Actor | None]
    by: Platform[Actor | None]
    reason: Participants[str]


class SplitOffView(View):
    """WRK-7: lines that have a case of their own by now."""

    case_id: Everybody[Identifier]
    lines: Everybody[tuple[LineQuantity, ...]]
    at: Everybody[Instant]
    by: Platform[Actor | None]
    reason: Participants[str]


class SplitFromView(View):
    """WRK-7: the case that this one was split from."""

    case_id: Everybody[Identifier]
    at: Everybody[Instant]
    by: Platform[Actor | None]
    reason: Participants[str]


class LinkView(View):
    """WRK-7: a case that has to do with this one, and what it is to it."""

    case_id: Inside[Identifier]
    relation: Inside[Relation]
    at: Inside[Instant]
    by: Platform[str | None]
