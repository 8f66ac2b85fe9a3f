"""Carrying out what was settled (RES-3): one function for each kind of remedy, and what takes it back (RES-11)."""

from collections.abc import Awaitable, Callable

from models.common.events import Event
from models.common.vocabulary import RemedyKind
from models.remedies.remedy import Remedy
from workflows.kit.case_context import CaseContext
from workflows.money import coupon, refund
from workflows.remedies import improvement, order_change
from workflows.replacements import remedy as replacement_remedy
from workflows.returns import remedy as return_remedy

Doing = Callable[[CaseContext, str], Awaitable[None]]
"""Carries the remedy with that id out until it is done, or until it needs a person after all (`case.settled` is False then)."""
Undoing = Callable[[CaseContext, str, str], Awaitable[tuple[str, ...]]]
"""Takes back what was done of the remedy, for that reason; names what cannot be taken back."""


async def tell(context: CaseContext, remedy_id: str) -> None:
    """An apology or explanation is done when it is in the customer's inbox, which saving the case sees to."""
    remedy = refund.find(context, remedy_id)
    context.note(Event.REMEDY_TOLD, remedy_id=remedy.id, kind=remedy.kind.value, words=remedy.words)
    refund.replace(context, remedy.model_copy(update={"done_at": context.now}))


DOING: dict[RemedyKind, Doing] = {
    RemedyKind.APOLOGY: tell,
    RemedyKind.EXPLANATION: tell,
    RemedyKind.ORDER_CHANGED: order_change.change,
    RemedyKind.ORDER_CANCELLED: order_change.cancel,
    RemedyKind.SERVICE_IMPROVEMENT: improvement.begin,
    RemedyKind.COUPON: coupon.issue,
    RemedyKind.REFUND_ONLY: refund.pay,
    RemedyKind.PRICE_ADJUSTMENT: refund.pay,
    RemedyKind.RESHIP: replacement_remedy.reship,
    RemedyKind.RETURN_AND_REFUND: return_remedy.give_back,
    RemedyKind.EXCHANGE: replacement_remedy.exchange,
    RemedyKind.REPAIR: replacement_remedy.repair,
}
"""In the order in which remedies of one option are begun: words first, then what a merchant may refuse, goods last."""

COMPENSATIONS: dict[RemedyKind, Undoing] = {
    RemedyKind.COUPON: coupon.compensate,
    RemedyKind.ORDER_CHANGED: order_change.compensate,
    RemedyKind.ORDER_CANCELLED: order_change.compensate,
    RemedyKind.RESHIP: replacement_remedy.compensate,
    RemedyKind.RETURN_AND_REFUND: return_remedy.compensate,
    RemedyKind.EXCHANGE: replacement_remedy.compensate,
    RemedyKind.REPAIR: replacement_remedy.compensate,
}
"""What is not here needs nothing to be taken back before it is done."""

REVERSIBLE = frozenset({RemedyKind.COUPON})
"""What is taken back even after it was done."""


async def carried_out(context: CaseContext) -> bool:
    """Do everything that was settled; False when it was not, or turned out to need a person after all."""
    while context.case.settled:
        remedy = next_of(context)
        if remedy is None:
            return True
        await DOING[remedy.kind](context, remedy.id)
    return False


def next_of(context: CaseContext) -> Remedy | None:
    """The open remedy whose turn it is."""
    order = list(DOING)
    return min(
        (remedy for remedy in context.case.remedies if remedy.open), key=lambda remedy: order.index(remedy.kind), default=None
    )


async def compensate(context: CaseContext, why: str, *, whole: bool = False) -> None:
    """RES-11: what was settled on together and did not come to its end is taken back, the last begun first; tells what cannot be.

    Words that were said and money that went back stay with the customer. `whole`: the case is over, so nothing is left open.
    """
    case = context.case
    together = [remedy for remedy in case.remedies if remedy.settlement == case.settlements or (whole and remedy.open)]
    if all(remedy.done_at is not None for remedy in together):
        return
    for remedy in reversed(together):
        if remedy.undone is None and (remedy.open or remedy.kind in REVERSIBLE):
            undoing = COMPENSATIONS.get(remedy.kind)
            kept = await undoing(context, remedy.id, why) if undoing else ()
            now = refund.find(context, remedy.id)
            if not kept or now.open:
                refund.replace(context, now.model_copy(update={"undone": why, "done_at": None}))
            context.note(Event.REMEDY_UNDONE, remedy_id=remedy.id, kind=remedy.kind.value, why=why, kept=list(kept))
