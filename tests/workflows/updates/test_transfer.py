"""From hand to hand: assigned, offered, accepted, declined, lapsed, escalated (DSP-2…5)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from adapters.database.agents import row_of
from adapters.database.engine import insert_if_absent
from models.case.actions import Action
from models.common.actors import Actor
from models.common.vocabulary import ClockName, ErrorType, Issue, Kind, Role, Stage, Tier, WaitFor
from models.policy.agents import AgentPolicy
from models.policy.policy import PolicySlice
from models.tables.case import AgentRow, AssignmentRow, MessageRow
from rules.common.working_time import next_opening
from tests.support.builders.actors import CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.processes.service import Case, Service

ZHOU = Actor(role=Role.AGENT, id="zhou", teams=("payments",))
SUN = Actor(role=Role.AGENT, id="sun", teams=("payments",))
LIN = Actor(role=Role.AGENT, id="lin", teams=("logistics",))
SORRY: dict[str, Any] = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]}


async def employ(service: Service, *people: str, **change: object) -> None:
    async with service.database.writing() as session:
        for name in people:
            person = AgentPolicy.model_validate({"id": name, "name": name, "teams": ("payments",), **change})
            await insert_if_absent(session, AgentRow, row_of(person))


def at_any_hour(service: Service) -> PolicySlice:
    """The policy with all promises by the calendar on the wall, so that thirty minutes are thirty minutes."""
    always = service.policy.calendars["always"]
    return service.policy.changed(calendars=dict.fromkeys(service.policy.calendars, always))


async def with_payments(service: Service) -> Case:
    """A case of the team payments that waits for a plan."""
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED, policy=at_any_hour(service))
    await case.waits_for(WaitFor.PLAN)
    return case


async def held_by(service: Service, case: Case) -> str | None:
    """Who has the case by the table that loads are counted from."""
    async with service.database.reading() as session:
        held = select(AssignmentRow.agent_id).where(AssignmentRow.case_id == case.handle.id)
        return (await session.exec(held)).first()


async def inbox(service: Service, case: Case, event: str) -> set[tuple[str, str]]:
    """Who was told of it."""
    async with service.database.reading() as session:
        rows = await session.exec(select(MessageRow).where(MessageRow.case_id == case.handle.id, MessageRow.event == event))
        return {(row.recipient_role, row.recipient_id) for row in rows if row.channel == "inbox"}


async def test_a_person_who_is_there_gets_the_case_and_hears_of_it(service: Service) -> None:
    await employ(service, "zhou")
    case = await with_payments(service)
    view = await case.until(lambda view: view.handler == "zhou")
    assert view.owner is None
    assert await held_by(service, case) == "zhou"
    assert await inbox(service, case, "case.assigned") == {("agent", "zhou")}


async def test_with_nobody_on_shift_the_case_waits_the_supervisor_hears_once_and_the_clocks_run(service: Service) -> None:
    await employ(service, "zhou", present=False)
    case = await with_payments(service)
    view = await case.seen_by(SUPERVISOR)
    assert (view.handler, view.team, view.tier) == (None, "payments", Tier.PLATFORM)
    assert all(clock.due and not clock.paused for clock in view.clocks)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="hello?")
    await case.act(Actor(role=Role.AGENT, id="x"), Action.PROPOSE, **SORRY)
    await case.act(CUSTOMER, Action.REJECT, reason="no")
    await case.waits_for(WaitFor.PLAN)
    assert (await case.timeline()).count("case.nobody_on_shift") == 1
    assert await inbox(service, case, "case.nobody_on_shift") == {("supervisor", "team:payments")}


async def test_an_unstaffed_case_misses_its_promise_and_goes_to_the_supervisor(service: Service) -> None:
    case = await with_payments(service)
    await case.pass_time(hours=2)
    view = await case.until(lambda view: view.tier is Tier.SUPERVISOR)
    assert {miss.clock for miss in view.misses} == {ClockName.FIRST_REPLY}
    assert (await case.timeline()).count("case.nobody_on_shift") == 1


async def test_a_case_taken_from_a_queue_is_taken_once(service: Service) -> None:
    case = await with_payments(service)
    await case.act(ZHOU, Action.TAKE, if_free=True)
    refused = await case.refusal(SUN, Action.TAKE, if_free=True)
    assert (refused.type, refused.rule) == (ErrorType.NOT_ALLOWED_NOW, "DSP-2")
    assert (await case.act(SUN, Action.TAKE)).handler == "sun"  # on purpose


async def test_an_accepted_transfer_changes_handler_and_owner_only_then(service: Service) -> None:
    case = await with_payments(service)
    await case.act(ZHOU, Action.TAKE)
    await case.act(ZHOU, Action.REPLY, words="we look into it")
    offered = await case.act(ZHOU, Action.TRANSFER, to="sun", reason="my shift ends")
    assert offered.transfer is not None
    assert (offered.handler, offered.owner, offered.transfer.to) == ("zhou", "zhou", "sun")
    await case.until(lambda view: view.transfer is not None)
    assert await inbox(service, case, "case.transfer_asked") == {("agent", "sun"), ("supervisor", "sun")}
    refused = await case.refusal(Actor(role=Role.AGENT, id="x", teams=("payments",)), Action.ACCEPT_TRANSFER)
    assert refused.type is ErrorType.NOT_ALLOWED_NOW
    accepted = await case.act(SUN, Action.ACCEPT_TRANSFER)
    assert (accepted.handler, accepted.owner, accepted.transfer) == ("sun", "sun", None)
    await case.until(lambda view: view.handler == "sun")
    assert await held_by(service, case) == "sun"
    await case.pass_time(minutes=31)
    assert (await case.seen_by(SUPERVISOR)).tier is Tier.PLATFORM
    assert "case.transfer_lapsed" not in await case.timeline()


async def test_a_transfer_to_another_team_is_told_there_and_taken_with_everything(service: Service) -> None:
    case = await with_payments(service)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="see the photo", evidence=[UPLOADED])
    await case.act(ZHOU, Action.TAKE)
    await case.act(ZHOU, Action.TRANSFER, team="logistics", reason="the parcel is the matter")
    await case.until(lambda view: view.transfer is not None)
    assert await inbox(service, case, "case.transfer_asked") == {("agent", "team:logistics")}
    row = await case.row()
    assert row is not None
    assert (row.team, row.offered_team) == ("payments", "logistics")
    view = await case.act(LIN, Action.ACCEPT_TRANSFER)
    assert (view.team, view.handler) == ("logistics", "lin")
    assert view.sayings[0].evidence[0].sha256 == UPLOADED["sha256"]


async def test_a_declined_transfer_leaves_the_case_where_it_is(service: Service) -> None:
    case = await with_payments(service)
    await case.act(ZHOU, Action.TAKE)
    await case.act(ZHOU, Action.REPLY, words="we look into it")
    await case.act(ZHOU, Action.TRANSFER, team="payments", reason="my shift ends")
    view = await case.act(SUN, Action.DECLINE_TRANSFER, reason="mine too")
    assert (view.handler, view.owner, view.transfer) == ("zhou", "zhou", None)
    await case.until(lambda view: view.transfer is None)
    assert await inbox(service, case, "case.transfer_declined") == {("agent", "zhou")}


async def test_a_transfer_that_nobody_accepts_goes_to_the_teams_supervisor(service: Service) -> None:
    case = await with_payments(service)
    await case.act(ZHOU, Action.TAKE)
    await case.act(ZHOU, Action.REPLY, words="we look into it")
    offered = await case.act(ZHOU, Action.TRANSFER, team="logistics", reason="the parcel is the matter")
    assert offered.transfer is not None
    assert offered.transfer.due - datetime.now(UTC) <= timedelta(minutes=30)
    await case.pass_time(minutes=31)
    view = await case.until(lambda view: view.tier is Tier.SUPERVISOR)
    assert (view.handler, view.owner, view.team, view.transfer) == (None, "zhou", "logistics", None)
    assert ("supervisor", "team:logistics") in await inbox(service, case, "case.transfer_lapsed")
    assert ("supervisor", "team:logistics") in await inbox(service, case, "case.escalated")
    assert await held_by(service, case) is None
    refused = await case.refusal(LIN, Action.ACCEPT_TRANSFER)
    assert refused.type is ErrorType.NOT_ALLOWED_NOW


async def test_by_the_shipped_policy_a_transfer_has_thirty_working_minutes(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(ZHOU, Action.TAKE)
    now = datetime.now(UTC)
    offered = await case.act(ZHOU, Action.TRANSFER, team="payments", reason="my shift ends")
    assert offered.transfer is not None
    opens = next_opening(service.policy.calendars["service"], now)
    assert offered.transfer.due >= opens + timedelta(minutes=30)


async def test_an_offer_ends_with_the_case(service: Service) -> None:
    case = await with_payments(service)
    await case.act(ZHOU, Action.TAKE)
    await case.act(ZHOU, Action.TRANSFER, team="payments", reason="my shift ends")
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    await case.pass_time(hours=1)
    view = await case.seen_by(SUPERVISOR)
    assert (view.tier, view.transfer) == (Tier.PLATFORM, None)
    assert "case.transfer_lapsed" not in await case.timeline()
    assert await held_by(service, case) is None


async def test_a_case_that_rises_takes_its_offer_back(service: Service) -> None:
    case = await with_payments(service)
    await case.act(ZHOU, Action.TAKE)
    await case.act(ZHOU, Action.TRANSFER, team="logistics", reason="the parcel is the matter")
    await case.act(ZHOU, Action.ESCALATE, reason="they threaten to sue")
    view = await case.until(lambda view: view.tier is Tier.SUPERVISOR)
    assert view.transfer is None
    assert (await case.refusal(LIN, Action.ACCEPT_TRANSFER)).type is ErrorType.NOT_ALLOWED_NOW


@pytest.mark.parametrize(("body", "field"), [({"to": "zhou", "team": "payments"}, "to"), ({"to": "sun"}, "team")])
async def test_a_transfer_to_oneself_or_to_no_team_is_refused(service: Service, body: dict[str, str], field: str) -> None:
    case = await service.open(order_id="O-404", issue=Issue.DAMAGED)
    await case.waits_for(WaitFor.ORDER_CORRECTION)
    await case.act(ZHOU, Action.TAKE)
    refused = await case.refusal(ZHOU, Action.TRANSFER, reason="not mine", **body)
    assert (refused.type, refused.field, refused.rule) == (ErrorType.INVALID, field, "DSP-4")


async def test_whoever_first_answers_stays_the_owner_when_the_case_rises(service: Service) -> None:
    case = await with_payments(service)
    await case.act(ZHOU, Action.REPLY, words="we look into it")
    view = await case.act(CUSTOMER, Action.ESCALATE, reason="too slow")
    assert (view.owner, view.tier) == (None, Tier.SUPERVISOR)  # whose it is, is not the customer's to know
    assert (await case.seen_by(SUPERVISOR)).handler is None
    assert (await case.act(SUPERVISOR, Action.TAKE)).owner == "zhou"


async def test_a_silent_merchants_case_walks_up_to_the_supervisor_with_all_its_misses_and_evidence(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,), policy=at_any_hour(service))
    await case.until(lambda view: bool(view.requests))
    tiers: list[Tier] = []
    for _ in range(40):
        view = await case.seen_by(SUPERVISOR)
        if not tiers or view.tier is not tiers[-1]:
            tiers.append(view.tier)
        if view.tier is Tier.SUPERVISOR:
            break
        await case.pass_time(minutes=50)
    assert tiers == [Tier.MERCHANT, Tier.PLATFORM, Tier.SUPERVISOR]
    await case.pass_time(hours=30)
    view = await case.until(lambda view: len(view.misses) == 3)
    assert {(miss.clock, miss.held_by) for miss in view.misses} >= {(ClockName.FIRST_REPLY, Tier.MERCHANT)}
    assert {miss.clock for miss in view.misses} == {ClockName.FIRST_REPLY, ClockName.PLAN, ClockName.RESOLUTION}
    timeline = await case.timeline()
    assert timeline.count("clock.missed") == 3
    assert timeline.count("clock.warned") == 3
    assert timeline.count("case.escalated") >= 2
    assert ("supervisor", "team:after_sales") in await inbox(service, case, "case.escalated")
    assert ("supervisor", "team:after_sales") in await inbox(service, case, "clock.missed")
    view = await case.seen_by(SUPERVISOR)
    used = next(clock.used_by_tier for clock in view.clocks if clock.name is ClockName.RESOLUTION)
    assert set(used) == {Tier.MERCHANT, Tier.PLATFORM, Tier.SUPERVISOR}
    row = await case.row()
    assert row is not None
    assert row.state["receipt"]["evidence"][0]["sha256"] == UPLOADED["sha256"]  # type: ignore[index, call-overload]


async def test_a_partys_request_and_a_second_rejection_bring_the_case_up_too(service: Service) -> None:
    service.world.add(order(), parcel())
    asked = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    await asked.until(lambda view: view.tier is Tier.MERCHANT and bool(view.requests))
    assert (await asked.act(MERCHANT, Action.ESCALATE, reason="we cannot decide")).tier is Tier.PLATFORM
    assert (await asked.act(CUSTOMER, Action.ESCALATE, reason="nor can they")).tier is Tier.SUPERVISOR
    assert (await asked.refusal(CUSTOMER, Action.ESCALATE, reason="higher")).type is ErrorType.NOT_ALLOWED_NOW


async def test_a_reclassified_case_goes_to_the_other_teams_people(service: Service) -> None:
    await employ(service, "zhou")
    await employ(service, "he", teams=("rules",))
    service.world.add(order(), parcel())
    case = await service.open(Kind.INQUIRY, issue=Issue.REFUND_NOT_ARRIVED, policy=at_any_hour(service))
    await case.until(lambda view: view.handler == "zhou")
    await case.act(ZHOU, Action.CLASSIFY, issue=Issue.PLATFORM_RULE)
    view = await case.until(lambda view: view.handler == "he")
    assert view.team == "rules"
    assert await held_by(service, case) == "he"


async def test_supervisors_who_do_nothing_are_reminded_ever_more_seldom_and_the_customer_hears_of_it_once(
    service: Service,
) -> None:
    case = await service.open(
        Kind.INQUIRY, order_id=None, issue=Issue.PLATFORM_RULE, description="hm?", policy=at_any_hour(service)
    )
    await case.waits_for(WaitFor.REPLY)
    await case.pass_time(hours=4)
    view = await case.until(lambda view: view.tier is Tier.SUPERVISOR)
    assert view.waiting is not None
    assert "reminded" in view.waiting.then or "提醒" in view.waiting.then
    await case.pass_time(days=20)
    view = await case.until(lambda view: view.waiting is not None and view.waiting.until > datetime.now(UTC) + timedelta(days=20))
    reminders = (await case.timeline()).count("case.overdue")
    assert 6 <= reminders <= 12, "after 2, 4, 8 … hours, then every three days"
    assert ("supervisor", f"team:{view.team}") in await inbox(service, case, "case.overdue")
    told = await case.messages("C-1")
    assert told.count("case.escalated") <= 2
    assert "case.overdue" not in told
