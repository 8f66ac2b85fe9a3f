"""What people do to a replacement (RES-7): one function for each action, called after `rules/replacements/permissions.py` let it through."""

from models.case.actions import Act
from models.common.events import Event
from models.replacements.partner import Repair, RepairStatus
from models.replacements.state import (
    AcceptEstimate,
    ChooseRefund,
    Diagnose,
    NotRepairable,
    OutOfStock,
    RefuseEstimate,
    Repaired,
    ReplacementStage,
    Sent,
)
from workflows.replacements.context import ReplacementContext


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
