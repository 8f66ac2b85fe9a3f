"""One order's books beside the partners' (docs/money.md): each partner is asked, and what differs is written down."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from pydantic import JsonValue
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.money.refund_parts import lock_order, part_of
from activities.reconciliation.differences import Recorded, record
from adapters.database.chargebacks import of_order
from adapters.database.engine import Database
from adapters.database.ledger import booked, post
from adapters.partners.protocols import Carrier, Charges, PaymentProvider, Promotion
from adapters.partners.returns import ReturnPartners
from models.case.state import CaseState
from models.claims.state import ClaimState
from models.common.base import stored
from models.common.errors import PartnerError
from models.common.partners import LONGEST_REFUSAL, Payment, Shipment
from models.common.vocabulary import ErrorType, Stage
from models.money.ledger import Entry
from models.policy.policy import Policy
from models.reconciliation.difference import UNREADABLE, DifferenceKind, Finding, Scope
from models.replacements.state import ReplacementStage
from models.returns.partner import ReturnParcel
from models.returns.state import ReturnStage
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from models.tables.money import RefundPartRow
from models.tables.reconciliation import DifferenceRow
from models.tables.returns import ReturnRow
from rules.claims.found import as_found, given_up
from rules.money import ledger
from rules.reconciliation.chargebacks import twice_found
from rules.reconciliation.charges import bills_of, in_charges
from rules.reconciliation.coupons import coupons_of, in_coupons
from rules.reconciliation.found import decision_on, in_found
from rules.reconciliation.money import Books, Limits, Part, Road, in_goods, in_money
from rules.returns.statuses import status_of

T = TypeVar("T")
TRIES = 3
"""An answer that nobody can read is asked for so often before it is a difference itself."""
SOON = 5.0
"""Seconds: a partner that wants to be asked again within that time, as when it limits our pace, is waited for."""
ON_THE_ROAD = (ReturnStage.AWAITING, ReturnStage.IN_TRANSIT, ReturnStage.RECEIVED, ReturnStage.SENDING_BACK)


@dataclass
class Compared:
    """One order and its cases, the newest first; what was found so far."""

    order_id: str
    at: datetime
    cases: Sequence[tuple[CaseRow, CaseState]]
    whole: set[Scope]
    """Whose books could be read."""
    missed: dict[Scope, str] = field(default_factory=dict[Scope, str])
    """Whose books could not, for they stayed silent; and what was said of that."""
    recorded: list[Recorded] = field(default_factory=list[Recorded])

    @property
    def rows(self) -> list[CaseRow]:
        return [row for row, _ in self.cases]

    @property
    def states(self) -> list[tuple[CaseState, datetime]]:
        return [(state, row.updated_at) for row, state in self.cases]

    @contextmanager
    def asking(self, scope: Scope, subject: str, findings: list[Finding]) -> Generator[None]:
        """A partner that is silent is missed; one that will not tell, or not so that it can be read, is a difference itself.

        Raises PartnerError for an answer that cannot be read and may get better.
        """
        try:
            yield
        except PartnerError as error:
            self.whole.discard(scope)
            if error.type is ErrorType.PARTNER_UNAVAILABLE:
                self.missed[scope] = str(error)[:LONGEST_REFUSAL]
            elif not error.permanent and activity.info().attempt < TRIES:
                raise
            else:
                theirs: dict[str, JsonValue] = {"words": str(error)}
                findings.append(Finding(kind=UNREADABLE[scope], order_id=self.order_id, subject=subject, theirs=theirs))


class Comparison:
    """Asks the partners about orders, one by one."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        *,
        payment: PaymentProvider,
        charges: Charges,
        carriers: ReturnPartners,
        shipments: Carrier,
        promotion: Promotion,
    ) -> None:
        self._database = database
        self._policy = policy
        self._payment = payment
        self._charges = charges
        self._carriers = carriers
        self._shipments = shipments
        self._promotion = promotion
        self._books = {
            Scope.MONEY: self._money,
            Scope.CHARGES: self._bills,
            Scope.GOODS: self._goods,
            Scope.COUPONS: self._coupons,
        }

    async def of(self, order_id: str, scopes: Iterable[Scope], at: datetime) -> Compared:
        """Compare the order with those partners' books, each by itself."""
        asked = set(scopes)
        async with self._database.reading() as session:
            of_order = select(CaseRow).where(CaseRow.order_id == order_id).order_by(col(CaseRow.opened_at).desc())
            rows = (await session.exec(of_order)).all()
        compared = Compared(order_id, at, [(row, stored(CaseState, row.state)) for row in rows], whole=set(asked))
        for scope, books in self._books.items():
            if scope in asked:
                await books(compared)
        return compared

    async def _money(self, compared: Compared) -> None:
        """The ledger learns what the provider tells, in the transaction that writes the differences down."""
        order_id, findings = compared.order_id, list[Finding]()
        merchant_id = next((row.merchant_id for row in compared.rows if row.merchant_id), None)
        with compared.asking(Scope.MONEY, Scope.MONEY.value, findings):
            payments = await patiently(partial(self._payment.payments, order_id, merchant_id))
            async with self._database.writing() as session:
                await lock_order(session, order_id)
                entries = [entry for _, entry in await booked(session, order_id)]
                findings += await self._of_money(session, compared, payments, entries)
                await post(session, compared.at, *ledger.seen(order_id, payments, entries))
                compared.recorded += await record(
                    session, findings, compared.rows, compared.at, self._policy.reconciliation.decide_within
                )
            return
        await self._record(compared, findings)  # that it cannot be read

    async def _of_money(
        self, session: AsyncSession, compared: Compared, payments: Sequence[Payment], entries: Sequence[Entry]
    ) -> list[Finding]:
        order_id = compared.order_id
        rows = (await session.exec(select(RefundPartRow).where(RefundPartRow.order_id == order_id))).all()
        parts = [Part(part_of(row), row.case_id, row.updated_at) for row in rows]
        outside = select(DifferenceRow.subject).where(
            DifferenceRow.order_id == order_id, DifferenceRow.kind == DifferenceKind.REFUND_OUTSIDE
        )
        reported = frozenset((await session.exec(outside)).all())
        twice = [found for state in await of_order(session, order_id) if (found := twice_found(state)) is not None]
        return [*in_money(order_id, payments, Books(parts, entries, reported), self._limits(compared)), *twice]

    async def _bills(self, compared: Compared) -> None:
        """What customers were asked to pay besides, each charge by its key."""
        findings = list[Finding]()
        for case, bill in [(state, bill) for state, since in compared.states for bill in bills_of(state, since)]:
            assert case.order is not None  # noqa: S101  # only a known order's customers are charged
            charge, asked_by = bill.charge, bill.charge.asked_by(case.receipt.customer_id, compared.at)
            with compared.asking(Scope.CHARGES, charge.key, findings):
                merchant_id, charge_id = case.order.merchant_id, charge.charge_id
                told = await patiently(partial(self._charges.charge_by_key, asked_by, merchant_id, charge_id))
                findings += in_charges(compared.order_id, bill, told, self._limits(compared))
            if Scope.CHARGES in compared.missed:
                break
        await self._record(compared, findings)

    async def _goods(self, compared: Compared) -> None:
        """Parcels of returns and replacements, each by its number."""
        async with self._database.reading() as session:
            on_the_road = col(ReturnRow.stage).in_([stage.value for stage in ON_THE_ROAD])
            returns = (await session.exec(select(ReturnRow).where(ReturnRow.order_id == compared.order_id, on_the_road))).all()
        roads = [road for row in returns if (road := _road_of(row)) is not None]
        roads += [road for row, state in compared.cases if row.stage != Stage.CLOSED for road in _roads_of(row, state)]
        findings = [one for state, _ in compared.states for one in _standing(state)]
        await self._given_up(compared, findings)
        for road in roads:
            with compared.asking(Scope.GOODS, road.tracking, findings):
                parcel = await patiently(partial(self._carriers.parcel, road.tracking))
                told = status_of(parcel, self._policy.returns) if parcel else None
                findings += in_goods(road, told, parcel, self._limits(compared))
            if Scope.GOODS in compared.missed:
                break
        await self._record(compared, findings)

    async def _given_up(self, compared: Compared, findings: list[Finding]) -> None:
        """Parcels for whose loss something was given: whether they have turned up."""
        lost = [(state, one.tracking) for state, _ in compared.states for one in given_up(state)]
        if not lost:
            return
        claims = [stored(ClaimState, row.state).claim for row in await self._claims(compared.order_id)]
        with compared.asking(Scope.GOODS, Scope.GOODS.value, findings):
            shipments = {one.tracking: one for one in await patiently(partial(self._shipments.shipments, compared.order_id))}
            for state, tracking in lost:
                told: Shipment | ReturnParcel | None = shipments.get(tracking)
                told = told or await patiently(partial(self._carriers.parcel, tracking))
                found = told and as_found(told, self._policy.returns, compared.at)
                if told is not None and found is not None:
                    own = [claim for claim in claims if claim.case_id == state.case_id]
                    findings += in_found(state, found, told.model_dump(mode="json"), own)

    async def _claims(self, order_id: str) -> Sequence[ClaimRow]:
        async with self._database.reading() as session:
            return (await session.exec(select(ClaimRow).where(ClaimRow.order_id == order_id))).all()

    async def _coupons(self, compared: Compared) -> None:
        """Coupons of the ledger and of the cases, each by its key."""
        async with self._database.reading() as session:
            entries = await booked(session, compared.order_id)
        findings = list[Finding]()
        for known in coupons_of(entries, compared.states):
            with compared.asking(Scope.COUPONS, known.key, findings):
                told = await patiently(partial(self._promotion.coupon_by_key, known.key))
                findings += in_coupons(compared.order_id, known, told, self._limits(compared))
            if Scope.COUPONS in compared.missed:
                break
        await self._record(compared, findings)

    async def _record(self, compared: Compared, findings: Sequence[Finding]) -> None:
        if findings:
            async with self._database.writing() as session:
                compared.recorded += await record(
                    session, findings, compared.rows, compared.at, self._policy.reconciliation.decide_within
                )

    def _limits(self, compared: Compared) -> Limits:
        policy = self._policy.reconciliation
        return Limits(compared.at, policy.grace, policy.overdue)


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """The partner's answer, at its own pace. Raises PartnerError."""
    for _ in range(TRIES - 1):
        try:
            return await call()
        except PartnerError as error:
            pause = error.retry_after
            if error.type is not ErrorType.PARTNER_UNAVAILABLE or pause is None or pause > SOON:
                raise
            await asyncio.sleep(pause)
    return await call()


def _standing(case: CaseState) -> Iterable[Finding]:
    """What the case knows of parcels that turned up, as long as it is to be decided."""
    now = {one.tracking: one for one in case.found}
    return (finding for one in now.values() if (finding := decision_on(case, one)) is not None)


def _road_of(row: ReturnRow) -> Road | None:
    """The parcel that is to move next; before the customer sent it, only a label's or pick-up's is known."""
    back = row.stage == ReturnStage.SENDING_BACK
    tracking = row.sent_back_tracking if back else row.tracking
    if tracking is None:
        return None
    sent, come = row.stage != ReturnStage.AWAITING, row.stage == ReturnStage.RECEIVED
    return Road(row.workflow_id, row.case_id, row.order_id, tracking, sent=sent, come=come, since=row.updated_at)


def _roads_of(row: CaseRow, case: CaseState) -> Iterable[Road]:
    for remedy in case.remedies:
        state = remedy.replacement
        if state is not None and state.tracking is not None and row.order_id is not None:
            come = state.stage is ReplacementStage.DELIVERED
            yield Road(state.workflow_id, row.case_id, row.order_id, state.tracking, sent=True, come=come, since=row.updated_at)
