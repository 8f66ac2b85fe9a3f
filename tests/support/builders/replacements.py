"""A case whose customer accepted an exchange, a reshipment or a repair, and what happens to the goods (RES-7)."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from models.case.actions import Act, Action
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.base import Body
from models.common.errors import Fault
from models.common.partners import Notice, OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, WaitFor
from models.remedies.views import RemedyView
from models.replacements.partner import Repair, RepairStatus
from models.replacements.state import REPLACEMENT_BODIES, ReplacementAction, ReplacementStage, ReplacementState
from models.replacements.views import ReplacementDetails
from models.returns.partner import ReturnParcel
from models.returns.state import RETURN_BODIES, ReturnAction
from tests.support.builders.actors import CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.fakes.warehouse import FakeWarehouse
from tests.support.processes.service import Case, Service
from tests.support.refusals import fault_of

_numbers = itertools.count(1)
GOOD = [{"line_id": "L1", "accepted": 1}]


@dataclass
class Replacing:
    """A case with a replacement, both at work."""

    case: Case
    handle: WorkflowHandle[Any, Any]

    @property
    def warehouse(self) -> FakeWarehouse:
        return self.case.service.world.warehouse

    async def act(self, actor: Actor, action: ReplacementAction, /, key: str | None = None, **body: Any) -> ReplacementState:
        content = REPLACEMENT_BODIES[action].model_validate(body)
        request = Act[Body](actor=actor, request_id=key or f"rep{next(_numbers)}", body=content)
        return await self.handle.execute_update(action.value, request, result_type=ReplacementState)

    async def refusal(self, actor: Actor, action: ReplacementAction, /, **body: Any) -> Fault:
        return await fault_of(self.act(actor, action, **body))

    async def tell(self, kind: str, payload: Any, notice_id: str | None = None) -> None:
        """A partner's webhook about the replacement."""
        notice = Notice(notice_id=notice_id or f"rn{next(_numbers)}", partner="merchant", kind=kind, payload=payload)
        await self.handle.signal("notice", notice)

    def parcel(self, tracking: str, status: ShipmentStatus, at: datetime | None = None) -> ReturnParcel:
        """The parcel's trace, as the carrier gives it when it is asked, too."""
        return self.case.service.world.returns.scan(tracking, status.value, at)

    async def scan(
        self, status: ShipmentStatus, tracking: str | None = None, notice_id: str | None = None, at: datetime | None = None
    ) -> None:
        """The carrier tells of the parcel that is on its way, which was scanned then."""
        state = await self.at(ReplacementStage.ON_ITS_WAY)
        told = self.parcel(tracking or str(state.tracking), status, at)
        await self.tell("shipment", told.model_dump(mode="json"), notice_id)

    async def workshop(self, status: RepairStatus, /, notice_id: str | None = None, **more: Any) -> None:
        """The workshop tells how far it is."""
        key = f"{self.handle.id}.repair"
        told = Repair.model_validate({"key": key, "status": status, **more})
        self.warehouse.repairs[key] = told
        await self.tell("repair", told.model_dump(mode="json"), notice_id)

    async def state(self, holds: Callable[[ReplacementDetails], bool]) -> ReplacementDetails:
        """The replacement as its case shows it, as soon as something holds of it."""
        view = await self.case.until(lambda view: (found := self.remedy(view).replacement) is not None and holds(found))
        found = self.remedy(view).replacement
        assert found is not None
        return found

    async def at(self, stage: ReplacementStage) -> ReplacementDetails:
        return await self.state(lambda state: state.stage is stage)

    def remedy(self, view: CaseView) -> RemedyView:
        return view.remedies[0]

    async def over(self) -> str:
        """The replacement's own end."""
        return await asyncio.wait_for(self.handle.result(), 20)

    async def pass_time(self, **span: float) -> None:
        """The replacement's own clock jumps."""
        await self.case.service.environment.fast_forward(self.handle, timedelta(**span))

    async def bring_goods_back(self, *, inspected: list[dict[str, Any]] | None = GOOD) -> None:
        """The customer ships the old goods; they come, and are looked at unless the workshop does."""
        handle = self.case.service.client.get_workflow_handle(self.handle.id.replace(".replacement", ".return"))
        await self.case.until(lambda view: (made := self.remedy(view).return_) is not None and made.stage.value == "awaiting")

        async def act(actor: Actor, action: ReturnAction, **body: Any) -> None:
            content = RETURN_BODIES[action].model_validate(body)
            request = Act[Body](actor=actor, request_id=f"rr{next(_numbers)}", body=content)
            await handle.execute_update(action.value, request)

        await act(CUSTOMER, ReturnAction.SHIP, carrier_id="K-9", tracking=f"OWN-{next(_numbers)}")
        await act(MERCHANT, ReturnAction.RECEIVE)
        if inspected is not None:
            await act(MERCHANT, ReturnAction.INSPECT, lines=inspected)


async def agreed(
    service: Service, remedy: dict[str, Any], *, issue: Issue, delivered: bool = True, order_id: str = "O-1", **of_order: Any
) -> Replacing:
    """A supervisor proposes the remedy, and the customer accepts it."""
    status = ShipmentStatus.DELIVERED if delivered else ShipmentStatus.LOST
    arrived: dict[str, Any] = {"delivered_at": NOW - timedelta(days=2), "signed_relation": "self"} if delivered else {}
    bought = order(order_id, status=OrderStatus.DELIVERED if delivered else OrderStatus.SHIPPED, **of_order)
    service.world.add(bought, parcel(order_id, status=status, **arrived))
    case = await service.open(issue=issue, evidence=(UPLOADED,), wanted={"remedy": remedy["kind"]}, order_id=order_id)
    await case.until(
        lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.ANSWERS, WaitFor.PLAN, WaitFor.FINDING}
    )
    await case.act(SUPERVISOR, Action.TAKE)
    await case.act(SUPERVISOR, Action.PROPOSE, options=[{"remedies": [remedy], "why": "按约定处理"}])
    await case.until(lambda view: bool(view.proposals))
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: any(remedy.child for remedy in view.remedies))
    return Replacing(case, service.client.get_workflow_handle(f"{case.handle.id}.m1.replacement"))


async def reshipping(service: Service, order_id: str = "O-1") -> Replacing:
    return await agreed(service, {"kind": "reship"}, issue=Issue.LOST, delivered=False, order_id=order_id)


async def exchanging(service: Service, sku: str | None = None, **of_order: Any) -> Replacing:
    items = [{"line_id": "L1", "sku": sku}] if sku else []
    return await agreed(service, {"kind": "exchange", "items": items}, issue=Issue.QUALITY_DEFECT, **of_order)


async def repairing(service: Service, order_id: str = "O-1") -> Replacing:
    line = order().lines[0].model_copy(update={"warranty_months": 12})
    made = await agreed(service, {"kind": "repair"}, issue=Issue.WARRANTY_REPAIR, lines=(line,), order_id=order_id)
    await made.bring_goods_back(inspected=None)
    await made.at(ReplacementStage.DIAGNOSIS)
    return made
