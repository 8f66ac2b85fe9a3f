"""The remedies of a case: found by id, replaced by their new state."""

from models.remedies.remedy import Remedy
from workflows.kit.case_context import Desk


def find(desk: Desk, remedy_id: str) -> Remedy:
    return next(remedy for remedy in desk.case.remedies if remedy.id == remedy_id)


def replace(desk: Desk, remedy: Remedy) -> None:
    """Put the remedy's new state in the place of its old one."""
    desk.case.remedies = tuple(remedy if known.id == remedy.id else known for known in desk.case.remedies)
    desk.mark()
