"""The case's side of a return (RES-6): it runs the child workflow, and refunds what the inspection accepted."""

from models.case.activities import ReleaseItems, ReserveItems
from models.case.child_reports import Report
from models.common.base import Money
from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.vocabulary import Outcome, RefundStatus, RemedyKind, Stage, Tier, WaitFor, WaitingOn
from models.remedies.remedy import OWED, Remedy
from models.returns.activities import PrepareReturn, ReturnStart
from models.returns.partner import Purpose
from models.returns.state import ReturnResult, ReturnState
from rules.money.settlement import settle
from rules.returns import outcome as return_outcome
from workflows.kit import activities, child_workflow
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.money import coupon, refund

KIND = "return"
STUCK = "stuck-goods-are-for-a-person"
"""Patch: before it, goods that did not get back to the customer were only told of."""
FIRST = (WaitingOn.NOBODY, WaitFor.PARTNER_DATA)
"""At first the merchant's system is asked for an address."""


async def give_back(context: CaseContext, remedy_id: str) -> None:
    """RemedyKind.RETURN_AND_REFUND: what was accepted is paid back; for what was not, the negotiation is open again."""
    if not await bring_back(context, remedy_id):
        return
    remedy = refund.find(context, remedy_id)
    state = state_of(remedy)
    if remedy.refund_status is RefundStatus.NONE:
        remedy = apply_inspection(context, remedy, state)
    if remedy.amount is not None and remedy.amount.minor:
        await refund.pay(context, remedy_id)
    else:
        refund.replace(context, remedy.model_copy(update={"done_at": context.now}))
    await cover_freight(context)
    if state.result is ReturnResult.PARTLY and not refund.find(context, remedy_id).open:
        await keep_what_was_accepted(context, remedy_id, state)
        negotiate_again(context)


async def cover_freight(context: CaseContext) -> None:
    """RES-8: what the customer laid out is theirs whatever comes next, also when the rest is negotiated again."""
    for owed in [one for one in context.case.remedies if one.open and one.settlement == OWED]:
        await coupon.issue(context, owed.id)


async def keep_what_was_accepted(context: CaseContext, remedy_id: str, state: ReturnState) -> None:
    """RES-1: the other pieces are the customer's again, and may be asked about anew."""
    remedy = refund.find(context, remedy_id)
    accepted = return_outcome.accepted_lines(state)
    refund.replace(context, remedy.model_copy(update={"lines": accepted}))
    await activities.release_goods(ReleaseItems(case_id=context.case.case_id, remedy_id=remedy_id))
    await activities.take_goods(taking(context, remedy_id, accepted))


async def bring_back(context: CaseContext, remedy_id: str, purpose: Purpose = Purpose.REFUND) -> bool:
    """True: the goods are back and accepted, or were lost on a way that was ours; for a refund also when only some were accepted.

    False: they are not; the remedy is undone, and the case knows what comes next. Asked again, it takes up where it was.
    """
    remedy = refund.find(context, remedy_id)
    if remedy.return_ is None and not await taken(context, remedy, purpose):
        return False
    state = state_of(refund.find(context, remedy_id))
    if state.result is None:
        await child_workflow.run(context, remedy_id, KIND, start_of(context, refund.find(context, remedy_id), state), FIRST)
        state = state_of(refund.find(context, remedy_id))
    giving = ReturnResult.giving() if purpose is Purpose.REFUND else ReturnResult.giving() - {ReturnResult.PARTLY}
    if state.result in giving:
        return True
    ended(context, remedy_id, state.result or ReturnResult.CALLED_OFF)
    return False


async def taken(context: CaseContext, remedy: Remedy, purpose: Purpose) -> bool:
    """RES-1: the pieces are this remedy's from now on; False when other cases have them."""
    case = context.case
    context.leave_stage_if_changed()
    assert case.order is not None  # noqa: S101  # without a verified order nothing of it is offered
    lines = return_outcome.lines_of(case, remedy)
    pieces = tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in lines)
    answer = await activities.take_goods(taking(context, remedy.id, pieces))
    if answer.denied is not None:
        undone(context, remedy.id, answer.denied)
        negotiate_again(context)
        return False
    state = ReturnState(
        workflow_id=child_workflow.workflow_id(case.case_id, remedy.id, KIND),
        purpose=purpose,
        lines=lines,
        agreed=remedy.amount or Money(minor=0, currency=case.order.total.currency),
        payer=return_outcome.payer_of(case, remedy),
        freight_most=remedy.freight_most,
        restocking=remedy.restocking if purpose is Purpose.REFUND else None,
        opened_at=context.now,
    )
    refund.replace(context, refund.find(context, remedy.id).model_copy(update={"return_": state}))
    return True


def taking(context: CaseContext, remedy_id: str, lines: tuple[LineQuantity, ...]) -> ReserveItems:
    order = context.case.order
    assert order is not None  # noqa: S101
    return ReserveItems(
        case_id=context.case.case_id,
        remedy_id=remedy_id,
        order_id=order.order_id,
        order_lines=tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in order.lines),
        lines=lines,
        at=context.now,
    )


def request_of(order: Order, state: ReturnState, replacement_id: str) -> PrepareReturn:
    """Whether the merchant will have the goods back, asked before they are announced: the same call, without a label."""
    return PrepareReturn(
        workflow_id=state.workflow_id,
        order_id=order.order_id,
        merchant_id=order.merchant_id,
        lines=tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in state.lines),
        purpose=state.purpose,
        replacement_id=replacement_id,
        label=False,
    )


def start_of(context: CaseContext, remedy: Remedy, state: ReturnState) -> ReturnStart:
    order = context.case.order
    assert order is not None  # noqa: S101
    return ReturnStart(
        case_id=context.case.case_id,
        remedy_id=remedy.id,
        order_id=order.order_id,
        merchant_id=order.merchant_id,
        state=state,
        terms=child_workflow.terms(
            context,
            WaitFor.RETURN_SHIPPING,
            WaitFor.RETURN_TRANSIT,
            WaitFor.INSPECTION,
            WaitFor.REDUCED_WORTH,
            WaitFor.APPEAL,
        ),
        policy=return_outcome.policy_in(context.policy, order.total.currency),
    )


def apply_inspection(context: CaseContext, remedy: Remedy, state: ReturnState) -> Remedy:
    """RES-6, RES-8: the amount that the return came to. The customer's own freight goes with it as far as the order's payments
    reach; what they do not cover is a coupon.
    """
    came_to = settle(state)
    in_money = min(came_to.freight.minor, max(return_outcome.room(context.case, remedy) - came_to.refund, 0))
    currency = state.agreed.currency
    now = remedy.model_copy(update={"amount": Money(minor=came_to.refund + in_money, currency=currency)})
    refund.replace(context, now)
    rest = came_to.freight.minor - in_money
    if rest:
        made = Remedy(
            id=f"m{len(context.case.remedies) + 1}",
            kind=RemedyKind.COUPON,
            amount=Money(minor=rest, currency=currency),
            settlement=OWED,
        )
        context.case.remedies = (*context.case.remedies, made)
    return now


def ended(context: CaseContext, remedy_id: str, result: ReturnResult) -> None:
    """Nothing came back, or nothing that was taken. Without goods there is no refund; a refusal or a loss is for people to settle."""
    case = context.case
    if not refund.find(context, remedy_id).open:
        return
    refund.replace(context, refund.find(context, remedy_id).model_copy(update={"undone": result.value}))
    if result is not ReturnResult.EXPIRED:
        negotiate_again(context)
    elif not any(remedy.done_at or remedy.open for remedy in case.remedies):
        case.outcome = Outcome.NOT_PURSUED


def negotiate_again(context: CaseContext) -> None:
    """RES-6: people look for another solution, with promises anew."""
    context.case.settled = False
    context.clocks.start()


def undone(context: CaseContext, remedy_id: str, why: str) -> None:
    remedy = refund.find(context, remedy_id)
    refund.replace(context, remedy.model_copy(update={"undone": why}))
    context.note(Event.REMEDY_UNDONE, remedy_id=remedy.id, kind=remedy.kind.value, why=why, kept=[])


async def compensate(context: CaseContext, remedy_id: str, why: str) -> tuple[str, ...]:
    """RES-11: pick-up cancelled, label voided, the merchant told, the pieces the customer's again. Goods on the road go on."""
    remedy = refund.find(context, remedy_id)
    if remedy.return_ is None:
        return ()
    await child_workflow.call_off(context, remedy_id, why)
    state = state_of(refund.find(context, remedy_id))
    if state.received_at is not None:
        return ("goods_at_the_merchants",)
    return ("goods_on_the_road",) if state.shipped_at is not None else ()


def hear(context: CaseContext, report: Report) -> None:
    """The case's signal `report`: goods that do not get back to the customer are a person's, by the deadline of the wait `plan`."""
    before = _stuck(context, report.remedy_id)
    child_workflow.receive_report(context, report)
    if before is None and _stuck(context, report.remedy_id) is not None and patched(STUCK):
        case = context.case
        context.escalate("goods_stuck", to=Tier.PLATFORM if case.tier is Tier.MERCHANT else case.tier)
        if case.stage not in Stage.before_follow_up():
            context.take_up_again(Stage.RESOLUTION)


def _stuck(context: CaseContext, remedy_id: str) -> str | None:
    remedy = next((remedy for remedy in context.case.remedies if remedy.id == remedy_id), None)
    return remedy.return_.stuck if remedy is not None and remedy.return_ is not None else None


def state_of(remedy: Remedy) -> ReturnState:
    assert remedy.return_ is not None  # noqa: S101  # taken() set it
    return remedy.return_
