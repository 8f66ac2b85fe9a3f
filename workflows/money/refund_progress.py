"""How far a refund is (RES-5): its parts moved by what the provider says, and what of it is put on the timeline."""

from collections.abc import Iterable

from models.common.events import Event
from models.common.vocabulary import RefundStatus, Stage
from models.reconciliation.difference import Reported
from models.remedies.remedy import RefundPart
from rules.money.refund_state import may_follow, standing_minor, status_of
from rules.reconciliation.money import other_amount
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.remedies import find, replace

REVERSALS = "refund-comes-back"
"""Patch: a case that read such news as old before goes on so."""
OTHERWISE = "otherwise"
"""The way of a refund that a person recorded; the others are `RefundTo`."""


def owed(context: CaseContext, remedy_id: str) -> bool:
    """Whether the remedy still stands, and the customer does not have all of its money."""
    remedy = next((remedy for remedy in context.case.remedies if remedy.id == remedy_id), None)
    return remedy is not None and remedy.undone is None and remedy.refund_status is not RefundStatus.ARRIVED


def fail(context: CaseContext, remedy_id: str, minor: int, refusal: str | None) -> None:
    """Leave so much of the refund to a person."""
    remedy = find(context, remedy_id).model_copy(update={"refund_status": RefundStatus.FAILED})
    replace(context, remedy)
    note(context, Event.REFUND_FAILED, remedy_id, minor, remedy.refund_to, refusal)


def finish(context: CaseContext, remedy_id: str) -> None:
    """The customer has all of it."""
    remedy = find(context, remedy_id)
    done_at = remedy.done_at or context.now
    replace(context, remedy.model_copy(update={"refund_status": RefundStatus.ARRIVED, "done_at": done_at}))
    tell(context, Event.REFUND_ARRIVED, remedy_id, (part for part in remedy.parts if not part.arrival_told))


def finish_otherwise(context: CaseContext, remedy_id: str) -> None:
    """A person recorded that what has not arrived was paid another way; of what arrived with another amount, the rest."""
    remedy = find(context, remedy_id)
    parts = tuple(
        part if part.refund_status is RefundStatus.ARRIVED else part.model_copy(update=_otherwise(part)) for part in remedy.parts
    )
    replace(context, remedy.model_copy(update={"parts": parts}))
    finish(context, remedy_id)
    without_part = (remedy.to_refund.minor if remedy.to_refund else 0) - standing_minor(parts)
    if without_part > 0:
        note(context, Event.REFUND_ARRIVED, remedy_id, without_part, OTHERWISE)


def _otherwise(part: RefundPart) -> dict[str, object]:
    arrived = {"refund_status": RefundStatus.ARRIVED} if part.other_amount else {}
    return {"paid_otherwise": True, **arrived}


def over(context: CaseContext, remedy_id: str) -> bool:
    """Every part arrived, or one was refused."""
    parts = find(context, remedy_id).parts
    settled = all(part.refund_status is RefundStatus.ARRIVED or part.paid_otherwise for part in parts)
    return failed(context, remedy_id) or settled


def failed(context: CaseContext, remedy_id: str) -> bool:
    return any(part.refused for part in find(context, remedy_id).parts)


def move_part(context: CaseContext, told: RefundPart) -> bool:
    """Apply what the provider says of a part; False when it is nothing new."""
    news = _report_other_amount(context, told)
    for remedy in context.case.remedies:
        for part in remedy.parts:
            if part.key == told.key and may_follow(told.refund_status, part.refund_status):
                came_back = told.refund_status is RefundStatus.REVERSED
                if came_back and not patched(REVERSALS):
                    return False
                given = remedy.refund_status is RefundStatus.ARRIVED
                otherwise = part.paid_otherwise or (given and not came_back)
                told = told.model_copy(update={"paid_otherwise": otherwise, "arrival_told": part.arrival_told})
                parts = tuple(told if known.key == told.key else known for known in remedy.parts)
                status = remedy.refund_status if given else status_of(parts, remedy.refund_status)
                replace(context, remedy.model_copy(update={"parts": parts, "refund_status": status}))
                if otherwise and told.refund_status is RefundStatus.ARRIVED:
                    note(context, Event.REFUND_TWICE, remedy.id, told.amount.minor, told.to)
                elif given and told.refused:
                    owe_again(context, remedy.id, told)
                return True
    return news


def _report_other_amount(context: CaseContext, told: RefundPart) -> bool:
    """It arrived with another amount than was asked for: a supervisor's task at once, and the customer is told of no arrival."""
    for remedy in context.case.remedies:
        for part in remedy.parts:
            if part.key == told.key and told.other_amount and told.other_amount != part.other_amount:
                noted = part.model_copy(update={"other_amount": told.other_amount})
                parts = tuple(noted if known.key == told.key else known for known in remedy.parts)
                replace(context, remedy.model_copy(update={"parts": parts}))
                pending = part.refund_status is RefundStatus.PENDING  # our books take it for asked for, as the provider does
                ours = part.model_copy(update={"refund_status": RefundStatus.REQUESTED}) if pending else part
                finding = other_amount(context.case, ours, told.other_amount)
                context.in_background(activities.report_difference(Reported(finding=finding, at=context.now)))
                return True
    return False


def owe_again(context: CaseContext, remedy_id: str, back: RefundPart) -> None:
    """A part came back after the customer had all of the refund: the case is taken up again to give it."""
    remedy = find(context, remedy_id)
    parts = tuple(part if part.key == back.key else part.model_copy(update={"arrival_told": True}) for part in remedy.parts)
    replace(context, remedy.model_copy(update={"parts": parts, "refund_status": RefundStatus.FAILED}))
    note(context, Event.REFUND_REVERSED, remedy_id, back.amount.minor, back.to, back.refusal)
    if context.case.stage is Stage.RESOLUTION or context.case.stage not in Stage.before_follow_up():
        context.change_stage(Stage.RESOLUTION)


def tell(context: CaseContext, event: Event, remedy_id: str, parts: Iterable[RefundPart]) -> None:
    """An entry for each way that these parts go, with what goes that way."""
    by_way: dict[str, int] = {}
    for part in parts:
        way = OTHERWISE if part.paid_otherwise else part.to.value
        by_way[way] = by_way.get(way, 0) + part.amount.minor
    for way, minor in by_way.items():
        note(context, event, remedy_id, minor, way)


def note(context: CaseContext, event: Event, remedy_id: str, minor: int, to: str, refusal: str | None = None) -> None:  # noqa: PLR0917
    """`minor`: what of the refund the entry is about; `to`: where that goes."""
    amount = find(context, remedy_id).amount
    currency = amount.currency if amount else context.policy.currency
    context.note(event, remedy_id=remedy_id, amount_minor=minor, currency=currency, refusal=refusal, to=str(to))


def sum_of(parts: Iterable[RefundPart]) -> int:
    return sum(part.amount.minor for part in parts)


def refusal_of(parts: Iterable[RefundPart]) -> str | None:
    return next((part.refusal for part in parts if part.refusal), None)
