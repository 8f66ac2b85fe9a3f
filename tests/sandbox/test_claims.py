"""Claims at the sandbox's carriers and merchants, spoken to by the real client (RES-9): tempers, payments, keys, faults."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from adapters.partners.claims import HttpClaims
from adapters.partners.http import PartnerHttp
from models.claims.partner import ClaimMessage, ClaimMove
from models.claims.state import ClaimCause, ClaimKind
from models.common.base import Money
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from tests.support.builders.contracts import check, contract
from tests.support.processes.sandbox import TOKEN, Town

PATHS = {"carrier": "/claims", "merchant": "/recoveries"}


@pytest.fixture
async def desks(town: Town) -> AsyncIterator[dict[str, HttpClaims]]:
    https = {partner: PartnerHttp(partner, f"{town.address}/{partner}", TOKEN, 5) for partner in PATHS}
    yield {partner: HttpClaims(http, PATHS[partner]) for partner, http in https.items()}
    for http in https.values():
        await http.aclose()


def message(recipient: str, move: ClaimMove = ClaimMove.OPEN, **change: object) -> ClaimMessage:
    reference = f"RD-{uuid4().hex[:12].upper()}.claim.1"
    base = ClaimMessage(
        key=f"{reference}.1",
        reference=reference,
        move=move,
        kind=ClaimKind.RECOVERY if recipient.startswith("M-") else ClaimKind.CARRIER,
        recipient=recipient,
        order_id="O-1001",
        cause=ClaimCause.LOST,
        amount=Money(minor=12_900),
        words="the trace says lost",
        due=datetime(2030, 1, 1, tzinfo=UTC),
    )
    return base.model_copy(update=change)


async def told(town: Town, sent: ClaimMessage, count: int) -> list[dict[str, Any]]:
    """What the party's system told of the claim, each as its contract says."""
    notices = await town.inbox.about(sent.reference, count)
    for _, partner, body in notices:
        document = contract(partner)
        schema = document["webhooks"]["claim"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        check(document, schema, body)
    return [body["payload"] for _, _, body in notices]


@pytest.mark.parametrize(("partner", "recipient"), [("carrier", "YTO"), ("merchant", "M-1")])
async def test_who_admits_accepts_and_pays(town: Town, desks: dict[str, HttpClaims], partner: str, recipient: str) -> None:
    sent = message(recipient)
    receipt = await desks[partner].tell(sent)
    assert receipt.claim_number
    accepted, paid = await told(town, sent, 2)
    assert accepted["answer"] == "accepted"
    assert (paid["answer"], paid["amount"]["minor"]) == ("paid", 12_900)


async def test_who_explains_accepts_half_and_the_whole_after_a_dispute(town: Town, desks: dict[str, HttpClaims]) -> None:
    sent = message("JD")
    await desks["carrier"].tell(sent)
    (half,) = await told(town, sent, 1)
    assert (half["answer"], half["amount"]["minor"]) == ("accepted_in_part", 6_450)
    await desks["carrier"].tell(sent.model_copy(update={"key": f"{sent.reference}.2", "move": ClaimMove.DISPUTE}))
    answers = [word["answer"] for word in await told(town, sent, 3)]
    assert answers == ["accepted_in_part", "accepted", "paid"]


async def test_who_denies_rejects_and_the_silent_say_nothing(town: Town, desks: dict[str, HttpClaims]) -> None:
    denied, unanswered = message("ZTO"), message("SF")
    await desks["carrier"].tell(denied)
    await desks["carrier"].tell(unanswered)
    (rejected,) = await told(town, denied, 1)
    assert rejected["answer"] == "rejected"
    (book,) = await town.get("/books/claims", reference=unanswered.reference)
    assert book["answer"] is None


async def test_the_same_key_is_taken_once_and_another_message_under_it_is_refused(
    town: Town, desks: dict[str, HttpClaims]
) -> None:
    sent = message("SF")
    assert await desks["carrier"].told(sent.key) is None
    first, second = [await desks["carrier"].tell(sent) for _ in range(2)]
    assert first == second == await desks["carrier"].told(sent.key)
    (book,) = await town.get("/books/claims", reference=sent.reference)
    assert book["calls"] == 2
    with pytest.raises(PartnerError, match="another message") as refused:
        await desks["carrier"].tell(sent.model_copy(update={"amount": Money(minor=1)}))
    assert refused.value.type is ErrorType.PARTNER_REFUSED


@pytest.mark.parametrize(
    ("fault", "type_"),
    [
        ("error_500", ErrorType.PARTNER_UNAVAILABLE),
        ("too_many_429", ErrorType.PARTNER_UNAVAILABLE),
        ("garbage", ErrorType.PARTNER_INVALID_RESPONSE),
        ("refuse", ErrorType.PARTNER_REFUSED),
    ],
)
async def test_each_fault_is_told_for_what_it_is(town: Town, desks: dict[str, HttpClaims], fault: str, type_: ErrorType) -> None:
    await town.put("/faults", [{"partner": "carrier", "call": "claim", "fault": fault, "times": 1}])
    sent = message("SF")
    with pytest.raises(PartnerError) as failed:
        await desks["carrier"].tell(sent)
    assert failed.value.type is type_
    known = await desks["carrier"].told(sent.key)
    assert (known is not None) is (fault == "garbage")  # it was taken, only the answer was lost


async def test_a_payment_told_twice_and_out_of_order_is_the_same_payment(town: Town, desks: dict[str, HttpClaims]) -> None:
    quiet = ["duplicate_webhook", "reordered_webhooks"]
    await town.put("/faults", [{"partner": "carrier", "call": "claim", "fault": fault} for fault in quiet])
    sent = message("YTO")
    await desks["carrier"].tell(sent)
    words = await told(town, sent, 5)
    assert {word["payment_reference"] for word in words if word["answer"] == "paid"} == {f"BANK-{sent.key}"}
