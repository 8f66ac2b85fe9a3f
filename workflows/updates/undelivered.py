"""A message to the customer was not delivered (NTF-4): it is on the case, and with a person when nothing else reaches them."""

from models.case.undelivered import Undelivered
from models.common.events import Event
from workflows.kit.case_context import CaseContext

KEPT = 10
"""The newest; the timeline has all of them."""


def hear_undelivered(context: CaseContext, told: Undelivered) -> None:
    """Once for each message, however often it is told."""
    case = context.case
    if not context.first_time(f"undelivered:{told.message_id}"):
        return
    case.undelivered = (*case.undelivered, told)[-KEPT:]
    about = {"channel": told.channel.value, "about": told.about, "why": told.why.value}
    instead = told.instead.value if told.instead else None
    context.note(Event.MESSAGE_UNDELIVERED, **about, instead=instead, reached=told.reached)
    if not told.reached and case.unreached_since is None:
        case.unreached_since = context.now
        context.note(Event.CUSTOMER_UNREACHED, **about)
