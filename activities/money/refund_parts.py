"""The books of money that all cases share (RES-5, RES-10): what is set aside before any provider is asked, and the ledger of it all.

Every change of an order's books is made under the order's lock, with its entries in the same transaction; what is left to refund is
always what the ledger says (rules/money/ledger.py, docs/money.md).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.money.kept import unbooked
from adapters.database.chargebacks import look_at_ended, of_order, open_on
from adapters.database.engine import execute, insert_if_absent, storable
from adapters.database.history import read_history_of_order
from adapters.database.ledger import booked, post
from models.case.activities import Recall, RefundIntent, RefundPlan
from models.case.state import CaseState
from models.common.base import Money
from models.common.currencies import payable
from models.common.partners import RefundTo, RefusalCode
from models.common.vocabulary import RefundStatus, Stage
from models.money.ledger import Entry, EntryKind
from models.policy.policy import Policy
from models.remedies.remedy import RefundPart, Remedy
from models.tables.case import CaseRow
from models.tables.money import LedgerRow, OrderLockRow, RefundPartRow
from rules.chargebacks.bookings import settled
from rules.common.rates import worth
from rules.money import ledger
from rules.money.goods import history_of
from rules.money.refund import only_back, split
from rules.money.refund_state import may_follow
from rules.money.worth import given_since

EVERY_AUTOMATIC_REFUND = "*automatic*"
"""The lock that keeps the day's caps true; no order has this id, an asterisk is not allowed in one."""
A_DAY = timedelta(hours=24)
CHARGEBACK_OPEN = "chargeback_open"
"""Why nothing is set aside: the payments that hold enough are disputed (RES-12)."""
ONLY_BACK = "only_back"
"""Why nothing is set aside: what is left was paid by methods whose money goes back there and nowhere else (RES-16)."""
NEVER_ASKED = "never asked"
"""The refusal of a part that was set aside by a workflow task that was lost."""


_LOCK = select(OrderLockRow.order_id).where(col(OrderLockRow.order_id) == bindparam("order_id")).with_for_update()
_OF_CASE = (
    select(RefundPartRow)
    .where(col(RefundPartRow.case_id) == bindparam("case_id"))
    .order_by(RefundPartRow.key)
    .execution_options(populate_existing=True)
)
_OF_REMEDY = _OF_CASE.where(col(RefundPartRow.remedy_id) == bindparam("remedy_id"))
_AUTOMATIC = select(RefundPartRow).where(
    col(RefundPartRow.automatic).is_(True),
    col(RefundPartRow.intended_at) > bindparam("since"),
    col(RefundPartRow.refund_status).not_in(RefundStatus.refused()),
)
_OPENED = select(func.count()).select_from(CaseRow).where(col(CaseRow.opened_at) > bindparam("since"))


async def lock_order(session: AsyncSession, order_id: str) -> None:
    """One transaction at a time from here on, for this order. SQLite's writers take turns anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await insert_if_absent(session, OrderLockRow, {"order_id": order_id})
        await execute(session, _LOCK, order_id=order_id)


async def reserve_refund(session: AsyncSession, intent: RefundIntent, policy: Policy) -> RefundPlan:
    """Write the intent and split it over the order's payments, or say why not.

    The plan holds every part of the remedy that did not fail, so that the same intent twice is one, and a further attempt after a
    refusal adds only what the refused parts left open.
    """
    await lock_order(session, intent.order_id)
    entries = await _entries(session, intent.order_id)
    news = tuple(ledger.seen(intent.order_id, intent.payments, entries))
    await post(session, intent.at, *news)
    ours = await _rows(session, intent.case_id, intent.remedy_id)
    for part in intent.parts:
        await _follow(session, ours, part, part.refund_status, intent.at)

    await _release_unfit(session, ours, intent)
    standing = [row for row in ours if row.refund_status not in RefundStatus.refused()]
    currency = intent.amount.currency
    entries = await _entries(session, intent.order_id) if ours else [*entries, *news]
    left = ledger.left_on(entries, currency, [payment.payment_id for payment in intent.payments])
    missing = intent.amount.minor - sum(row.amount_minor for row in standing)
    charged_back = await _settle(session, intent, max(missing, 0), entries) if intent.settled_by else None
    missing -= charged_back.minor if charged_back else 0
    held = await open_on(session, intent.order_id)
    tied = only_back(intent)
    barred = {*tied, *(one.payment_id for one in held)}
    free = {payment_id: minor for payment_id, minor in left.items() if payment_id not in barred}
    shares = split(max(missing, 0), free, payable(currency) if intent.to is RefundTo.ORIGINAL else 1)
    if shares is None and held:
        return RefundPlan(
            left=_money(sum(left.values()), currency), denied=CHARGEBACK_OPEN, charged_back=charged_back, chargebacks=held
        )
    denied = (ONLY_BACK if tied else _why_not(entries, currency)) if shares is None else None
    if shares and not denied:
        denied = await _moved_since(session, intent, entries) or await _denied(session, intent, policy)
    if shares is None or denied:
        return RefundPlan(left=_money(sum(left.values()), currency), denied=denied, charged_back=charged_back)

    first = 1 + sum(1 for row in ours if row.attempt == intent.attempt)
    rows = [_row(intent, number, payment_id, minor) for number, (payment_id, minor) in enumerate(shares, start=first)]
    session.add_all(rows)
    await post(session, intent.at, *(ledger.reserved(_whose(row), part_of(row)) for row in rows))
    remaining = sum(left.values()) - sum(minor for _, minor in shares)
    methods = {payment.payment_id: payment.method for payment in intent.payments}
    parts = (part_of(row).model_copy(update={"method": methods.get(row.payment_id)}) for row in (*standing, *rows))
    return RefundPlan(parts=tuple(parts), left=_money(remaining, currency), charged_back=charged_back)


async def _settle(session: AsyncSession, intent: RefundIntent, missing: int, entries: Sequence[Entry]) -> Money:
    """What of the refund the customer has by a chargeback, over all cases of the order once (RES-12)."""
    twice = sum(state.twice.minor for state in await of_order(session, intent.order_id) if state.twice and not state.open)
    of = ledger.Whose(intent.order_id, intent.case_id, intent.remedy_id)
    amount, news = settled(of, _money(missing, intent.amount.currency), entries, twice)
    await post(session, intent.at, *news)
    return amount


async def follow(session: AsyncSession, case: CaseState, at: datetime) -> None:
    """Take what the case knows of payments and refunds into the books, forward only.

    A part that has not arrived of a remedy that is done was paid another way (RES-5): it counts as given like any other. In the end,
    what was set aside for a remedy that never came about is free again: the workflow task that had settled on it was lost.
    """
    order_id = case.order.order_id if case.order else case.order_id
    if order_id is None:
        return
    news = bool(case.payments) and any(ledger.seen(order_id, case.payments, await _entries(session, order_id)))
    paying = [remedy for remedy in case.remedies if remedy.parts or remedy.refund_status is not RefundStatus.NONE]
    over = case.stage is Stage.CLOSED
    rows: dict[str, Any] = {}
    if paying or over:
        rows = {row.key: row for row in await execute(session, _OF_CASE, case_id=case.case_id)}
    there = {remedy.id for remedy in case.remedies}
    lost = {row.key for row in rows.values() if over and row.remedy_id not in there and row.refund_status == RefundStatus.PENDING}
    behind = any(
        (row := rows.get(part.key)) is not None and _ahead(row, _state(remedy, part))
        for remedy in paying
        for part in remedy.parts
    )
    by_hand = [remedy for remedy in paying if _uncovered(remedy, rows.values())]
    keeping = await unbooked(session, order_id, case)
    if not (news or behind or by_hand or lost or keeping):
        return
    await lock_order(session, order_id)
    await post(session, at, *keeping)
    if lost:
        await _release(session, [row for row in await _rows(session, case.case_id) if row.key in lost], at)
    await post(session, at, *ledger.seen(order_id, case.payments, await _entries(session, order_id)))
    for remedy in paying:
        ours = await _rows(session, case.case_id, remedy.id)
        for part in remedy.parts:
            await _follow(session, ours, part, _state(remedy, part), at)
        if open_minor := _uncovered(remedy, ours):
            assert remedy.amount is not None  # noqa: S101  # what is not covered is of an amount
            amount = _money(open_minor, remedy.amount.currency)
            left = ledger.left_on(await _entries(session, order_id), amount.currency)
            await post(session, at, ledger.paid_otherwise(ledger.Whose(order_id, case.case_id, remedy.id), amount, left))


async def _release_unfit(session: AsyncSession, ours: Sequence[RefundPartRow], intent: RefundIntent) -> None:
    """What was set aside for a remedy that became another one: the workflow task that settled on the first was lost.

    The case does not know these parts, so nobody was asked for them: a provider is asked once the task that set them aside is over.
    """
    known = {part.key for part in intent.parts}
    unknown = [row for row in ours if row.key not in known and row.refund_status == RefundStatus.PENDING]
    covered = sum(row.amount_minor for row in ours if row not in unknown and row.refund_status not in RefundStatus.refused())
    fits = sum(row.amount_minor for row in unknown) == intent.amount.minor - covered
    if not (
        fits
        and {(row.to, row.account_id, row.currency, row.order_id) for row in unknown}
        <= {(intent.to, intent.account_id, intent.amount.currency, intent.order_id)}
    ):
        await _release(session, unknown, intent.at)


async def _release(session: AsyncSession, rows: Iterable[RefundPartRow], at: datetime) -> None:
    """Give back what was set aside and never asked for."""
    for row in rows:
        await post(session, at, *ledger.moved(_whose(row), part_of(row), RefundStatus.FAILED))
        row.refund_status, row.refusal, row.updated_at = RefundStatus.FAILED, NEVER_ASKED, at
        session.add(row)
    await session.flush()


def part_of(row: RefundPartRow) -> RefundPart:
    return RefundPart(
        key=row.key,
        payment_id=row.payment_id,
        amount=_money(row.amount_minor, row.currency),
        to=RefundTo(row.to),
        account_id=row.account_id,
        refund_status=RefundStatus(row.refund_status),
        refund_id=row.refund_id,
        refusal=row.refusal,
        refusal_code=RefusalCode(row.refusal_code) if row.refusal_code else None,
    )


async def _follow(session: AsyncSession, ours: Iterable[RefundPartRow], part: RefundPart, to: RefundStatus, at: datetime) -> None:
    """Move a part's row to where the case says it is, and book what that means."""
    row = next((row for row in ours if row.key == part.key), None)
    if row is None or not _ahead(row, to):
        return
    otherwise = to is RefundStatus.ARRIVED and part.refund_status is not RefundStatus.ARRIVED
    known = part_of(row)
    if otherwise and await _has_arrived(session, row.key):
        known = known.model_copy(update={"refund_status": RefundStatus.ARRIVED})  # the provider's list told so before
    await post(session, at, *ledger.moved(_whose(row), known, to, otherwise=otherwise))
    if to in RefundStatus.refused():
        await look_at_ended(session, row.order_id, at)
    row.refund_status, row.updated_at = to, at
    row.refund_id, row.refusal, row.refusal_code = part.refund_id, storable(part.refusal), part.refusal_code
    session.add(row)
    await session.flush()


async def _has_arrived(session: AsyncSession, key: str) -> bool:
    """Whether the ledger has a part with the customer, by what the provider told."""
    entries = {kind: (f"{kind}.{key}", ledger.CUSTOMER) for kind in (EntryKind.ARRIVED, EntryKind.REVERSED)}
    known = {kind for kind, entry in entries.items() if await session.get(LedgerRow, entry) is not None}
    return known == {EntryKind.ARRIVED}


def _state(remedy: Remedy, part: RefundPart) -> RefundStatus:
    given = remedy.refund_status is RefundStatus.ARRIVED or part.paid_otherwise
    return RefundStatus.ARRIVED if given else part.refund_status


def _ahead(row: RefundPartRow, to: RefundStatus) -> bool:
    """A part that came back may be paid another way, like any that was refused."""
    known = RefundStatus(row.refund_status)
    return may_follow(to, known) or (known is RefundStatus.REVERSED and to is RefundStatus.ARRIVED)


def _uncovered(remedy: Remedy, rows: Iterable[RefundPartRow]) -> int:
    """What a person paid of a remedy without the provider: no part stands for it."""
    if remedy.refund_status is not RefundStatus.ARRIVED or remedy.amount is None:
        return 0
    known = {part.key for part in remedy.parts}
    by_bank = remedy.charged_back.minor if remedy.charged_back else 0
    given = by_bank + sum(
        row.amount_minor
        for row in rows
        if row.remedy_id == remedy.id and (row.key in known or row.refund_status not in RefundStatus.refused())
    )
    return max(remedy.amount.minor - given, 0)


def _whose(row: RefundPartRow) -> ledger.Whose:
    return ledger.Whose(row.order_id, row.case_id, row.remedy_id)


async def _entries(session: AsyncSession, order_id: str) -> Sequence[Entry]:
    return [entry for _, entry in await booked(session, order_id)]


async def _rows(session: AsyncSession, case_id: str, remedy_id: str | None = None) -> list[RefundPartRow]:
    """The refund parts of a case or remedy as they are now, to be changed, whatever this transaction has read before."""
    if remedy_id is None:
        found = await session.exec(_OF_CASE, params={"case_id": case_id})
    else:
        found = await session.exec(_OF_REMEDY, params={"case_id": case_id, "remedy_id": remedy_id})
    return list(found.all())


async def _denied(session: AsyncSession, intent: RefundIntent, policy: Policy) -> str | None:
    """RES-10: whether the day's caps of refunds without a person are used up; another try of the same refund passed them before.

    Amounts of all currencies count together, by the policy's `rates`; one without a rate goes to a person.
    """
    if not intent.automatic or intent.attempt > 1:
        return None
    await lock_order(session, EVERY_AUTOMATIC_REFUND)
    today = (await execute(session, _AUTOMATIC, since=intent.at - A_DAY)).all()
    of_customer = {(row.case_id, row.remedy_id) for row in today if row.customer_id == intent.customer_id}
    if len(of_customer) >= intent.max_automatic_per_customer_a_day:
        return "automatic_cap_customer"
    spent = sum(worth(policy, _money(row.amount_minor, row.currency)) or 0 for row in today)
    asked = worth(policy, intent.amount)
    if asked is None or spent + asked > intent.max_automatic_minor_a_day:
        return "automatic_cap_day"
    alone = len({row.case_id for row in today} | {intent.case_id})
    opened: int = (await execute(session, _OPENED, since=intent.at - A_DAY)).scalar_one()
    cases = max(opened, alone)  # a case has its row a little after its refund is intended
    crowded = cases >= intent.automatic_share_from and alone > cases * intent.max_automatic_share_a_day
    return "automatic_cap_share" if crowded else None


async def _moved_since(session: AsyncSession, intent: RefundIntent, entries: Sequence[Entry]) -> str | None:
    """What came since the refund was agreed on, so that the customer may have the money: a person who tries again has looked at it."""
    if intent.seen is None or intent.attempt > 1 or intent.parts:
        return None
    prefix = f"outside.{intent.order_id}."
    refused = {entry.key.removesuffix(".refused") for entry in entries if entry.kind is EntryKind.REFUSED_OUTSIDE}
    outside = {entry.key for entry in entries if entry.kind is EntryKind.REFUNDED_OUTSIDE} - refused
    if outside - {prefix + refund_id for refund_id in intent.seen.outside}:
        return "refunded_outside"
    if not intent.seen.lines and intent.seen.freight_minor is None:
        return None
    asked = Recall(
        case_id=intent.case_id,
        order_id=intent.order_id,
        customer_id=intent.customer_id,
        currency=intent.amount.currency,
        at=intent.at,
    )
    history = history_of(await read_history_of_order(session, asked), asked.currency, asked.at)
    return "given_elsewhere" if given_since(intent.seen, history, intent.amount.minor) else None


def _why_not(entries: Sequence[Entry], currency: str) -> str:
    """Whether the order was paid, but in another currency."""
    currencies = {its for (_, its), minor in ledger.paid_in(entries).items() if minor}
    return "other_currency" if currencies and currency not in currencies else "not_enough_left"


def _row(intent: RefundIntent, number: int, payment_id: str, minor: int) -> RefundPartRow:
    return RefundPartRow(
        key=f"{intent.case_id}.{intent.remedy_id}.{intent.attempt}.{number}",
        case_id=intent.case_id,
        remedy_id=intent.remedy_id,
        attempt=intent.attempt,
        order_id=intent.order_id,
        customer_id=intent.customer_id,
        payment_id=payment_id,
        to=intent.to,
        account_id=intent.account_id,
        amount_minor=minor,
        currency=intent.amount.currency,
        refund_status=RefundStatus.PENDING,
        automatic=intent.automatic,
        intended_at=intent.at,
        updated_at=intent.at,
    )


def _money(minor: int, currency: str) -> Money:
    return Money(minor=minor, currency=currency)
