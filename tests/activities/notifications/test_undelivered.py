"""A message that cannot be delivered goes another way, and its case hears of it; at night what is not urgent waits (NTF-4)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from activities.case.records import RecordsActivities
from activities.notifications.delivery import Delivery
from activities.notifications.undelivered import UndeliveredMessages
from adapters.database.engine import Database, insert_if_absent, upsert
from models.case.activities import Projection
from models.case.state import Grade
from models.case.undelivered import Undelivered, Why
from models.common.errors import PartnerError
from models.common.events import Event
from models.common.partners import OutgoingMessage
from models.common.vocabulary import ErrorType, MessageChannel, Priority
from models.policy.policy import Policy
from models.tables.case import ContactRow, MessageRow
from tests.support.builders.cases import NOW, case

NIGHT = datetime(2026, 6, 8, 16, 41, tzinfo=UTC)
"""00:41 in Shanghai."""
MORNING, NOON = datetime(2026, 6, 9, tzinfo=UTC), datetime(2026, 6, 9, 4, tzinfo=UTC)
SMS, EMAIL, PUSH = MessageChannel.SMS, MessageChannel.EMAIL, MessageChannel.PUSH
BOTH = {"email": "li@example.com", "phone": "+8613800000000"}


class Town:
    """A notification provider that refuses some channels, a clock that is set by hand, and a case that may be away."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self.now = NOON
        self.refuses: set[MessageChannel] = set()
        self.sent: list[str] = []
        self.told: list[Undelivered] = []
        self.case_is_away = False
        self.delivery = Delivery(database, policy, self, now=lambda: self.now)
        self.undelivered = UndeliveredMessages(database, policy, self.tell, now=lambda: self.now)

    async def send(self, message: OutgoingMessage) -> None:
        if message.channel in self.refuses:
            raise PartnerError(ErrorType.PARTNER_REFUSED, f"{message.to} does not exist")
        self.sent.append(message.channel)

    async def tell(self, case_id: str, told: Undelivered) -> None:
        if self.case_is_away:
            raise ConnectionError(case_id)
        self.told.append(told)

    async def run(self) -> None:
        """Both loops, until neither has anything to do now."""
        while await self.delivery.send_due() or await self.undelivered.see_to_them():
            pass


@pytest.fixture
def town(database: Database, policy: Policy) -> Town:
    return Town(database, policy)


async def news(
    records: RecordsActivities,
    database: Database,
    *channels: MessageChannel,
    contact: Mapping[str, object] = BOTH,
    at: datetime = NOON,
    priority: Priority = Priority.P3,
    event: Event = Event.REPLIED,
) -> None:
    """Messages of one event to a customer of that contact."""
    grade = Grade(priority=priority, severity=0, urgency=0, reasons=())
    await records.save_case(Projection(state=case(grade=grade), at=NOW))
    known = {"customer_id": "C-1", "email": None, "phone": None, "locale": "zh", "zone": "Asia/Shanghai", "updated_at": NOW}
    since = {f"{name}_confirmed_at": NOW for name in BOTH}
    row = {
        "case_id": case().case_id,
        "version": 7,
        "event": event,
        "recipient_role": "customer",
        "recipient_id": "C-1",
        "locale": "zh",
        "subject": "答复",
        "body": "在查",
        "state": "waiting",
        "attempts": 0,
        "next_attempt_at": at,
        "created_at": at,
    }
    async with database.writing() as session:
        await upsert(session, ContactRow, {**known, **since, **contact})
        await insert_if_absent(session, MessageRow, *({**row, "channel": channel} for channel in channels))


async def outbox(database: Database) -> dict[str, MessageRow]:
    async with database.reading() as session:
        return {row.channel: row for row in (await session.exec(select(MessageRow).where(col(MessageRow.version) == 7))).all()}


async def test_another_confirmed_channel_is_tried_and_the_case_hears_which(
    records: RecordsActivities, database: Database, town: Town
) -> None:
    await news(records, database, SMS, PUSH)
    town.refuses = {SMS}
    await town.run()
    assert sorted(town.sent) == [EMAIL, PUSH]
    (told,) = town.told
    assert (told.channel, told.why, told.instead, told.reached) == (SMS, Why.PROVIDER_REFUSED, EMAIL, True)
    assert (await outbox(database))[EMAIL].body == "在查"
    assert BOTH["phone"] not in told.model_dump_json()


@pytest.mark.parametrize(
    ("channels", "contact", "refuses"),
    [
        ((SMS, PUSH), {"phone": BOTH["phone"]}, {SMS}),
        ((SMS, EMAIL), BOTH, {SMS, EMAIL}),
        ((SMS,), {**BOTH, "email_confirmed_at": None}, {SMS}),
        ((SMS,), {**BOTH, "channels": ["sms"]}, {SMS}),
        ((EMAIL,), {}, set[MessageChannel]()),
    ],
    ids=["no other address", "both refused", "the other is not confirmed", "the other is not wanted", "no address at all"],
)
async def test_when_no_other_address_is_left_a_person_hears_of_it(
    records: RecordsActivities,
    database: Database,
    town: Town,
    *,
    channels: tuple[MessageChannel, ...],
    contact: Mapping[str, object],
    refuses: set[MessageChannel],
) -> None:
    await news(records, database, *channels, contact=contact)
    town.refuses = refuses
    await town.run()
    assert town.told
    assert not any(told.reached for told in town.told)


@pytest.mark.parametrize(
    ("channels", "contact", "told"),
    [((SMS, EMAIL), BOTH, [(True, None)]), ((SMS, EMAIL, PUSH), {"email": BOTH["email"]}, [])],
    ids=["refused, and the e-mail went", "no number, and the e-mail went"],
)
async def test_what_another_channel_took_needs_nobody(
    records: RecordsActivities,
    database: Database,
    town: Town,
    *,
    channels: tuple[MessageChannel, ...],
    contact: Mapping[str, object],
    told: list[tuple[bool, str | None]],
) -> None:
    await news(records, database, *channels, contact=contact)
    town.refuses = {SMS}
    await town.run()
    assert [(one.reached, one.instead) for one in town.told] == told
    assert EMAIL in town.sent


@pytest.mark.parametrize(
    "contact",
    [{"email": BOTH["email"]}, {**BOTH, "phone_confirmed_at": None}],
    ids=["no number", "a number that nobody confirmed"],
)
async def test_an_sms_that_will_reach_nobody_in_the_morning_hides_no_refused_email(
    records: RecordsActivities, database: Database, town: Town, contact: Mapping[str, object]
) -> None:
    town.now, town.refuses = NIGHT, {EMAIL}
    await news(records, database, SMS, EMAIL, PUSH, contact=contact, at=NIGHT)
    await town.run()
    assert [(told.channel, told.instead, told.reached) for told in town.told] == [(EMAIL, None, False)]


async def test_a_case_that_is_away_is_told_later(records: RecordsActivities, database: Database, town: Town) -> None:
    await news(records, database, SMS, contact={"phone": BOTH["phone"]})
    town.refuses, town.case_is_away = {SMS}, True
    await town.delivery.send_due()
    with pytest.raises(ConnectionError):
        await town.undelivered.see_to_them()
    town.case_is_away = False
    await town.run()
    assert town.told == []  # the lease holds
    town.now += timedelta(minutes=2)
    await town.run()
    await town.run()
    assert [told.why for told in town.told] == [Why.PROVIDER_REFUSED]


async def test_at_night_an_sms_waits_for_the_morning_and_an_email_does_not(
    records: RecordsActivities, database: Database, town: Town
) -> None:
    town.now = NIGHT
    await news(records, database, SMS, EMAIL, PUSH, at=NIGHT)
    await town.run()
    assert town.sent == [EMAIL]
    held = (await outbox(database))[SMS]
    assert (held.state, held.attempts, held.next_attempt_at) == ("waiting", 0, MORNING)
    town.now = MORNING
    await town.run()
    assert sorted(town.sent) == [EMAIL, PUSH, SMS]


@pytest.mark.parametrize(
    ("priority", "event"),
    [(Priority.P1, Event.REPLIED), (Priority.P3, Event.CONTACT_CODE)],
    ids=["danger", "a code"],
)
async def test_danger_and_codes_do_not_wait(
    records: RecordsActivities, database: Database, town: Town, priority: Priority, event: Event
) -> None:
    town.now = NIGHT
    await news(records, database, SMS, at=NIGHT, priority=priority, event=event)
    await town.run()
    assert town.sent == [SMS]


async def test_it_is_night_where_the_customer_is(records: RecordsActivities, database: Database, town: Town) -> None:
    town.now = NIGHT
    await news(records, database, SMS, at=NIGHT, contact={**BOTH, "zone": "America/New_York"})
    await town.run()
    assert town.sent == [SMS]
