"""A stranger's address gets one code and no news; a confirmed one so many messages a day, whoever named it (NTF-3)."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select, update

from activities.notifications.delivery import Delivery
from adapters.database.contacts import CodeResult, confirm, digest_of, make_code, try_code
from adapters.database.engine import Database, insert_if_absent, upsert
from models.common.partners import OutgoingMessage
from models.common.vocabulary import MessageChannel
from models.policy.contacts import ContactPolicy
from models.policy.policy import Policy
from models.tables.case import ContactCodeRow, ContactRow, MessageRow
from rules.notifications.without_links import LONGEST_SMS

EMAIL, SMS = MessageChannel.EMAIL, MessageChannel.SMS
STRANGER = {"email": "stranger@example.com", "phone": "+86 138 0000 0000"}


class Provider:
    """Takes everything."""

    def __init__(self) -> None:
        self.taken: list[OutgoingMessage] = []

    async def send(self, message: OutgoingMessage) -> None:
        self.taken.append(message)

    def to(self, channel: str) -> list[str]:
        return [message.body for message in self.taken if message.channel == channel]


@pytest.fixture(scope="session")
def policy(policy: Policy) -> Policy:
    """Without quiet hours: these tests are the same at night."""
    return policy.model_copy(update={"contacts": policy.contacts.model_copy(update={"quiet_hours": {}})})


@pytest.fixture
def provider() -> Provider:
    return Provider()


async def known(database: Database, customer: str = "C-1", *, confirmed: bool = False, **address: str) -> ContactRow:
    now = datetime.now(UTC)
    since = now if confirmed else None
    contact = {
        "customer_id": customer,
        "email": None,
        "phone": None,
        "locale": "en",
        "zone": "Asia/Shanghai",
        "email_confirmed_at": since,
        "phone_confirmed_at": since,
        "updated_at": now,
        **(address or STRANGER),
    }
    async with database.writing() as session:
        await upsert(session, ContactRow, contact)
        return await session.get_one(ContactRow, customer)


async def news(database: Database, *channels: str, count: int = 1, customer: str = "C-1", body: str = "News") -> None:
    now = datetime.now(UTC)
    inquiries = [
        {
            "case_id": f"RD-{customer}-{number}",
            "version": 1,
            "event": "case.opened",
            "recipient_role": "customer",
            "recipient_id": customer,
            "channel": channel,
            "locale": "en",
            "subject": "News",
            "body": body,
            "state": "waiting",
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
        }
        for number in range(count)
        for channel in channels
    ]
    async with database.writing() as session:
        await insert_if_absent(session, MessageRow, *inquiries)


async def deliver(database: Database, policy: Policy, provider: Provider) -> None:
    """Until nothing is due."""
    delivery = Delivery(database, policy, provider)
    for _ in range(20):
        await delivery.send_due()


async def outbox(database: Database, **only: object) -> list[MessageRow]:
    async with database.reading() as session:
        return list((await session.exec(select(MessageRow).filter_by(**only).order_by(col(MessageRow.id)))).all())


def code_in(body: str) -> str:
    found = re.search(r"code is (\d{6})", body)
    assert found is not None, body
    return found[1]


async def test_25_inquiries_send_a_stranger_no_more_than_the_code(database: Database, policy: Policy, provider: Provider) -> None:
    await known(database)
    await news(database, "email", "sms", "push", count=25)
    await deliver(database, policy, provider)
    assert [len(provider.to(channel)) for channel in ("email", "sms", "push")] == [1, 1, 25]
    assert all("News" not in body and code_in(body) for body in (*provider.to("email"), *provider.to("sms")))
    withheld = await outbox(database, state="withheld")
    assert (len(withheld), {row.error for row in withheld}) == (50, {"unconfirmed"})


async def test_many_customers_who_name_one_stranger_send_it_a_few_codes_a_day(
    database: Database, policy: Policy, provider: Provider
) -> None:
    for number, phone in enumerate(("+86 138 0000 0000", "13800000000", "138 0000 0000 ext. 1") * 3):
        await known(database, f"C-{number}", phone=phone, email=f"Stranger+{number}@example.com")
        await news(database, "email", "sms", customer=f"C-{number}")
    await deliver(database, policy, provider)
    most = policy.contacts.codes_a_day
    assert (len(provider.to("email")), len(provider.to("sms"))) == (most, most)


async def test_a_stranger_who_was_asked_is_not_asked_again_when_the_code_has_expired(
    database: Database, policy: Policy, provider: Provider
) -> None:
    await known(database)
    await news(database, "sms")
    await deliver(database, policy, provider)
    async with database.writing() as session:
        await session.exec(update(ContactCodeRow).values(expires_at=datetime.now(UTC) - timedelta(days=9)))
        await session.exec(update(MessageRow).values(created_at=datetime.now(UTC) - timedelta(days=9)))
    await news(database, "sms", count=3)
    await deliver(database, policy, provider)
    assert len(provider.to("sms")) == 1


async def test_the_code_confirms_the_address_and_sends_what_was_withheld_of_late(
    database: Database, policy: Policy, provider: Provider
) -> None:
    await known(database)
    await news(database, "sms", count=3)
    await deliver(database, policy, provider)
    (first, *_) = await outbox(database, state="withheld")
    async with database.writing() as session:
        old = datetime.now(UTC) - policy.contacts.release_within
        await session.exec(update(MessageRow).where(col(MessageRow.id) == first.id).values(next_attempt_at=old))
    (body,) = provider.to("sms")
    async with database.writing() as session:
        contact = await session.get_one(ContactRow, "C-1")
        result = await try_code(session, contact, SMS, code_in(body), policy=policy.contacts, now=datetime.now(UTC))
    assert result is CodeResult.CONFIRMED
    await deliver(database, policy, provider)
    assert provider.to("sms")[1:] == ["News", "News"]
    assert [row.id for row in await outbox(database, state="withheld")] == [first.id]


async def test_a_code_is_kept_nowhere_once_it_is_sent(database: Database, policy: Policy, provider: Provider) -> None:
    await known(database)
    await news(database, "sms")
    await deliver(database, policy, provider)
    code = code_in(provider.to("sms")[0])
    assert [(row.state, row.body, row.address) for row in await outbox(database, event="contact.code")] == [("sent", "", None)]
    async with database.reading() as session:
        kept = (await session.exec(select(ContactCodeRow))).one()
    assert code not in str(kept.model_dump())


async def test_a_code_counts_for_its_address_alone_so_long_and_for_a_few_tries(database: Database, policy: Policy) -> None:
    rule, now = policy.contacts, datetime.now(UTC)
    contact = await known(database)
    async with database.writing() as session:
        made = await make_code(session, contact, SMS, rule, now)
    assert made is not None
    code, until = made
    wrong = f"{(int(code) + 1) % 10**6:06}"

    async def tried(given: str, at: datetime, phone: str | None = STRANGER["phone"]) -> CodeResult:
        async with database.writing() as session:
            row = await session.get_one(ContactRow, "C-1")
            row.phone = phone
            return await try_code(session, row, SMS, given, policy=rule, now=at)

    assert await tried(code, until) is CodeResult.NONE
    assert await tried(code, now, "+86 139 0000 0000") is CodeResult.NONE
    assert [await tried(wrong, now) for _ in range(rule.code_tries)] == [CodeResult.WRONG] * rule.code_tries
    assert await tried(code, now) is CodeResult.NONE


async def test_an_address_gets_so_many_messages_a_day_over_all_customers(
    database: Database, policy: Policy, provider: Provider
) -> None:
    some = policy.model_copy(update={"contacts": ContactPolicy(sms_a_day=4, emails_a_day=6)})
    for customer in ("C-1", "C-2"):
        await known(database, customer, confirmed=True)
        await news(database, "email", "sms", "push", count=5, customer=customer)
    await deliver(database, some, provider)
    assert [len(provider.to(channel)) for channel in ("email", "sms", "push")] == [6, 4, 10]
    assert {row.error for row in await outbox(database, state="withheld")} == {"budget"}
    async with database.writing() as session:
        await session.exec(update(MessageRow).values(created_at=datetime.now(UTC) - timedelta(days=1)))
    await known(database, "C-3", confirmed=True)
    await news(database, "sms", customer="C-3")
    await deliver(database, some, provider)
    assert len(provider.to("sms")) == 5


async def test_two_loops_at_once_keep_to_the_budget(database: Database, policy: Policy, provider: Provider) -> None:
    await known(database, confirmed=True)
    await news(database, "sms", count=40)
    await asyncio.gather(*(Delivery(database, policy, provider).send_due() for _ in range(4)))
    assert len(provider.to("sms")) == policy.contacts.sms_a_day


async def test_an_sms_ends_where_the_e_mail_goes_on(database: Database, policy: Policy, provider: Provider) -> None:
    await known(database, confirmed=True)
    await news(database, "email", "sms", body="word " * 1000)
    await deliver(database, policy, provider)
    assert len(provider.to("sms")[0]) <= LONGEST_SMS < len(provider.to("email")[0])


async def test_a_confirmed_address_stays_so_for_its_owner(database: Database, policy: Policy, provider: Provider) -> None:
    contact = await known(database)
    async with database.writing() as session:
        await confirm(session, await session.merge(contact), EMAIL, policy.contacts, datetime.now(UTC))
    await news(database, "email")
    await deliver(database, policy, provider)
    assert provider.to("email") == ["News"]


@pytest.mark.parametrize(
    ("channel", "one", "other", "same"),
    [
        ("email", "Li@Example.com", "li+a@example.com", True),
        ("email", "li@example.com", "li@example.org", False),
        ("sms", "+86 138 0000 0000", "13800000000", True),
        ("sms", "+49 30 1234567", "030 1234567 ext. 3", True),
        ("sms", "+86 138 0000 0000", "+86 138 0000 0001", False),
    ],
)
def test_one_mailbox_or_telephone_is_counted_once_however_it_is_written(channel: str, one: str, other: str, same: bool) -> None:
    assert (digest_of(channel, one) == digest_of(channel, other)) is same
