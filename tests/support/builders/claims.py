"""A claim under test: how it comes to be, how people and partners act on it, what is seen of it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from models.case.actions import Act, Action
from models.claims.actions import CLAIM_BODIES, ClaimAction
from models.claims.state import ClaimState
from models.claims.views import ClaimView
from models.common.actors import Actor
from models.common.base import Body, Money
from models.common.errors import Fault
from models.common.partners import Notice, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind, Role, Stage
from models.tables.case import MessageRow
from models.tables.claims import ClaimHistoryRow, ClaimRow
from models.tables.money import LedgerRow
from tests.support.fakes.partners import order, parcel
from tests.support.processes.service import CUSTOMER, Case, Service
from tests.support.processes.waiting import eventually

CARRIER = Actor(role=Role.CARRIER, id="K-1")
_numbers = itertools.count(1)


@dataclass
class ClaimLife:
    """One claim."""

    service: Service
    claim_id: str

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.service.client.get_workflow_handle(self.claim_id)

    async def act(self, actor: Actor, action: ClaimAction, /, key: str | None = None, **body: Any) -> ClaimView:
        content = CLAIM_BODIES[action].model_validate(body)
        request = Act[Body](actor=actor, request_id=key or f"c{next(_numbers)}", body=content)
        return await self.handle.execute_update(action.value, request, result_type=ClaimView)

    async def refusal(self, actor: Actor, action: ClaimAction, /, **body: Any) -> Fault:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.act(actor, action, **body)
        assert isinstance(refused.value.cause, ApplicationError)
        return Fault.model_validate(refused.value.cause.details[0])

    async def tell(self, partner: str = "carrier", number: str | None = None, **payload: Any) -> None:
        """As the party's webhook would."""
        notice = Notice(notice_id=number or f"n{next(_numbers)}", partner=partner, kind="claim", payload=payload)
        await self.handle.signal("notice", notice)

    async def pass_time(self, **span: float) -> None:
        await self.service.environment.fast_forward(self.handle, timedelta(**span))

    async def until(self, holds: Callable[[ClaimState], bool]) -> ClaimState:
        """The claim as soon as something holds of what the database shows of it."""

        async def look() -> ClaimState | None:
            async with self.service.database.reading() as session:
                row = await session.get(ClaimRow, self.claim_id)
            return ClaimState.model_validate(row.state) if row else None

        state = await eventually(look, lambda state: state is not None and holds(state))
        assert state is not None
        return state

    async def party_heard(self, *moves: str) -> None:
        """The party's system was sent exactly these, in this order. The claim is saved before it is told: the last one may be on its way."""

        async def heard() -> list[str]:
            return self.service.world.claims.moves(self.claim_id)

        assert await eventually(heard, lambda heard: len(heard) >= len(moves)) == [*moves]

    async def history(self) -> list[str]:
        async with self.service.database.reading() as session:
            asked = select(ClaimHistoryRow).where(ClaimHistoryRow.claim_id == self.claim_id)
            rows = (await session.exec(asked.order_by(col(ClaimHistoryRow.version)))).all()
            return [row.event.removeprefix("claim.") for row in rows]

    async def messages(self, recipient: str) -> list[str]:
        async with self.service.database.reading() as session:
            asked = select(MessageRow).where(MessageRow.case_id == self.claim_id, MessageRow.recipient_id == recipient)
            return [row.event.removeprefix("claim.") for row in (await session.exec(asked)).all()]

    async def booked(self, account: str) -> int:
        """What an account of the ledger gained by this claim."""
        async with self.service.database.reading() as session:
            asked = select(LedgerRow).where(LedgerRow.account == account, col(LedgerRow.entry).contains(self.claim_id))
            return sum(row.amount_minor for row in (await session.exec(asked)).all())


async def lost_parcel(service: Service, minor: int = 12_900) -> tuple[Case, ClaimLife]:
    """A parcel that its carrier lost: the customer got the money at once, the carrier is asked for it."""
    service.world.add(order(minor=minor), parcel(status=ShipmentStatus.LOST))
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY})
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    life = ClaimLife(service, f"{case.handle.id}.claim.1")
    await life.until(lambda state: state.version > 0)
    return case, life


async def close(case: Case) -> None:
    """The customer is content, the time for reopening passes, the workflow ends."""
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    await case.pass_time(days=16)
    await case.handle.result()


def money(minor: int) -> dict[str, Any]:
    return Money(minor=minor).model_dump()
