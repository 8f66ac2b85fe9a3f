"""A return as one viewer may see it (RES-6)."""

from models.case.state import CaseState
from models.common.actors import Actor
from models.returns.state import ReturnAction, ReturnResult, ReturnStage, ReturnState
from models.returns.views import ReturnActionView, ReturnDetails, ReturnView, SettlementView
from rules.returns.outcome import settle
from rules.returns.permissions import allowed_with


def href(case_id: str, remedy_id: str, part: str = "") -> str:
    return f"/v1/cases/{case_id}/returns/{remedy_id}{part}"


def view_of_return(case_id: str, remedy_id: str, state: ReturnState, actor: Actor) -> ReturnView:
    """The whole view, with what the viewer may do."""
    printable = state.label is not None and state.stage is ReturnStage.AWAITING
    return ReturnView(
        case_id=case_id,
        remedy_id=remedy_id,
        return_=ReturnDetails.from_state(state),
        settlement=SettlementView.from_state(settle(state)) if state.result in ReturnResult.giving() else None,
        label=href(case_id, remedy_id, "/label") if printable else None,
        available_actions=tuple(
            ReturnActionView(action=action, href=href(case_id, remedy_id, f"/{action}")) for action in allowed_with(state, actor)
        ),
    )


def open_actions(case: CaseState, actor: Actor) -> tuple[tuple[ReturnAction, str], ...]:
    """What the viewer may do with the case's returns now, and where."""
    return tuple(
        (action, href(case.case_id, remedy.id, f"/{action}"))
        for remedy in case.remedies
        if remedy.return_ is not None
        for action in allowed_with(remedy.return_, actor)
    )
