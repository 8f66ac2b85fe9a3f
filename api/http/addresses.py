"""Addresses for orders that shall go elsewhere (RES-1). Personal, so kept here alone; cases name them by id (ARC-3)."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, RequestKey, only_for
from api.http.lookup import in_sight
from api.http.problems import not_found, problem
from api.http.responses import OWN, READING
from api.http.routes import SeenRoute
from models.case.receipt import Wanted
from models.common.base import Identifier
from models.common.readers import Payer
from models.common.vocabulary import ErrorType, Role
from models.remedies.order_change import Address
from models.tables.addresses import AddressRow
from models.tables.case import CaseRow

router = APIRouter(prefix="/v1/addresses", tags=["cases"], route_class=SeenRoute)

WHO = frozenset({Role.CUSTOMER}) | Role.platform()
NEW_ADDRESS = {
    "address": {
        "summary": "Another address · 新地址",
        "description": "With a customer's token; name its `address_id` in `wanted.change` of the case.",
        "value": {
            "name": "王伟",
            "phone": "+86 138 0000 0000",
            "country": "CN",
            "region": "CN-SH",
            "city": "上海",
            "street": "徐汇区漕溪北路 1 号 2 单元 301",
            "street2": "星海公寓 3 楼前台",
            "postal_code": "200030",
        },
    }
}


class AddressIn(Address):
    customer_id: Identifier | None = None
    """Whose it is, when somebody of the platform writes it down; a customer's own comes from the token."""


class StoredAddress(Address):
    address_id: Payer[str]
    customer_id: Payer[str]


@router.post(
    "",
    status_code=201,
    summary="Store an address · 保存地址",
    responses=READING,
    dependencies=[Depends(check_body)],
)
async def store_address(
    parts: PartsOf,
    caller: CallerOf,
    *,
    body: Annotated[AddressIn, Body(openapi_examples=NEW_ADDRESS)],  # pyright: ignore[reportArgumentType]
    key: RequestKey = None,
) -> StoredAddress:
    """For an order that shall go there. It is handed to the merchant when the change is made, and to nobody else."""
    only_for(caller, WHO)
    address = Address.model_validate(body.model_dump(exclude={"customer_id"}))
    stored = StoredAddress(address_id=_id_of(caller, key), customer_id=_customer_of(caller, body), **address.model_dump())
    async with parts.database.writing() as session:
        await insert_if_absent(session, AddressRow, {**stored.model_dump(), "at": datetime.now(UTC)})
        known = await _address(session, stored.address_id)
    if known != stored:
        raise problem(
            ErrorType.KEY_REUSED,
            "This Idempotency-Key stored another address. Send what you sent then, or use a new key.",
            "该幂等键已用于保存另一个地址。请发送相同内容，或换用新的键。",
            field="Idempotency-Key",
            rule="RES-1",
        )
    return stored


@router.get("/{address_id}", summary="An address · 查看地址", responses=OWN)
async def show_address(
    parts: PartsOf,
    caller: CallerOf,
    address_id: Annotated[str, Path(description="As it was stored.", examples=["AD-0123456789AB"])],
) -> StoredAddress:
    """To the customer whose it is, to a supervisor, and to an agent who sees a case of theirs."""
    only_for(caller, WHO)
    async with parts.database.reading() as session:
        known = await _address(session, address_id)
        if known is None or not await _may_read(session, caller, known.customer_id):
            raise not_found()
    return known


async def _may_read(session: AsyncSession, caller: Caller, customer_id: str) -> bool:
    """A customer's own; staff's when the customer has a case in their sight."""
    if caller.role is Role.CUSTOMER:
        return customer_id == caller.actor.id
    theirs = select(CaseRow.case_id).where(CaseRow.customer_id == customer_id, in_sight(caller.actor)).limit(1)
    return caller.role is Role.SUPERVISOR or (await session.exec(theirs)).first() is not None


async def check_wish(session: AsyncSession, wanted: Wanted | None, customer_id: str, reasons: frozenset[str]) -> None:
    """What a customer asks for before shipping fits: the address is theirs, the reason to cancel is one of the policy's."""
    if wanted is None:
        return
    address_id = wanted.change.address_id if wanted.change else None
    known = await _address(session, address_id) if address_id else None
    if address_id is not None and (known is None or known.customer_id != customer_id):
        raise problem(
            ErrorType.INVALID,
            "wanted.change.address_id: no such address of this customer; store it with POST /v1/addresses first.",
            "wanted.change.address_id：该客户没有此地址，请先用 POST /v1/addresses 保存。",
            field="wanted.change.address_id",
            rule="RES-1",
        )
    if wanted.reason is not None and wanted.reason not in reasons:
        raise problem(
            ErrorType.INVALID,
            f"wanted.reason: name one of {', '.join(sorted(reasons))}.",
            f"wanted.reason：可选 {'、'.join(sorted(reasons))}。",
            field="wanted.reason",
            rule="RES-1",
            allowed=sorted(reasons),
        )


def _customer_of(caller: Caller, body: AddressIn) -> str:
    own = caller.actor.id if caller.role is Role.CUSTOMER else None
    customer_id = body.customer_id or own
    if customer_id is None or (own is not None and customer_id != own):
        raise problem(
            ErrorType.INVALID,
            "customer_id: name the customer whose address it is; a customer leaves it out.",
            "customer_id：请填写地址所属客户的编号；客户本人请留空。",
            field="customer_id",
            rule="RES-1",
        )
    return customer_id


def _id_of(caller: Caller, key: str | None) -> str:
    """From the caller's key, so that a repeated request names the same address; else random. Never to be guessed from the customer."""
    seed = f"{caller.role}|{caller.actor.id}|{key}".encode() if key else secrets.token_bytes(16)
    return f"AD-{hashlib.blake2b(seed, digest_size=8).hexdigest().upper()}"


async def _address(session: AsyncSession, address_id: str) -> StoredAddress | None:
    row = await session.get(AddressRow, address_id)
    return StoredAddress.model_validate(row.model_dump(exclude={"at"})) if row else None
