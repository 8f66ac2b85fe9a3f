"""The bonus on store credit (RES-17): given once its money is on the balance, taken back when that is not there any more."""

from models.common.events import Event
from models.remedies.table import REMEDIES
from rules.money.bonus import bonus_due
from workflows.kit.case_context import CaseContext
from workflows.kit.remedies import find, replace
from workflows.money import coupon

NOT_ON_BALANCE = "not_on_balance"


async def give(context: CaseContext, remedy_id: str) -> None:
    """On what arrived there: an inspection may have made it less, a person may have sent it another way."""
    remedy = find(context, remedy_id)
    due = bonus_due(context.policy, context.case.remedies, remedy)
    if due.minor:
        replace(context, remedy.model_copy(update={"amount": due}))
        await coupon.issue(context, remedy_id)
    else:
        replace(context, remedy.model_copy(update={"undone": NOT_ON_BALANCE}))
        _tell_undone(context, remedy_id, NOT_ON_BALANCE, ())


async def compensate(context: CaseContext, remedy_id: str, why: str) -> tuple[str, ...]:
    """Money that arrived stays with the customer (RES-11), and the bonus with it."""
    remedy = find(context, remedy_id)
    if remedy.done_at is not None and bonus_due(context.policy, context.case.remedies, remedy).minor:
        return (remedy.kind.value,)
    return await coupon.compensate(context, remedy_id, why)


async def follow(context: CaseContext) -> None:
    """What came back from the balance and went another way takes its bonus along."""
    given = [one for one in context.case.remedies if REMEDIES[one.kind].with_credit and one.done_at is not None]
    for remedy in given:
        if bonus_due(context.policy, context.case.remedies, remedy).minor:
            continue
        kept = await coupon.compensate(context, remedy.id, NOT_ON_BALANCE)
        if not kept:
            replace(context, find(context, remedy.id).model_copy(update={"undone": NOT_ON_BALANCE, "done_at": None}))
        _tell_undone(context, remedy.id, NOT_ON_BALANCE, kept)


def _tell_undone(context: CaseContext, remedy_id: str, why: str, kept: tuple[str, ...]) -> None:
    kind = find(context, remedy_id).kind.value
    context.note(Event.REMEDY_UNDONE, remedy_id=remedy_id, kind=kind, why=why, kept=list(kept))
