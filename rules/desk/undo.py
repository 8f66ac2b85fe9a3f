"""Taking back what was just sent (WRK-5): who may, and what may be held back at all."""

from models.case.action_bodies import Propose, Reply
from models.case.actions import Act
from models.case.held import Held
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Body
from models.common.errors import Fault
from models.common.vocabulary import ErrorType, Role


def is_undoable(body: Body) -> bool:
    """Whether its sender wants to be able to take it back."""
    return isinstance(body, Reply | Propose) and body.undoable


def may_undo(case: CaseState, actor: Actor) -> bool:
    """Whose it is, and supervisors."""
    return case.held is not None and (case.held.by.is_(actor) or actor.role is Role.SUPERVISOR)


def unfit_hold(case: CaseState, act: Act[Body]) -> Fault | None:
    """One thing at a time is held back on a case, and only of the platform's people."""
    if not is_undoable(act.body):
        return None
    if act.actor.role not in Role.platform():
        return Fault(
            type=ErrorType.INVALID,
            detail="undoable: only the platform's people may take back what they sent; leave it out.",
            detail_zh="undoable：仅平台人员可撤回已发送的内容；请不填。",
            field="undoable",
            rule="WRK-5",
        )
    return _occupied(case.held) if case.held is not None else None


def _occupied(held: Held) -> Fault:
    return Fault(
        type=ErrorType.NOT_ALLOWED_NOW,
        detail=f"undoable: {held.by.id} has just sent something that may still be taken back; wait some seconds, or send without `undoable`.",
        detail_zh=f"undoable：{held.by.id} 刚刚发送的内容仍可撤回；请等待几秒，或不带 `undoable` 发送。",
        field="undoable",
        rule="WRK-5",
    )
