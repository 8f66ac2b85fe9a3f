"""An apology or explanation (RES-3): told, and that is all of it."""

from models.common.events import Event
from workflows.kit.case_context import CaseContext
from workflows.kit.remedies import find, replace


async def tell(context: CaseContext, remedy_id: str) -> None:
    """Done when it is in the customer's inbox, where saving the case puts it."""
    remedy = find(context, remedy_id)
    context.note(Event.REMEDY_TOLD, remedy_id=remedy.id, kind=remedy.kind.value, words=remedy.words)
    replace(context, remedy.model_copy(update={"done_at": context.now}))
