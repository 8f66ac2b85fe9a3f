"""A replacement or repair as one viewer may see it (RES-7)."""

from models.case.state import CaseState
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.replacements.state import ReplacementAction, ReplacementState
from models.replacements.views import ReplacementActionView, ReplacementDetails, ReplacementView
from rules.replacements.permissions import allowed_actions

MASK = "—"


def href(case_id: str, remedy_id: str, part: str = "") -> str:
    return f"/v1/cases/{case_id}/replacements/{remedy_id}{part}"


def view_of_replacement(case_id: str, remedy_id: str, state: ReplacementState, actor: Actor) -> ReplacementView:
    """The whole view; an analyst is shown no words of people."""
    return ReplacementView(
        case_id=case_id,
        remedy_id=remedy_id,
        replacement=seen(state, actor),
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


def seen(state: ReplacementState, actor: Actor) -> ReplacementDetails:
    """An analyst reads no words of people; only who owes money is shown where to pay it."""
    details = ReplacementDetails.from_state(state)
    if actor.role is Role.ANALYST:
        details = details.model_copy(update={"words": details.words and MASK})
    if details.charge is None or actor.role in Role.platform() | {Role.CUSTOMER}:
        return details
    return details.model_copy(update={"charge": details.charge.model_copy(update={"pay_url": None})})
