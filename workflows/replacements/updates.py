"""What people do to a replacement (RES-7): one function for each action, called after `rules/replacements/permissions.py` let it through."""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.case.actions import Act
from models.common.events import Event
from models.replacements.partner import Repair, RepairStatus
from models.replacements.state import (
    REPLACEMENT_BODIES,
    AcceptEstimate,
    ChooseRefund,
    Diagnose,
    NotRepairable,
    OutOfStock,
    RefuseEstimate,
    Repaired,
    ReplacementAction,
    ReplacementStage,
    ReplacementState,
    Sent,
)
from rules.replacements.permissions import forbidden, unfit
from workflows.replacements.context import REMEMBERED, ReplacementContext


def accept_estimate(context: ReplacementContext, act: Act[AcceptEstimate]) -> None:
    context.decision = True
    context.change(stage=ReplacementStage.PAYMENT)  # at once: nobody can say no any more
    estimate = context.state.estimate
    assert estimate is not None  # noqa: S101  # only an estimate can be accepted
    context.note(Event.ESTIMATE_ACCEPTED, act.actor, amount_minor=estimate.minor, currency=estimate.currency)


def refuse_estimate(context: ReplacementContext, act: Act[RefuseEstimate]) -> None:
    context.decision = False
    context.change(stage=ReplacementStage.SENDING_BACK)
    context.note(Event.ESTIMATE_REFUSED, act.actor, silent=False, reason=act.body.reason)


def choose_refund(context: ReplacementContext, act: Act[ChooseRefund]) -> None:
    context.refund_chosen = True
    context.change(stage=ReplacementStage.OVER)
    context.note(Event.REFUND_CHOSEN, act.actor, kind=context.start.kind.value)


def diagnose(context: ReplacementContext, act: Act[Diagnose]) -> None:
    body = act.body
    told = Repair(
        key=context.repair_key,
        status=RepairStatus.DIAGNOSED,
        in_warranty=body.in_warranty,
        estimate=body.estimate,
        words=body.words,
    )
    context.told_of_repair(told)


def repaired(context: ReplacementContext, act: Act[Repaired]) -> None:
    context.told_of_repair(Repair(key=context.repair_key, status=RepairStatus.REPAIRED, words=act.body.words))


def not_repairable(context: ReplacementContext, act: Act[NotRepairable]) -> None:
    context.told_of_repair(Repair(key=context.repair_key, status=RepairStatus.NOT_REPAIRABLE, words=act.body.words))


def sent(context: ReplacementContext, act: Act[Sent]) -> None:
    context.on_its_way(act.body.tracking, act.body.carrier_id, act.actor)


def out_of_stock(context: ReplacementContext, act: Act[OutOfStock]) -> None:
    context.out_of_stock, context.expected_at = True, act.body.expected_at


DOING: dict[ReplacementAction, Callable[[ReplacementContext, Act[Any]], None]] = {
    ReplacementAction.ACCEPT_ESTIMATE: accept_estimate,
    ReplacementAction.REFUSE_ESTIMATE: refuse_estimate,
    ReplacementAction.CHOOSE_REFUND: choose_refund,
    ReplacementAction.DIAGNOSE: diagnose,
    ReplacementAction.REPAIRED: repaired,
    ReplacementAction.NOT_REPAIRABLE: not_repairable,
    ReplacementAction.SENT: sent,
    ReplacementAction.OUT_OF_STOCK: out_of_stock,
}


def person(action: ReplacementAction) -> Callable[..., Any]:
    """The update of an action, with its validator; done once for each request id."""

    def validate(self: Any, act: Act[Any]) -> None:  # noqa: ANN401  # a workflow with a job
        context: ReplacementContext = self.context
        if act.request_id in context.requests:
            return
        fault = forbidden(context.state, act.actor, action) or unfit(act, context.start.paid.currency)
        if fault is not None:
            raise ApplicationError(fault.detail, fault, type=fault.type.value)

    async def handle(self: Any, act: Act[Any]) -> ReplacementState:  # noqa: ANN401
        context: ReplacementContext = self.context
        if act.request_id not in context.requests:
            DOING[action](context, act)
            context.requests = (*context.requests, act.request_id)[-REMEMBERED:]
        return context.state

    for function in (validate, handle):
        function.__name__ = function.__qualname__ = action.value
        function.__annotations__["act"] = Act[REPLACEMENT_BODIES[action]]
        del function.__annotations__["self"]  # the SDK takes an annotated self for an argument
    update = workflow.update(name=action.value, description=(REPLACEMENT_BODIES[action].__doc__ or action).splitlines()[0])(
        handle
    )
    update.validator(validate)
    return update
