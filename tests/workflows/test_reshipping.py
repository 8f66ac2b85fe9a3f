"""The same goods sent once more (RES-7): set aside, sent, tracked to the door; lost, late, out of stock, called off (RES-11, FUP-1)."""

import asyncio

from fake_warehouse import soon
from replacing_goods import reshipping
from service import AGENT, CUSTOMER, MERCHANT, Service

from models.actions import Action
from models.partners import ShipmentStatus
from models.replacements import ReplacementAction, ReplacementStage
from models.vocabulary import ErrorType, Outcome, RemedyKind, Stage, WaitFor, WaitingOn

A = ReplacementAction


async def test_goods_sent_again_are_followed_to_the_door_before_the_case_is_resolved(service: Service) -> None:
    made = await reshipping(service)
    state = await made.at(ReplacementStage.ON_ITS_WAY)
    view = await made.case.until(lambda view: view.waiting is not None and view.waiting.for_ is WaitFor.REPLACEMENT_TRANSIT)
    assert view.stage is Stage.RESOLUTION
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.CARRIER
    assert made.warehouse.sent == [state.tracking]
    await made.scan(ShipmentStatus.DELIVERED)
    done = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert made.remedy(done).done_at is not None
    assert done.outcome is Outcome.RESOLVED
    told = await made.case.messages("C-1")
    for event in ("reserved", "sent", "delivered"):
        assert f"resolution.replacement_{event}" in told
