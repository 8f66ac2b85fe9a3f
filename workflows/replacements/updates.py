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
from workflows.replacements.context import REMEMBERED, Job


def accept_estimate(job: Job, act: Act[AcceptEstimate]) -> None:
    job.decision = True
    job.change(stage=ReplacementStage.PAYMENT)  # at once: nobody can say no any more
    estimate = job.state.estimate
    assert estimate is not None  # noqa: S101  # only an estimate can be accepted
    job.note(Event.ESTIMATE_ACCEPTED, act.actor, amount_minor=estimate.minor, currency=estimate.currency)


def refuse_estimate(job: Job, act: Act[RefuseEstimate]) -> None:
    job.decision = False
    job.change(stage=ReplacementStage.SENDING_BACK)
    job.note(Event.ESTIMATE_REFUSED, act.actor, silent=False, reason=act.body.reason)


def choose_refund(job: Job, act: Act[ChooseRefund]) -> None:
    job.refund_chosen = True
    job.change(stage=ReplacementStage.OVER)
    job.note(Event.REFUND_CHOSEN, act.actor, kind=job.start.kind.value)


def diagnose(job: Job, act: Act[Diagnose]) -> None:
    body = act.body
    told = Repair(
        key=job.repair_key,
        status=RepairStatus.DIAGNOSED,
        in_warranty=body.in_warranty,
        estimate=body.estimate,
        words=body.words,
    )
    job.told_of_repair(told)


def repaired(job: Job, act: Act[Repaired]) -> None:
    job.told_of_repair(Repair(key=job.repair_key, status=RepairStatus.REPAIRED, words=act.body.words))


def not_repairable(job: Job, act: Act[NotRepairable]) -> None:
    job.told_of_repair(Repair(key=job.repair_key, status=RepairStatus.NOT_REPAIRABLE, words=act.body.words))


def sent(job: Job, act: Act[Sent]) -> None:
    job.on_its_way(act.body.tracking, act.body.carrier_id, act.actor)


def out_of_stock(job: Job, act: Act[OutOfStock]) -> None:
    job.out_of_stock, job.expected_at = True, act.body.expected_at


DOING: dict[ReplacementAction, Callable[[Job, Act[Any]], None]] = {
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
        job: Job = self.job
        if act.request_id in job.requests:
            return
        fault = forbidden(job.state, act.actor, action) or unfit(act, job.start.paid.currency)
        if fault is not None:
            raise ApplicationError(fault.detail, fault, type=fault.type.value)

    async def handle(self: Any, act: Act[Any]) -> ReplacementState:  # noqa: ANN401
        job: Job = self.job
        if act.request_id not in job.requests:
            DOING[action](job, act)
            job.requests = (*job.requests, act.request_id)[-REMEMBERED:]
        return job.state

    for function in (validate, handle):
        function.__name__ = function.__qualname__ = action.value
        function.__annotations__["act"] = Act[REPLACEMENT_BODIES[action]]
        del function.__annotations__["self"]  # the SDK takes an annotated self for an argument
    update = workflow.update(name=action.value, description=(REPLACEMENT_BODIES[action].__doc__ or action).splitlines()[0])(
        handle
    )
    update.validator(validate)
    return update
