"""Cases about orders that are still with the merchant: how they are opened, waited for, and told of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from models.case.views import CaseView
from models.common.partners import Notice, Order, OrderStatus
from models.common.vocabulary import Issue, RemedyKind, Stage, WaitFor, WaitingOn
from models.money.charge import Charge
from tests.support.builders.orders import order
from tests.support.processes.service import Case, Service


def not_shipped(minor: int = 12_900, quantity: int = 1, **change: object) -> Order:
    """A paid order that is still with the merchant."""
    now = datetime.now(UTC)
    times = {"placed_at": now - timedelta(hours=1), "promised_at": now + timedelta(days=3)}
    found = order(minor=minor).model_copy(update={"status": OrderStatus.PAID, **times, **change})
    line = found.lines[0].model_copy(update={"quantity": quantity})
    return found.model_copy(update={"lines": (line,)})


def quantities(number: int) -> dict[str, Any]:
    return {"remedy": RemedyKind.ORDER_CHANGED, "change": {"quantities": [{"line_id": "L1", "quantity": number}]}}


def items(sku: str = "SKU-1-PLUS") -> dict[str, Any]:
    return {"remedy": RemedyKind.ORDER_CHANGED, "change": {"items": [{"line_id": "L1", "sku": sku}]}}


def waits(for_: WaitFor) -> Callable[[CaseView], bool]:
    def holds(view: CaseView) -> bool:
        return view.waiting is not None and view.waiting.for_ is for_

    return holds


def on(party: WaitingOn) -> Callable[[CaseView], bool]:
    return lambda view: view.waiting is not None and view.waiting.on is party


def solved(view: CaseView) -> bool:
    return view.stage is Stage.FOLLOW_UP


async def tell(case: Case, partner: str, kind: str, payload: BaseModel, notice_id: str = "n1") -> None:
    """A partner's webhook."""
    notice = Notice(notice_id=notice_id, partner=partner, kind=kind, payload=payload.model_dump(mode="json"))
    await case.handle.signal("notice", notice)


async def paying(service: Service, wanted: dict[str, Any]) -> tuple[Case, Charge]:
    """A case in which the customer has to pay a difference."""
    case = await service.open(issue=Issue.CHANGE, wanted=wanted)
    await case.until(lambda view: waits(WaitFor.CHARGE)(view) and on(WaitingOn.CUSTOMER)(view))
    return case, next(iter(service.ordering.charges.values()))
