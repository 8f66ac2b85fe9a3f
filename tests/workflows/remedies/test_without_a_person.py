"""What resolves without a person, when it turns out otherwise: a cap of the day, goods that were not taken (RES-10)."""

from models.case.actions import Action
from models.common.vocabulary import Stage, WaitFor
from models.policy.policy import PolicySlice
from models.returns.state import ReturnAction
from tests.support.builders.actors import CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.returns import Returning, returned_without_a_reason
from tests.support.processes.service import Case, Service


def used_up(policy: PolicySlice) -> PolicySlice:
    """The policy on a day that has given enough already."""
    caps = policy.automatic.model_copy(update={"max_per_customer_a_day": 0, "max_minor_a_day": 0})
    return policy.changed(automatic=caps)


async def returned_alone(service: Service) -> Returning:
    back = await returned_without_a_reason(service, used_up(service.policy))
    await back.case.until(lambda view: view.automatic)
    await back.awaiting()
    await back.scan("in transit")
    await back.act(MERCHANT, ReturnAction.RECEIVE)
    return back


async def looked_at(back: Returning, **line: int) -> Case:
    reason = {} if line.get("accepted") else {"reason": "worn"}
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", **line, **reason}])
    return back.case


async def test_goods_that_came_back_are_paid_for_whatever_the_days_caps_say(service: Service) -> None:
    case = await looked_at(await returned_alone(service), accepted=1)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.automatic
    assert service.world.paid_back("O-1") == 12_100  # without the label, which a customer without a reason pays


async def test_when_it_came_to_nothing_what_people_agree_on_is_no_matter_of_the_days_caps(service: Service) -> None:
    case = await looked_at(await returned_alone(service), rejected=1)
    view = await case.waits_for(WaitFor.PLAN)
    assert not view.automatic
    both = [{"kind": "refund_only", "amount": {"minor": 5_000}}, {"kind": "apology", "words": "对不起"}]
    await case.act(SUPERVISOR, Action.PROPOSE, options=[{"remedies": both, "why": "half of it"}])
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [remedy.id for remedy in view.remedies] == ["m1", "m2", "m3"]
    assert service.world.paid_back("O-1") == 5_000
