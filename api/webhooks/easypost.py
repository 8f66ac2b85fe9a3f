"""EasyPost's own webhooks (RES-6): signed its way, passed on to whoever waits for the parcel like every carrier's notice."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import ValidationError

from adapters.partners.easypost import NAME, Event, is_signed
from api.http.bodies import check_body
from api.http.dependencies import PartsOf
from api.http.problems import problem
from api.http.responses import TELLING
from api.http.schemas import Envelope, Taken
from api.webhooks.standard import event_of, pass_on
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from models.common.vocabulary import ErrorType

router = APIRouter(prefix="/v1/webhooks", tags=["partners"])


async def _signed(
    request: Request,
    parts: PartsOf,
    x_hmac_signature: Annotated[str, Header(description="`hmac-sha256-hex=…` of the body, as EasyPost signs.")] = "",
) -> bytes:
    """The body, once its signature was found good."""
    body, secret = await request.body(), parts.settings.easypost_webhook_secret
    if secret is None or not is_signed(body, x_hmac_signature, secret.get_secret_value()):
        hint = (
            "Is the secret the webhook's?" if secret else "Set REDRESS_EASYPOST_WEBHOOK_SECRET to the webhook's webhook_secret."
        )
        raise problem(
            ErrorType.BAD_SIGNATURE,
            f"The signature is not EasyPost's for this body. {hint}",
            "签名与内容不符。请检查 REDRESS_EASYPOST_WEBHOOK_SECRET。",
            field="x-hmac-signature",
            rule="easypost-signature",
        )
    await check_body(request)
    return body


@router.post(
    "/easypost",
    summary="Take a notice of EasyPost's in · 接收 EasyPost 通知",
    responses={**TELLING, 202: {"description": "Well signed, but nobody is waiting for it.", "model": Taken}},
    openapi_extra=event_of("EasyPost"),
)
async def take_in(request: Request, parts: PartsOf, body: Annotated[bytes, Depends(_signed)], response: Response) -> Taken:
    """A parcel's news reach every case, return and replacement that knows its number; other events are taken and forgotten."""
    try:
        event = Event.model_validate_json(body)
        tracker = event.tracker
    except ValidationError as error:
        raise problem(
            ErrorType.INVALID,
            "This is not an event as EasyPost sends it of a tracker.",
            "不是 EasyPost 的物流跟踪通知。",
            field="body",
            rule="easypost-event",
        ) from error
    if tracker is None or tracker.unheard_of:
        return Taken(result="unknown")
    envelope = Envelope(kind=NoticeKind.SHIPMENT, payload=tracker.parcel.model_dump(mode="json"))
    return await pass_on(parts, request, response, Partner.CARRIER, event.id, envelope=envelope, provider=NAME)
