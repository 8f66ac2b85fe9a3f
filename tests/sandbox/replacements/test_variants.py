"""The sandbox's catalogue of variants (RES-7): prices, stock, and the published contract."""

from typing import Any

from models.replacements.partner import Variant, Variants
from tests.support.builders.contracts import answer_schema, check, contract
from tests.support.processes.sandbox import Town

PATH = "/orders/{order_id}/variants"


async def told(town: Town, order_id: str, line_id: str = "L1", status: int = 200) -> dict[str, Any]:
    answer = await town.http.get(f"/merchant/orders/{order_id}/variants", params={"line_id": line_id})
    document = contract("merchant")
    schema = answer_schema(document, PATH, "get", answer.status_code)
    assert schema is not None
    check(document, schema, answer.json())
    assert answer.status_code == status
    return answer.json()


async def test_every_line_has_variants_that_can_be_set_aside_at_the_price_they_say(town: Town) -> None:
    order = (await town.http.get("/merchant/orders/O-1026")).json()
    line = order["lines"][0]
    paid = line["paid"]["minor"] // line["quantity"]
    before = {one["sku"]: one for one in (await told(town, "O-1026"))["variants"]}
    prices = {sku.removeprefix(line["sku"]): one["price"]["minor"] - paid for sku, one in before.items()}
    assert prices == {"": 0, "-PLUS": 2_000, "-LITE": -2_000}
    await town.http.put("/stock", json={"stock": {f"{line['sku']}-RED": 1, f"{line['sku']}-PLUS": 0}})
    after = {one["sku"].removeprefix(line["sku"]): one["available"] for one in (await told(town, "O-1026"))["variants"]}
    assert (after["-RED"], after["-PLUS"]) == (1, 0)


async def test_what_is_unknown_has_none(town: Town) -> None:
    await told(town, "O-1001", "L9", status=404)
    await told(town, "O-0", status=404)


def test_the_contract_names_every_field() -> None:
    schemas = contract("merchant")["components"]["schemas"]
    for model in (Variant, Variants):
        ours = model.model_json_schema()
        assert set(schemas[model.__name__]["properties"]) == set(ours["properties"])
        assert set(schemas[model.__name__]["required"]) == set(ours["required"])
