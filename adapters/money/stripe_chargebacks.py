"""Chargebacks at Stripe (RES-12), which calls them disputes: docs/chargebacks.md.

Our key is Stripe's Idempotency-Key and stands in the dispute's metadata, by which an answer is known again when its receipt got lost. Stripe
takes evidence once, and a dispute that was closed stays closed, so that what is repeated does nothing twice.
"""

from datetime import UTC, datetime
from typing import Any, cast

import stripe

from adapters.money.stripe import MOST, from_stripe, id_of, invalid_response, metadata_of, trouble_of
from models.chargebacks.partner import AnswerKind, Chargeback, ChargebackAnswer, ChargebackPhase, ChargebackStatus, EvidencePack
from models.common.base import Money
from models.common.vocabulary import ErrorType

ASKED, TAKEN = ChargebackPhase.INQUIRY, ChargebackPhase.CHARGEBACK
STATUSES: dict[str, tuple[ChargebackPhase, ChargebackStatus]] = {
    "warning_needs_response": (ASKED, ChargebackStatus.NEEDS_RESPONSE),
    "warning_under_review": (ASKED, ChargebackStatus.UNDER_REVIEW),
    "warning_closed": (ASKED, ChargebackStatus.WITHDRAWN),
    "prevented": (ASKED, ChargebackStatus.WITHDRAWN),
    "needs_response": (TAKEN, ChargebackStatus.NEEDS_RESPONSE),
    "under_review": (TAKEN, ChargebackStatus.UNDER_REVIEW),
    "appeal_needs_response": (TAKEN, ChargebackStatus.NEEDS_RESPONSE),
    "appeal_under_review": (TAKEN, ChargebackStatus.UNDER_REVIEW),
    "won": (TAKEN, ChargebackStatus.WON),
    "lost": (TAKEN, ChargebackStatus.LOST),
}
LONGEST_TEXT = 20_000
"""Letters of one text of evidence that Stripe takes."""


class StripeChargebacks:
    """A `Chargebacks`."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    async def chargeback(self, chargeback_id: str) -> Chargeback | None:
        try:
            return chargeback_of(await self._client.v1.disputes.retrieve_async(chargeback_id))
        except stripe.StripeError as error:
            trouble = trouble_of(error)
            if trouble.type is ErrorType.NOT_FOUND:
                return None
            raise trouble from error

    async def opened_since(self, since: datetime) -> tuple[Chargeback, ...]:
        try:
            found = await self._client.v1.disputes.list_async({"created": {"gte": int(since.timestamp())}, "limit": MOST})
            return tuple([chargeback_of(dispute) async for dispute in found.auto_paging_iter()])
        except stripe.StripeError as error:
            raise trouble_of(error) from error

    async def answer(self, answer: ChargebackAnswer) -> Chargeback:
        disputes, options = self._client.v1.disputes, cast("stripe.RequestOptions", {"idempotency_key": answer.key})
        try:
            if answer.kind is AnswerKind.ACCEPTANCE or answer.evidence is None:
                closed = chargeback_of(await disputes.close_async(answer.chargeback_id, options=options))
                return closed.model_copy(update={"answer_key": answer.key})
            submitted: Any = {"evidence": evidence_of(answer.evidence), "submit": True, "metadata": {"key": answer.key}}
            return chargeback_of(await disputes.update_async(answer.chargeback_id, submitted, options))
        except stripe.StripeError as error:
            raise trouble_of(error) from error


def chargeback_of(dispute: stripe.Dispute) -> Chargeback:
    """Stripe's dispute in our words. Raises PartnerError for one that Stripe's own contract rules out."""
    known = STATUSES.get(dispute.status)
    payment_id = id_of(dispute.payment_intent) or id_of(dispute.charge)
    if known is None or payment_id is None:
        raise invalid_response(f"dispute {dispute.id} of {payment_id} is {dispute.status}")
    phase, status = known
    told = metadata_of(dispute)
    due = dispute.evidence_details.due_by
    fee, fee_returned = _fee_of(dispute)
    return Chargeback(
        chargeback_id=dispute.id,
        payment_id=payment_id,
        order_id=told.get("order_id"),
        phase=phase,
        status=status,
        reason=dispute.reason,
        amount=from_stripe(dispute.amount, dispute.currency),
        fee=fee,
        fee_returned=fee_returned,
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
        answer_key=told.get("key"),
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
    )


def evidence_of(pack: EvidencePack) -> dict[str, str]:
    """The pack in Stripe's fields; what has none stands in the free text."""
    sent = next((one for one in pack.deliveries if one.delivered_at), next(iter(pack.deliveries), None))
    fields = {
        "product_description": pack.goods,
        "refund_policy_disclosure": pack.policy,
        "uncategorized_text": pack.in_words,
        "refund_refusal_explanation": pack.words or "",
        "shipping_carrier": sent.carrier_id if sent else "",
        "shipping_tracking_number": ", ".join(one.tracking for one in pack.deliveries),
        "shipping_date": sent.shipped_at.date().isoformat() if sent and sent.shipped_at else "",
    }
    return {name: text[:LONGEST_TEXT] for name, text in fields.items() if text}


def _fee_of(dispute: stripe.Dispute) -> tuple[Money | None, bool]:
    """What Stripe charged for it, and whether it gave that back: a balance transaction of its own each."""
    moves = [(move.fee, move.currency) for move in dispute.balance_transactions]
    charged = [(fee, currency) for fee, currency in moves if fee > 0]
    if not charged:
        return None, False
    currency = charged[0][1]
    fee = sum(minor for minor, its in charged if its == currency)
    back = -sum(minor for minor, its in moves if minor < 0 and its == currency)
    return from_stripe(fee, currency), back >= fee
