"""A return as one viewer may see it (RES-6)."""

from collections.abc import Iterator

from models.case.state import CaseState
from models.common.actors import Actor
from models.returns.state import RETURN_BODIES, ReturnResult, ReturnStage, ReturnState
from models.returns.views import ReturnActionView, ReturnDetails, ReturnView, SettlementView
from rules.common.decided import named_by
from rules.money.settlement import settle
from rules.returns.permissions import allowed_with


def href(case_id: str, remedy_id: str, part: str = "") -> str:
    return f"/v1/cases/{case_id}/returns/{remedy_id}{part}"


def view_of_return(case_id: str, remedy_id: str, state: ReturnState, actor: Actor) -> ReturnView:
    """The whole view, with what the viewer may do."""
    printable = state.label is not None and state.stage is ReturnStage.AWAITING and state.along_since is None
    return ReturnView(
        case_id=case_id,
        remedy_id=remedy_id,
        return_=ReturnDetails.from_state(state),
        settlement=SettlementView.from_state(settle(state)) if state.result in ReturnResult.giving() else None,
        label=href(case_id, remedy_id, "/label") if printable else None,
        available_actions=tuple(_actions(case_id, remedy_id, state, actor)),
    )


def open_actions(case: CaseState, actor: Actor) -> tuple[ReturnActionView, ...]:
    """What the viewer may do with the case's returns now, and where."""
    return tuple(
        action
        for remedy in case.remedies
        if remedy.return_ is not None
        for action in _actions(case.case_id, remedy.id, remedy.return_, actor)
    )


def _actions(case_id: str, remedy_id: str, state: ReturnState, actor: Actor) -> Iterator[ReturnActionView]:
    for action in allowed_with(state, actor):
        where = href(case_id, remedy_id, f"/{action}")
        yield ReturnActionView(action=action, href=where, decides=named_by(RETURN_BODIES[action], state))
