"""A fee for taking back goods that are only not wanted (RES-13): told before the customer agrees, kept of the refund, and booked."""

from datetime import timedelta

from adapters.database.ledger import booked
from models.case.actions import Action
from models.common.base import Money
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, RefundStatus, WaitFor
from models.money.ledger import EntryKind
from models.returns.state import ReturnAction, ReturnStage
from rules.money import ledger
from tests.support.builders.actors import CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.returns import Returning, accepted
from tests.support.processes.service import Case, Service
from tests.support.refusals import fault_of

IN_TIME = 7
"""Days in which a return is due without a person."""


async def late(service: Service, days: int = 20) -> Case:
    """A supervisor looks at a wish to return goods that came so long ago; what is due at once is left to people, too."""
    came = parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=days), signed_relation="self")
    service.world.add(order(status=OrderStatus.DELIVERED), came)
    people = service.policy.automatic.model_copy(update={"enabled": False})
    policy = service.policy if days > IN_TIME else service.policy.changed(automatic=people)
    case = await service.open(issue=Issue.NO_REASON_RETURN, policy=policy)
    await case.until(
        lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.ANSWERS, WaitFor.PLAN, WaitFor.FINDING}
    )
    await case.act(SUPERVISOR, Action.TAKE)
    await case.until(lambda view: view.waiting is not None and view.handler == SUPERVISOR.id)
    return case


def offering(**remedy: object) -> list[dict[str, object]]:
    return [{"remedies": [{"kind": "return_and_refund", "amount": {"minor": 12_900}, **remedy}], "why": "可破例退货"}]


async def come_back(back: Returning) -> None:
    await back.awaiting()
    await back.scan("in transit")
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])


async def test_a_late_return_bears_the_fee_that_its_customer_was_told_of(service: Service) -> None:
    case = await late(service)
    await case.act(SUPERVISOR, Action.PROPOSE, options=offering())
    view = await case.until(lambda view: bool(view.proposals))
    (option,) = view.proposals[-1].options
    assert option.remedies[0].restocking == Money(minor=1_290)
    assert option.restocking_why is not None
    assert option.freight_most == Money(minor=2_000)
    (told,) = await case.told("resolution.proposed")
    assert (told["options"][0]["restocking_minor"], told["options"][0]["freight_most_minor"]) == (1_290, 2_000)
    back = await accepted(service, case)
    await come_back(back)
    view = await case.until(lambda view: back.remedy(view).refund_status is RefundStatus.ARRIVED)
    assert back.remedy(view).amount == Money(minor=12_900 - 1_290 - 800)
    assert service.world.paid_back("O-1") == 10_810
    (said,) = await case.told("return.inspected")
    assert (said["restocking_minor"], said["deducted_minor"], said["amount_minor"]) == (1_290, 800, 10_810)
    await case.waits_for(WaitFor.CONFIRMATION)
    async with service.database.reading() as session:
        entries = [entry for _, entry in await booked(session, "O-1")]
    (kept,) = [entry for entry in entries if entry.kind is EntryKind.KEPT]
    assert {posting.account: posting.minor for posting in kept.postings} == {
        "withheld": -2_090,
        "kept:restocking": 1_290,
        "kept:return_freight": 800,
    }
    found = ledger.summary(entries, "CNY")
    assert (found.refunded.minor, found.kept.minor, found.left.minor) == (10_810, 2_090, 2_090)


async def test_a_fee_that_breaks_the_law_is_refused_with_its_source_and_changes_nothing(service: Service) -> None:
    case = await late(service, days=2)
    act = case.act(SUPERVISOR, Action.PROPOSE, options=offering(restocking={"minor": 1}))
    fault = await fault_of(act)
    assert "art. 25" in fault.detail
    assert "《消费者权益保护法》第二十五条" in (fault.detail_zh or "")
    assert (await case.seen_by(CUSTOMER)).proposals == ()


async def test_who_offers_a_return_may_waive_the_fee(service: Service) -> None:
    case = await late(service)
    await case.act(SUPERVISOR, Action.PROPOSE, options=offering(restocking={"minor": 0}))
    back = await accepted(service, case)
    await come_back(back)
    view = await case.until(lambda view: back.remedy(view).refund_status is RefundStatus.ARRIVED)
    assert back.remedy(view).amount == Money(minor=12_100)
