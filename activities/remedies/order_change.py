"""Changes of orders and charges (RES-1), asked of the merchant's system and the payment provider. Each call is safe to repeat."""

from temporalio import activity

from activities.kit.carries_out import carries_out
from activities.kit.errors import to_temporal
from activities.money.refund_parts import lock_order, post
from adapters.database.engine import Database
from adapters.partners.protocols import Charges, OrderChanges
from models.activities import ASK_CHARGE, BOOK_CHARGE, CANCEL_CHARGE, CHANGE_ORDER, CHANGE_STATE, CHARGE_STATE, UNDO_CHANGE
from models.common.errors import PartnerError
from models.money.charge import BookCharge, Charge, ChargeCall, ChargeStatus
from models.remedies.order_change import Address, AskChange, ChangeAnswer, ChangeQuery, ChangeStatus
from models.tables.addresses import AddressRow
from rules.money import ledger

NO_ADDRESS = "address_unknown"
"""The refusal of a change to an address that is not the customer's, or was removed."""


class OrderingActivities:
    """The adapters know how to call; this knows what must hold when a call fails."""

    def __init__(self, database: Database, ordering: OrderChanges, charges: Charges) -> None:
        self._database = database
        self._ordering = ordering
        self._charges = charges

    @carries_out(CHANGE_ORDER)
    async def change_order(self, request: AskChange) -> ChangeAnswer:
        """Ask for the change; a permanent refusal is an answer. Before it is sent again, what became of the first time is asked."""
        order = request.order
        try:
            if activity.info().attempt > 1:
                known = await self._ordering.change_by_key(order.order_id, order.key)
                if known is not None:
                    return known
            if request.address_id is not None:
                address = await self._address(request.customer_id, request.address_id)
                if address is None:
                    return _refused(order.order_id, order.key, NO_ADDRESS)
                order = order.model_copy(update={"address": address})
            return await self._ordering.change(order)
        except PartnerError as error:
            if error.permanent:
                return _refused(order.order_id, order.key, str(error), error.code)
            raise to_temporal(error) from error

    @carries_out(CHANGE_STATE)
    async def change_state(self, query: ChangeQuery) -> ChangeAnswer:
        """What became of the change; one that the merchant does not know is pending still."""
        try:
            known = await self._ordering.change_by_key(query.order_id, query.key)
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        return known or ChangeAnswer(key=query.key, order_id=query.order_id, status=ChangeStatus.PENDING)

    @carries_out(UNDO_CHANGE)
    async def undo_change(self, query: ChangeQuery) -> ChangeAnswer:
        """Take it back, or prevent it. The answer says whether that was possible."""
        try:
            try:
                return await self._ordering.undo_change(query.order_id, query.key)
            except PartnerError as error:
                if not error.permanent:
                    raise
                known = await self._ordering.change_by_key(query.order_id, query.key)
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        return known or ChangeAnswer(key=query.key, order_id=query.order_id, status=ChangeStatus.UNDONE)

    @carries_out(ASK_CHARGE)
    async def ask_charge(self, call: ChargeCall) -> Charge:
        """Ask the customer for money, once for each key. A provider's no is an answer."""
        order = call.order
        try:
            again = activity.info().attempt > 1
            known = await self._charges.charge_by_key(order, call.merchant_id, call.charge_id) if again else None
            return known or await self._charges.charge(order, call.merchant_id)
        except PartnerError as error:
            if not error.permanent:
                raise to_temporal(error) from error
            return Charge.of(order, ChargeStatus.REFUSED).model_copy(update=error.refusal)

    @carries_out(CHARGE_STATE)
    async def charge_state(self, call: ChargeCall) -> Charge:
        """What became of it; one that the provider does not know is as it was."""
        try:
            told = await self._charges.charge_by_key(call.order, call.merchant_id, call.charge_id)
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        return told or call.known or Charge.of(call.order, ChargeStatus.PENDING)

    @carries_out(CANCEL_CHARGE)
    async def cancel_charge(self, call: ChargeCall) -> Charge:
        """Nobody may pay it from now on; one that was paid just before stays paid, and the answer says so."""
        try:
            return await self._charges.cancel_charge(call.order, call.merchant_id, call.charge_id)
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error

    @carries_out(BOOK_CHARGE)
    async def book_charge(self, request: BookCharge) -> None:
        """The ledger of the order knows what was paid (RES-5)."""
        charge = request.charge
        assert charge.payment_id is not None  # noqa: S101  # a paid one has a payment
        of = ledger.Whose(charge.order_id, request.case_id, request.remedy_id)
        async with self._database.writing() as session:
            await lock_order(session, charge.order_id)
            await post(session, request.at, ledger.charged(of, charge.payment_id, charge.amount))

    async def _address(self, customer_id: str, address_id: str) -> Address | None:
        async with self._database.reading() as session:
            row = await session.get(AddressRow, address_id)
        if row is None or row.customer_id != customer_id:
            return None
        return Address.model_validate(row.model_dump(include=set(Address.model_fields)))


def _refused(order_id: str, key: str, words: str, code: str | None = None) -> ChangeAnswer:
    return ChangeAnswer(key=key, order_id=order_id, status=ChangeStatus.REFUSED, refusal=words, refusal_code=code)
