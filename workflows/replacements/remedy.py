"""The case's side of exchange, reship and repair (RES-7): old goods returned, the child workflow followed to delivery, money settled."""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from models.case.activities import ReleaseItems, ReserveItems
from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.vocabulary import Outcome, RemedyKind, Tier, WaitFor, WaitingOn
from models.remedies.remedy import ChildState, Remedy
from models.replacements.activities import ReplacementStart
from models.replacements.state import ReplacementStage
from models.returns.activities import CallOffReturn
from models.returns.partner import Purpose
from models.returns.state import ReturnResult
from rules.case.withdrawal import earned
from rules.claims.found import PARCEL_FOUND, came_after_all
from rules.common.amounts import NOTHING
from rules.money.goods import sent_before
from rules.money.worth import not_given_back, worth_of
from rules.replacements.permissions import back_with_the_merchant, goods_of, items_of, same_again
from workflows.claims.found import report_to_people
from workflows.kit import activities, child_workflow
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.refusals import refusal_of
from workflows.kit.remedies import due_all_the_same, find, give_up_unpaid, replace
from workflows.money import refund
from workflows.replacements.context import CALLED_OFF
from workflows.returns import remedy as return_remedy
from workflows.returns.activities import call_off_return

KIND = "replacement"
AT_THE_WAREHOUSE = (WaitingOn.MERCHANT, WaitFor.STOCK)
AT_THE_WORKSHOP = (WaitingOn.MERCHANT, WaitFor.REPAIR)
WAITS = (
    WaitFor.STOCK,
    WaitFor.REPLACEMENT_TRANSIT,
    WaitFor.REPAIR_ESTIMATE,
    WaitFor.REPAIR,
    WaitFor.CHARGE,
    WaitFor.RETURN_TRANSIT,
)
UNPAID = "unpaid"
UNPAID_ENDS = "unpaid-exchange-ends-the-case"
"""Patch: before it, people looked for another solution when an exchange was not paid, as often as that happened."""
ANNOUNCED = "announced-return-is-called-off"
"""Patch: before it, a return that was announced for a dearer exchange stayed open where the case was withdrawn before it began."""
FOR_A_PERSON = frozenset({"lost_again", "repair_late", "broken_off"})
"""Ends that the platform looks into, whoever held the case."""


async def reship(context: CaseContext, remedy_id: str) -> None:
    """The same goods are sent once more."""
    if await taken(context, remedy_id) and find(context, remedy_id).undone is None:
        start = start_of(context, find(context, remedy_id))
        await ended(context, remedy_id, await child_workflow.run(context, remedy_id, KIND, start, AT_THE_WAREHOUSE))


async def exchange(context: CaseContext, remedy_id: str) -> None:
    """New goods are set aside and paid for, the old ones brought back; then the new ones are sent."""
    if find(context, remedy_id).return_ is None and not await return_remedy.taken(
        context, find(context, remedy_id), Purpose.EXCHANGE
    ):
        return
    mine, other = (child_workflow.workflow_id(context.case.case_id, remedy_id, kind) for kind in (KIND, return_remedy.KIND))
    if not back_or_on_the_way(find(context, remedy_id), other):
        start = start_of(context, find(context, remedy_id), waits_for_goods=True)
        child = await child_workflow.run(
            context, remedy_id, KIND, start, AT_THE_WAREHOUSE, enough=lambda: awaits_return(context, remedy_id)
        )
        if child.done:
            await ended(context, remedy_id, child)
            return
    child_workflow.switch_to(context, remedy_id, other)
    back = await return_remedy.bring_back(context, remedy_id, Purpose.EXCHANGE)
    child_workflow.switch_to(context, remedy_id, mine)
    if back:
        await go_on(context, remedy_id)
        await ended(context, remedy_id, await child_workflow.follow(context, remedy_id))
    else:
        await child_workflow.call_off(context, remedy_id, "no_return")
        await give_charge_back(context, remedy_id)


async def go_on(context: CaseContext, remedy_id: str) -> None:
    """Tell the replacement that the old goods are back; one that ended meanwhile has said so, or will."""
    if awaits_return(context, remedy_id):
        with suppress(FailureError):
            name = child_workflow.workflow_id(context.case.case_id, remedy_id, KIND)
            await workflow.get_external_workflow_handle(name).signal("goods_are_back")


def back_or_on_the_way(remedy: Remedy, name: str) -> bool:
    """Whether the return was begun before: a case may take up here again."""
    return any(child is not None and child.workflow_id == name for child in (remedy.child, remedy.suspended_child))


async def repair(context: CaseContext, remedy_id: str) -> None:
    """The goods come to the workshop, and back repaired; what cannot be repaired, or was lost on the way there, is replaced."""
    if await return_remedy.bring_back(context, remedy_id, Purpose.REPAIR):
        lost = return_remedy.state_of(find(context, remedy_id)).result is ReturnResult.LOST
        start = start_of(context, find(context, remedy_id), mend=not lost)
        first = AT_THE_WAREHOUSE if lost else AT_THE_WORKSHOP
        await ended(context, remedy_id, await child_workflow.run(context, remedy_id, KIND, start, first))


async def compensate(context: CaseContext, remedy_id: str, why: str) -> tuple[str, ...]:
    """RES-11: goods back on the shelf, nothing sent, what the customer paid given back. A parcel on the road goes on."""
    kept: tuple[str, ...] = ()
    remedy = find(context, remedy_id)
    if remedy.return_ is not None and remedy.return_.result is None:
        kept = await return_remedy.compensate(context, remedy_id, why)  # the return is what is followed
    if find(context, remedy_id).replacement is not None:
        child_workflow.switch_to(context, remedy_id, child_workflow.workflow_id(context.case.case_id, remedy_id, KIND))
    await child_workflow.call_off(context, remedy_id, why)
    if announced_in_vain(context, find(context, remedy_id)) and patched(ANNOUNCED):
        context.in_background(call_return_off(context, remedy_id))
    await give_charge_back(context, remedy_id)
    state = find(context, remedy_id).replacement
    kept += state.kept if state else ()
    if not kept and not back_with_the_merchant(find(context, remedy_id)):
        await release(context, remedy_id)
    return kept


def announced_in_vain(context: CaseContext, remedy: Remedy) -> bool:
    """Whether the merchant was asked to have the old goods back, before the customer paid, and no return was begun since."""
    other = child_workflow.workflow_id(context.case.case_id, remedy.id, return_remedy.KIND)
    charged = remedy.replacement is not None and remedy.replacement.charge is not None
    return charged and remedy.kind is RemedyKind.EXCHANGE and not back_or_on_the_way(remedy, other)


async def call_return_off(context: CaseContext, remedy_id: str) -> None:
    """Tell the merchant that nothing will come, whether or not the replacement has: the same word twice is one."""
    name = child_workflow.workflow_id(context.case.case_id, remedy_id, return_remedy.KIND)
    try:
        await call_off_return(CallOffReturn(workflow_id=name, label_key=None, pickup_key=None))
    except ActivityError as error:
        context.note(Event.RETURN_STUCK, remedy_id=remedy_id, what="call_off", **refusal_of(error))


async def taken(context: CaseContext, remedy_id: str) -> bool:
    """RES-1: the pieces are this remedy's from now on; False when other cases have them."""
    case, remedy, order = context.case, find(context, remedy_id), order_of(context)
    if remedy.child is not None:
        return True
    context.leave_stage_if_changed()
    answer = await activities.take_goods(
        ReserveItems(
            case_id=case.case_id,
            remedy_id=remedy.id,
            order_id=order.order_id,
            order_lines=tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in order.lines),
            lines=goods_of(case, remedy),
            at=context.now,
        )
    )
    if answer.denied is not None:
        return_remedy.undone(context, remedy_id, answer.denied)
        return_remedy.negotiate_again(context)
    return answer.denied is None


async def ended(context: CaseContext, remedy_id: str, child: ChildState) -> None:
    """Delivered: done, once what a cheaper article leaves is paid back. Else somebody looks for another solution."""
    remedy = find(context, remedy_id)
    if child.failed == CALLED_OFF and context.case.found:
        if not any(came_after_all(remedy, found) for found in context.case.found):
            await not_needed(context, remedy_id)
            return
    elif child.failed is not None:
        await put_away(context, remedy_id, child.failed)
        return
    keep_payment(context, remedy)
    if remedy.kind is RemedyKind.REPAIR and not back_with_the_merchant(remedy):
        await release(context, remedy_id)  # the customer has them again
    left = remedy.replacement.to_give_back if remedy.replacement else None
    if left is None:
        replace(context, remedy.model_copy(update={"done_at": context.now}))
    else:
        replace(context, remedy.model_copy(update={"amount": left}))
        await refund.pay(context, remedy_id)


async def put_away(context: CaseContext, remedy_id: str, why: str) -> None:
    """It cannot be carried out. A customer who did not agree to the repair's price has the goods back, one who did not pay for a dearer
    article kept them, and that is that.
    """
    await give_charge_back(context, remedy_id)
    if not back_with_the_merchant(find(context, remedy_id)):
        await release(context, remedy_id)
    return_remedy.undone(context, remedy_id, why)
    if why == "estimate_refused":
        if not any(remedy.done_at or remedy.open for remedy in context.case.remedies):
            context.case.outcome = Outcome.NOT_PURSUED
        return
    if why == UNPAID and patched(UNPAID_ENDS):
        give_up_unpaid(context)
        return
    if why in FOR_A_PERSON and context.case.tier is Tier.MERCHANT:
        context.escalate(why)
    return_remedy.negotiate_again(context)


async def not_needed(context: CaseContext, remedy_id: str) -> None:
    """The goods turned up with the customer, so nothing is sent for them (RES-9). What nobody could stop is given besides."""
    remedy = find(context, remedy_id)
    if remedy.replacement is not None and remedy.replacement.kept:
        replace(context, remedy.model_copy(update={"done_at": context.now}))
        report_to_people(context, context.case.found[-1])
        return
    await give_charge_back(context, remedy_id)
    if not back_with_the_merchant(find(context, remedy_id)):
        await release(context, remedy_id)
    return_remedy.undone(context, remedy_id, PARCEL_FOUND)


async def give_charge_back(context: CaseContext, remedy_id: str) -> None:
    """What the customer paid for something that is not carried out goes back the way of every refund (RES-5). For what was, it stays."""
    remedy = find(context, remedy_id)
    keep_payment(context, remedy)
    payment = remedy.replacement.charge.payment if remedy.replacement and remedy.replacement.charge else None
    if payment is None or earned(remedy):
        return
    back = f"{remedy_id}-charge"
    if not any(known.id == back for known in context.case.remedies):
        made = Remedy(
            id=back,
            kind=RemedyKind.REFUND_ONLY,
            amount=payment.amount,
            settlement=remedy.settlement,
            payment_id=payment.payment_id,
        )
        context.case.remedies = (*context.case.remedies, made)
    with due_all_the_same(context):
        await refund.pay(context, back)


def keep_payment(context: CaseContext, remedy: Remedy) -> None:
    """What was paid for a dearer article or a repair is one of the order's payments."""
    charge = remedy.replacement.charge if remedy.replacement else None
    payment = charge.payment if charge else None
    if payment is not None and all(known.payment_id != payment.payment_id for known in context.case.payments):
        context.case.payments = (*context.case.payments, payment)


async def release(context: CaseContext, remedy_id: str) -> None:
    await activities.release_goods(ReleaseItems(case_id=context.case.case_id, remedy_id=remedy_id))


def awaits_return(context: CaseContext, remedy_id: str) -> bool:
    state = find(context, remedy_id).replacement
    return state is not None and state.stage is ReplacementStage.AWAITING_RETURN


def order_of(context: CaseContext) -> Order:
    assert context.case.order is not None  # noqa: S101  # rules/remedies/limits.py offers no goods of an order that is not known
    return context.case.order


def start_of(context: CaseContext, remedy: Remedy, *, waits_for_goods: bool = False, mend: bool = False) -> ReplacementStart:
    case, order = context.case, order_of(context)
    goods, items = goods_of(case, remedy), items_of(case, remedy)
    own_id = child_workflow.workflow_id(case.case_id, remedy.id, KIND)
    return ReplacementStart(
        case_id=case.case_id,
        remedy_id=remedy.id,
        kind=remedy.kind,
        order_id=order.order_id,
        merchant_id=order.merchant_id,
        customer_id=case.receipt.customer_id,
        payment_method=order.payment_method,
        items=items,
        waits_for_goods=waits_for_goods,
        old_goods=return_remedy.request_of(order, return_remedy.state_of(remedy), own_id) if waits_for_goods else None,
        mend=mend,
        paid=worth_of(case, goods, sent_before(case) if remedy.kind is RemedyKind.RESHIP else NOTHING),
        most_back_minor=not_given_back(case, goods),
        same=same_again(order, items, goods),
        words=case.receipt.description[:1000],
        terms=child_workflow.terms(context, *WAITS),
        policy=context.policy.replacements,
        carriers=context.policy.returns,
    )
