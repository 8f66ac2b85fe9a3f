"""The remedies of a case: found by id, replaced by their new state, carried out although the case is over."""

from collections.abc import Generator
from contextlib import contextmanager

from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from workflows.kit.case_context import CaseContext

CHARGE_UNPAID = "charge_unpaid"


def find(context: CaseContext, remedy_id: str) -> Remedy:
    return next(remedy for remedy in context.case.remedies if remedy.id == remedy_id)


def replace(context: CaseContext, remedy: Remedy) -> None:
    """Put the remedy's new state in the place of its old one."""
    context.case.remedies = tuple(remedy if known.id == remedy.id else known for known in context.case.remedies)
    context.mark()


def give_up_unpaid(context: CaseContext) -> None:
    """The customer did not pay for what was agreed on: silence ends the case, unless it gave them something else."""
    if all(remedy.undone or REMEDIES[remedy.kind].told for remedy in context.case.remedies):
        context.give_up(CHARGE_UNPAID)


@contextmanager
def due_all_the_same(context: CaseContext) -> Generator[None]:
    """What is due by itself is carried out, whether or not the case still looks for a solution."""
    settled, context.case.settled = context.case.settled, True
    try:
        yield
    finally:
        context.case.settled = settled
