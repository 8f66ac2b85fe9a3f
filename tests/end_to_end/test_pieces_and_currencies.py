"""Orders of several pieces, with a gift, and in other currencies: played through the API and the partners' contracts, to the last fen.

The policy is the default one: its limits are in CNY, and its `rates` say what they are in JPY and KWD.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from models.common.base import Money
from models.common.vocabulary import Locale, Role
from models.tables.case import MessageRow
from rules.common.amounts import part_of
from rules.common.format import money_in
from tests.support.builders.lives_with_goods import brought
from tests.support.builders.lives_with_money import agreed, over
from tests.support.processes.shop import POLICY, Case, Shop, running_shop

pytestmark = pytest.mark.long

POLLS = {known: here for known, here in POLICY.items() if "poll" in known}
ONE = [{"line_id": "L1", "quantity": 1}]


@pytest.fixture(scope="module")
async def shop(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with running_shop(temporal, tmp_path_factory.mktemp("shop"), POLLS) as shop:
        yield shop


async def no_trouble(_calls: set[str], _of: str) -> None:
    pass


async def opened(shop: Shop, order: dict[str, Any], **case: object) -> Case:
    return await shop.open(order, no_trouble, **case)


async def sent_back(case: Case, lines: list[dict[str, Any]]) -> None:
    """By a carrier of the customer's own; the merchant accepts all of it."""
    await case.reaches("return_shipping")
    await case.act(Role.CUSTOMER, "returns/m1/ship", carrier_id="SF", tracking=f"OWN{case.case_id}")
    await case.act(Role.MERCHANT, "returns/m1/receive")
    accepted = [{"line_id": line["line_id"], "accepted": line["quantity"]} for line in lines]
    await case.act(Role.MERCHANT, "returns/m1/inspect", lines=accepted)


async def returned(shop: Shop, order: dict[str, Any], **case: object) -> Case:
    """Without a reason and in time: agreed at once, paid after the inspection."""
    one = await opened(shop, order, issue="product.no_reason_return", **case)
    await sent_back(one, ONE if "lines" in case else order["lines"])
    await over(one)
    return one


async def refunds_of(shop: Shop, order: dict[str, Any]) -> list[dict[str, Any]]:
    """What the payment provider's own books say."""
    refunds = await shop.books("refunds", order_id=order["order_id"])
    assert {refund["status"] for refund in refunds} == {"arrived"}
    assert {refund["amount"]["currency"] for refund in refunds} == {order["total"]["currency"]}
    return refunds


async def ledger_of(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    return (await shop.person(Role.SUPERVISOR, "sun").get(f"/v1/orders/{order['order_id']}/ledger")).json()


async def letters_of(case: Case, role: Role) -> str:
    async with case.shop.database.reading() as session:
        mine = (MessageRow.case_id == case.case_id, MessageRow.recipient_role == role)
        return "\n".join(f"{row.subject}\n{row.body}" for row in (await session.exec(select(MessageRow).where(*mine))).all())


@pytest.mark.parametrize("state", ["three_pieces", "in_yen", "in_dinars"])
async def test_three_pieces_that_come_back_one_at_a_time_give_the_whole(shop: Shop, state: str) -> None:
    order = await shop.order(state)
    (line,) = order["lines"]
    whole, currency, total = line["paid"], order["total"]["currency"], order["total"]["minor"]
    parts = [part_of(Money(minor=whole, currency=currency), 1, 3, before) for before in range(3)]
    assert whole % 3
    parts[-1] += total - whole  # the freight comes back with the last part (docs/eligibility.md)
    for number, (minor, locale) in enumerate(zip(parts, ("en", "zh", "en"), strict=True), start=1):
        case = await returned(shop, order, lines=ONE, customer={"locale": locale})
        assert [refund["amount"]["minor"] for refund in await refunds_of(shop, order)] == parts[:number]
        assert money_in(minor, currency, Locale(locale)) in await letters_of(case, Role.CUSTOMER)
        assert (await ledger_of(shop, order))["refunded"] == {"minor": sum(parts[:number]), "currency": currency}
    assert (await ledger_of(shop, order))["left"]["minor"] == 0


async def test_of_three_pieces_one_is_exchanged_one_refunded_and_one_returned(shop: Shop) -> None:
    order = await shop.order("three_pieces")
    (line,) = order["lines"]
    exchanged = await opened(shop, order, issue="product.quality_defect", lines=ONE)
    sku = (await exchanged.lines())[0]["sku"]
    await agreed(exchanged, {"kind": "exchange", "lines": ONE, "items": [{"line_id": "L1", "sku": f"{sku}-LITE"}]})
    await sent_back(exchanged, ONE)
    await brought(exchanged)

    refunded = await opened(shop, order, issue="product.quality_defect", lines=ONE)
    whole = Money(minor=line["paid"])
    piece = {"minor": part_of(whole, 1, 3, 1), "currency": "CNY"}
    await agreed(refunded, {"kind": "refund_only", "lines": ONE, "amount": piece})
    await over(refunded)

    last = part_of(whole, 1, 3, 2)
    await returned(shop, order, lines=ONE)
    amounts = [refund["amount"]["minor"] for refund in await refunds_of(shop, order)]
    assert amounts == [min(2_000, part_of(whole, 1, 3)), piece["minor"], last]
    assert (await ledger_of(shop, order))["refunded"]["minor"] == sum(amounts)


async def test_a_whole_order_with_a_gift_comes_back(shop: Shop) -> None:
    order = await shop.order("with_gift")
    case = await returned(shop, order)
    (asked,) = await shop.books("returns", reference=f"{case.case_id}.m1.return", kind="return")
    assert [line["line_id"] for line in asked["request"]["lines"]] == ["L1", "L2"]
    (refund,) = await refunds_of(shop, order)
    assert refund["amount"] == order["total"]


@pytest.mark.parametrize(("state", "limit", "parts"), [("in_yen", 40_000, [40_000]), ("in_dinars", 86_956, [86_950, 6])])
async def test_an_agents_limit_holds_in_the_orders_currency(shop: Shop, state: str, limit: int, parts: list[int]) -> None:
    """2,000 CNY by the policy's rates, rounded down. Cards pay dinars in tens of fils: what is over is a refund of its own."""
    found = (await shop.town.get("/catalogue", params={"state": state, "size": "large"})).json()
    order = next(order for order in found if order["order_id"] not in shop.handed_out)
    shop.handed_out.add(order["order_id"])
    currency = order["total"]["currency"]
    case = await opened(shop, order, issue="product.quality_defect", customer={"locale": "en"})
    await case.reaches("plan", "answers", "finding")
    await case.act(Role.AGENT, "take")
    for minor, waits in ((limit + 10, "approval"), (limit, "choice")):
        amount = {"minor": minor, "currency": currency}
        await case.act(
            Role.AGENT, "propose", options=[{"remedies": [{"kind": "refund_only", "amount": amount}], "why": "defect"}]
        )
        await case.reaches(waits)
        if waits == "approval":
            await case.act(Role.SUPERVISOR, "decline", reason="less would do")
            await case.reaches("plan")
    await case.act(Role.CUSTOMER, "accept", option=1)
    await over(case)
    assert [refund["amount"]["minor"] for refund in await refunds_of(shop, order)] == parts
    assert (await ledger_of(shop, order))["refunded"] == {"minor": limit, "currency": currency}
    for locale in Locale:
        assert money_in(limit, currency, locale) in await letters_of(case, Role.MERCHANT)
    assert money_in(limit, currency, Locale.EN) in await letters_of(case, Role.CUSTOMER)
