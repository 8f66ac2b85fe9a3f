"""The example shop, written from docs/partners/ alone: it keeps the contract, and a case is lived with it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from adapters.connect import Partners
from adapters.secrets import change_secrets, made_credentials
from commands.partner.checks import RULES, Finding, check_all
from commands.partner.system import System
from examples.shop.app import create_app, demo
from examples.shop.shop import Shop
from models.common.partner_registry import Partner
from models.common.vocabulary import Role
from settings import Settings
from tests.support.builders.lives_with_money import agreed, over
from tests.support.processes.ports import free_port
from tests.support.processes.sandbox import Running
from tests.support.processes.shop import running_shop


@pytest.fixture
async def corner() -> AsyncIterator[tuple[Running, Shop]]:
    """The shop of `examples/shop`, served."""
    app = demo()
    running = Running(app)
    await running.ready()
    yield running, app.state.shop
    await running.stop()


async def found(address: str, order_id: str = "CS-1") -> list[Finding]:
    settings = Settings(merchant_url=address, partner_token=SecretStr("sandbox"), circuit_after=1000)
    partners = Partners.connect(settings)
    try:
        return await check_all(Partner.MERCHANT, System(address, partners, order_id))
    finally:
        await partners.aclose()


async def test_it_keeps_every_rule_that_redress_partner_check_asks_about(corner: tuple[Running, Shop]) -> None:
    findings = await found(corner[0].address)
    assert [finding for finding in findings if finding.found] == []
    assert len(findings) == len(RULES[Partner.MERCHANT])


@pytest.mark.parametrize("order_id", ["#订单(7)+%41", "10/2024#77 A", "a|'b<d>"])
async def test_ids_may_have_other_characters_than_ours(order_id: str) -> None:
    running = Running(demo(order_id))
    await running.ready()
    assert [finding for finding in await found(running.address, order_id) if finding.found] == []
    await running.stop()


async def test_what_it_does_wrong_is_found(corner: tuple[Running, Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_stock(_: dict[str, Any]) -> dict[str, Any]:
        return {"status": "out_of_stock"}

    def wordless(_: dict[str, Any]) -> dict[str, Any]:
        return {"status": "refused"}

    running, shop = corner
    monkeypatch.setitem(shop.opens, "reservations", out_of_stock)
    monkeypatch.setitem(shop.opens, "returns", wordless)
    wrong = {finding.rule.en: finding.found for finding in await found(running.address) if finding.found}
    assert wrong == {
        "a return of an unknown line is refused with words and a code": "a refusal without words",
        "a return is opened once, or refused with words and a code, and can be cancelled": "a refusal without words",
        "an unknown article is refused with words and a code, not out of stock": "out_of_stock",
    }


async def test_cancelled_pieces_cost_what_was_paid_for_them_and_may_be_had_back() -> None:
    money = {"minor": 999, "currency": "CNY"}
    line = {"line_id": "L1", "sku": "CUP-1", "quantity": 3, "paid": money}
    order = {"order_id": "CS-1", "merchant_id": "CS", "status": "paid", "lines": [line], "total": money}
    shop = Shop([order], {})
    two: dict[str, Any] = {"key": "c1", "kind": "cancel", "lines": [{"line_id": "L1", "quantity": 2}]}
    two |= {"order_id": "CS-1", "merchant_id": "CS"}
    told = await shop.open("changes", two)
    assert (told["order"]["total"]["minor"], told["order"]["lines"][0]["quantity"]) == (333, 1)
    rest = await shop.open("changes", two | {"key": "c2", "lines": [{"line_id": "L1"}]})
    assert (rest["order"]["status"], rest["order"]["total"]["minor"]) == ("cancelled", 333)
    assert (await shop.act("changes", "c1", "undo", two))["status"] == "confirmed", "the order was changed again since"
    assert (await shop.act("changes", "c2", "undo", two))["status"] == "undone"
    assert (await shop.act("changes", "c1", "undo", two))["order"] == order


@pytest.mark.slow
async def test_goods_go_back_to_it_and_the_money_to_the_customer(temporal: WorkflowEnvironment, tmp_path: Path) -> None:
    port = free_port()
    own = made_credentials().model_copy(update={"token": (SecretStr("sandbox"),)})  # what the shop was started with
    change_secrets(
        Settings(data_dir=tmp_path), lambda known: known.model_copy(update={"partners": {**known.partners, "merchant": own}})
    )
    async with running_shop(temporal, tmp_path, merchant_url=f"http://127.0.0.1:{port}") as shop:
        order = await shop.order("delivered")
        token = {"Authorization": f"Bearer {own.token[0].get_secret_value()}"}
        told = await shop.town.get(f"/merchant/orders/{order['order_id']}", headers=token)
        corner_shop = Shop([told.json()], {})
        running = Running(create_app(corner_shop, "sandbox", str(shop.http.base_url), own.webhook[0].get_secret_value()), port)
        await running.ready()

        async def no_trouble(_: set[str], __: str) -> None:
            """Nothing goes wrong."""

        case = await shop.open(order, no_trouble, issue="product.quality_defect")
        await agreed(case, {"kind": "return_and_refund", "amount": order["total"]})
        await case.reaches("return_shipping")
        await case.act(Role.CUSTOMER, "returns/m1/ship", carrier_id="SF", tracking="OWN-1")
        await case.act(Role.MERCHANT, "returns/m1/receive")
        await case.reaches("inspection")
        desk = f"{running.address}/desk/returns/{case.case_id}.m1.return/inspected"
        (await shop.town.post(desk, json=[], headers=token)).raise_for_status()
        await over(case)
        (refund,) = await shop.books("refunds", reference=case.case_id)
        assert (refund["status"], refund["amount"]) == ("arrived", order["total"])
        assert [key for key in corner_shop.known if key[0] == "returns"] == [("returns", f"{case.case_id}.m1.return")]
        await running.stop()
