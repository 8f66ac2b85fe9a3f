"""Stripe's own webhooks (RES-5): signed its way, passed on to whoever waits for a refund or a charge like every payment provider's notice."""

from datetime import UTC, datetime
from typing import Annotated, cast

import stripe
from fastapi import APIRouter, Depends, Header, Request, Response

from adapters.money.stripe import metadata_of, refund_of
from adapters.money.stripe_charge import charge_of
from api.http.bodies import check_body
from api.http.dependencies import Parts, PartsOf
from api.http.problems import ProblemError, problem
from api.http.responses import TELLING
from api.http.schemas import Envelope, Taken
from api.webhooks.standard import event_of, pass_on
from models.common.errors import PartnerError
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from models.common.vocabulary import ErrorType
from models.money.charge import ChargeStatus

router = APIRouter(prefix="/v1/webhooks", tags=["partners"])

REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
CHARGEBACK_EVENTS = frozenset(
    {
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
PAID_EVENTS = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
UNPAID_EVENT = "checkout.session.async_payment_failed"
"""The bank said no after all; the link took its one payment and takes no other."""


async def _event(
    request: Request,
    parts: PartsOf,
    stripe_signature: Annotated[str, Header(description="`t=…,v1=…`, as Stripe signs; at most five minutes old.")] = "",
) -> stripe.Event:
    """Read only after the signature was found good."""
    secret = parts.settings.stripe_webhook_secret
    if secret is None:
        raise _bad_signature(parts)
    try:
        event = stripe.Webhook.construct_event((await request.body()).decode(), stripe_signature, secret.get_secret_value())
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise _bad_signature(parts) from error
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise _unreadable() from error
    await check_body(request)
    return event


@router.post(
    "/stripe",
    summary="Take a notice of Stripe's in · 接收 Stripe 通知",
    responses={**TELLING, 202: {"description": "Well signed, but no case is waiting for it.", "model": Taken}},
    openapi_extra=event_of("Stripe"),
)
async def take_in(request: Request, parts: PartsOf, event: Annotated[stripe.Event, Depends(_event)], response: Response) -> Taken:
    """News of a refund or a charge reach whoever asked for it, those of a dispute its chargeback; any other event is taken and forgotten.

    docs/money.md and docs/chargebacks.md say which to send.
    """
    try:
        envelope = _told(event)
    except (PartnerError, ValueError, AttributeError, TypeError) as error:
        raise _unreadable() from error
    if envelope is None:
        return Taken(result="unknown")
    return await pass_on(parts, request, response, Partner.PAYMENT, event.id, envelope=envelope, provider="stripe")


def _told(event: stripe.Event) -> Envelope | None:
    """The event as a payment provider's notice; None: none that we wait for."""
    if event.type in REFUND_EVENTS:
        refund = refund_of(cast("stripe.Refund", event.data.object))
        return Envelope(kind=NoticeKind.REFUND, reference=refund.reference, payload=refund.model_dump(mode="json"))
    if event.type in CHARGEBACK_EVENTS:
        return Envelope(kind=NoticeKind.CHARGEBACK, payload={"chargeback_id": cast("stripe.Dispute", event.data.object).id})
    if event.type not in PAID_EVENTS | {UNPAID_EVENT}:
        return None
    session = cast("stripe.checkout.Session", event.data.object)
    if session.payment_link is None or "key" not in metadata_of(session):
        return None  # somebody bought something in the merchant's own shop
    charge = charge_of(session, datetime.fromtimestamp(event.created, UTC))
    if event.type == UNPAID_EVENT:
        charge = charge.model_copy(update={"status": ChargeStatus.CANCELLED})
    return Envelope(kind=NoticeKind.CHARGE, reference=charge.reference, payload=charge.model_dump(mode="json"))


def _bad_signature(parts: Parts) -> ProblemError:
    missing = parts.settings.stripe_webhook_secret is None
    hint = (
        "Set REDRESS_STRIPE_WEBHOOK_SECRET to the endpoint's signing secret (whsec_…)."
        if missing
        else "Is the secret the endpoint's?"
    )
    return problem(
        ErrorType.BAD_SIGNATURE,
        f"The signature is not Stripe's for this body, or it is more than five minutes old. {hint}",
        "签名与内容不符，或已超过五分钟。请检查 REDRESS_STRIPE_WEBHOOK_SECRET。",
        field="stripe-signature",
        rule="stripe-signature",
    )


def _unreadable() -> ProblemError:
    return problem(
        ErrorType.INVALID,
        "This is not an event as Stripe sends it of a refund, a dispute or a checkout session.",
        "不是 Stripe 的退款、争议或收款通知。",
        field="body",
        rule="stripe-event",
    )
