"""Stripe's own webhooks (RES-5): signed its way, passed on to the case of a refund like every payment provider's notice."""

from typing import Annotated, Any, cast

import stripe
from fastapi import APIRouter, Depends, Header, Request, Response

from adapters.stripe import refund_of
from api.dependencies import Parts, PartsOf, no_control_characters
from api.problems import ProblemError, problem
from api.responses import TELLING
from api.schemas import Envelope, Taken
from api.webhooks import pass_on
from models.errors import PartnerError
from models.partners import NoticeKind
from models.vocabulary import ErrorType

router = APIRouter(prefix="/v1/webhooks", tags=["partners"])

REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "description": "An event, as Stripe sends it."}}},
    }
}


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
    await no_control_characters(request)
    return event


@router.post(
    "/stripe",
    summary="Take a notice of Stripe's in · 接收 Stripe 通知",
    responses={**TELLING, 202: {"description": "Well signed, but no case is waiting for it.", "model": Taken}},
    openapi_extra=BODY,
)
async def take_in(parts: PartsOf, event: Annotated[stripe.Event, Depends(_event)], response: Response) -> Taken:
    """News of a refund reach the case that asked for it; any other event is taken and forgotten. docs/money.md says which to send."""
    try:
        if event.type not in REFUND_EVENTS:
            return Taken(result="unknown")
        told = refund_of(cast("stripe.Refund", event.data.object))
        envelope = Envelope(kind=NoticeKind.REFUND, reference=told.reference, payload=told.model_dump(mode="json"))
    except (PartnerError, ValueError, AttributeError, TypeError) as error:
        raise _unreadable() from error
    return await pass_on(parts, "stripe", event.id, envelope, response)


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
        "This is not an event as Stripe sends it of a refund.",
        "不是 Stripe 的退款通知。",
        field="body",
        rule="stripe-event",
    )
