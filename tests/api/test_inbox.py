"""Who has read what: each of a team for themselves; and who acted, for the platform's people alone."""

from datetime import UTC, datetime
from typing import Any

from models.common.vocabulary import Role
from models.tables.case import MessageRow
from tests.support.processes.api import Person, Web

START = datetime(2026, 3, 2, tzinfo=UTC)


async def test_what_a_team_is_told_each_of_its_people_reads_for_themselves(web: Web) -> None:
    rita, rob = web.person(Role.AGENT, "rita", "rules"), web.person(Role.AGENT, "rob", "rules")
    before = [(await who.get("/v1/inbox")).json()["unread"] for who in (rita, rob)]
    told: dict[str, Any] = {"case_id": "RD-T", "version": 1, "event": "case.opened", "locale": "zh", "subject": "-", "body": "-"}
    row = MessageRow(**told, recipient_role="agent", recipient_id="team:rules", channel="inbox", state="sent", created_at=START)
    async with web.service.database.writing() as session:
        session.add(row)
    number = row.id
    for _ in range(2):
        assert (await rita.post(f"/v1/inbox/{number}/read")).json()["read_at"]
    inboxes = [(await who.get("/v1/inbox")).json() for who in (rita, rob)]
    assert [inbox["unread"] for inbox in inboxes] == [before[0], before[1] + 1]
    read = [{message["id"]: message["read_at"] for message in inbox["messages"]}[number] for inbox in inboxes]
    assert [at is not None for at in read] == [True, False]
    waiting = [message["id"] for message in (await rob.get("/v1/inbox?unread=true")).json()["messages"]]
    assert number in waiting


async def test_the_platforms_people_see_who_acted_and_parties_only_in_which_role(web: Web) -> None:
    customer, customer_id, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    await web.person(Role.AGENT, "nina").post(f"/v1/cases/{case_id}/reply", {"words": "We are at it."})
    await web.row(case_id, lambda row: row.reply_owed_since is None)

    async def acted(who: Person) -> dict[str, tuple[str, str | None]]:
        entries = (await who.get(f"/v1/cases/{case_id}/timeline")).json()["entries"]
        return {entry["event"]: (entry["by"], entry["by_id"]) for entry in entries}

    seen = await acted(web.person(Role.SUPERVISOR, "susan"))
    assert (seen["case.opened"], seen["case.replied"]) == (("customer", customer_id), ("agent", "nina"))
    for party in (customer, web.person(Role.MERCHANT, "M-1"), web.person(Role.ANALYST, "ann")):
        assert (await acted(party))["case.replied"] == ("agent", None)
