"""Goods that come back through the sandbox, called by the real adapter: what it does once, tells, refuses, and writes down (RES-6)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.connect import Partners
from adapters.partners.returns import ReturnPartners
from models.common.errors import PartnerError
from models.common.lines import LineQuantity
from models.common.vocabulary import ErrorType
from models.returns import partner as calls
from models.returns.partner import (
    LabelRequest,
    PickupMove,
    PickupRequest,
    PickupStatus,
    Purpose,
    ReturnCancelled,
    ReturnRequest,
    ReturnSlip,
    SendBack,
    Voided,
)
from settings import Settings
from tests.support.builders.contracts import check, contract
from tests.support.processes.sandbox import TOKEN, Town

START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
SHAPES = {
    "merchant": ("ReturnRequest", "ReturnSlip", "ReturnCancelled", "SendBack", "SentBack", "ToldInspection", "ToldLine"),
    "carrier": (
        "LabelRequest",
        "Label",
        "Voided",
        "PickupRequest",
        "PickupMove",
        "PickupBooked",
        "ReturnParcel",
        "ReturnAddress",
    ),
}


@pytest.fixture
async def partners(town: Town) -> AsyncIterator[ReturnPartners]:
    urls = {f"{name}_url": f"{town.address}/{name}" for name in ("merchant", "carrier", "payment", "notification")}
    connected = Partners.connect(Settings.model_validate({**urls, "partner_token": TOKEN, "partner_timeout": 2}))
    yield connected.returns
    await connected.aclose()


async def opened(town: Town, partners: ReturnPartners, state: str = "delivered") -> tuple[ReturnRequest, ReturnSlip]:
    """A return of the first order in that state."""
    order = await town.order(state)
    name = f"RD-{uuid4().hex[:12].upper()}.m1.return"
    lines = (LineQuantity(line_id="L1", quantity=1),)
    asked = ReturnRequest(
        key=name,
        reference=name,
        order_id=order["order_id"],
        merchant_id=order["merchant_id"],
        lines=lines,
        purpose=Purpose.REFUND,
    )
    return asked, await partners.open_return(asked)


def pickup_of(asked: ReturnRequest, slip: ReturnSlip, **change: Any) -> PickupRequest:
    assert slip.rma is not None
    assert slip.address is not None
    base = PickupRequest(
        key=f"{asked.key}.p1",
        reference=asked.reference,
        order_id=asked.order_id,
        rma=slip.rma,
        to=slip.address,
        start=START,
        end=START + timedelta(hours=2),
    )
    return base.model_copy(update=change)


def label_of(asked: ReturnRequest, slip: ReturnSlip) -> LabelRequest:
    assert slip.rma is not None
    assert slip.address is not None
    return LabelRequest(
        key=f"{asked.key}.label", reference=asked.reference, order_id=asked.order_id, rma=slip.rma, to=slip.address
    )


async def scan(town: Town, tracking: str, status: str) -> None:
    (await town.http.post(f"/parcels/{tracking}/scans", json={"status": status})).raise_for_status()


@pytest.mark.parametrize(("partner", "name"), [(partner, name) for partner, names in SHAPES.items() for name in names])
def test_the_contracts_name_every_field_of_a_return(partner: str, name: str) -> None:
    named = contract(partner)["components"]["schemas"][name]
    schema = getattr(calls, name).model_json_schema()
    assert set(named["properties"]) == set(schema["properties"])
    assert set(named.get("required", ())) == set(schema.get("required", ()))


async def test_a_return_and_its_label_are_made_once(town: Town, partners: ReturnPartners) -> None:
    asked, slip = await opened(town, partners)
    assert await partners.open_return(asked) == slip
    order = label_of(asked, slip)
    assert await partners.label_by_key(order.key) is None
    first = await partners.label(order)
    assert await partners.label(order) == first
    assert await partners.label_by_key(order.key) == first
    with pytest.raises(PartnerError) as other:
        await partners.label(order.model_copy(update={"rma": "RMA-OTHER"}))
    assert other.value.type is ErrorType.PARTNER_REFUSED
    books = await town.get("/books/returns", reference=asked.reference)
    assert [(row["kind"], row["calls"]) for row in books] == [("return", 2), ("label", 2)]


async def test_an_order_of_another_merchant_is_not_taken_back(town: Town, partners: ReturnPartners) -> None:
    order = await town.order("delivered")
    foreign = ReturnRequest(
        key="k1", reference="k1", order_id=order["order_id"], merchant_id="M-99", lines=(), purpose=Purpose.REFUND
    )
    with pytest.raises(PartnerError) as refused:
        await partners.open_return(foreign)
    assert refused.value.type is ErrorType.PARTNER_REFUSED


async def test_a_pickup_is_booked_moved_and_cancelled(town: Town, partners: ReturnPartners) -> None:
    asked, slip = await opened(town, partners)
    order = pickup_of(asked, slip)
    booked = await partners.pickup(order)
    assert (booked.status, booked.start) == (PickupStatus.BOOKED, START)
    later = START + timedelta(days=1)
    move = PickupMove(key=f"{order.key}.m1", start=later, end=later + timedelta(hours=2))
    assert (await partners.move_pickup(order.key, move)).start == later
    far = move.model_copy(update={"key": f"{order.key}.m2", "start": START + timedelta(days=60)})
    with pytest.raises(PartnerError):
        await partners.move_pickup(order.key, far)
    assert (await partners.cancel_pickup(order.key, Voided(key=f"{order.key}.off"))).status is PickupStatus.CANCELLED
    known = await partners.pickup_by_key(order.key)
    assert known is not None
    assert known.status is PickupStatus.CANCELLED


async def test_the_carrier_tells_that_it_fetched_the_parcel_or_did_not(town: Town, partners: ReturnPartners) -> None:
    asked, slip = await opened(town, partners)
    order = pickup_of(asked, slip)
    await partners.pickup(order)
    (await town.http.post(f"/pickups/{order.key}/missed")).raise_for_status()
    ((_, partner, body),) = await town.inbox.about(asked.reference)
    assert (partner, body["kind"], body["payload"]["status"]) == ("carrier", "pickup", "missed")


@pytest.mark.parametrize(("answers", "rejected"), [("admits", 0), ("denies", 1)])
async def test_a_merchant_inspects_by_its_temper(town: Town, partners: ReturnPartners, answers: str, rejected: int) -> None:
    asked, slip = await opened(town, partners)
    await town.put("/tempers", {asked.merchant_id: answers})
    label = await partners.label(label_of(asked, slip))
    await scan(town, label.tracking, "in_transit")
    await scan(town, label.tracking, "delivered")
    notices = await town.inbox.about(asked.reference, 3)
    inspections = [body for _, partner, body in notices if (partner, body["kind"]) == ("merchant", "inspection")]
    assert sum(line["rejected"] for line in inspections[0]["payload"]["lines"]) == rejected
    for _, partner, body in notices:
        document = contract(partner)
        check(document, document["webhooks"][body["kind"]]["post"]["requestBody"]["content"]["application/json"]["schema"], body)


async def test_a_silent_merchant_says_nothing_of_what_came(town: Town, partners: ReturnPartners) -> None:
    asked, slip = await opened(town, partners)
    await town.put("/tempers", {asked.merchant_id: "silent"})
    label = await partners.label(label_of(asked, slip))
    await scan(town, label.tracking, "delivered")
    await town.inbox.about(asked.reference)
    webhooks = await town.get("/books/webhooks")
    assert [row["body"]["kind"] for row in webhooks if row["body"]["reference"] == asked.reference] == ["shipment"]


async def test_rejected_goods_are_sent_back_once_and_can_be_followed(town: Town, partners: ReturnPartners) -> None:
    asked, _ = await opened(town, partners)
    assert await partners.sent_back(asked.key) is None
    order = SendBack(key=f"{asked.key}.back", lines=asked.lines)
    sent = await partners.send_back(asked.key, order)
    assert await partners.send_back(asked.key, order) == sent == await partners.sent_back(asked.key)
    assert sent.tracking is not None
    await scan(town, sent.tracking, "delivered")
    parcel = await partners.parcel(sent.tracking)
    assert parcel is not None
    assert parcel.status == "delivered"
    assert await partners.parcel("NOBODYS") is None


async def test_what_is_called_off_is_written_down(town: Town, partners: ReturnPartners) -> None:
    asked, slip = await opened(town, partners)
    label = await partners.label(label_of(asked, slip))
    await partners.cancel_return(asked.key, ReturnCancelled(key=f"{asked.key}.off"))
    await partners.void_label(label.key, Voided(key=f"{label.key}.void"))
    books = await town.get("/books/returns", reference=asked.reference)
    assert {row["kind"]: row["status"] for row in books} == {"return": "cancelled", "label": "void"}
    with pytest.raises(PartnerError) as unknown:
        await partners.void_label("nobodys", Voided(key="nobodys.void"))
    assert unknown.value.type is ErrorType.NOT_FOUND


@pytest.mark.parametrize("fault", ["timeout_after", "garbage", "error_500"])
async def test_after_a_fault_the_same_pickup_is_found_or_booked_and_never_twice(
    town: Town, partners: ReturnPartners, fault: str
) -> None:
    asked, slip = await opened(town, partners)
    order = pickup_of(asked, slip)
    await town.put("/faults", [{"partner": "carrier", "call": "pickup", "fault": fault, "times": 1, "seconds": 0}])
    with pytest.raises(PartnerError) as trouble:
        await partners.pickup(order)
    assert not trouble.value.permanent
    found = await partners.pickup_by_key(order.key) or await partners.pickup(order)
    assert found.status is PickupStatus.BOOKED
    assert len(await town.get("/books/returns", reference=asked.reference, kind="pickup")) == 1
