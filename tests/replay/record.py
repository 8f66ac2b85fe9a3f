"""Save the histories of a case of every kind, as this release writes them: `python tests/replay/record.py` before a release."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.builders.pictures import UPLOADED

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.case.actions import Action
from models.case.state import CaseState
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, Kind, Party, RemedyKind, Stage, Tier, WaitFor
from models.returns.state import ReturnAction, ReturnStage
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.replacements import reshipping
from tests.support.builders.returns import returning
from tests.support.processes.service import Case, Service, running_service
from tests.support.processes.temporal_server import start_temporal

FOLDER = Path(__file__).parent / "histories"
REFUND: dict[str, Any] = {"options": [{"remedies": [{"kind": "refund_only", "amount": {"minor": 5_000}}], "why": "fair"}]}
SORRY: dict[str, Any] = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "our fault"}]}


async def inquiry(service: Service) -> Case:
    case = await service.open(Kind.INQUIRY, order_id=None, issue=Issue.PLATFORM_RULE, description="how do I return it?")
    await until_waiting(case, WaitFor.REPLY)
    await case.act(AGENT, Action.REPLY, words="from the order page")
    await until_waiting(case, WaitFor.CONFIRMATION)
    await case.pass_time(days=8)
    return case


async def after_sales_automatic(service: Service) -> Case:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY})
    await until_waiting(case, WaitFor.CONFIRMATION)
    await case.act(CUSTOMER, Action.CONFIRM, rating={"speed": 5, "solution": 5, "attitude": 5})
    return case


async def after_sales_negotiated(service: Service) -> Case:
    service.world.add(order("O-2"), parcel("O-2"))
    case = await service.open(order_id="O-2", issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    await case.until(lambda view: bool(view.requests))
    await case.act(MERCHANT, Action.PROPOSE, **SORRY)
    await until_waiting(case, WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.COUNTER, reason="some money", amount={"minor": 5_000})
    await case.act(MERCHANT, Action.PROPOSE, **REFUND)
    await until_waiting(case, WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await until_waiting(case, WaitFor.CONFIRMATION)
    await case.act(CUSTOMER, Action.CONFIRM)
    return case


async def complaint(service: Service) -> Case:
    service.world.add(order("O-3"), parcel("O-3"))
    case = await service.open(Kind.COMPLAINT, order_id="O-3", issue=Issue.MERCHANT_ATTITUDE, description="they were rude")
    await case.until(lambda view: view.tier is not Tier.MERCHANT and view.waiting is not None)
    await case.pass_time(days=2)
    await until_waiting(case, WaitFor.FINDING)
    await case.act(AGENT, Action.FIND, party=Party.MERCHANT, basis="the chat shows it")
    await until_waiting(case, WaitFor.PLAN)
    await case.act(SUPERVISOR, Action.PROPOSE, **SORRY)
    await until_waiting(case, WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await until_waiting(case, WaitFor.CONFIRMATION)
    await case.act(CUSTOMER, Action.CONFIRM)
    return case


async def goods_returned(service: Service) -> Case:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in transit")
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await until_waiting(back.case, WaitFor.CONFIRMATION)
    await back.case.act(CUSTOMER, Action.CONFIRM)
    return back.case


async def goods_sent_again(service: Service) -> Case:
    sent = await reshipping(service, "O-5")
    await sent.scan(ShipmentStatus.DELIVERED)
    await until_waiting(sent.case, WaitFor.CONFIRMATION)
    await sent.case.act(CUSTOMER, Action.CONFIRM)
    return sent.case


async def until_waiting(case: Case, reason: WaitFor) -> None:
    await case.waits_for(reason)


LIVES: dict[str, Callable[[Service], Awaitable[Case]]] = {
    "inquiry.answered": inquiry,
    "after_sales.automatic": after_sales_automatic,
    "after_sales.negotiated": after_sales_negotiated,
    "complaint.found": complaint,
    "after_sales.returned": goods_returned,
    "after_sales.sent_again": goods_sent_again,
}


async def main() -> None:
    """Play every life, let the reopening lapse, save its history."""
    day = datetime.now(UTC).strftime("%Y%m%d")
    async with await start_temporal() as environment:
        for name, life in LIVES.items():
            with tempfile.TemporaryDirectory() as data_dir:
                async with running_service(environment, Settings(data_dir=Path(data_dir))) as service:
                    await record(service, life, name, day)


async def record(service: Service, life: Callable[[Service], Awaitable[Case]], name: str, day: str) -> None:
    """The case, and every return, replacement and claim that it started."""
    case = await life(service)
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    await case.pass_time(days=16)
    started = {remedy.child.workflow_id for remedy in view.remedies if remedy.child is not None}
    row = await case.row()
    claims = CaseState.model_validate(row.state).claims if row else ()
    started |= {claim.claim_id for claim in claims}
    await save(service, f"{name}.{day}", case.handle.id)
    for workflow_id in sorted(started):
        kind = "claim" if ".claim." in workflow_id else workflow_id.rpartition(".")[2]
        await save(service, f"{kind}.{name}.{day}", workflow_id)


async def save(service: Service, name: str, workflow_id: str) -> None:
    history = await service.client.get_workflow_handle(workflow_id).fetch_history()
    (FOLDER / f"{name}.json").write_text(history.to_json(), encoding="utf-8")
    sys.stdout.write(f"{name}: {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(main())
