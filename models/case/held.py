"""What one of the platform's people said or proposed and may still take back (WRK-5): nobody else has read it."""

from pydantic import JsonValue

from models.case.actions import Action
from models.common.actors import Actor
from models.common.base import Frozen, Identifier, Instant
from models.common.readers import Platform
from models.common.views import View
from models.common.vocabulary import Locale


class Held(Frozen):
    """A reply or a proposal that is said at `due`."""

    id: Identifier
    action: Action
    by: Actor
    at: Instant
    due: Instant
    locale: Locale | None = None
    body: dict[str, JsonValue]


class HeldView(View):
    """What a colleague sent and may still take back, and when it is said."""

    id: Platform[str]
    action: Platform[Action]
    by: Platform[Actor]
    at: Platform[Instant]
    due: Platform[Instant]
    body: Platform[dict[str, JsonValue]]
