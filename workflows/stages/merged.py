"""A case that goes on in another one (WRK-7): the other is asked to take it up, and, should it be un-merged, to let it go."""

from models.case.actions import Act
from models.case.merging import AbsorbCase, Merged, Part, PartCase
from models.common.errors import Fault
from models.common.events import Event
from models.common.vocabulary import Outcome, WaitFor, WaitingOn
from models.remedies.remedy import Voided
from rules.case.merging import coming_of, meanwhile_given
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.stages import archival
from workflows.stages.resolution import void_proposal


async def stay_merged(context: CaseContext) -> None:
    """Merged, it is archived, and may be un-merged for as long as a closed case may be reopened."""
    case = context.case
    while (merged := case.merged) is not None:
        if not merged.done:
            await hand_over(context, merged)
        elif merged.parting is not None:
            await take_back(context, merged)
        elif case.closed_at is None:
            await archival.archive(context)
        elif not await context.wait_for(WaitingOn.NOBODY, WaitFor.REOPENING, lambda: parting(context)):
            await context.save()
            return


def parting(context: CaseContext) -> bool:
    return context.case.merged is not None and context.case.merged.parting is not None


async def hand_over(context: CaseContext, merged: Merged) -> None:
    """Until the other case has said yes it may still say no: then this one goes on where it was."""
    case = context.case
    await context.save()
    fault = meanwhile_given(case) or await asked(context, merged)
    if fault is not None:
        case.merged = None
        say_no(context, merged.request_id, fault)
        context.change_stage(merged.stage)
        return
    kept = {"done": True, "clocks": case.clocks, "reply_owed_since": case.reply_owed_since}
    case.merged = merged.model_copy(update=kept)
    offered = case.standing_proposal
    shown = offered.id if offered is not None and not offered.needs_approval else None
    context.note(Event.MERGED, merged.by, into=merged.into, reason=merged.reason, proposal_id=shown)
    void_proposal(context, Voided.MERGED)
    context.withdraw_requests()
    case.outcome, case.snoozed, case.unreached_since = Outcome.MERGED, None, None


async def asked(context: CaseContext, merged: Merged) -> Fault | None:
    """Why the other case does not take this one up; None: it does."""
    body = coming_of(context.case, merged, context.policy, context.now)
    act = Act(actor=merged.by, request_id=f"{context.case.case_id}:{merged.request_id}", body=body)
    return (await activities.absorb_case(AbsorbCase(into=merged.into, act=act))).fault


async def take_back(context: CaseContext, merged: Merged) -> None:
    """Both go on by themselves: this one where it was, with its promises as they stood."""
    case, wish = context.case, merged.parting
    assert wish is not None  # noqa: S101  # the caller saw it
    body = Part(case_id=case.case_id, reason=wish.reason)
    act = Act(actor=wish.by, request_id=f"{case.case_id}:{wish.request_id}", body=body)
    fault = (await activities.part_case(PartCase(into=merged.into, act=act))).fault
    if fault is not None:
        case.merged = merged.model_copy(update={"parting": None})
        say_no(context, wish.request_id, fault)
        return
    case.merged, case.outcome, case.closed_at = None, None, None
    context.clocks.take_up(merged.clocks, merged.at)
    case.reply_owed_since = merged.reply_owed_since
    context.note(Event.UNMERGED, wish.by, into=merged.into, reason=wish.reason)
    context.change_stage(merged.stage)


def say_no(context: CaseContext, request_id: str, fault: Fault) -> None:
    """To whoever asked, whose update waits for the answer (`CaseWorkflow.merge`)."""
    context.refusals[request_id] = fault
    context.mark()
