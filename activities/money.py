"""Setting money of an order aside before any provider is asked (RES-5, RES-10): the books that all cases share."""

from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database import insert_if_absent
from models.base import Money
from models.effects import RefundIntent, RefundPlan
from models.partners import PaymentStatus
from models.remedies import RefundPart
from models.tables import MoneyRow, OrderLockRow
from models.vocabulary import Reimbursement
from rules.refunds import left_on, split

EVERY_AUTOMATIC_REFUND = "*automatic*"
"""The lock that keeps the day's caps true; no order has this id, an asterisk is not allowed in one."""
A_DAY = timedelta(hours=24)


async def set_aside(session: AsyncSession, intent: RefundIntent) -> RefundPlan:
    """Write the intent and split it over the order's payments, or say why not.

    The plan holds every part of the remedy that did not fail, so that the same intent twice is one, and a further attempt after a
    refusal adds only what the refused parts left open.
    """
    await _lock(session, intent.order_id)
    booked = await _booked(session, intent.order_id)
    ours = [row for row in booked if (row.case_id, row.remedy_id) == (intent.case_id, intent.remedy_id)]
    standing = [row for row in ours if row.reimbursement != Reimbursement.FAILED]
    currency = intent.amount.currency
    left = left_on(intent.payments, currency, [part_of(row) for row in booked])

    missing = intent.amount.minor - sum(row.amount_minor for row in standing)
    shares = split(max(missing, 0), left)
    denied = _why_not(intent) if shares is None else await _denied(session, intent) if shares else None
    if shares is None or denied:
        return RefundPlan(left=_money(sum(left.values()), currency), denied=denied)

    first = 1 + sum(1 for row in ours if row.attempt == intent.attempt)
    rows = [_row(intent, number, payment_id, minor) for number, (payment_id, minor) in enumerate(shares.items(), start=first)]
    session.add_all(rows)
    remaining = sum(left.values()) - sum(shares.values())
    return RefundPlan(parts=tuple(part_of(row) for row in (*standing, *rows)), left=_money(remaining, currency))


def part_of(row: MoneyRow) -> RefundPart:
    return RefundPart(
        key=row.key,
        payment_id=row.payment_id,
        amount=_money(row.amount_minor, row.currency),
        reimbursement=Reimbursement(row.reimbursement),
        refund_id=row.refund_id,
        refusal=row.refusal,
    )


async def _lock(session: AsyncSession, name: str) -> None:
    """One transaction at a time from here on, for this order. SQLite's writers take turns anyway and ignore FOR UPDATE."""
    await insert_if_absent(session, OrderLockRow, {"order_id": name})
    await session.exec(select(OrderLockRow).where(OrderLockRow.order_id == name).with_for_update())


async def _booked(session: AsyncSession, order_id: str) -> list[MoneyRow]:
    return list((await session.exec(select(MoneyRow).where(MoneyRow.order_id == order_id).order_by(MoneyRow.key))).all())


async def _denied(session: AsyncSession, intent: RefundIntent) -> str | None:
    """RES-10: whether the day's caps of refunds without a person are used up."""
    if not intent.automatic:
        return None
    await _lock(session, EVERY_AUTOMATIC_REFUND)
    today = (
        await session.exec(
            select(MoneyRow).where(
                col(MoneyRow.automatic).is_(True),
                MoneyRow.intended_at > intent.at - A_DAY,
                MoneyRow.reimbursement != Reimbursement.FAILED,
            )
        )
    ).all()
    of_customer = {(row.case_id, row.remedy_id) for row in today if row.customer_id == intent.customer_id}
    if len(of_customer) >= intent.max_automatic_per_customer_a_day:
        return "automatic_cap_customer"
    spent = sum(row.amount_minor for row in today if row.currency == intent.amount.currency)
    return "automatic_cap_day" if spent + intent.amount.minor > intent.max_automatic_minor_a_day else None


def _why_not(intent: RefundIntent) -> str:
    captured = [payment for payment in intent.payments if payment.status is PaymentStatus.CAPTURED]
    other = captured and all(payment.amount.currency != intent.amount.currency for payment in captured)
    return "other_currency" if other else "not_enough_left"


def _row(intent: RefundIntent, number: int, payment_id: str, minor: int) -> MoneyRow:
    return MoneyRow(
        key=f"{intent.case_id}.{intent.remedy_id}.{intent.attempt}.{number}",
        case_id=intent.case_id,
        remedy_id=intent.remedy_id,
        attempt=intent.attempt,
        order_id=intent.order_id,
        customer_id=intent.customer_id,
        payment_id=payment_id,
        amount_minor=minor,
        currency=intent.amount.currency,
        reimbursement=Reimbursement.PENDING,
        automatic=intent.automatic,
        intended_at=intent.at,
        updated_at=intent.at,
    )


def _money(minor: int, currency: str) -> Money:
    return Money(minor=minor, currency=currency)
