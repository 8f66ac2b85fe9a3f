"""The projection: what is saved of a case, once, in order, with the messages that it causes."""

import asyncio
from collections.abc import Mapping

import pytest
from sqlmodel import SQLModel, col, select, update

from activities.case.records import RecordsActivities
from adapters.database.case_texts import whole
from adapters.database.engine import Database, insert_if_absent, upsert
from models.case.activities import Projection
from models.case.state import Archive, CaseState
from models.common.actors import EvidenceRef
from models.common.base import Bilingual, Money
from models.common.events import Event
from models.common.vocabulary import ClockName, Outcome, Party, RemedyKind, Stage, Tier, WaitFor, WaitingOn
from models.common.waits import Wait
from models.erasure.record import seal_of
from models.investigation.clocks import Miss
from models.investigation.findings import Finding, InformationRequest, Saying
from models.remedies.remedy import Remedy
from models.tables.case import (
    ArchiveRow,
    CaseCarrierRow,
    CaseEvidenceRow,
    CaseRow,
    ContactRow,
    MessageRow,
    OpeningRow,
    TimelineRow,
)
from rules.case.texts import put_away
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.cases import NOW, OPENED, case, entry, receipt
from tests.support.builders.orders import order, parcel, payment
from tests.support.builders.refund_intents import intent


async def save(records: RecordsActivities, state: CaseState) -> None:
    await records.save_case(Projection(state=state, at=NOW))


async def rows(database: Database, table: type[SQLModel]) -> list[SQLModel]:
    async with database.reading() as session:
        return list((await session.exec(select(table))).all())


async def the_case(database: Database) -> CaseRow:
    async with database.reading() as session:
        return (await session.exec(select(CaseRow))).one()


async def messages(database: Database, **only: object) -> list[MessageRow]:
    async with database.reading() as session:
        return list((await session.exec(select(MessageRow).filter_by(**only).order_by(col(MessageRow.id)))).all())


async def reachable(database: Database, **change: object) -> None:
    """Let the customer have a contact."""
    contact: Mapping[str, object] = {
        "customer_id": "C-1",
        "email": "li@example.com",
        "phone": "+8613800000000",
        "locale": "zh",
        "zone": "Asia/Shanghai",
        "channels": None,
        "updated_at": NOW,
    }
    async with database.writing() as session:
        await upsert(session, ContactRow, {**contact, **change})


async def test_a_saved_case_can_be_listed_and_read_back_whole(records: RecordsActivities, database: Database) -> None:
    wait = Wait(on=WaitingOn.CUSTOMER, for_=WaitFor.CHOICE, until=NOW, since=NOW)
    remedy = Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, amount=Money(minor=500))
    miss = Miss(clock=ClockName.PLAN, at=NOW, due=NOW, held_by=Tier.MERCHANT)
    state = case(
        OPENED,
        order=order(),
        shipments=(parcel(),),
        wait=wait,
        remedies=(remedy,),
        misses=(miss,),
        handler=AGENT,
        team="logistics",
    )
    await save(records, state)
    row = await the_case(database)
    assert (row.merchant_id, row.handler, row.team, row.waiting_on, row.next_deadline) == (
        "M-1",
        "alice",
        "logistics",
        "customer",
        NOW,
    )
    assert (row.sla_state, row.amount_minor, row.currency, row.opened_at) == ("missed", 500, "CNY", NOW)
    assert CaseState.model_validate(row.state) == state.model_copy(update={"entries": (), "requests_seen": {}})


async def test_an_older_version_never_overwrites_a_newer_one(records: RecordsActivities, database: Database) -> None:
    await save(records, case(OPENED, version=5, stage=Stage.RESOLUTION))
    await save(records, case(OPENED, version=3, stage=Stage.DISPATCH))
    row = await the_case(database)
    assert (row.version, row.stage) == (5, "resolution")


async def test_the_same_projection_twice_changes_nothing(records: RecordsActivities, database: Database) -> None:
    tables: tuple[type[SQLModel], ...] = (CaseRow, TimelineRow, MessageRow, CaseCarrierRow, CaseEvidenceRow)
    state = case(OPENED, entry(2, Event.REPLIED, AGENT, words="on it"), order=order(), shipments=(parcel(),))
    await save(records, state)
    once = [await rows(database, table) for table in tables]
    await asyncio.gather(*(save(records, state) for _ in range(5)))
    assert [await rows(database, table) for table in tables] == once


async def test_an_event_is_told_once_on_each_channel(records: RecordsActivities, database: Database) -> None:
    await reachable(database)
    for _ in range(3):
        await save(records, case(OPENED))
    told = await messages(database)
    assert [(row.channel, row.state) for row in told] == [
        ("inbox", "sent"),
        ("email", "waiting"),
        ("sms", "waiting"),
        ("push", "waiting"),
    ]
    assert {row.subject for row in told} == {"我们已收到您的售后申请（RD-1）"}


@pytest.mark.parametrize(
    ("channels", "told"), [([], {"inbox"}), (["sms"], {"inbox", "sms"}), (["email", "push"], {"inbox", "email", "push"})]
)
async def test_customers_are_told_by_the_channels_they_chose(
    records: RecordsActivities, database: Database, channels: list[str], told: set[str]
) -> None:
    await reachable(database, channels=channels, locale="en", zone="Europe/London")
    await save(records, case(entry(1, Event.ORDER_UNKNOWN, order_id="O-1", until="2026-03-05T09:00:00+00:00")))
    written = await messages(database)
    assert {row.channel for row in written} == told
    assert "5 Mar, 09:00 (GMT+0)" in written[0].body


async def test_a_customer_without_a_contact_is_told_in_the_language_they_wrote_in(
    records: RecordsActivities, database: Database
) -> None:
    await save(records, case(OPENED))
    assert (await messages(database))[0].subject == "We have received your after-sales request (RD-1)"


async def test_staff_events_reach_the_handler_or_else_the_team(records: RecordsActivities, database: Database) -> None:
    reason = entry(1, Event.COUNTERED, CUSTOMER, proposal_id="p1", reason="more", amount_minor=900, currency="CNY")
    await save(records, case(reason, order=order(), team="logistics"))
    await save(records, case(entry(2, Event.CLOCK_WARNED, clock="plan", due=NOW.isoformat()), handler=AGENT, team="logistics"))
    told = [(row.recipient_role, row.recipient_id) for row in await messages(database)]
    assert told == [("merchant", "M-1"), ("agent", "team:logistics"), ("agent", "alice")]


async def test_nobody_but_the_customer_is_told_of_his_own_doing(records: RecordsActivities, database: Database) -> None:
    await save(records, case(entry(1, Event.ACCEPTED, MERCHANT, proposal_id="p1", option=1), order=order(), handler=AGENT))
    told = {row.recipient_role for row in await messages(database, channel="inbox")}
    assert told == {"customer", "agent"}


async def test_evidence_and_carriers_belong_to_the_case(records: RecordsActivities, database: Database) -> None:
    first, second = (EvidenceRef(sha256=sign * 64, media_type="image/png", size=3, name=f"{sign}\x00.png") for sign in "ab")
    answer = Saying(at=NOW, by=MERCHANT, words="see", evidence=(first, second))
    request = InformationRequest(
        id="q1",
        of=WaitingOn.MERCHANT,
        recipient="M-1",
        question=Bilingual(zh="?", en="?"),
        asked_at=NOW,
        remind_at=NOW,
        due=NOW,
        answer=answer,
    )
    await save(records, case(OPENED, receipt=receipt(evidence=(first,)), requests=(request,), shipments=(parcel(),)))
    async with database.reading() as session:
        evidence = (await session.exec(select(CaseEvidenceRow).order_by(CaseEvidenceRow.sha256))).all()
        carriers = (await session.exec(select(CaseCarrierRow))).all()
    assert [(row.sha256[0], row.role) for row in evidence] == [("a", "customer"), ("b", "merchant")]
    assert [row.carrier_id for row in carriers] == ["K-1"]


async def test_a_closed_case_makes_room_for_the_next_one_about_the_same(records: RecordsActivities, database: Database) -> None:
    async with database.writing() as session:
        await insert_if_absent(session, OpeningRow, {"deduplication_key": "C-1|O-1", "case_id": "RD-1", "at": NOW})
    await save(records, case(OPENED, version=3))
    assert await rows(database, OpeningRow)
    await save(records, case(OPENED, version=2, stage=Stage.CLOSED))  # comes late and says nothing about now
    assert await rows(database, OpeningRow)
    await save(records, case(OPENED, version=4, stage=Stage.CLOSED))
    assert not await rows(database, OpeningRow)


async def test_words_with_signs_that_a_database_refuses_are_saved_all_the_same(
    records: RecordsActivities, database: Database
) -> None:
    words = "断了\x00 broken 🧨"
    saying = Saying(at=NOW, by=CUSTOMER, words=words)
    await save(records, case(entry(1, Event.REPLIED, AGENT, words=words), sayings=(saying,)))
    assert (await messages(database))[0].body == "断了\ufffd broken 🧨"
    assert CaseState.model_validate((await the_case(database)).state).sayings[0].words == "断了\ufffd broken 🧨"


async def sealed_record(database: Database, edition: int) -> ArchiveRow:
    async with database.reading() as session:
        return (await session.exec(select(ArchiveRow).where(ArchiveRow.edition == edition))).one()


async def test_the_archive_holds_the_whole_case_and_its_hash_is_that_of_its_content(
    records: RecordsActivities, database: Database
) -> None:
    await records.intend_refund(intent(minor=900, payments=(payment(minor=900, payment_id="P-1"),)))
    finding = Finding(party=Party.CARRIER, confidence=0.95, basis=Bilingual(zh="破损\x00", en="torn"), row="torn", at=NOW)
    await save(records, case(OPENED, finding=finding))
    unsaved = entry(2, Event.RESOLVED, outcome="resolved")
    sealed = await records.seal_case(Projection(state=case(unsaved, finding=finding, outcome=Outcome.RESOLVED), at=NOW))

    row = await sealed_record(database, 1)
    assert sealed.sha256 == row.sha256 == seal_of(row.record)
    assert (row.outcome, row.root_cause) == ("resolved", "not_established")
    assert [happened["event"] for happened in row.record["timeline"]] == ["case.opened", "follow_up.resolved"]  # type: ignore[index, union-attr]
    assert [part["key"] for part in row.record["money"]] == ["RD-1.m1.1.1"]  # type: ignore[index, union-attr]
    assert row.record["state"]["receipt"]["description"] == "The parcel came torn open."  # type: ignore[index, call-overload]


async def test_a_sealed_edition_never_changes_and_a_reopened_case_gets_another(
    records: RecordsActivities, database: Database
) -> None:
    first = await records.seal_case(Projection(state=case(OPENED, outcome=Outcome.RESOLVED), at=NOW))
    again = await records.seal_case(Projection(state=case(OPENED, outcome=Outcome.REJECTED, version=9), at=NOW))
    assert (again.sha256, again.edition) == (first.sha256, 1)
    assert (await sealed_record(database, 1)).outcome == "resolved"
    sealed = Archive(sha256=first.sha256, at=NOW, outcome=Outcome.RESOLVED, root_cause="carrier: torn")
    reopened = case(OPENED, outcome=Outcome.RESOLVED, reopened=1, archive=sealed, version=10)
    second = await records.seal_case(Projection(state=reopened, at=NOW))
    assert (second.sha256 != first.sha256, second.edition) == (True, 2)
    assert (await sealed_record(database, 1)).sha256 == first.sha256


async def test_a_message_that_was_sent_is_not_written_anew_with_a_later_save(
    records: RecordsActivities, database: Database
) -> None:
    await reachable(database, channels=["sms"])
    await save(records, case(OPENED))
    async with database.writing() as session:
        await session.exec(update(MessageRow).values(state="sent"))
    await save(records, case(OPENED, entry(2, Event.CONFIRMED, CUSTOMER)))
    assert [(row.channel, row.state) for row in await messages(database)] == [("inbox", "sent"), ("sms", "sent")]


async def test_words_that_are_put_away_are_whole_in_the_archive_and_for_whoever_looks(
    records: RecordsActivities, database: Database
) -> None:
    """Also when a worker dies after the commit, and what was said comes once more in another order."""
    long = [f"{number} " + "word " * 1500 for number in range(4)]
    lost, told = (tuple(Saying(at=NOW, by=CUSTOMER, words=words) for words in said) for said in (long[::-1], long))
    await save(records, case(OPENED, sayings=lost))
    state = case(OPENED, sayings=told, stage=Stage.CLOSED, outcome=Outcome.RESOLVED)
    saved = await records.save_case(Projection(state=state, at=NOW))
    assert saved.put_away == {"sayings": 2}
    put_away(state, saved.put_away)
    assert [len(saying.words) for saying in state.sayings] == [41, 41, *(len(words) for words in long[2:])]
    await records.seal_case(Projection(state=state, at=NOW))
    row, sealed = await the_case(database), await sealed_record(database, 1)
    async with database.reading() as session:
        read = CaseState.model_validate(await whole(session, row.case_id, row.state))
    assert read.sayings == told
    assert CaseState.model_validate(sealed.record["state"]).sayings == told
