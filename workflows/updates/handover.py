"""A case goes from somebody who cannot act to somebody who can, or waits in its queue (DSP-2): what `activities/case/handover.py` tells it."""

from models.case.handover import Absence, HandedOn
from models.case.state import TransferOffer
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Role, Stage, Tier
from workflows.kit.case_context import CaseContext


def hear_handed_on(context: CaseContext, told: HandedOn) -> None:
    """What happened on the case meanwhile goes before; who owned it and left owns it no more (DSP-3)."""
    case = context.case
    if case.stage not in Stage.open_stages():
        return
    context.mark()  # so that the table of assignments follows the case again, whatever was written there
    if case.transfer is not None and case.transfer.to == told.gone:
        _ask_the_team(context, case.transfer)
        return
    held_by = case.handler.id if case.handler else None
    stands = held_by == told.gone and (told.to is None or case.tier is Tier.PLATFORM)
    if stands:
        _hand_over(context, told)
    if told.why is Absence.LEFT and case.owner is not None and case.owner.id == told.gone:
        case.owner = case.handler


def _hand_over(context: CaseContext, told: HandedOn) -> None:
    case = context.case
    why = told.why.value if told.why else None
    case.handler = Actor(role=Role.AGENT, id=told.to) if told.to else None
    case.unstaffed = told.to is None
    if told.gone is None:
        context.note(Event.ASSIGNED, handler=told.to, team=case.team)
    elif told.to is None:
        context.note(Event.PUT_BACK, team=case.team, before=told.gone, why=why)
    else:
        context.note(Event.HANDED_ON, team=case.team, handler=told.to, before=told.gone, why=why)


def _ask_the_team(context: CaseContext, offer: TransferOffer) -> None:
    """Who was asked to take it over cannot: whoever of the team may (DSP-4). The deadline stays."""
    context.case.transfer = offer.model_copy(update={"to": None})
    context.note(Event.TRANSFER_ASKED, offer.by, to=None, team=offer.team, reason=offer.reason, due=offer.due.isoformat())
