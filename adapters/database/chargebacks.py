"""The table of chargebacks (RES-12): who hears of one writes it down here, whoever pays back looks here first."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database, insert_if_absent, storable
from models.chargebacks.state import ChargebackRef, ChargebackState
from models.common.base import stored
from models.tables.chargebacks import ChargebackRow

OpenChargebacks = Callable[[str], Awaitable[tuple[ChargebackRef, ...]]]
"""Those of an order that keep refunds of its payments back."""


async def take_in(session: AsyncSession, provider: str, provider_id: str, at: datetime) -> None:
    """Somebody tells of it, for the first time or again: the loop asks the provider what it is now."""
    state = ChargebackState.first_heard(provider, provider_id, at)
    first = {"chargeback_id": state.chargeback_id, "heard_at": at, "look_at": at, "looks": 1, **_columns(state)}
    if not await insert_if_absent(session, ChargebackRow, first):
        row = await session.get_one(ChargebackRow, state.chargeback_id, with_for_update=True)
        look_again(row, at)
        session.add(row)


def look_again(row: ChargebackRow, at: datetime) -> None:
    """The loop sees to it as soon as it can."""
    row.look_at, row.looks = at, row.looks + 1


async def look_at_ended(session: AsyncSession, order_id: str, at: datetime) -> None:
    """A refund of the order came to nothing: the loop sees whether the customer still has by it what a lost one gave."""
    ended = col(ChargebackRow.order_id) == order_id, col(ChargebackRow.open).is_(False)
    for row in (await session.exec(select(ChargebackRow).where(*ended).with_for_update())).all():
        look_again(row, at)
        session.add(row)


def state_of(row: ChargebackRow) -> ChargebackState:
    return stored(ChargebackState, row.state)


def write(row: ChargebackRow, state: ChargebackState) -> None:
    """Have the row say what the state says."""
    row.sqlmodel_update(_columns(state))


async def of_order(session: AsyncSession, order_id: str) -> list[ChargebackState]:
    """Every one of the order."""
    rows = await session.exec(
        select(ChargebackRow).where(ChargebackRow.order_id == order_id).order_by(col(ChargebackRow.heard_at))
    )
    return [state_of(row) for row in rows.all()]


async def open_on(session: AsyncSession, order_id: str) -> tuple[ChargebackRef, ...]:
    """Those that keep refunds of the order's payments back."""
    refs = [state.ref for state in await of_order(session, order_id) if state.open]
    return tuple(ref for ref in refs if ref is not None)


def open_chargebacks_in(database: Database) -> OpenChargebacks:
    """For whoever is about to pay back."""

    async def look(order_id: str) -> tuple[ChargebackRef, ...]:
        async with database.reading() as session:
            return await open_on(session, order_id)

    return look


def _columns(state: ChargebackState) -> dict[str, Any]:
    """What lists, filters and the check of refunds read."""
    told = state.told
    return {
        "order_id": state.order_id,
        "case_id": state.case_id,
        "merchant_id": state.merchant_id,
        "team": state.team,
        "payment_id": told.payment_id if told else None,
        "status": state.status,
        "open": state.open,
        "due": state.answer_until,
        "amount_minor": told.amount.minor if told else None,
        "currency": told.amount.currency if told else None,
        "state": storable(state.model_dump(mode="json")),
    }
