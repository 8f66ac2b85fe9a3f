"""The merchants' order system: docs/partners/merchant.yaml."""

from fastapi import HTTPException, Response

from models.common.partner_registry import Partner
from models.common.partners import StatementRequest
from sandbox.kit.parts import FaultsOf, KeyOf, SandboxOf, answer, contract
from sandbox.orders.order_change import order_now
from sandbox.orders.statements import take_request

router = contract(Partner.MERCHANT)


@router.get("/orders/{order_id}")
async def order(order_id: str, sandbox: SandboxOf) -> Response:
    found = order_now(sandbox, order_id)
    if found is None:
        raise HTTPException(404, f"there is no order {order_id}")
    return answer(found)


@router.post("/statements", status_code=202)
async def ask(request: StatementRequest, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> None:
    take_request(sandbox, Partner.MERCHANT, request, key, faults)
