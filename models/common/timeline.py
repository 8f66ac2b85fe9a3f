"""Timeline entries as a person reads them."""

from pydantic import JsonValue

from models.common.actors import Actor
from models.common.base import Frozen, Instant
from models.common.readers import Everybody, Platform
from models.common.vocabulary import (
    Role,
)


class Viewer(Frozen):
    """The query's argument: who looks."""

    actor: Actor


class TimelineView(Frozen):
    """A timeline row as a person reads it: `text` in the asked language."""

    version: Everybody[int]
    at: Everybody[Instant]
    event: Everybody[str]
    by: Everybody[Role]
    by_id: Platform[str | None] = None
    """Who did it."""
    text: Everybody[str]
    data: Everybody[dict[str, JsonValue]]
