"""Whom an event is told to, in whose language, and what is asked of each (NTF-1, INV-2, RES-4, INV-5)."""

import pytest
from pydantic import JsonValue
from sqlmodel import col, select

from activities.case.records import RecordsActivities
from adapters.database.engine import Database
from models.case.activities import Projection
from models.case.state import CaseState, TimelineEntry
from models.common.actors import SYSTEM, Actor
from models.common.base import Bilingual, Money
from models.common.events import Event
from models.common.vocabulary import Role, Tier, WaitingOn
from models.investigation.findings import InformationRequest
from models.policy.policy import MessageRule, Policy
from models.remedies.remedy import Proposal
from models.tables.case import MessageRow
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from settings import ROOT
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import NOW, case, entry, receipt
from tests.support.builders.orders import order, parcel


async def save(records: RecordsActivities, state: CaseState) -> None:
    await records.save_case(Projection(state=state, at=NOW))


async def messages(database: Database, **only: object) -> list[MessageRow]:
    async with database.reading() as session:
        return list((await session.exec(select(MessageRow).filter_by(**only).order_by(col(MessageRow.id)))).all())


def asked_of(of: WaitingOn, recipient: str, by: Actor = SYSTEM) -> tuple[TimelineEntry, InformationRequest]:
    question = Bilingual(zh="包装是否完好？", en="Was it packed well?")
    request = InformationRequest(
        id="q1", of=of, recipient=recipient, question=question, asked_at=NOW, remind_at=NOW, due=NOW, by=by
    )
    return TimelineEntry(version=1, at=NOW, event=Event.INFORMATION_REQUESTED, by=by, data=request.told), request


async def test_a_request_for_information_goes_to_the_asked_party_alone(records: RecordsActivities, database: Database) -> None:
    asked, request = asked_of(WaitingOn.MERCHANT, "M-1")
    await save(records, case(asked, order=order(), shipments=(parcel(),), requests=(request,)))
    (told,) = await messages(database)
    assert (told.recipient_role, told.recipient_id, told.channel) == ("merchant", "M-1", "inbox")


@pytest.mark.parametrize(
    ("recipient", "said", "unsaid"),
    [
        ("K-1", ["包装是否完好？", "Was it packed well?"], []),  # nobody knows its language
        ("SF", ["包装是否完好？"], ["packed"]),
        ("DHL", ["Was it packed well?"], ["包装"]),
    ],
)
async def test_a_party_is_asked_in_its_own_language_and_in_both_where_that_is_not_known(
    records: RecordsActivities, database: Database, recipient: str, said: list[str], unsaid: list[str]
) -> None:
    asked, request = asked_of(WaitingOn.CARRIER, recipient)
    parcels = (parcel(carrier_id=recipient),)
    await save(records, case(asked, order=order(), shipments=parcels, requests=(request,)))
    (told,) = await messages(database)
    assert all(words in told.subject + told.body for words in said)
    assert not any(words in told.subject + told.body for words in unsaid)


async def test_a_customer_whom_the_merchant_asks_is_not_told_that_silence_ends_the_case(
    records: RecordsActivities, database: Database
) -> None:
    asked, request = asked_of(WaitingOn.CUSTOMER, "C-1", by=MERCHANT)
    await save(records, case(asked, order=order(), requests=(request,)))
    (told,) = await messages(database, channel="inbox")
    assert "The merchant asks you" in told.body
    assert "we decide by what is known" in told.body
    assert "not pursued" not in told.body


async def test_a_message_holds_what_its_recipient_reads_of_the_event(database: Database, policy: Policy) -> None:
    """Also where a policy tells others of it than the shipped one does."""
    rule = MessageRule(to=(Role.MERCHANT, Role.SUPERVISOR))
    records = RecordsActivities(database, texts(policy.zone), policy.model_copy(update={"messages": {Event.APPEALED: rule}}))
    appealed = entry(1, Event.APPEALED, CARRIER, party="carrier", due=NOW.isoformat(), words="a word for the judge")
    await save(records, case(appealed, order=order()))
    told = {row.recipient_role: row.body for row in await messages(database)}
    assert told.keys() == {"merchant", "supervisor"}
    assert "a word for the judge" in told["supervisor"]
    assert "a word for the judge" not in told["merchant"]


async def test_whom_a_note_mentions_is_told_be_they_agent_or_supervisor_and_nobody_else(
    records: RecordsActivities, database: Database
) -> None:
    noted = entry(1, Event.NOTED, AGENT, words="look at the seal", mentions=["bob", AGENT.id])
    await save(records, case(noted, order=order(), team="logistics"))
    told = await messages(database)
    assert {(row.recipient_role, row.recipient_id) for row in told} == {
        ("agent", "bob"),
        ("supervisor", "bob"),
        ("supervisor", AGENT.id),
    }
    assert all("look at the seal" in row.body for row in told)


async def test_the_merchant_whose_proposal_was_declined_is_told_why(records: RecordsActivities, database: Database) -> None:
    proposal = Proposal(id="p1", round=1, by=MERCHANT, at=NOW, options=(), amount=Money(minor=9), declined="too much")
    declined = entry(1, Event.DECLINED, SUPERVISOR, proposal_id="p1", reason="too much")
    await save(records, case(declined, order=order(), proposals=(proposal,)))
    (told,) = await messages(database)
    assert (told.recipient_role, "too much" in told.body) == ("merchant", True)


async def test_a_declined_proposal_goes_back_to_its_proposer_alone(records: RecordsActivities, database: Database) -> None:
    susan = Actor(role=Role.SUPERVISOR, id="susan")
    for version, by in enumerate((AGENT, susan, MERCHANT), start=1):
        proposal = Proposal(id="p1", round=1, by=by, at=NOW, options=(), amount=Money(minor=9), declined="no")
        declined = entry(version, Event.DECLINED, Actor(role=Role.SUPERVISOR, id="li"), proposal_id="p1", reason="no")
        await save(records, case(declined, order=order(), team="logistics", proposals=(proposal,)))
    told = [(row.recipient_role, row.recipient_id) for row in await messages(database)]
    assert told == [("agent", AGENT.id), ("supervisor", "susan"), ("merchant", "M-1")]


async def test_a_declined_proposal_is_told_also_to_who_has_the_case_by_now(
    records: RecordsActivities, database: Database
) -> None:
    proposal = Proposal(id="p1", round=1, by=AGENT, at=NOW, options=(), amount=Money(minor=9), declined="no")
    declined = entry(1, Event.DECLINED, SUPERVISOR, proposal_id="p1", reason="no")
    await save(records, case(declined, proposals=(proposal,), handler=Actor(role=Role.AGENT, id="bob")))
    assert {row.recipient_id for row in await messages(database)} == {AGENT.id, "bob"}


@pytest.mark.parametrize(
    ("party", "told"), [("merchant", {"merchant"}), ("carrier", {"carrier"}), ("shared", {"merchant", "carrier"})]
)
async def test_whom_the_decision_names_hears_that_it_may_appeal(
    records: RecordsActivities, database: Database, party: str, told: set[str]
) -> None:
    liable = entry(1, Event.LIABLE, party=party, basis_zh="承认", basis_en="it says so", until=NOW.isoformat())
    await save(records, case(liable, order=order(), shipments=(parcel(),)))
    written = await messages(database)
    assert {row.recipient_role for row in written} == told
    assert all("appeal once" in row.body for row in written)


@pytest.mark.parametrize(("tier", "merchant", "agent"), [("merchant", True, False), ("platform", False, True)])
async def test_only_who_has_the_case_is_asked_for_another_proposal(
    records: RecordsActivities, database: Database, tier: str, merchant: bool, agent: bool
) -> None:
    refused = entry(1, Event.REFUSED, CUSTOMER, proposal_id="p1", reason="no", tier=tier, last=False)
    await save(records, case(refused, order=order(), handler=AGENT))
    bodies = {row.recipient_role: row.body for row in await messages(database)}
    assert ("Please make another one" in bodies["merchant"], "请提出新的方案" in bodies["agent"]) == (merchant, agent)


async def test_letters_tell_the_time_words_and_contact_of_their_market(database: Database) -> None:
    """Who chose no zone reads the market's times; a merchant whose language is not known reads the platform's first."""
    policy = load_policy(ROOT / "policies" / "us.yaml")
    american = RecordsActivities(database, texts(policy.zone), policy)
    due = {"first_reply_due": "2026-03-02T14:30:00+00:00", "holiday": "Labor Day"}
    opened = entry(1, Event.OPENED, CUSTOMER, kind="after_sales", channel="app", order_id="O-1", **due)
    asked, request = asked_of(WaitingOn.MERCHANT, "M-1")
    state = case(opened, asked.model_copy(update={"version": 2}), order=order(), requests=(request,))
    await save(american, state.model_copy(update={"receipt": receipt(zone=policy.zone)}))
    acknowledged, question = await messages(database, channel="inbox")
    assert "a first reply by 2 Mar, 09:30 (GMT-5)" in acknowledged.body
    assert "for danger to people call 911" in acknowledged.body
    english, chinese = question.body.index("Was it packed well?"), question.body.index("包装是否完好？")
    assert english < chinese
    assert "2 Mar, 04:00 (GMT-5)" in question.body


@pytest.mark.parametrize(
    ("state", "by", "told"),
    [
        ({"tier": Tier.MERCHANT}, CUSTOMER, ("merchant", "M-1")),
        ({"tier": Tier.PLATFORM, "team": "logistics"}, CUSTOMER, ("agent", "team:logistics")),
        ({"tier": Tier.PLATFORM, "handler": AGENT}, CUSTOMER, ("agent", AGENT.id)),
        ({"tier": Tier.SUPERVISOR, "team": "logistics"}, CUSTOMER, ("supervisor", "team:logistics")),
        ({"tier": Tier.SUPERVISOR, "handler": SUPERVISOR}, MERCHANT, ("supervisor", SUPERVISOR.id)),
        ({"tier": Tier.PLATFORM, "handler": AGENT}, AGENT, None),
    ],
    ids=["the merchant's", "nobody's yet", "an agent's", "the supervisors'", "a supervisor's", "the handler's own words"],
)
async def test_new_words_are_told_to_whoever_holds_the_case(
    records: RecordsActivities, database: Database, state: dict[str, object], by: Actor, told: tuple[str, str] | None
) -> None:
    said = TimelineEntry(version=1, at=NOW, event=Event.WORDS_ADDED, by=by, data={"evidence": 0, "words": "the box leaks"})
    await save(records, case(said, order=order(), **state))
    rows = await messages(database)
    assert [(row.recipient_role, row.recipient_id) for row in rows] == ([told] if told else [])
    assert all("the box leaks" in row.body for row in rows)


@pytest.mark.parametrize(
    ("asker", "of", "told"),
    [
        ("merchant", "customer", {("merchant", "M-1"), ("agent", "team:all")}),
        ("customer", "merchant", {("customer", "C-1"), ("agent", "team:all")}),
        ("system", "customer", {("agent", "team:all")}),
    ],
)
async def test_an_answer_is_told_to_whoever_had_asked(
    records: RecordsActivities, database: Database, asker: str, of: str, told: set[tuple[str, str]]
) -> None:
    by = {"merchant": MERCHANT, "customer": CUSTOMER}[of]
    data: dict[str, JsonValue] = {"request_id": "q1", "of": of, "asker": asker, "admits": None}
    await save(records, case(TimelineEntry(version=1, at=NOW, event=Event.INFORMATION_GIVEN, by=by, data=data), order=order()))
    assert {(row.recipient_role, row.recipient_id) for row in await messages(database, channel="inbox")} == told
