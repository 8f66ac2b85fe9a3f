"""Carrying out what was settled, in the order of the table, and taking it back (RES-3, RES-11)."""

from models.common.events import Event
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from workflows.kit.case_context import CaseContext
from workflows.kit.remedies import find, replace
from workflows.remedies.table import STEPS


async def carried_out(context: CaseContext) -> bool:
    """Do everything that was settled; False when it was not, or turned out to need a person after all."""
    while context.case.settled:
        remedy = next_of(context)
        if remedy is None:
            return True
        await STEPS[remedy.kind].carry_out(context, remedy.id)
    return False


def next_of(context: CaseContext) -> Remedy | None:
    """The open remedy whose turn it is."""
    order = list(REMEDIES)
    return min(
        (remedy for remedy in context.case.remedies if remedy.open), key=lambda remedy: order.index(remedy.kind), default=None
    )


async def compensate(context: CaseContext, why: str, *, whole: bool = False) -> None:
    """RES-11: compensate the remedies that were agreed on together and are not done, the last begun first; note what cannot be taken back.

    Words that were said and money that went back stay with the customer. `whole`: the case is over, so nothing is left open.
    """
    case = context.case
    together = [remedy for remedy in case.remedies if remedy.settlement == case.settlements or (whole and remedy.open)]
    if all(remedy.done_at is not None for remedy in together):
        return
    for remedy in reversed(together):
        if remedy.undone is None and (remedy.open or REMEDIES[remedy.kind].reversible):
            take_back = STEPS[remedy.kind].compensate
            kept = await take_back(context, remedy.id, why) if take_back else ()
            now = find(context, remedy.id)
            if not kept or now.open:
                replace(context, now.model_copy(update={"undone": why, "done_at": None}))
            context.note(Event.REMEDY_UNDONE, remedy_id=remedy.id, kind=remedy.kind.value, why=why, kept=list(kept))
