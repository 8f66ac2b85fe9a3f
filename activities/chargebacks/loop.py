"""Following chargebacks (RES-12): a loop of the worker asks the provider what each is, books it, sends our answer, warns, and tells the cases.

Any number of loops may run. A row is claimed by moving its next look ahead (the lease). Each step is one transaction or one call with a key, and
safe to repeat: a loop that is killed anywhere leaves a row that the next look takes up where it stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.chargebacks.telling import ChargebackMessages
from activities.kit.loops import BATCH, LEASE, repeat, utc_now
from activities.money.refund_parts import lock_order
from activities.reconciliation.differences import record, to_people
from adapters.database.chargebacks import look_again, state_of, write
from adapters.database.engine import Database
from adapters.database.ledger import booked, post
from adapters.database.merged import surviving
from adapters.partners.protocols import Chargebacks, Merchant, PaymentProvider
from models.case.state import CaseStart
from models.chargebacks.partner import Chargeback
from models.chargebacks.state import ChargebackRef, ChargebackState
from models.common.errors import PartnerError
from models.common.partners import Order, Payment
from models.common.vocabulary import ErrorType, RefundStatus, Stage
from models.policy.policy import Policy
from models.reconciliation.difference import Finding
from models.tables.case import CaseRow
from models.tables.chargebacks import ChargebackRow
from models.tables.money import LedgerRow, RefundPartRow
from rules.chargebacks import hearing
from rules.chargebacks.bookings import bookings, given_twice
from rules.chargebacks.opening import case_of
from rules.money import ledger
from rules.notifications.texts import Texts
from rules.policy.load import slice_policy
from rules.reconciliation.chargebacks import twice_found, unknown

TellCase = Callable[[str, ChargebackRef], Awaitable[None]]
StartCase = Callable[[CaseStart], Awaitable[None]]
"""Twice is once."""

log = structlog.stdlib.get_logger(__name__)


class Found(NamedTuple):
    """Whose the payment is."""

    order_id: str
    merchant_id: str | None
    order: Order | None = None
    """None: a case of ours has it."""
    payments: tuple[Payment, ...] = ()
    """For a ledger that does not have the payment yet."""


class ChargebackFollowing:
    """Looks again and again."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        texts: Texts,
        *,
        providers: Mapping[str, Chargebacks],
        merchant: Merchant,
        payment: PaymentProvider,
        tell: TellCase,
        start: StartCase,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._policy = policy
        self._texts = texts
        self._messages = ChargebackMessages(texts, policy)
        self._providers = providers
        self._merchant = merchant
        self._payment = payment
        self._tell = tell
        self._start = start
        self._now = now

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        await repeat(self.look, stop, "chargebacks.trouble")

    async def look(self) -> int:
        """See to a batch of those that are due; how many there were."""
        claimed = await self._claim()
        for chargeback_id, looks in claimed:
            try:
                await self._see_to(chargeback_id, looks)
            except PartnerError as error:  # asked again when the lease is over
                log.warning("chargebacks.partner_silent", chargeback_id=chargeback_id, why=error.type.value)
            except Exception:  # one row's trouble is no other's
                log.exception("chargebacks.trouble", chargeback_id=chargeback_id)
        return len(claimed)

    async def _claim(self) -> list[tuple[str, int]]:
        now = self._now()
        waiting = col(ChargebackRow.look_at) <= now
        async with self._database.reading() as session:
            if (await session.exec(select(ChargebackRow.chargeback_id).where(waiting).limit(1))).first() is None:
                return []  # an idle loop takes no writer's turn
        async with self._database.writing() as session:
            oldest = select(ChargebackRow).where(waiting).order_by(col(ChargebackRow.look_at)).limit(BATCH)
            rows = (await session.exec(oldest.with_for_update(skip_locked=True))).all()
            for row in rows:
                row.look_at = now + LEASE
                session.add(row)
            return [(row.chargeback_id, row.looks) for row in rows]

    async def _see_to(self, chargeback_id: str, looks: int) -> None:
        """Raises PartnerError when a partner is silent; what does not need it is done before."""
        async with self._database.reading() as session:
            state = state_of(await session.get_one(ChargebackRow, chargeback_id))
        told, found, silent = None, None, None
        try:
            told = await self._provider(state).chargeback(state.provider_id)
            found = await self._whose(state, told) if told is not None else None
        except PartnerError as error:
            silent = error
        state = await self._hear(state, told, found, asked=silent is None)
        if silent is not None:
            raise silent
        if (answer := hearing.to_send(state)) is not None:
            try:
                taken = await self._provider(state).answer(answer)
            except PartnerError as error:
                if not error.permanent:
                    raise
                state = await self._refused(state, str(error))
            else:
                state = await self._hear(state, taken, found, sent=True)
        await self._tell_cases(state)
        await self._put_by(state, looks)

    def _provider(self, state: ChargebackState) -> Chargebacks:
        known = self._providers.get(state.provider)
        if known is None:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"no merchant's payments are with {state.provider} any more")
        return known

    async def _whose(self, state: ChargebackState, told: Chargeback) -> Found | None:
        """By our ledger, which knows the payment; else by the order that the provider names, if the merchant's system has that."""
        known = select(LedgerRow.order_id).where(LedgerRow.account == f"{ledger.PAYMENT}{told.payment_id}").limit(1)
        async with self._database.reading() as session:
            order_id = (await session.exec(known)).first()
            case = await self._case(session, order_id or told.order_id)
        if order_id is not None and case is not None:
            return Found(order_id, case.merchant_id)
        named = order_id or told.order_id
        order = await self._merchant.order(named) if named is not None else None
        if order is None:
            return None
        payments = await self._payment.payments(order.order_id, order.merchant_id)
        if all(payment.payment_id != told.payment_id for payment in payments):
            return None  # the order is there, and was paid otherwise
        return Found(order.order_id, order.merchant_id, order, payments)

    async def _case(self, session: AsyncSession, order_id: str | None) -> CaseRow | None:
        """The newest open case of the order; else its newest."""
        if order_id is None:
            return None
        asked = (
            select(CaseRow)
            .where(CaseRow.order_id == order_id)
            .order_by(col(CaseRow.stage) == Stage.CLOSED, col(CaseRow.opened_at).desc())
        )
        return (await session.exec(asked.limit(1))).first()

    async def _hear(
        self, before: ChargebackState, told: Chargeback | None, found: Found | None, *, asked: bool = True, sent: bool = False
    ) -> ChargebackState:
        """Take down what the provider says, with its bookings and the messages that it causes, in one transaction."""
        now, order_id = self._now(), found.order_id if found else before.order_id
        async with self._database.writing() as session:
            if order_id is not None:
                await lock_order(session, order_id)
            row = await session.get_one(ChargebackRow, before.chargeback_id, with_for_update=True)
            state = was = state_of(row)
            case = await self._case(session, order_id)
            if found is not None:
                merchant_id, team = found.merchant_id or state.merchant_id, case.team if case else None
                own = case.case_id if case else None
                change = {"order_id": order_id, "merchant_id": merchant_id, "team": team, "case_id": own or state.case_id}
                state = state.model_copy(update=change)
            if told is not None:
                twice = await self._book(session, state, told, found.payments if found else ())
                state = hearing.sent(state, now) if sent else state
                state = hearing.heard(state, told, now, twice)
            state = hearing.due(state, self._policy.chargebacks, now)
            write(row, state)
            session.add(row)
            await self._messages.write(session, was, state)
            if asked:
                await self._to_people(session, state)
        return state

    async def _book(self, session: AsyncSession, state: ChargebackState, told: Chargeback, payments: Sequence[Payment]) -> int:
        """What the ledger says of it afterwards: minor units that the customer has twice."""
        if state.order_id is None:
            return 0
        entries = [entry for _, entry in await booked(session, state.order_id)]
        news = [*ledger.seen(state.order_id, payments, entries)]
        news += bookings(state.chargeback_id, state.order_id, told, [*entries, *news])
        await post(session, self._now(), *news)
        unsent = select(RefundPartRow.amount_minor).where(
            RefundPartRow.order_id == state.order_id,
            RefundPartRow.payment_id == told.payment_id,
            RefundPartRow.refund_status == RefundStatus.PENDING,
        )
        return given_twice(told, [*entries, *news], sum((await session.exec(unsent)).all()))

    async def _to_people(self, session: AsyncSession, state: ChargebackState) -> None:
        """What nothing but a person can settle is a difference, once."""
        findings: list[Finding] = []
        if state.order_id is None:
            findings.append(unknown(state))
        elif (twice := twice_found(state)) is not None:
            findings.append(twice)
        if findings:
            cases = [case] if (case := await self._case(session, state.order_id)) else []
            recorded = await record(session, findings, cases, self._now(), self._policy.reconciliation.decide_within)
            locales = self._policy.languages.own
            await to_people(session, recorded, (), self._now(), texts=self._texts, locales=locales, told_by_case=True)

    async def _refused(self, before: ChargebackState, words: str) -> ChargebackState:
        async with self._database.writing() as session:
            row = await session.get_one(ChargebackRow, before.chargeback_id, with_for_update=True)
            was = state_of(row)
            state = hearing.refused(was, words, self._now())
            write(row, state)
            session.add(row)
            await self._messages.write(session, was, state)
        return state

    async def _tell_cases(self, state: ChargebackState) -> None:
        """Every case of the order hears of it, as it is now; without an open one, one is opened."""
        ref = state.ref
        if ref is None or state.order_id is None or state.cases_told == state.version:
            return
        async with self._database.reading() as session:
            asked = select(CaseRow.case_id, CaseRow.stage).where(CaseRow.order_id == state.order_id)
            known = (await session.exec(asked)).all()
            cases = list(dict.fromkeys([await surviving(session, case_id) for case_id, _ in known]))
        if state.open and all(stage == Stage.CLOSED for _, stage in known):
            order = await self._merchant.order(state.order_id)
            if order is not None:
                start = case_of(state, order, slice_policy(self._policy, self._now()), self._policy, self._now())
                await self._start(start)
                cases.append(start.receipt.case_id)
        for case_id in cases:
            await self._tell(case_id, ref)

    async def _put_by(self, seen: ChargebackState, looks: int) -> None:
        """Until something is due again; at once, when somebody told or answered meanwhile."""
        now = self._now()
        async with self._database.writing() as session:
            row = await session.get_one(ChargebackRow, seen.chargeback_id, with_for_update=True)
            state = state_of(row).model_copy(update={"cases_told": seen.version})
            write(row, state)
            if row.looks == looks:
                row.look_at = hearing.next_look(state, self._policy.chargebacks, now)
            else:
                look_again(row, now)
            session.add(row)
