"""Addresses over HTTP: which are confirmed at once, which by a code, and who is told of a change (NTF-3)."""

import re
from typing import Any

import pytest
from sqlmodel import col, select

from api.http.auth import make_token
from models.common.vocabulary import Locale, Role
from models.tables.case import MessageRow
from tests.support.processes.api import Person, Web

EMAIL, PHONE = "li@example.com", "+86 138 0000 0000"


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def contacts(who: Person) -> dict[str, Any]:
    return (await who.get("/v1/me/contacts")).json()


async def letters(web: Web, customer_id: str, event: str) -> list[MessageRow]:
    async with web.service.database.reading() as session:
        chosen = select(MessageRow).where(MessageRow.recipient_id == customer_id, MessageRow.event == event)
        return list((await session.exec(chosen.order_by(col(MessageRow.id)))).all())


def with_claims(web: Web, customer_id: str, **claims: str) -> Person:
    token = make_token(web.settings, Role.CUSTOMER, customer_id, locale=Locale.EN, **claims)  # type: ignore[arg-type]
    return Person(web.http, {"Authorization": f"Bearer {token}"})


async def test_what_a_customer_writes_down_is_not_confirmed_by_it(web: Web) -> None:
    customer, _, _ = web.customer()
    assert await contacts(customer) == {"email": None, "email_confirmed": False, "phone": None, "phone_confirmed": False}
    await web.open(customer, kind="inquiry", channel="email", customer={"email": EMAIL, "phone": PHONE})
    assert await contacts(customer) == {"email": EMAIL, "email_confirmed": False, "phone": PHONE, "phone_confirmed": False}


async def test_what_the_shops_token_says_to_be_verified_is_confirmed_and_needs_not_be_written(web: Web) -> None:
    _, customer_id, _ = web.customer()
    customer = with_claims(web, customer_id, email="Li@example.com", phone="+8613800000000")
    await web.open(customer, kind="inquiry", customer={"email": EMAIL})
    assert await contacts(customer) == {"email": EMAIL, "email_confirmed": True, "phone": PHONE, "phone_confirmed": True}


async def test_claims_that_are_no_addresses_are_left_out(web: Web) -> None:
    _, customer_id, _ = web.customer()
    customer = with_claims(web, customer_id, email="nobody", phone="call me")
    await web.open(customer, kind="inquiry")
    assert (await contacts(customer))["email"] is None


@pytest.mark.parametrize(
    ("channel", "confirmed"), [("hotline", (False, True)), ("email", (True, False)), ("import", (False, False))]
)
async def test_the_way_by_which_staff_had_the_case_is_confirmed_and_no_other(
    web: Web, channel: str, confirmed: tuple[bool, bool]
) -> None:
    customer, customer_id, _ = web.customer()
    said = {"id": customer_id, "email": EMAIL, "phone": PHONE}
    await web.open(web.person(Role.AGENT, "alice"), kind="inquiry", channel=channel, customer=said)
    known = await contacts(customer)
    assert (known["email_confirmed"], known["phone_confirmed"]) == confirmed


async def test_a_code_confirms_once_and_only_that_address(web: Web) -> None:
    customer, customer_id, _ = web.customer()
    await web.open(customer, kind="inquiry", customer={"phone": PHONE, "locale": "en"})
    assert (await customer.post("/v1/me/contacts/code", {"channel": "sms"})).status_code == 202
    (letter,) = await letters(web, customer_id, "contact.code")
    assert (letter.address, letter.channel, letter.state) == (PHONE, "sms", "waiting")
    code = re.findall(r"\d{6}", letter.body)[0]
    wrong = await customer.post("/v1/me/contacts/confirm", {"channel": "sms", "code": f"{(int(code) + 1) % 10**6:06}"})
    assert (wrong.status_code, wrong.json()["field"], wrong.json()["rule"]) == (422, "code", "NTF-3")
    other, _, _ = web.customer()
    assert (await other.post("/v1/me/contacts/confirm", {"channel": "sms", "code": code})).status_code == 409
    right = await customer.post("/v1/me/contacts/confirm", {"channel": "sms", "code": code})
    assert (right.status_code, right.json()["phone_confirmed"]) == (200, True)
    again = await customer.post("/v1/me/contacts/confirm", {"channel": "sms", "code": code})
    assert again.status_code == 409


async def test_wrong_codes_are_counted_and_a_new_code_is_named_as_the_way_on(web: Web) -> None:
    customer, customer_id, _ = web.customer()
    await web.open(customer, kind="inquiry", customer={"email": f"{customer_id}@example.com", "locale": "en"})
    await customer.post("/v1/me/contacts/code", {"channel": "email"})
    (letter,) = await letters(web, customer_id, "contact.code")
    wrong = f"{(int(re.findall(r'[0-9]{6}', letter.body)[0]) + 1) % 10**6:06}"
    tries = [await customer.post("/v1/me/contacts/confirm", {"channel": "email", "code": wrong}) for _ in range(6)]
    assert [answer.status_code for answer in tries] == [422] * 5 + [409]
    assert tries[-1].json()["allowed"] == ["POST /v1/me/contacts/code"]


async def test_one_address_gets_three_codes_a_day_from_whoever_asks(web: Web) -> None:
    answers: list[int] = []
    for _ in range(2):
        customer, _, _ = web.customer()
        await web.open(customer, kind="inquiry", customer={"email": "stranger@example.net"})
        answers += [(await customer.post("/v1/me/contacts/code", {"channel": "email"})).status_code for _ in range(2)]
    assert answers == [202, 202, 202, 429]


async def test_the_former_address_is_told_once_of_a_change_and_the_new_one_is_not_confirmed(web: Web) -> None:
    _, customer_id, _ = web.customer()
    customer = with_claims(web, customer_id, email=EMAIL)
    await web.open(customer, kind="inquiry")
    thief = web.person(Role.CUSTOMER, customer_id)
    for phone in (None, PHONE):
        await web.open(thief, kind="inquiry", customer={"email": "thief@example.com", **({"phone": phone} if phone else {})})
    known = await contacts(customer)
    assert (known["email"], known["email_confirmed"], known["phone_confirmed"]) == ("thief@example.com", False, False)
    (letter,) = await letters(web, customer_id, "contact.changed")
    assert (letter.channel, letter.address, letter.state) == ("email", EMAIL, "waiting")


async def test_there_is_nothing_to_confirm_of_others_channels_or_without_an_address(web: Web) -> None:
    customer, _, _ = web.customer()
    assert (await customer.post("/v1/me/contacts/code", {"channel": "sms"})).status_code == 409
    assert (await customer.post("/v1/me/contacts/code", {"channel": "push"})).status_code == 422
    assert (await customer.post("/v1/me/contacts/confirm", {"channel": "sms", "code": "12345"})).json()["field"] == "code"
    for call in ("code", "confirm"):
        body = {"channel": "sms", "code": "123456"} if call == "confirm" else {"channel": "sms"}
        assert (await web.person(Role.MERCHANT, "M-1").post(f"/v1/me/contacts/{call}", body)).status_code == 403


async def test_what_is_withheld_is_among_the_figures(web: Web) -> None:
    figures = (await web.http.get("/metrics")).text
    assert 'redress_messages_withheld{channel="sms",reason="budget"}' in figures
