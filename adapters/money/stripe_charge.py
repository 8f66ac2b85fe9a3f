"""What customers still have to pay, where their merchant's payments are with Stripe (docs/money.md): a payment link for each charge.

A link, not a checkout session, because a session ends after a day and customers have longer; it takes one payment and no more. Nobody
knows a link's address before we tell it: one whose making we never heard of can be paid by nobody.
"""

from datetime import UTC, datetime

import stripe

from adapters.money.stripe import MOST, from_stripe, id_of, invalid_response, metadata_of, to_stripe, trouble_of
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.money.charge import Charge, ChargeRequest, ChargeStatus

PAID = frozenset({"paid", "no_payment_required"})
"""Of a checkout session: the money is there."""
IN_VAIN = frozenset({"requires_payment_method", "canceled"})
"""Of a payment intent: nothing came of it. In every other state it may still become a payment."""
ASK_AGAIN = 600.0
"""Seconds, while a bank makes up its mind."""


class StripeCharges:
    """A `Charges`. A charge's `charge_id` is its payment link's."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._stripe = client.v1

    async def charge(self, order: ChargeRequest, merchant_id: str) -> Charge:
        told = {"key": order.key, "reference": order.reference, "order_id": order.order_id, "reason": order.reason}
        name = f"订单 {order.order_id} 补付 · To pay for order {order.order_id}"
        currency, amount = order.amount.currency.lower(), to_stripe(order.amount)
        try:
            link = await self._stripe.payment_links.create_async(
                {
                    "line_items": [
                        {
                            "price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": name}},
                            "quantity": 1,
                        }
                    ],
                    "metadata": told,
                    "payment_intent_data": {"metadata": told, "description": name},
                    "restrictions": {"completed_sessions": {"limit": 1}},
                    "inactive_message": "该笔款项已支付或已取消。This was paid already, or need not be paid any more.",
                },
                {"idempotency_key": order.key},
            )
        except stripe.StripeError as error:
            raise trouble_of(error) from error
        return _asked(order, link, ChargeStatus.PENDING)

    async def charge_by_key(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge | None:
        if charge_id is None:
            return None  # asked for again under its key, it is the same link
        try:
            link = await self._stripe.payment_links.retrieve_async(charge_id)
            sessions = await self._sessions(charge_id)
        except stripe.StripeError as error:
            trouble = trouble_of(error)
            if trouble.type is ErrorType.NOT_FOUND:
                return None
            raise trouble from error
        paid = next((session for session in sessions if session.payment_status in PAID), None)
        if paid is not None:
            return charge_of(paid)
        if not (_open(link) or any(_under_way(session) for session in sessions)):
            return _asked(order, link, ChargeStatus.CANCELLED)
        tried = any(intent.last_payment_error for session in sessions if (intent := _intent(session)))
        return _asked(order, link, ChargeStatus.FAILED if tried else ChargeStatus.PENDING)

    async def cancel_charge(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge:
        """First nobody can begin to pay, then nobody can go on. What a bank is about to pay is waited for."""
        if charge_id is None:
            return Charge.of(order, ChargeStatus.CANCELLED)
        try:
            link = await self._stripe.payment_links.update_async(charge_id, {"active": False})
            for session in await self._sessions(charge_id):
                if session.status == "open":
                    await self._expire(session.id)
            sessions = await self._sessions(charge_id)
        except stripe.StripeError as error:
            raise trouble_of(error) from error
        paid = next((session for session in sessions if session.payment_status in PAID), None)
        if paid is not None:
            return charge_of(paid)
        if any(session.status == "open" or _under_way(session) for session in sessions):
            words = f"stripe: a payment of {order.key} is under way; asked again until something came of it"
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, words, retry_after=ASK_AGAIN)
        return _asked(order, link, ChargeStatus.CANCELLED)

    async def _expire(self, session_id: str) -> None:
        try:
            await self._stripe.checkout.sessions.expire_async(session_id)
        except stripe.InvalidRequestError:
            return  # gone through with, or over, in this very moment: the next look says which

    async def _sessions(self, link_id: str) -> list[stripe.checkout.Session]:
        found = await self._stripe.checkout.sessions.list_async(
            {"payment_link": link_id, "limit": MOST, "expand": ["data.payment_intent.latest_charge"]}
        )
        return [session async for session in found.auto_paging_iter()]


def charge_of(session: stripe.checkout.Session, at: datetime | None = None) -> Charge:
    """A payment through one of our links, in our words; `at`: when Stripe told of it. Raises PartnerError for a session of another kind."""
    told, amount, currency = metadata_of(session), session.amount_total, session.currency
    if not {"key", "order_id", "reference"} <= set(told) or amount is None or currency is None:
        raise invalid_response(f"checkout session {session.id} is none of a charge of ours")
    charge = Charge(
        key=told["key"],
        order_id=told["order_id"],
        amount=from_stripe(amount, currency),
        status=ChargeStatus.PENDING,
        reference=told["reference"],
        charge_id=id_of(session.payment_link),
    )
    if session.payment_status not in PAID:
        return charge
    intent = _intent(session)
    paid = intent.latest_charge if intent is not None and isinstance(intent.latest_charge, stripe.Charge) else None
    details = paid.payment_method_details if paid else None
    methods = session.payment_method_types
    return charge.model_copy(
        update={
            "status": ChargeStatus.PAID,
            "payment_id": id_of(session.payment_intent) or session.id,
            "method": details.type if details else methods[0] if len(methods) == 1 else None,
            "paid_at": datetime.fromtimestamp(paid.created, UTC) if paid else at or datetime.fromtimestamp(session.created, UTC),
        }
    )


def _asked(order: ChargeRequest, link: stripe.PaymentLink, status: ChargeStatus) -> Charge:
    return Charge.of(order, status).model_copy(update={"charge_id": link.id, "pay_url": link.url})


def _open(link: stripe.PaymentLink) -> bool:
    """Whether somebody can still begin to pay."""
    done = link.restrictions.completed_sessions if link.restrictions else None
    return link.active and not (done and done.count >= done.limit)


def _under_way(session: stripe.checkout.Session) -> bool:
    """The customer went through with it, and the bank has not said yes or no."""
    intent = _intent(session)
    return session.status == "complete" and session.payment_status not in PAID and not (intent and intent.status in IN_VAIN)


def _intent(session: stripe.checkout.Session) -> stripe.PaymentIntent | None:
    return session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None
