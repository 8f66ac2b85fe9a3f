"""The remedies of a case: found by id, replaced by their new state."""

from models.remedies.remedy import Remedy
from workflows.kit.case_context import CaseContext


def find(context: CaseContext, remedy_id: str) -> Remedy:
    return next(remedy for remedy in context.case.remedies if remedy.id == remedy_id)


def replace(context: CaseContext, remedy: Remedy) -> None:
    """Put the remedy's new state in the place of its old one."""
    context.case.remedies = tuple(remedy if known.id == remedy.id else known for known in context.case.remedies)
    context.mark()
