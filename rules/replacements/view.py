"""A replacement or repair as one viewer may see it (RES-7)."""

from collections.abc import Iterator

from models.case.state import CaseState
from models.common.actors import Actor
from models.replacements.state import REPLACEMENT_BODIES, ReplacementState
from models.replacements.views import ReplacementActionView, ReplacementDetails, ReplacementView
from rules.common.decided import named_by
from rules.replacements.permissions import allowed_actions


def href(case_id: str, remedy_id: str, part: str = "") -> str:
    return f"/v1/cases/{case_id}/replacements/{remedy_id}{part}"


def view_of_replacement(case_id: str, remedy_id: str, state: ReplacementState, actor: Actor) -> ReplacementView:
    """The whole view, with what the viewer may do."""
    return ReplacementView(
        case_id=case_id,
        remedy_id=remedy_id,
        replacement=ReplacementDetails.from_state(state),
        available_actions=tuple(_actions(case_id, remedy_id, state, actor)),
    )


def open_actions(case: CaseState, actor: Actor) -> tuple[ReplacementActionView, ...]:
    """What the viewer may do to the case's replacements now, and where."""
    return tuple(
        action
        for remedy in case.remedies
        if remedy.replacement is not None and remedy.open
        for action in _actions(case.case_id, remedy.id, remedy.replacement, actor)
    )


def _actions(case_id: str, remedy_id: str, state: ReplacementState, actor: Actor) -> Iterator[ReplacementActionView]:
    for action in allowed_actions(state, actor):
        where = href(case_id, remedy_id, f"/{action}")
        yield ReplacementActionView(action=action, href=where, decides=named_by(REPLACEMENT_BODIES[action], state))
