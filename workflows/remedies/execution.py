"""Carrying out what was settled, in the order of the table, and taking it back (RES-3, RES-11)."""

from models.common.events import Event
from models.common.vocabulary import RemedyKind
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from rules.case.withdrawal import kept_goods, owed_for_goods
from rules.money.bonus import goes_with
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.remedies import due_all_the_same, find, replace
from workflows.money import refund
from workflows.remedies.table import STEPS

KEPT_GOODS = "kept-goods-are-paid"
"""Patch: before it, a case could end with goods kept by the merchant and nothing given for them."""


async def carried_out(context: CaseContext) -> bool:
    """Do everything that was settled; False when it was not, or turned out to need a person after all."""
    while context.case.settled:
        remedy = next_of(context)
        if remedy is None:
            return True
        await STEPS[remedy.kind].carry_out(context, remedy.id)
    return False


def next_of(context: CaseContext) -> Remedy | None:
    """The open remedy whose turn it is; a bonus waits for the money that it goes with (RES-17)."""
    order = list(REMEDIES)
    pending = [remedy for remedy in context.case.remedies if remedy.open]

    def place(remedy: Remedy) -> tuple[bool, int]:
        return any(goes_with(remedy, other) for other in pending), order.index(remedy.kind)

    return min(pending, key=place, default=None)


async def compensate(context: CaseContext, why: str) -> None:
    """RES-11: compensate the remedies that were agreed on together and are not done, the last begun first; note what cannot be taken back.

    Words that were said and money that went back stay with the customer.
    """
    case = context.case
    await _take_back(context, [remedy for remedy in case.remedies if remedy.settlement == case.settlements], why)


async def conclude(context: CaseContext, why: str) -> None:
    """The case is over: nothing is left open, and the customer is left neither without goods nor without their money."""
    case = context.case
    await _take_back(context, [remedy for remedy in case.remedies if remedy.settlement == case.settlements or remedy.open], why)
    await pay_for_kept_goods(context)


async def pay_for_kept_goods(context: CaseContext) -> None:
    """Goods that the merchant accepted for a remedy that came to nothing, and that nothing was given for since, are refunded."""
    case = context.case
    for remedy, paid in tuple(owed_for_goods(case)):
        if not patched(KEPT_GOODS):
            return
        refunded = Remedy(
            id=f"{remedy.id}-goods",
            kind=RemedyKind.REFUND_ONLY,
            amount=paid,
            lines=kept_goods(remedy),
            settlement=remedy.settlement,
            pays_for=remedy.id,
        )
        case.remedies = (*case.remedies, refunded)
        context.note(Event.KEPT_GOODS_REFUNDED, remedy_id=refunded.id, amount_minor=paid.minor, currency=paid.currency)
    for due in [remedy for remedy in case.remedies if remedy.pays_for is not None and remedy.open]:
        with due_all_the_same(context):
            await refund.pay(context, due.id)


async def _take_back(context: CaseContext, together: list[Remedy], why: str) -> None:
    if all(remedy.done_at is not None for remedy in together):
        return
    for remedy in reversed(together):
        if remedy.pays_back or remedy.undone is not None or not (remedy.open or REMEDIES[remedy.kind].reversible):
            continue
        take_back = STEPS[remedy.kind].compensate
        kept = await take_back(context, remedy.id, why) if take_back else ()
        now = find(context, remedy.id)
        if not kept or now.open:
            replace(context, now.model_copy(update={"undone": why, "done_at": None}))
        context.note(Event.REMEDY_UNDONE, remedy_id=remedy.id, kind=remedy.kind.value, why=why, kept=list(kept))
