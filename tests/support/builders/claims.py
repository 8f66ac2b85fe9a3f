"""A claim under test: how it comes to be, how people and partners act on it, what is seen of it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select
from temporalio.client import WorkflowHandle

from models.case.actions import Act, Action
from models.claims.actions import CLAIM_BODIES, ClaimAction
from models.claims.state import Claim, ClaimCause, ClaimItem, ClaimKind, ClaimState
from models.claims.views import ClaimView
from models.common.actors import Actor
from models.common.base import Body, Money
from models.common.errors import Fault
from models.common.partners import Notice, ShipmentStatus
from models.common.vocabulary import Issue, Party, RemedyKind, Stage
from models.tables.case import MessageRow
from models.tables.claims import ClaimHistoryRow, ClaimRow
from models.tables.money import LedgerRow
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.cases import NOW, finding
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import eventually
from tests.support.refusals import fault_of

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
        return await fault_of(self.act(actor, action, **body))

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


def claim(
    *items: tuple[Party, int], kind: ClaimKind = ClaimKind.CARRIER, who: str = "K-1", merchant_id: str | None = "M-1"
) -> Claim:
    """A claim for refunds of so much each, in favour of those parties."""
    return Claim(
        claim_id="RD-1.claim.1",
        case_id="RD-1",
        order_id="O-1",
        kind=kind,
        who=who,
        merchant_id=merchant_id,
        cause=ClaimCause.LOST,
        items=tuple(
            ClaimItem(remedy_id=f"m{number}", kind=RemedyKind.REFUND_ONLY, amount=Money(minor=minor), in_favour_of=party)
            for number, (party, minor) in enumerate(items, start=1)
        ),
        currency="CNY",
        finding=finding(),
        opened_at=NOW,
    )
