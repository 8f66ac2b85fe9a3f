"""The outbox: every message arrives once, whatever the provider does (NTF-2)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select, update

from activities.kit import loops
from activities.notifications.delivery import Delivery
from activities.notifications.withholding import Addressed
from adapters.database.engine import Database, insert_if_absent, upsert
from models.common.errors import PartnerError
from models.common.partners import OutgoingMessage
from models.common.vocabulary import ErrorType
from models.policy.contacts import ContactPolicy
from models.tables.case import ContactRow, MessageRow
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.cases import NOW
from tests.support.processes.waiting import eventually

POLICY = load_policy(Settings().policy).model_copy(update={"contacts": ContactPolicy(sms_a_day=100)})


class Provider:
    """A notification provider that keeps what it took; `trouble` is raised for a message as long as it is set."""

    def __init__(self) -> None:
        self.taken: list[OutgoingMessage] = []
        self.trouble: Exception | None = None

    async def send(self, message: OutgoingMessage) -> None:
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        self.taken.append(message)

    @property
    def keys(self) -> list[str]:
        return sorted(message.key for message in self.taken)


@pytest.fixture
def provider() -> Provider:
    return Provider()


async def write(database: Database, *channels: str, count: int = 1, created: datetime | None = None, to: str = "C-1") -> None:
    """Let messages wait in the outbox."""
    at = created or datetime.now(UTC)
    rows = [
        {
            "case_id": f"RD-{number}",
            "version": 1,
            "event": "case.opened",
            "recipient_role": "customer",
            "recipient_id": to,
            "channel": channel,
            "locale": "zh",
            "subject": "收到",
            "body": "我们已收到",
            "state": "waiting",
            "attempts": 0,
            "next_attempt_at": at,
            "created_at": at,
        }
        for number in range(count)
        for channel in channels
    ]
    contact = {
        "customer_id": "C-1",
        "email": "li@example.com",
        "phone": "+8613800000000",
        "locale": "zh",
        "zone": "Asia/Shanghai",
        "email_confirmed_at": NOW,
        "phone_confirmed_at": NOW,
        "updated_at": NOW,
    }
    async with database.writing() as session:
        await upsert(session, ContactRow, contact)
        await insert_if_absent(session, MessageRow, *rows)


async def outbox(database: Database) -> list[MessageRow]:
    async with database.reading() as session:
        return list((await session.exec(select(MessageRow).order_by(col(MessageRow.id)))).all())


async def let_wait_end(database: Database) -> None:
    """As if the time to the next attempt had passed."""
    async with database.writing() as session:
        await session.exec(update(MessageRow).values(next_attempt_at=datetime.now(UTC) - timedelta(seconds=1)))


@asynccontextmanager
async def running(*loops: Delivery) -> AsyncGenerator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop.run(stop)) for loop in loops]
    yield
    stop.set()
    await asyncio.gather(*tasks)


async def test_each_channel_is_sent_to_its_own_address(database: Database, provider: Provider) -> None:
    mail = Provider()
    await write(database, "email", "sms", "push")
    await Delivery(database, POLICY, provider, mail).send_due()
    assert {(message.channel, message.to) for message in provider.taken} == {("sms", "+8613800000000"), ("push", "C-1")}
    assert [(message.channel, message.to, message.subject) for message in mail.taken] == [("email", "li@example.com", "收到")]
    assert {row.state for row in await outbox(database)} == {"sent"}
    assert await Delivery(database, POLICY, provider, mail).send_due() == 0


async def test_several_loops_at_once_send_every_message_once(database: Database, provider: Provider) -> None:
    await write(database, "sms", "push", count=60)

    async def all_sent() -> bool:
        return all(row.state == "sent" for row in await outbox(database))

    async with running(*(Delivery(database, POLICY, provider) for _ in range(3))):
        await eventually(all_sent)
    assert provider.keys == sorted({f"m-{row.id}" for row in await outbox(database)})
    assert len(provider.taken) == 120


@pytest.mark.parametrize(
    "trouble",
    [
        PartnerError(ErrorType.PARTNER_UNAVAILABLE, "away"),
        PartnerError(ErrorType.PARTNER_INVALID_RESPONSE, "<html>"),
        RuntimeError("no such thing\x00"),
        TimeoutError(),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
async def test_a_broken_provider_delays_a_message_and_no_more(database: Database, provider: Provider, trouble: Exception) -> None:
    await write(database, "sms")
    loop = Delivery(database, POLICY, provider)
    provider.trouble = trouble
    await loop.send_due()
    assert await loop.send_due() == 0  # not at once again
    await let_wait_end(database)
    await loop.send_due()
    (row,) = await outbox(database)
    assert (row.state, row.attempts) == ("waiting", 2)
    assert row.error

    provider.trouble = None
    await let_wait_end(database)
    await loop.send_due()
    (row,) = await outbox(database)
    assert (row.state, row.error, provider.keys) == ("sent", None, [f"m-{row.id}"])


async def test_each_failure_waits_longer_and_a_provider_is_left_in_peace_as_long_as_it_asks(
    database: Database, provider: Provider
) -> None:
    await write(database, "sms")
    waits: list[timedelta] = []
    for asked in (None, None, None, 600):
        provider.trouble = PartnerError(ErrorType.PARTNER_UNAVAILABLE, "busy", retry_after=asked)
        before = datetime.now(UTC)
        await Delivery(database, POLICY, provider).send_due()
        next_attempt = (await outbox(database))[0].next_attempt_at
        assert next_attempt is not None
        waits.append(next_attempt - before)
        await let_wait_end(database)
    assert waits == sorted(waits)
    assert waits[-1] >= timedelta(seconds=600)


async def test_what_is_refused_for_good_or_has_no_address_is_undeliverable(database: Database, provider: Provider) -> None:
    provider.trouble = PartnerError(ErrorType.PARTNER_REFUSED, "number does not exist")
    await write(database, "sms")
    await write(database, "email", to="C-unknown")
    await Delivery(database, POLICY, provider).send_due()
    assert {(row.channel, row.state, row.error) for row in await outbox(database)} == {
        ("sms", "undeliverable", "number does not exist"),
        ("email", "undeliverable", "no address for email"),
    }


async def test_old_news_is_given_up_after_a_last_try(database: Database, provider: Provider) -> None:
    provider.trouble = PartnerError(ErrorType.PARTNER_UNAVAILABLE, "away")
    await write(database, "sms", created=datetime.now(UTC) - timedelta(days=4))
    await Delivery(database, POLICY, provider).send_due()
    assert [row.state for row in await outbox(database)] == ["undeliverable"]


async def test_after_a_crash_the_message_is_sent_under_the_same_key(
    database: Database, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(database, "sms")
    loop = Delivery(database, POLICY, provider)

    async def dies(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as crash:
        crash.setattr(loop, "_note", dies)  # it sends, and is killed before it can say so
        with pytest.raises(asyncio.CancelledError):
            await loop.send_due()
    assert await loop.send_due() == 0  # the lease holds
    await let_wait_end(database)
    await loop.send_due()
    assert len(provider.taken) == 2
    assert len(set(provider.keys)) == 1
    assert [row.state for row in await outbox(database)] == ["sent"]


async def test_a_loop_that_lost_its_lease_does_not_overwrite_the_other_ones_word(database: Database) -> None:
    await write(database, "sms")
    fast, slow = Provider(), Provider()
    slow.trouble = PartnerError(ErrorType.PARTNER_REFUSED, "too late")
    late = Delivery(database, POLICY, slow)
    claimed = await late._claim()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # the moment between claiming and sending
    await let_wait_end(database)
    await Delivery(database, POLICY, fast).send_due()
    for row, to in claimed:
        await late._send(row, to)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert [row.state for row in await outbox(database)] == ["sent"]


async def test_the_loop_outlives_a_database_that_goes_away(
    database: Database, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "TROUBLE_SECONDS", 0.05)
    loop = Delivery(database, POLICY, provider)
    claim, failures = loop._claim, iter((OSError("connection refused"), OSError("connection refused")))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    async def shaky() -> list[Addressed]:
        if (failure := next(failures, None)) is not None:
            raise failure
        return await claim()

    monkeypatch.setattr(loop, "_claim", shaky)
    await write(database, "sms")

    async def arrived() -> bool:
        return bool(provider.taken)

    async with running(loop):
        await eventually(arrived)
    assert [row.state for row in await outbox(database)] == ["sent"]
