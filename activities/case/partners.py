"""What is asked of partners: order, parcels and payments (INV-1), statements (INV-2), refunds (RES-5). Each is safe to repeat."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, Self

from pydantic import BaseModel
from temporalio import activity

from activities.kit.carries_out import carries_out
from activities.kit.errors import pick_retryable, to_temporal
from adapters.database.bank_accounts import BankAccounts
from adapters.database.chargebacks import OpenChargebacks
from adapters.partners.protocols import Carrier, Merchant, PaymentProvider
from models.activities import ASK_PARTNERS, LOOK_UP, PAY_BACK, REFUND_BY_KEY, REFUND_STATES
from models.case.activities import AskPartner, HeldRefund, LookedUp, LookUp, PaidBack, PayBack, RefundByKey, RefundQuery
from models.common.base import stored
from models.common.errors import PartnerError
from models.common.partners import Order, Payment, RefundRequest, Shipment
from models.common.vocabulary import ErrorType, RefundStatus
from models.remedies.remedy import RefundPart
from rules.case.room import PARTNERS, newest_scans, within_bounds
from rules.money.refund import as_told

ACCOUNT_GONE = "account_gone"
"""The refusal of a part that goes to a bank account which was forgotten meanwhile."""


class Answered(BaseModel):
    """Who of the partners has answered a look-up so far; None: not yet. Kept as the activity's heartbeat."""

    order: Order | None = None
    shipments: tuple[Shipment, ...] | None = None
    payments: tuple[Payment, ...] | None = None

    @classmethod
    def before(cls) -> Self:
        details = activity.info().heartbeat_details
        return stored(cls, details[0]) if details else cls()

    def keep(self) -> None:
        if not activity.info().is_local:  # that is not asked again
            activity.heartbeat(self.model_dump(mode="json"))


class PartnerActivities:
    """Calls of partners. The adapters know how to call; this knows what must hold when a call fails."""

    def __init__(
        self,
        merchant: Merchant,
        carrier: Carrier,
        payment: PaymentProvider,
        open_chargebacks: OpenChargebacks,
        bank_accounts: BankAccounts,
        *,
        merchants_have_providers: bool = False,
    ) -> None:
        self._merchant = merchant
        self._carrier = carrier
        self._payment = payment
        self._open_chargebacks = open_chargebacks
        self._bank_accounts = bank_accounts
        self._order_first = merchants_have_providers

    @carries_out(LOOK_UP)
    async def look_up(self, request: LookUp) -> LookedUp:
        """Ask all three at once; a retry asks only those who did not answer. An unknown order ends it without the others.

        Where merchants have payment providers of their own, the order says first whom to ask for its payments.
        """
        known = Answered.before()
        order = asyncio.create_task(self._order(request.order_id, known))
        shipments = asyncio.create_task(self._shipments(request.order_id, known))
        tasks = (order, shipments, asyncio.create_task(self._payments(request.order_id, known, order)))
        try:
            await asyncio.wait({order})
            if order.exception() is None and known.order is None:
                return LookedUp(order=None)
            await _all(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        parcels, payments = tuple(map(newest_scans, known.shipments or ())), known.payments or ()
        if not within_bounds(known.order, parcels, payments):
            told = f"what partners tell of order {request.order_id} is more than {PARTNERS} bytes"
            raise to_temporal(PartnerError(ErrorType.PARTNER_INVALID_RESPONSE, told))
        return LookedUp(order=known.order, shipments=parcels, payments=payments)

    @carries_out(ASK_PARTNERS)
    async def ask_partners(self, request: AskPartner) -> None:
        """Send every request, whoever of the recipients cannot be reached; sent again, it is the same request by its key."""
        await _all(
            (
                *(self._merchant.ask(statement) for statement in request.merchant),
                *(self._carrier.ask(statement) for statement in request.carrier),
            )
        )

    @carries_out(PAY_BACK)
    async def pay_back(self, request: PayBack) -> PaidBack:
        """Ask for every part that is still pending. A no is the part's state; a provider in trouble is asked again.

        Nothing leaves of a payment with an open chargeback (RES-12): its parts stay as they are. A part that was tried before is looked for.
        """
        details: list[Any] = activity.info().heartbeat_details[0] if activity.info().heartbeat_details else []
        done = {part.key: part for part in (stored(RefundPart, detail) for detail in details)}
        parts = [done.get(part.key, part) for part in request.parts]
        chargebacks = await self._open_chargebacks(request.order_id)
        disputed = {one.payment_id for one in chargebacks}
        troubles: list[PartnerError] = []
        for place, part in enumerate(parts):
            if part.refund_status is RefundStatus.PENDING:
                try:
                    parts[place] = await self._pay(request, part, held=part.payment_id in disputed)
                except PartnerError as error:
                    troubles.append(error)  # the other parts do not wait for this one
                else:
                    activity.heartbeat([known.model_dump(mode="json") for known in parts])
        _raise(troubles, retry_anyway=True)
        kept = any(part.refund_status is RefundStatus.PENDING for part in parts)
        return PaidBack(parts=tuple(parts), chargebacks=chargebacks if kept else ())

    @carries_out(REFUND_BY_KEY)
    async def refund_by_key(self, request: RefundByKey) -> HeldRefund:
        """One refund, as its provider holds it."""
        try:
            refund = await self._payment.refund_by_key(request.key, request.payment_id, request.merchant_id)
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        return HeldRefund(refund=refund)

    @carries_out(REFUND_STATES)
    async def refund_states(self, query: RefundQuery) -> PaidBack:
        """What became of every part that is not settled; one that the provider does not know stays as it is."""
        try:
            unsettled = RefundStatus.unsettled()
            parts = [
                await self._state(part, query.merchant_id) if part.refund_status in unsettled else part for part in query.parts
            ]
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        return PaidBack(parts=tuple(parts))

    async def _order(self, order_id: str, known: Answered) -> None:
        if known.order is None:
            known.order = await self._merchant.order(order_id)
            known.keep()

    async def _shipments(self, order_id: str, known: Answered) -> None:
        if known.shipments is None:
            known.shipments = await self._carrier.shipments(order_id)
            known.keep()

    async def _payments(self, order_id: str, known: Answered, order: asyncio.Task[None]) -> None:
        if self._order_first:
            await asyncio.wait({order})
            if known.order is None:
                return  # the order's own trouble is told
        if known.payments is None:
            known.payments = await self._payment.payments(order_id, known.order.merchant_id if known.order else None)
            known.keep()

    async def _pay(self, request: PayBack, part: RefundPart, *, held: bool) -> RefundPart:
        """Before sending again, ask what became of the first time: the answer may be all that got lost."""
        if activity.info().attempt > 1:
            known = await self._state(part, request.merchant_id)
            if known.refund_status is not RefundStatus.PENDING:
                return known
        if held:
            return part
        account = await self._bank_accounts(part.account_id) if part.account_id else None
        if part.account_id and account is None:
            return part.model_copy(update={"refund_status": RefundStatus.FAILED, "refusal": ACCOUNT_GONE})
        order = RefundRequest(
            key=part.key,
            payment_id=part.payment_id,
            method=part.method,
            order_id=request.order_id,
            amount=part.amount,
            reason=request.reason,
            reference=request.case_id,
            to=part.to,
            account=account,
        )
        try:
            return as_told(part, await self._payment.refund(order, request.merchant_id))
        except PartnerError as error:
            if not error.permanent:
                raise
            return part.model_copy(update={"refund_status": RefundStatus.FAILED, "refusal": str(error)})  # for a person's queue

    async def _state(self, part: RefundPart, merchant_id: str | None) -> RefundPart:
        refund = await self._payment.refund_by_key(part.key, part.payment_id, merchant_id)
        return as_told(part, refund) if refund else part


async def _all(calls: Iterable[Awaitable[None]]) -> None:
    """Let each call end, then raise what went wrong."""
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, PartnerError):
            raise outcome
    _raise([outcome for outcome in outcomes if isinstance(outcome, PartnerError)])


def _raise(troubles: list[PartnerError], *, retry_anyway: bool = False) -> None:
    if troubles:
        trouble = pick_retryable(troubles)
        raise to_temporal(trouble, retry_anyway=retry_anyway) from trouble
