"""A case keeps to what may be done with its order, and to what earlier cases took of it (RES-1)."""

from typing import Any

from models.case.actions import Action
from models.common.lines import LineQuantity
from models.common.vocabulary import Issue, Stage, WaitFor
from models.returns.state import ReturnAction, ReturnStage
from tests.support.builders.actors import AGENT, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.builders.returns import returning
from tests.support.processes.service import Service


def offering(kind: str, minor: int | None = None) -> dict[str, Any]:
    remedy = {"kind": kind} | ({"amount": {"minor": minor}} if minor else {})
    return {"options": [{"remedies": [remedy], "why": "goodwill"}]}


async def test_an_agent_keeps_to_the_rules_and_a_supervisor_may_give_more(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    fault = await case.refusal(AGENT, Action.PROPOSE, **offering("refund_only", 12_900))
    assert fault.field == "options.0.remedies"
    assert "(rule refund-in-part)" in fault.detail
    assert "CNY 64.50" in fault.detail
    view = await case.act(SUPERVISOR, Action.PROPOSE, **offering("refund_only", 12_900))
    option = view.proposals[0].options[0]
    assert option.steps
    assert option.within.days == 3


async def test_what_one_case_returned_no_other_case_gives_again(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("picked_up")
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)

    second = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    view = await second.until(lambda view: bool(view.requests))
    assert view.history is not None
    assert view.history.taken == (LineQuantity(line_id="L1", quantity=1),)
    assert view.history.refunded_minor == 12_900
    for kind, rule in (("exchange", "pieces-left"), ("refund_only", "money-left")):
        fault = await second.refusal(MERCHANT, Action.PROPOSE, **offering(kind, 100 if kind == "refund_only" else None))
        assert f"(rule {rule})" in fault.detail
