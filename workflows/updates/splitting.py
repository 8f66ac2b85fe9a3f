"""Splitting a case by the lines of its order (WRK-7): they leave for a case of their own, the first keeps the rest."""

from models.case.actions import Act
from models.case.desk_bodies import Split
from models.case.splitting import SplitOff
from models.case.state import CaseStart
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.events import Event
from models.common.identifiers import case_id_from
from models.remedies.remedy import Voided
from rules.case.splitting import leaving, new_case, offered_for, staying, wanted_of_rest
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.stages.resolution import void_proposal
from workflows.updates.merging import about_lines


async def split(context: CaseContext, act: Act[Split]) -> CaseView:
    """The new case is there when this answers; whatever dies meanwhile, it is started until it is there, and once."""
    starting: list[CaseStart] = []
    context.perform(act, lambda context, act: starting.append(begin(context, act)))
    for start in starting:
        await activities.start_split_case(start)
    return context.view_for(act)


def begin(context: CaseContext, act: Act[Split]) -> CaseStart:
    case, names = context.case, act.body.lines
    case_id = case_id_from(f"{case.case_id}|{act.request_id}".encode())
    state = new_case(case, context.policy, act, case_id, context.now)
    assert case.order is not None  # noqa: S101  # rules/case/splitting.py saw to it
    titles = [line.title for line in case.order.lines if line.line_id in names]
    context.note(Event.SPLIT, act.actor, into=case_id, titles=[*titles], reason=act.body.reason)
    if offered_for(case, names):
        void_proposal(context, Voided.SPLIT)
    by = Actor(role=act.actor.role, id=act.actor.id)
    gone = SplitOff(case_id=case_id, lines=leaving(case, names), by=by, at=context.now, reason=act.body.reason)
    wanted = wanted_of_rest(case, names)
    case.receipt = case.receipt.model_copy(update={"lines": staying(case, names), "wanted": wanted})
    case.split_off = (*case.split_off, gone)
    about_lines(context)
    return CaseStart(receipt=state.receipt, policy=context.policy, state=state)
