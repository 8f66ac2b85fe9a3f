"""Partners' webhooks in (Standard Webhooks): signed, replay-proof, passed on to the case they are about as a signal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, ValidationError, WithJsonSchema
from pydantic_core import PydanticKnownError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.database.engine import insert_if_absent
from adapters.database.merged import surviving
from api.http.bodies import check_body
from api.http.budgets import NOTICES
from api.http.dependencies import Parts, PartsOf
from api.http.lookup import CASE_ID
from api.http.problems import from_fault, problem
from api.http.responses import TELLING, problems
from api.http.schemas import Envelope, Taken
from api.http.uploads import named_by_partner
from api.webhooks.chargebacks import hear_of_chargeback
from api.webhooks.returns import inspected_with, returns_in
from models.claims.found import FoundParcel
from models.common.credentials import holder
from models.common.identifiers import tracking_number
from models.common.partner_registry import Partner
from models.common.partners import Notice, NoticeKind, Sender, Shipment
from models.common.vocabulary import ErrorType, Role, Stage
from models.returns.partner import ReturnParcel
from models.tables.case import CaseCarrierRow, CaseRow, WebhookRow
from models.tables.claims import ClaimRow
from models.tables.money import RefundPartRow
from models.tables.parcels import ParcelRow
from models.tables.returns import ReturnRow
from rules.claims.found import as_found
from rules.common.room import long_notice

router = APIRouter(prefix="/v1/webhooks", tags=["partners"])
log = structlog.get_logger("api.webhooks.standard")

EXAMPLE = {
    "kind": "statement",
    "reference": "RD-0123456789AB",
    "order_id": "O-1001",
    "payload": {"request_id": "Q-1", "words": "We packed it well.", "admits": False},
}


TELLERS = tuple(partner.value for partner in Partner if partner.notices)


def _tells(partner: Partner) -> Partner:
    if not partner.notices:
        raise PydanticKnownError("enum", {"expected": ", ".join(TELLERS)})  # noqa: EM101  # the name of an error of pydantic
    return partner


Teller = Annotated[Partner, AfterValidator(_tells), WithJsonSchema({"type": "string", "enum": TELLERS, "title": "Partner"})]
"""A partner that sends notices."""


async def _signed(
    request: Request,
    parts: PartsOf,
    partner: Teller,
    *,
    webhook_id: Annotated[str, Header(max_length=200, description="The notice's id; the same again changes nothing.")] = "",
    webhook_timestamp: Annotated[str, Header(description="Seconds since 1970; at most five minutes off.")] = "",
    webhook_signature: Annotated[str, Header(description="`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`.")] = "",
) -> str:
    headers = {"webhook-id": webhook_id, "webhook-timestamp": webhook_timestamp, "webhook-signature": webhook_signature}
    who, body = _who(request), await request.body()
    own = parts.keyring.of(partner, who)
    if own is not None and any(_fits(secret.get_secret_value(), body, headers) for secret in own.webhook):
        return webhook_id
    shared = parts.keyring.shared if who is None else None
    if shared is not None and _fits(shared, body, headers):
        log.warning("webhook signed with the secret that all partners share", partner=partner, mend="redress partner secret list")
        return webhook_id
    whose = holder(partner, who)
    raise problem(
        ErrorType.BAD_SIGNATURE,
        "The signature does not fit the body, or its timestamp is more than five minutes off. "
        f"Sign with the secret of {whose} (docs/partners/README.md).",
        f"签名与内容不符，或时间戳相差超过五分钟。请使用 {whose} 的密钥签名（见 docs/partners/README.md）。",
        field="webhook-signature",
        rule="standard-webhooks",
    )


def _who(request: Request) -> str | None:
    """The merchant or carrier whose own address it came to."""
    return request.path_params.get("who")


def _fits(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError, OverflowError):
        return False
    return True


async def _envelope(request: Request, _: Annotated[str, Depends(_signed)]) -> Envelope:
    """Read only after the signature was found good."""
    await check_body(request)
    try:
        return Envelope.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError([{**found, "loc": ("body", *found["loc"])} for found in error.errors()]) from error


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Envelope.model_json_schema(), "example": EXAMPLE}},
    }
}


RESPONSES: dict[int | str, dict[str, Any]] = {
    **TELLING,
    202: {"description": "Well signed, but no case is waiting for it.", "model": Taken},
}


@router.post(
    "/{partner}",
    summary="Take a partner's notice in · 接收合作方通知",
    responses=RESPONSES,
    openapi_extra=BODY,
)
async def take_in(
    *,
    request: Request,
    parts: PartsOf,
    partner: Teller,
    notice_id: Annotated[str, Depends(_signed)],
    envelope: Annotated[Envelope, Depends(_envelope)],
    response: Response,
) -> Taken:
    """A refund's, a shipment's or a party's news, told by the system of all partners of this kind.

    `reference` is the case's id; without it, the open cases of `order_id` are told.
    """
    return await pass_on(parts, request, response, partner, notice_id, envelope=envelope)


@router.post(
    "/{partner}/{who:path}",
    summary="Take a notice of one merchant or carrier in · 接收单个商家或承运商的通知",
    responses={**RESPONSES, **problems(404)},  # no name has a line break
    openapi_extra=BODY,
)
async def take_in_of_one(
    *,
    request: Request,
    parts: PartsOf,
    partner: Teller,
    who: Annotated[str, Path(description="The merchant or carrier that has a secret of its own.", examples=["SF"])],
    notice_id: Annotated[str, Depends(_signed)],
    envelope: Annotated[Envelope, Depends(_envelope)],
    response: Response,
) -> Taken:
    """The same, from one merchant or carrier alone: it counts only for what is its own."""
    return await pass_on(parts, request, response, partner, notice_id, envelope=envelope, who=who)


def event_of(provider: str) -> dict[str, Any]:
    """The body of a provider's own webhook, which is read as bytes, for the OpenAPI document."""
    schema = {"type": "object", "description": f"An event, as {provider} sends it."}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


async def pass_on(
    parts: Parts,
    request: Request,
    response: Response,
    partner: Partner,
    notice_id: str,
    *,
    envelope: Envelope,
    provider: str | None = None,
    who: str | None = None,
) -> Taken:
    """Signal a notice, whose signature was found good, to the cases it is about. The same one again changes nothing.

    `provider`: who of the partner's kind sent it in a way of its own; its notices are counted under its name.
    `who`: the merchant or carrier whose own secret it was signed with.
    Raises ProblemError: INVALID for a notice of a kind that this partner does not send, or too long; BUSY for more about one case than it may.
    """
    _refuse_unless_sent_by(partner, envelope.kind)
    fault = long_notice(envelope.payload)
    if fault is not None:
        raise from_fault(fault)
    sender, name = provider or partner.value, provider or holder(partner, who)
    if envelope.kind == NoticeKind.CHARGEBACK:
        result = await hear_of_chargeback(parts, request, envelope.payload, name, notice_id)
        return _taken(parts, sender, result)
    key = {"partner": name, "notice_id": notice_id}
    async with parts.database.reading() as session:
        replayed = await session.get(WebhookRow, (name, notice_id)) is not None
        cases = [] if replayed else await _about(session, envelope)
        uploads = await named_by_partner(session, partner.role, envelope.payload) if cases and partner.role else ()
        cases = await _of_the_merchant(session, who, cases) if who is not None and partner.role is Role.MERCHANT else cases
        apart = parts.keyring.apart(partner) if who is None and provider is None else frozenset[str]()
        apart &= await _parties(session, envelope, cases) if apart and cases else frozenset[str]()
    if replayed:
        return _taken(parts, sender, "replayed")
    for case_id in cases:
        parts.budgets.take(request, NOTICES, f"{name} {case_id}")
    notice = Notice(
        notice_id=notice_id,
        partner=sender,
        kind=envelope.kind,
        payload=envelope.payload,
        sender=Sender(kind=partner.value, who=who, apart=tuple(sorted(apart))),
        uploads=uploads,
    )
    told = [case_id for case_id in cases if await _tell_where_it_goes_on(parts, case_id, notice)]
    if not told:
        await _compare_tonight(parts, envelope)
        log.warning("webhook about no case", partner=name, kind=envelope.kind, notice_id=notice_id)
        response.status_code = 202
        return _taken(parts, sender, "unknown")
    async with parts.database.writing() as session:
        await insert_if_absent(session, WebhookRow, {**key, "at": datetime.now(UTC)})
    return _taken(parts, sender, "taken")


async def _compare_tonight(parts: Parts, envelope: Envelope) -> None:
    """News of a refund whose case is over: its order is compared with the provider's books, however long ago that was."""
    key = envelope.payload.get("key")
    if envelope.kind == NoticeKind.REFUND and isinstance(key, str):
        async with parts.database.writing() as session:
            await session.exec(update(RefundPartRow).where(col(RefundPartRow.key) == key).values(updated_at=datetime.now(UTC)))


async def _of_the_merchant(session: AsyncSession, who: str, workflows: Sequence[str]) -> list[str]:
    """Those of orders of this merchant; the others are not even told."""
    cases = {workflow: workflow.partition(".")[0] for workflow in workflows}
    asked = select(CaseRow.case_id).where(col(CaseRow.case_id).in_(set(cases.values())), CaseRow.merchant_id == who)
    own = set((await session.exec(asked)).all())
    return [workflow for workflow, case_id in cases.items() if case_id in own]


async def _parties(session: AsyncSession, envelope: Envelope, workflows: Sequence[str]) -> frozenset[str]:
    """The merchants and carriers of these cases, and of what belongs to them."""
    cases = {workflow.partition(".")[0] for workflow in workflows}
    asked: tuple[SelectOfScalar[Any], ...] = (
        select(CaseRow.merchant_id).where(col(CaseRow.case_id).in_(cases)),
        select(CaseCarrierRow.carrier_id).where(col(CaseCarrierRow.case_id).in_(cases)),
        select(ReturnRow.carrier_id).where(col(ReturnRow.case_id).in_(cases)),
        select(ClaimRow.who).where(col(ClaimRow.case_id).in_(cases)),
    )
    found = [who for one in asked for who in (await session.exec(one)).all()]
    return frozenset(who for who in (*found, envelope.payload.get("carrier_id")) if isinstance(who, str))


def _refuse_unless_sent_by(partner: Partner, kind: str) -> None:
    if kind in partner.notices:
        return
    sent = sorted(partner.notices)
    raise problem(
        ErrorType.INVALID,
        f"A {partner} partner sends no notices of the kind {kind}, but {', '.join(sent)} (docs/partners/{partner}.yaml).",
        f"{partner} 类合作方不发送 {kind} 类通知，只发送：{'、'.join(sent)}（见 docs/partners/{partner}.yaml）。",
        field="kind",
        rule="notice-kind",
        allowed=sent,
    )


async def _tell_where_it_goes_on(parts: Parts, workflow_id: str, notice: Notice) -> bool:
    """As `_tell`; what is about a case that was merged is for the one in which it goes on (WRK-7)."""
    async with parts.database.reading() as session:
        into = await surviving(session, workflow_id)
    if into != workflow_id:
        notice = notice.model_copy(update={"named": workflow_id})
    return await _tell(parts, into, notice)


async def _tell(parts: Parts, workflow_id: str, notice: Notice) -> bool:
    """Whether somebody heard it. That a parcel has come outlives a return or replacement: its case hears it, and after that its claims (RES-9)."""
    if await parts.engine.tell(workflow_id, notice):
        return True
    found, case_id = _found(parts, notice), workflow_id.partition(".")[0]
    if found is None:
        return False
    if case_id != workflow_id and await parts.engine.tell(case_id, notice):
        return True
    told = notice.model_copy(update={"payload": found.model_dump(mode="json")})
    async with parts.database.reading() as session:
        claims = (await session.exec(select(ClaimRow.claim_id).where(ClaimRow.case_id == case_id))).all()
    return any([await parts.engine.tell(claim_id, told) for claim_id in claims])


def _found(parts: Parts, notice: Notice) -> FoundParcel | None:
    """The parcel, when it has come somewhere."""
    if notice.kind != NoticeKind.SHIPMENT:
        return None
    told_by = Shipment if "order_id" in notice.payload else ReturnParcel
    try:
        return as_found(told_by.model_validate(notice.payload), parts.policy.returns, datetime.now(UTC))
    except ValidationError:
        return None


async def _about(session: AsyncSession, envelope: Envelope) -> list[str]:
    """Who waits for it: whom it names, and who follows the parcel that it tells of."""
    tracking = tracking_number(envelope.payload.get("tracking")) if envelope.kind == NoticeKind.SHIPMENT else None
    returned = await returns_in(session, tracking) if isinstance(tracking, str) else await inspected_with(session, envelope)
    if envelope.reference is not None:
        named = [envelope.reference] if CASE_ID.fullmatch(envelope.reference) else []
        return list(dict.fromkeys((*named, *returned)))
    if returned:
        return returned
    followers = await _followers_of(session, tracking) if isinstance(tracking, str) else []
    open_ones = select(CaseRow.case_id).where(CaseRow.order_id == envelope.order_id, col(CaseRow.stage) != Stage.CLOSED.value)
    cases = (await session.exec(open_ones)).all() if envelope.order_id is not None else ()
    return list(dict.fromkeys((*cases, *followers)))


async def _followers_of(session: AsyncSession, tracking: str) -> list[str]:
    """The cases and replacements that know the parcel."""
    return list((await session.exec(select(ParcelRow.workflow_id).where(ParcelRow.tracking == tracking))).all())


def _taken(parts: Parts, sender: str, result: Literal["taken", "replayed", "unknown"]) -> Taken:
    parts.metrics.notices.labels(sender, result).inc()
    return Taken(result=result)
