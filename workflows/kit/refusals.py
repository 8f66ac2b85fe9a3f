"""How a failed call of a partner is told (RES-3): a refusal in the partner's own words and code, else that it stayed silent."""

from typing import Protocol

from pydantic import JsonValue
from temporalio.exceptions import ActivityError, ApplicationError

from models.common.actors import SYSTEM, Actor
from models.common.events import Event
from models.common.vocabulary import ErrorType, WaitFor

REFUSED = "refused"
"""Why a remedy was undone; what the partner said is with it and on the timeline."""
FOR_GOOD = frozenset({ErrorType.PARTNER_REFUSED.value, ErrorType.NOT_FOUND.value})


class Notes(Protocol):
    def __call__(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None: ...


def refusal_of(error: ActivityError) -> dict[str, JsonValue]:
    """The partner's words and code, as an event and a state keep them; empty: it did not refuse, it stayed silent."""
    cause = error.cause
    if not isinstance(cause, ApplicationError) or cause.type not in FOR_GOOD:
        return {}
    return {"refusal": cause.message, "refusal_code": next((code for code in cause.details if isinstance(code, str)), None)}


def note_unanswered(note: Notes, error: ActivityError, for_: WaitFor) -> None:
    """The case goes on without that answer: say whether the partner refused or stayed silent."""
    refusal = refusal_of(error)
    note(Event.PARTNER_REFUSED if refusal else Event.PARTNER_SILENT, waiting_for=for_.value, **refusal)
