"""The freight of an order refunded alone (RES-13): agreed on, paid and booked once; the goods are worth what they were."""

from adapters.database.ledger import booked
from models.case.actions import Action
from models.common.base import Money
from models.common.vocabulary import ErrorType, Issue, RefundStatus, RemedyKind, Stage, WaitFor
from rules.money import ledger
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.orders import line, order, parcel
from tests.support.processes.service import SUPERVISOR, Service

FREIGHT = {"kind": "freight_refund", "amount": {"minor": 800}}


async def test_it_is_paid_once_and_no_more_of_it_can_be_given(service: Service) -> None:
    bought = order("O-1", line("L1", minor=12_100))
    service.world.add(bought.model_copy(update={"total": Money(minor=12_900), "freight": Money(minor=800)}), parcel())
    case = await service.open(issue=Issue.SIZE_MISMATCH)
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.PLAN, WaitFor.ANSWERS})
    more = {**FREIGHT, "amount": {"minor": 801}}
    refusal = await case.refusal(SUPERVISOR, Action.PROPOSE, options=[{"remedies": [more], "why": "late"}])
    assert refusal.type is ErrorType.INVALID
    assert "freight-left" in refusal.detail
    await case.act(SUPERVISOR, Action.PROPOSE, options=[{"remedies": [FREIGHT], "why": "late"}])
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ is WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT, option=1)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [(one.kind, one.refund_status) for one in view.remedies] == [(RemedyKind.FREIGHT_REFUND, RefundStatus.ARRIVED)]
    assert [refund.amount.minor for refund in service.world.refunds.values()] == [800]
    async with service.database.reading() as session:
        found = ledger.summary([entry for _, entry in await booked(session, "O-1")], "CNY")
    assert (found.refunded.minor, found.left.minor) == (800, 12_100)
