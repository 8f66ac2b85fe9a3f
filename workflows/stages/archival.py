"""Archival (ARC-1) and reopening (FUP-4)."""

from models.case.state import Archive
from models.common.events import Event
from models.common.vocabulary import Outcome, WaitFor, WaitingOn
from rules.case.archive import root_cause_of_before
from workflows.kit.case_context import CaseContext
from workflows.remedies.execution import conclude


async def archive(context: CaseContext) -> None:
    """Seal everything as one immutable record, and close."""
    case = context.case
    context.drop_held()
    await conclude(context, (case.outcome or Outcome.RESOLVED).value)
    context.replied()
    context.clocks.stop()
    sealed = await context.seal()
    sha256, outcome = sealed.sha256, case.outcome or Outcome.RESOLVED
    edition = sealed.edition or (case.archive.edition + 1 if case.archive else 1)
    cause = sealed.root_cause or root_cause_of_before(case)
    case.archive = Archive(sha256=sha256, edition=edition, at=context.now, outcome=outcome, root_cause=cause)
    case.closed_at = context.now
    context.note(Event.ARCHIVED, sha256=sha256, outcome=outcome.value)


async def await_reopening(context: CaseContext) -> None:
    """For a while the same case can be reopened, or appealed against; after that it is over."""
    await context.wait_for(WaitingOn.NOBODY, WaitFor.REOPENING, lambda: False)
    await context.save()
