"""Addresses for orders that shall go elsewhere (RES-1). Personal, so kept here alone; cases name them by id (ARC-3)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, RequestKey, only_for
from api.http.personal import WHO, customer_of, id_of, key_reused, may_read
from api.http.problems import not_found, problem
from api.http.responses import OWN, READING
from api.http.routes import SeenRoute
from models.case.receipt import Wanted
from models.common.base import Identifier
from models.common.readers import Payer
from models.common.vocabulary import ErrorType
from models.remedies.order_change import Address
from models.tables.addresses import AddressRow

router = APIRouter(prefix="/v1/addresses", tags=["cases"], route_class=SeenRoute)

RULE = "RES-1"
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
    stored = StoredAddress(
        address_id=id_of("AD", caller, key), customer_id=customer_of(caller, body.customer_id, RULE), **address.model_dump()
    )
    async with parts.database.writing() as session:
        await insert_if_absent(session, AddressRow, {**stored.model_dump(), "at": datetime.now(UTC)})
        known = await _address(session, stored.address_id)
    if known != stored:
        raise key_reused(RULE)
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
        if known is None or not await may_read(session, caller, known.customer_id):
            raise not_found()
    return known


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
            rule=RULE,
        )
    if wanted.reason is not None and wanted.reason not in reasons:
        raise problem(
            ErrorType.INVALID,
            f"wanted.reason: name one of {', '.join(sorted(reasons))}.",
            f"wanted.reason：可选 {'、'.join(sorted(reasons))}。",
            field="wanted.reason",
            rule=RULE,
            allowed=sorted(reasons),
        )


async def _address(session: AsyncSession, address_id: str) -> StoredAddress | None:
    row = await session.get(AddressRow, address_id)
    return StoredAddress.model_validate(row.model_dump(exclude={"at"})) if row else None
