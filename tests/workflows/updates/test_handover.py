"""Whoever has a case can act on it (DSP-2…4): handed on, put back, drained; entered by phone; taken from a merchant."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, delete

from activities.case.handover import Handover
from activities.kit.signals import to_cases
from adapters.database.agents import enter
from models.case.actions import Action
from models.common.actors import Actor
from models.common.vocabulary import Channel, ClockName, Issue, Role, Stage, Tier, WaitFor
from models.policy.agents import AgentPolicy
from models.tables.case import AgentRow
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.actors import CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service

ZHOU = Actor(role=Role.AGENT, id="zhou", teams=("payments",))
SUN = Actor(role=Role.AGENT, id="sun", teams=("payments",))
SORRY: dict[str, Any] = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]}


async def employ(service: Service, *people: str) -> None:
    async with service.database.writing() as session:
        for name in people:
            await enter(session, AgentPolicy(id=name, name=name, teams=("payments",)))


async def dismiss(service: Service, name: str) -> None:
    async with service.database.writing() as session:
        await session.exec(delete(AgentRow).where(col(AgentRow.agent_id) == name))


async def look(service: Service) -> None:
    """As the worker does all the time."""
    tell = to_cases(service.client, "handed_on")
    await Handover(service.database, load_policy(Settings().policy), tell, now=lambda: datetime.now(UTC)).look()


async def with_payments(service: Service) -> Case:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    return case


async def test_the_case_of_an_agent_who_leaves_is_handed_on_and_the_team_told_also_when_it_was_over(service: Service) -> None:
    await employ(service, "zhou")
    case = await with_payments(service)
    await case.act(ZHOU, Action.REPLY, words="we look into it")
    await case.act(ZHOU, Action.PROPOSE, **SORRY)
    await employ(service, "sun")
    await dismiss(service, "zhou")
    await look(service)
    view = await case.until(lambda view: view.handler == "sun")
    assert (view.owner, view.tier, view.waiting and view.waiting.for_) == ("sun", Tier.PLATFORM, WaitFor.CHOICE)
    assert await case.told("case.handed_on") == [{"team": "payments", "handler": "sun", "before": "zhou", "why": "left"}]
    for who in ("sun", "team:payments"):
        assert "case.handed_on" in await case.messages(who)
    assert "case.handed_on" not in await case.messages("C-1")
    await case.act(CUSTOMER, Action.ACCEPT, option=1)
    await case.waits_for(WaitFor.CONFIRMATION)
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.waits_for(WaitFor.REOPENING)
    await dismiss(service, "sun")
    await case.act(CUSTOMER, Action.REOPEN, reason="it is back again")
    await case.waits_for(WaitFor.PLAN)
    await look(service)
    view = await case.until(lambda view: view.handler is None)
    assert view.owner is None
    assert {"case.put_back"} <= set(await case.messages("team:payments"))
    await employ(service, "he")
    await look(service)
    assert (await case.until(lambda view: view.handler == "he")).stage is Stage.RESOLUTION


async def test_a_transfer_to_somebody_who_leaves_is_the_whole_teams_to_accept(service: Service) -> None:
    await employ(service, "zhou")
    case = await with_payments(service)
    await case.act(ZHOU, Action.TRANSFER, to="gone", reason="my shift ends")
    await case.until(lambda view: view.transfer is not None)
    await look(service)
    view = await case.until(lambda view: view.transfer is not None and view.transfer.to is None)
    assert view.handler == "zhou"
    assert "case.transfer_asked" in await case.messages("team:payments")
    assert (await case.act(SUN, Action.ACCEPT_TRANSFER)).handler == "sun"


async def test_a_hotline_case_is_theirs_who_enter_it_and_their_word_is_the_first_reply(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, channel=Channel.HOTLINE, opened_by=ZHOU)
    view = await case.until(lambda view: view.team is not None and view.stage is not Stage.DISPATCH)
    assert (view.handler, view.owner, view.tier, view.team) == ("zhou", "zhou", Tier.PLATFORM, "after_sales")
    (first,) = [clock for clock in view.clocks if clock.name is ClockName.FIRST_REPLY]
    assert first.stopped
    assert await case.told("case.assigned") == [{"handler": "zhou", "team": None}]
    await case.act(ZHOU, Action.PROPOSE, **SORRY)


async def test_a_merchants_case_is_ours_once_an_agent_accepts_it_and_stays_theirs_when_a_supervisor_replies(
    service: Service,
) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT)
    await case.until(lambda view: view.tier is Tier.MERCHANT and bool(view.requests))
    view = await case.act(SUPERVISOR, Action.REPLY, words="the shop will answer you")
    assert (view.handler, view.owner) == (None, SUPERVISOR.id)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="and when?")
    await case.remembers("case.words_added")
    assert "case.words_added" in await case.messages(MERCHANT.id)
    await case.act(SUPERVISOR, Action.TRANSFER, team="payments", reason="the refund is the matter")
    view = await case.act(SUN, Action.ACCEPT_TRANSFER)
    assert (view.handler, view.tier, view.team) == ("sun", Tier.PLATFORM, "payments")
    await case.act(SUN, Action.PROPOSE, **SORRY)
