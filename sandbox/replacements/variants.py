"""What the merchants' catalogues tell of variants (RES-7): docs/partners/merchant.yaml."""

from fastapi import HTTPException, Response

from models.common.base import Money
from models.common.partner_registry import Partner
from models.common.partners import OrderLine
from models.replacements.partner import Variant, Variants
from sandbox.kit.parts import Sandbox, SandboxOf, answer, contract
from sandbox.orders.order_change import STEP, order_now
from sandbox.replacements.warehouse import stock_of

router = contract(Partner.MERCHANT, "/orders")

USUAL = {"": ("标准款 Standard", 0), "-PLUS": ("加大款 Plus", STEP), "-LITE": ("轻便款 Lite", -STEP)}
"""What every product comes in, beside what the desk put on the shelf."""


@router.get("/{order_id}/variants")
async def variants(order_id: str, line_id: str, sandbox: SandboxOf) -> Response:
    order = order_now(sandbox, order_id)
    line = next((line for line in order.lines if line.line_id == line_id), None) if order else None
    if line is None:
        raise HTTPException(404, f"there is no line {line_id} of an order {order_id}")
    return answer(Variants(order_id=order_id, line_id=line_id, variants=tuple(_variants(sandbox, line))))


def _variants(sandbox: Sandbox, line: OrderLine) -> list[Variant]:
    product = "-".join(line.sku.split("-")[:2])
    own = USUAL.get(line.sku.removeprefix(product), ("", 0))[1]
    usual = line.paid.minor // line.quantity - own
    shelf = sandbox.books.read("select sku from stock where sku like ? order by sku", f"{product}-%")
    names = {product + ending: told for ending, told in USUAL.items()}
    names = {row["sku"]: (row["sku"].removeprefix(product), 0) for row in shelf} | {line.sku: ("", own)} | names
    return [
        Variant(
            sku=sku,
            title=f"{line.title} {name}".strip(),
            price=Money(minor=max(usual + step, 0), currency=line.paid.currency),
            available=max(stock_of(sandbox, sku), 0),
        )
        for sku, (name, step) in names.items()
    ]
