"""A replacement or repair as one viewer may see it (RES-7)."""

from models.case.state import CaseState
from models.common.actors import Actor
from models.replacements.state import ReplacementAction, ReplacementState
from models.replacements.views import ReplacementActionView, ReplacementDetails, ReplacementView
from rules.replacements.permissions import allowed_actions


def href(case_id: str, remedy_id: str, part: str = "") -> str:
    return f"/v1/cases/{case_id}/replacements/{remedy_id}{part}"


def view_of_replacement(case_id: str, remedy_id: str, state: ReplacementState, actor: Actor) -> ReplacementView:
    """The whole view, with what the viewer may do."""
    return ReplacementView(
        case_id=case_id,
        remedy_id=remedy_id,
        replacement=ReplacementDetails.from_state(state),
        available_actions=tuple(
            ReplacementActionView(action=action, href=href(case_id, remedy_id, f"/{action}"))
            for action in allowed_actions(state, actor)
        ),
    )


def open_actions(case: CaseState, actor: Actor) -> tuple[tuple[ReplacementAction, str], ...]:
    """What the viewer may do to the case's replacements now, and where."""
    return tuple(
        (action, href(case.case_id, remedy.id, f"/{action}"))
        for remedy in case.remedies
        if remedy.replacement is not None and remedy.open
        for action in allowed_actions(remedy.replacement, actor)
    )
