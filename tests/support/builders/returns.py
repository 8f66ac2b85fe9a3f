"""A case whose customer accepted to send the goods back, and what happens to it."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from models.case.actions import Act, Action
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.base import Body, Money
from models.common.errors import Fault
from models.common.partners import Notice, OrderLine, OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, WaitFor
from models.policy.policy import PolicySlice
from models.remedies.views import RemedyView
from models.returns.state import RETURN_BODIES, ReturnAction, ReturnStage, ReturnState
from models.returns.views import ReturnDetails
from tests.support.builders.actors import AGENT, CUSTOMER, SUPERVISOR
from tests.support.builders.orders import NOW, line, order, parcel
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import PATIENCE
from tests.support.refusals import fault_of

RECEIPT = {"sha256": "1" * 64, "media_type": "image/jpeg", "size": 10, "name": "receipt.jpg"}
_numbers = itertools.count(1)


def two_lines() -> tuple[OrderLine, ...]:
    """Two pieces at 100.00 each, and one at 50.00."""
    return (
        line("L1", quantity=2, minor=20_000, title="杯子", category="home"),
        line("L2", minor=5_000, title="杯垫", category="home"),
    )


@dataclass
class Returning:
    """A case with a return, both at work."""

    case: Case
    handle: WorkflowHandle[Any, Any]

    @property
    def world(self) -> Any:
        return self.case.service.world.returns

    async def act(self, actor: Actor, action: ReturnAction, /, key: str | None = None, **body: Any) -> ReturnState:
        request = Act[Body](
            actor=actor, request_id=key or f"ret{next(_numbers)}", body=RETURN_BODIES[action].model_validate(body)
        )
        return await self.handle.execute_update(action.value, request, result_type=ReturnState)

    async def refusal(self, actor: Actor, action: ReturnAction, /, **body: Any) -> Fault:
        return await fault_of(self.act(actor, action, **body))

    async def tell(self, kind: str, payload: Any, notice_id: str | None = None, **more: Any) -> None:
        """A partner's webhook about the return."""
        notice = Notice(notice_id=notice_id or f"n{next(_numbers)}", partner="carrier", kind=kind, payload=payload, **more)
        await self.handle.signal("notice", notice)

    async def scan(
        self, status: str, tracking: str | None = None, notice_id: str | None = None, at: datetime | None = None
    ) -> None:
        """The carrier tells of the label's parcel, which was scanned then."""
        told = self.world.scan(tracking or f"LB-{self.handle.id}", status, at)
        await self.tell("shipment", told.model_dump(mode="json"), notice_id)

    async def state(self, holds: Callable[[ReturnDetails], bool]) -> ReturnDetails:
        """The return as its case shows it, as soon as something holds of it."""
        view = await self.case.until(lambda view: (found := self.remedy(view).return_) is not None and holds(found))
        found = self.remedy(view).return_
        assert found is not None
        return found

    def remedy(self, view: CaseView) -> RemedyView:
        return next(remedy for remedy in view.remedies if remedy.return_ is not None)

    async def awaiting(self) -> ReturnDetails:
        return await self.state(lambda state: state.stage is ReturnStage.AWAITING)

    async def pass_time(self, **span: float) -> None:
        """The return's own clock jumps."""
        await self.case.service.environment.fast_forward(self.handle, timedelta(**span))

    async def pass_days(self, days: int) -> None:
        """Day after day, for as long as it lives."""
        for _ in range(days):
            try:
                await self.pass_time(days=1)
            except RPCError:  # it may have ended meanwhile
                if (await self.handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                    raise
                return

    async def told(self, event: str) -> None:
        """Until the case's timeline says so."""
        await self.case.remembers(event)

    async def events(self) -> int:
        described = await self.handle.describe()
        return described.raw_description.workflow_execution_info.history_length

    async def over(self) -> str:
        """The return's own end."""
        return await asyncio.wait_for(self.handle.result(), PATIENCE)


async def returning(
    service: Service, *, lines: tuple[OrderLine, ...] | None = None, minor: int | None = None, order_id: str = "O-1"
) -> Returning:
    """A delivered order, a proposal of return and refund, and the customer's yes."""
    goods = lines or order().lines
    total = sum(line.paid.minor for line in goods)
    arrived = parcel(order_id, status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
    service.world.add(order(order_id, lines=goods, total=Money(minor=total), status=OrderStatus.DELIVERED), arrived)
    photo = {"sha256": "0" * 64, "media_type": "image/png", "size": 10, "name": "photo.png"}
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(photo,), order_id=order_id)
    return await agreed(service, case, minor or total)


async def returned_without_a_reason(
    service: Service, policy: PolicySlice | None = None, order_id: str = "O-1", **of_order: Any
) -> Returning:
    """A delivered order, and a return that is due by itself: nobody proposes it."""
    arrived = parcel(order_id, status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
    service.world.add(order(order_id, status=OrderStatus.DELIVERED, **of_order), arrived)
    case = await service.open(issue=Issue.NO_REASON_RETURN, policy=policy or service.policy, order_id=order_id)
    return await sent_for(service, case)


async def agreed(service: Service, case: Case, minor: int) -> Returning:
    """An agent proposes to take the goods back, and the customer accepts."""
    await proposed(case, minor)
    return await accepted(service, case)


async def proposed(case: Case, minor: int) -> None:
    await case.until(
        lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.ANSWERS, WaitFor.PLAN, WaitFor.FINDING}
    )
    await case.act(AGENT, Action.TAKE)
    await case.until(lambda view: view.waiting is not None and view.handler == AGENT.id)
    await case.act(
        AGENT,
        Action.PROPOSE,
        options=[{"remedies": [{"kind": "return_and_refund", "amount": {"minor": minor}}], "why": "退回商品后退款"}],
    )
    view = await case.until(lambda view: bool(view.proposals))
    if view.proposals[-1].state == "awaiting_approval":
        await case.act(SUPERVISOR, Action.APPROVE)


async def accepted(service: Service, case: Case) -> Returning:
    await case.act(CUSTOMER, Action.ACCEPT)
    return await sent_for(service, case)


async def sent_for(service: Service, case: Case) -> Returning:
    view = await case.until(lambda view: any(remedy.child for remedy in view.remedies))
    (child,) = [remedy.child for remedy in view.remedies if remedy.child]
    return Returning(case, service.client.get_workflow_handle(child.workflow_id))
