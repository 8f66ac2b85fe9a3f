"""The published contracts are valid OpenAPI, their examples fit, and the running sandbox keeps to them, webhooks included."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel

from models.chargebacks.partner import Chargeback, ChargebackAnswer
from models.claims.partner import ClaimMessage, ClaimReceipt, ClaimWord
from models.common.partner_registry import Partner
from models.common.partners import Order, OutgoingMessage, Payment, Refund, RefundRequest, Shipment, Statement, StatementRequest
from models.money.charge import Charge
from models.money.coupon import Coupon, IssueCoupon
from models.remedies.order_change import ChangeAnswer, OrderChangeRequest
from models.replacements.partner import Dispatch, DispatchRequest, Repair, RepairRequest, Reservation, ReservationRequest
from models.returns.partner import PickupBooked, ReturnRequest, ReturnSlip, SentBack
from tests.support.builders.contracts import answer_schema, check, contract
from tests.support.processes.sandbox import Town

WITH_WORDS = (
    ChangeAnswer,
    Charge,
    Chargeback,
    ChargebackAnswer,
    ClaimMessage,
    ClaimWord,
    Dispatch,
    Order,
    OrderChangeRequest,
    PickupBooked,
    Repair,
    Reservation,
    ReturnRequest,
    ReturnSlip,
    SentBack,
    Shipment,
)
CLAIMS = (ClaimMessage, ClaimReceipt, ClaimWord)
MODELS = (
    Coupon,
    IssueCoupon,
    Order,
    OutgoingMessage,
    Payment,
    Refund,
    RefundRequest,
    Shipment,
    Statement,
    StatementRequest,
    ChangeAnswer,
    Charge,
    Chargeback,
    ChargebackAnswer,
    Dispatch,
    DispatchRequest,
    OrderChangeRequest,
    Repair,
    RepairRequest,
    Reservation,
    ReservationRequest,
    ReturnRequest,
    ReturnSlip,
    SentBack,
    *CLAIMS,
)


def examples(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every example of a body, with its schema."""

    def walk(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
        if isinstance(node, dict):
            known = cast("dict[str, Any]", node)
            if "schema" in known and "example" in known:
                yield known["schema"], known["example"]
            if "schema" in known and "examples" in known:
                yield from ((known["schema"], example["value"]) for example in known["examples"].values())
            for value in known.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in cast("list[Any]", node):
                yield from walk(value)

    yield from walk(document["paths"])
    yield from walk(document.get("webhooks", {}))
    yield from walk(document["components"]["responses"])


@pytest.mark.parametrize("partner", Partner)
def test_a_contract_is_valid_and_its_examples_fit(partner: Partner) -> None:
    document = contract(partner)
    validate(document)
    found = list(examples(document))
    assert found
    for schema, example in found:
        check(document, schema, example)


@pytest.mark.parametrize("partner", Partner)
def test_a_contract_has_the_webhooks_that_redress_takes_from_this_partner(partner: Partner) -> None:
    posts = [webhook["post"] for webhook in contract(partner).get("webhooks", {}).values()]
    bodies = [post["requestBody"]["content"]["application/json"]["schema"] for post in posts]
    assert sorted(body["properties"]["kind"]["const"] for body in bodies) == sorted(partner.notices)
    assert all(f"/v1/webhooks/{partner}`" in post["description"] for post in posts)


def test_the_contracts_name_every_field_that_redress_reads() -> None:
    named = {name: schema for partner in Partner for name, schema in contract(partner)["components"]["schemas"].items()}
    for model in MODELS:
        schema = model.model_json_schema()
        assert set(named[model.__name__]["properties"]) == set(schema["properties"]), model.__name__
        assert set(named[model.__name__]["required"]) == set(schema["required"]), model.__name__


def words_of(schema: dict[str, Any], schemas: dict[str, Any]) -> set[str] | None:
    """The enumerated words of a field; None: it has none."""
    if "$ref" in schema:
        return words_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "allOf" in schema:
        return words_of(schema["allOf"][0], schemas)
    found = [words for one in schema.get("anyOf", []) if (words := words_of(one, schemas)) is not None]
    return {str(word) for word in schema["enum"]} if "enum" in schema else found[0] if found else None


@pytest.mark.parametrize("model", WITH_WORDS, ids=lambda model: model.__name__)
def test_the_contracts_write_down_every_word_that_redress_says_or_reads(model: type[BaseModel]) -> None:
    ours = model.model_json_schema()
    named = [contract(partner)["components"]["schemas"] for partner in Partner]
    for schemas in (schemas for schemas in named if model.__name__ in schemas):
        told = schemas[model.__name__]["properties"]
        for name, schema in ours["properties"].items():
            words = words_of(schema, ours.get("$defs", {}))
            assert words == words_of(told[name], schemas), (model.__name__, name)


@pytest.mark.long
@pytest.mark.parametrize(
    ("partner", "path", "calls"),
    [
        ("merchant", "/orders/{order_id}", ("/orders/{order_id}",)),
        ("carrier", "/shipments", ("/shipments?order_id={order_id}",)),
        ("payment", "/payments", ("/payments?order_id={order_id}",)),
    ],
)
async def test_every_order_is_told_as_the_contract_says(town: Town, partner: str, path: str, calls: tuple[str, ...]) -> None:
    document = contract(partner)
    for order in await town.get("/catalogue"):
        for call in calls:
            answer = await town.http.get(f"/{partner}{call}".format(order_id=order["order_id"]))
            schema = answer_schema(document, path, "get", answer.status_code)
            assert schema is not None
            check(document, schema, answer.json())


async def test_refunds_and_refusals_are_told_as_the_contract_says(town: Town) -> None:
    document = contract("payment")
    key = "contract.R1.1.1"
    answers = [
        await town.refund("two_methods", 100, key=key),
        await town.refund("two_methods", 100, key=key),
        await town.refund("two_methods", 200, key=key),
        await town.refund("two_methods", 10**9),
        await town.refund("two_methods", 100, amount=None),
        await town.refund("two_methods", 100, key="k" * 101),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 409, 201, 422, 422]
    for answer in answers:
        schema = answer_schema(document, "/refunds", "post", answer.status_code)
        assert schema is not None
        check(document, schema, answer.json())
    known = await town.http.get(f"/payment/refunds/{key}")
    unknown = await town.http.get("/payment/refunds/nobody")
    for answer in (known, unknown):
        schema = answer_schema(document, "/refunds/{key}", "get", answer.status_code)
        assert schema is not None
        check(document, schema, answer.json())


@pytest.mark.parametrize("fault", ["error_500", "too_many_429", "refuse"])
async def test_errors_are_told_as_the_contract_says(town: Town, fault: str) -> None:
    await town.put("/faults", [{"partner": partner, "fault": fault} for partner in Partner])
    document = contract("merchant")
    answer = await town.http.get("/merchant/orders/O-1001")
    if answer.status_code < 500:
        schema = answer_schema(document, "/orders/{order_id}", "get", answer.status_code)
        assert schema is not None
        check(document, schema, answer.json())
    else:
        assert answer.status_code == 500


async def test_notices_are_told_as_the_contract_says(town: Town) -> None:
    refund = (await town.refund("delivered", 100)).json()
    merchant = await town.ask("merchant", "M-2")
    carrier = await town.ask("carrier", "YTO")
    order = await town.order("in_transit")
    await town.http.post(f"/parcels/{order['tracking'][0]}/scans", json={"status": "in_transit", "place": "成都"})
    for reference in (refund["reference"], merchant["reference"], carrier["reference"]):
        await town.inbox.about(reference)
    told = {(partner, body["kind"]) for _, partner, body in town.inbox.taken}
    assert told >= {("payment", "refund"), ("merchant", "statement"), ("carrier", "statement")}
    for _, partner, body in town.inbox.taken:
        document = contract(partner)
        schema = document["webhooks"][body["kind"]]["post"]["requestBody"]["content"]["application/json"]["schema"]
        check(document, schema, body)
