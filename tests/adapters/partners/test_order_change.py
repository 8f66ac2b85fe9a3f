"""Changes of orders and charges over HTTP, against the sandbox's merchant and till, with every fault on the way (RES-1)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.remedies.order_change import OrderingActivities
from adapters.connect import Partners
from adapters.database.engine import Database, insert_if_absent
from models.common.lines import LineQuantity
from models.common.vocabulary import ErrorType
from models.money.charge import BookCharge, Charge, ChargeCall, ChargeStatus
from models.remedies.order_change import AskChange, ChangeAnswer, ChangeKind, ChangeQuery, ChangeStatus, OrderChangeRequest
from models.tables.addresses import AddressRow
from models.tables.money import LedgerRow
from sandbox.app import create_app
from sandbox.kit.parts import Options
from settings import Settings
from tests.support.builders.partner_requests import charge_request
from tests.support.processes.sandbox import Running


class Shop:
    """The sandbox, our activities over the real adapters, and a database."""

    def __init__(self, http: httpx.AsyncClient, calls: OrderingActivities, database: Database) -> None:
        self.http = http
        self.calls = calls
        self.database = database

    async def order(self, place: int) -> dict[str, Any]:
        found = (await self.http.get("/catalogue", params={"state": "paid"})).json()[place]
        await self.http.put("/tempers", json={found["merchant_id"]: "admits"})
        return found

    async def faults(self, *faults: dict[str, Any]) -> None:
        (await self.http.put("/faults", json=list(faults))).raise_for_status()

    async def books(self, name: str) -> list[dict[str, Any]]:
        return (await self.http.get(f"/books/{name}")).json()

    async def run(self, call: Any, request: object, attempt: int = 1) -> Any:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return await environment.run(call, request)

    async def error(self, call: Any, request: object, attempt: int = 1) -> ApplicationError:
        with pytest.raises(ApplicationError) as raised:
            await self.run(call, request, attempt)
        return raised.value


@pytest.fixture
async def shop(tmp_path: Path, database: Database) -> AsyncIterator[Shop]:
    running = Running(create_app(tmp_path, 1, options=Options()))
    await running.ready()
    urls = {f"{name}_url": f"{running.address}/{name}" for name in ("merchant", "payment")}
    partners = Partners.connect(Settings.model_validate({**urls, "partner_token": "sandbox", "partner_timeout": 1}))
    async with httpx.AsyncClient(base_url=running.address, trust_env=False) as http:
        yield Shop(http, OrderingActivities(database, partners.ordering, partners.charges), database)
    await partners.aclose()
    await running.stop()


def asking(order: dict[str, Any], key: str = "RD-1.m1.change", quantity: int = 2) -> AskChange:
    change = OrderChangeRequest(
        key=key,
        reference="RD-1",
        merchant_id=order["merchant_id"],
        order_id=order["order_id"],
        kind=ChangeKind.QUANTITIES,
        quantities=(LineQuantity(line_id="L1", quantity=quantity),),
    )
    return AskChange(order=change, customer_id=order["customer_id"])


def bill(order: dict[str, Any], key: str = "RD-1.m1.charge", known: Charge | None = None) -> ChargeCall:
    asked = charge_request(
        500,
        "CNY",
        key=key,
        order_id=order["order_id"],
        customer_id=order["customer_id"],
        until=datetime.now(UTC) + timedelta(hours=48),
    )
    return ChargeCall(order=asked, merchant_id=order["merchant_id"], known=known)


@pytest.mark.parametrize("fault", ["timeout_after", "garbage"])
async def test_a_change_whose_answer_got_lost_is_made_once(shop: Shop, fault: str) -> None:
    order = await shop.order(0)
    await shop.faults({"partner": "merchant", "call": "change", "fault": fault, "times": 1, "seconds": 2})
    assert not (await shop.error(shop.calls.change_order, asking(order))).non_retryable
    answer: ChangeAnswer = await shop.run(shop.calls.change_order, asking(order), attempt=2)
    assert answer.status is ChangeStatus.CONFIRMED
    assert answer.order is not None
    assert answer.order.lines[0].quantity == 2
    assert [row["calls"] for row in await shop.books("order_changes")] == [1]


@pytest.mark.parametrize("fault", ["timeout_before", "error_500", "too_many_429"])
async def test_a_merchant_in_trouble_is_asked_again(shop: Shop, fault: str) -> None:
    order = await shop.order(0)
    await shop.faults({"partner": "merchant", "call": "change", "fault": fault, "times": 1, "seconds": 2})
    error = await shop.error(shop.calls.change_order, asking(order))
    assert (error.type, error.non_retryable) == (ErrorType.PARTNER_UNAVAILABLE, False)
    answer: ChangeAnswer = await shop.run(shop.calls.change_order, asking(order), attempt=2)
    assert answer.status is ChangeStatus.CONFIRMED


async def test_a_no_for_good_is_a_refusal_with_the_merchants_words(shop: Shop) -> None:
    order = await shop.order(0)
    await shop.faults({"partner": "merchant", "call": "change", "fault": "refuse"})
    answer: ChangeAnswer = await shop.run(shop.calls.change_order, asking(order))
    assert (answer.status, answer.refusal) == (ChangeStatus.REFUSED, "the partner does not want to")


async def test_a_change_is_taken_back_and_asked_about(shop: Shop) -> None:
    order = await shop.order(1)
    query = ChangeQuery(order_id=order["order_id"], key="RD-1.m1.change")
    unknown: ChangeAnswer = await shop.run(shop.calls.change_state, query)
    assert unknown.status is ChangeStatus.PENDING
    await shop.run(shop.calls.change_order, asking(order))
    known: ChangeAnswer = await shop.run(shop.calls.change_state, query)
    assert known.status is ChangeStatus.CONFIRMED
    undone: ChangeAnswer = await shop.run(shop.calls.undo_change, query)
    assert undone.status is ChangeStatus.UNDONE
    assert undone.order is not None
    assert undone.order.lines[0].quantity == 1
    nowhere: ChangeAnswer = await shop.run(shop.calls.undo_change, ChangeQuery(order_id="O-1", key="k"))
    assert nowhere.status is ChangeStatus.UNDONE


async def test_an_address_is_read_where_it_is_kept_and_only_the_customers_own(shop: Shop) -> None:
    order = await shop.order(2)
    row = {
        "address_id": "AD-1",
        "customer_id": order["customer_id"],
        "name": "王伟",
        "phone": "13800000000",
        "region": "CN-31",
        "city": "上海",
        "street": "漕溪北路 1 号",
        "street2": "2 单元",
        "at": datetime.now(UTC),
    }
    async with shop.database.writing() as session:
        await insert_if_absent(session, AddressRow, row)
    there = asking(order).model_copy(update={"address_id": "AD-1"})
    move = there.order.model_copy(update={"kind": ChangeKind.ADDRESS, "quantities": ()})
    foreign: ChangeAnswer = await shop.run(
        shop.calls.change_order, there.model_copy(update={"order": move, "customer_id": "C-somebody"})
    )
    assert (foreign.status, foreign.refusal) == (ChangeStatus.REFUSED, "address_unknown")
    moved: ChangeAnswer = await shop.run(shop.calls.change_order, there.model_copy(update={"order": move}))
    assert moved.status is ChangeStatus.CONFIRMED
    (told,) = await shop.books("order_changes")
    address = told["request"]["address"]
    assert (address["street"], address["street2"], address["country"]) == ("漕溪北路 1 号", "2 单元", "CN")


@pytest.mark.parametrize("fault", ["timeout_after", "garbage", "error_500"])
async def test_a_charge_is_asked_for_once_and_booked_when_it_is_paid(shop: Shop, fault: str) -> None:
    order = await shop.order(3)
    await shop.faults({"partner": "payment", "call": "charge", "fault": fault, "times": 1, "seconds": 2})
    assert not (await shop.error(shop.calls.ask_charge, bill(order))).non_retryable
    asked: Charge = await shop.run(shop.calls.ask_charge, bill(order), attempt=2)
    assert asked.status is ChargeStatus.PENDING
    assert asked.pay_url is not None
    (await shop.http.post(asked.pay_url)).raise_for_status()
    paid: Charge = await shop.run(shop.calls.charge_state, bill(order, known=asked))
    assert paid.status is ChargeStatus.PAID
    booking = BookCharge(case_id="RD-1", remedy_id="m1", charge=paid, at=datetime.now(UTC))
    await shop.run(shop.calls.book_charge, booking)
    await shop.run(shop.calls.book_charge, booking)
    async with shop.database.reading() as session:
        rows = (await session.exec(select(LedgerRow).where(LedgerRow.order_id == order["order_id"]))).all()
    assert sorted(row.amount_minor for row in rows) == [-500, 500]
    assert [row["status"] for row in await shop.books("charges")] == ["paid"]


async def test_a_charge_that_the_provider_refuses_is_quoted_and_nobody_pays_it(shop: Shop) -> None:
    order = await shop.order(4)
    await shop.faults({"partner": "payment", "call": "charge", "fault": "refuse"})
    refused: Charge = await shop.run(shop.calls.ask_charge, bill(order))
    assert (refused.status, refused.refusal) == (ChargeStatus.REFUSED, "the partner does not want to")
    called_off: Charge = await shop.run(shop.calls.cancel_charge, bill(order, "RD-1.m2.charge"))
    assert called_off.status is ChargeStatus.CANCELLED
