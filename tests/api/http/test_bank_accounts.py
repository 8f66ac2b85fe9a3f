"""Customers' bank accounts: checked, stored once, shown to nobody in full, named by their own cases only (RES-16, ARC-3)."""

from typing import Any

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Web

CARD: dict[str, Any] = {"holder": "王伟", "card_number": "6222 0212 3456 7890 128", "bank": "中国工商银行上海徐汇支行"}
IBAN: dict[str, Any] = {"holder": "Anna Schmidt", "iban": "de89 3704 0044 0532 0130 00"}
PATH = "/v1/bank-accounts"


async def test_an_account_is_stored_once_and_nobody_reads_its_number_again(web: Web) -> None:
    customer, customer_id, _ = web.customer()
    first = await customer.post(PATH, CARD, idempotency_key="mine")
    again = await customer.post(PATH, CARD, idempotency_key="mine")
    assert first.status_code == 201, first.text
    shown = first.json()
    assert shown == again.json()
    assert (shown["holder"], shown["ending"], shown["country"], shown["customer_id"]) == ("王伟", "0128", None, customer_id)
    other = await customer.post(PATH, {**CARD, "holder": "李明"}, idempotency_key="mine")
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    abroad = (await customer.post(PATH, IBAN)).json()
    assert (abroad["country"], abroad["ending"]) == ("DE", "3000")
    listed = await customer.get(PATH)
    assert [one["account_id"] for one in listed.json()["accounts"]] == [abroad["account_id"], shown["account_id"]]
    for answer in (first, listed):
        assert "6222021234567890128" not in answer.text
        assert "DE89370400440532013000" not in answer.text


async def test_only_its_customer_and_whoever_sees_their_case_is_shown_it(web: Web) -> None:
    customer, customer_id, order = web.customer()
    stored = (await customer.post(PATH, IBAN)).json()
    whose = f"{PATH}?customer_id={customer_id}"
    assert (await web.person(Role.SUPERVISOR, "susan").get(whose)).json()["accounts"] == [stored]
    assert (await web.person(Role.AGENT, "alice", "rules").get(whose)).status_code == 404
    row = await web.row(
        await web.open(customer, order_id=order, issue="product.quality_defect"), lambda row: row.team is not None
    )
    assert (await web.person(Role.AGENT, "alice", str(row.team)).get(whose)).json()["accounts"] == [stored]
    stranger, _, _ = web.customer()
    assert (await stranger.get(whose)).json()["field"] == "customer_id"
    assert (await stranger.get(PATH)).json() == {"accounts": []}
    for role in (Role.MERCHANT, Role.CARRIER, Role.ANALYST):
        assert (await web.person(role, "M-1").get(whose)).status_code == 403


@pytest.mark.parametrize(
    ("account", "field", "says"),
    [
        ({"holder": "A", "iban": "DE89 3704 0044 0532 0130 01"}, "iban", "check digits"),
        ({"holder": "A", "iban": "DE89 3704 0044 0532 0130"}, "iban", "check digits"),
        ({"holder": "A", "iban": "XX89 3704 0044 0532 0130 00"}, "iban", "check digits"),
        ({"holder": "王伟", "bank": "工商银行", "card_number": "6222021234567890127"}, "card_number", "check digit"),
        ({"holder": "王伟", "bank": "工商银行", "card_number": "4111111111111111"}, "card_number", "UnionPay"),
        ({"holder": "王伟", "bank": "工商银行", "card_number": "6222"}, "card_number", "16 to 19"),
        ({"holder": "王伟", "card_number": "6222021234567890128"}, None, "name the bank"),
        ({"holder": "A"}, None, "either an IBAN or a card number"),
        ({**CARD, "iban": IBAN["iban"]}, None, "either an IBAN or a card number"),
        ({"iban": IBAN["iban"]}, "holder", "required"),
    ],
)
async def test_what_is_no_account_is_refused_with_what_is_wrong(
    web: Web, account: dict[str, Any], field: str | None, says: str
) -> None:
    customer, _, _ = web.customer()
    answer = await customer.post(PATH, account)
    assert answer.status_code == 422, answer.text
    assert answer.json().get("field") in {field, "body"} if field is None else answer.json()["field"] == field
    assert says.casefold() in answer.json()["detail"].casefold()
    assert (await customer.get(PATH)).json() == {"accounts": []}
