"""Save the histories of a case of every kind, as this release writes them: `python tests/replay/record.py` before a release."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fakes import order, parcel
from service import AGENT, CUSTOMER, MERCHANT, SUPERVISOR, Case, Service, running_service
from temporal_server import start_temporal

from models.actions import Action
from models.partners import ShipmentStatus
from models.vocabulary import Issue, Kind, Party, RemedyKind, Stage, Tier, WaitFor
from settings import Settings

PHOTO: dict[str, Any] = {"sha256": "0" * 64, "media_type": "image/png", "size": 10, "name": "photo.png"}
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
    case = await service.open(order_id="O-2", issue=Issue.QUALITY_DEFECT, evidence=(PHOTO,))
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


async def until_waiting(case: Case, reason: WaitFor) -> None:
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ is reason)


LIVES: dict[str, Callable[[Service], Awaitable[Case]]] = {
    "inquiry.answered": inquiry,
    "after_sales.automatic": after_sales_automatic,
    "after_sales.negotiated": after_sales_negotiated,
    "complaint.found": complaint,
}


async def main() -> None:
    """Play every life, let the reopening lapse, save its history."""
    folder = Path(__file__).parent / "histories"
    day = datetime.now(UTC).strftime("%Y%m%d")
    with tempfile.TemporaryDirectory() as data_dir:
        environment = await start_temporal()
        async with environment, running_service(environment, Settings(data_dir=Path(data_dir))) as service:
            for name, life in LIVES.items():
                case = await life(service)
                await case.until(lambda view: view.stage is Stage.CLOSED)
                await case.pass_time(days=16)
                history = await case.handle.fetch_history()
                (folder / f"{name}.{day}.json").write_text(history.to_json(), encoding="utf-8")
                sys.stdout.write(f"{name}: {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(main())
