"""What the platform's people do about their work on a case: put it aside, watch it, give it away, close it (WRK-1, WRK-2)."""

from datetime import timedelta

from models.case.actions import Action
from models.common.actors import Actor
from models.common.vocabulary import ErrorType, Issue, Outcome, Role, Stage, WaitFor
from tests.support.builders.actors import AGENT, CUSTOMER, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service

BOB = Actor(role=Role.AGENT, id="bob", teams=("payments",))
OUTSIDER = Actor(role=Role.AGENT, id="eve", teams=("another",))
APOLOGY = [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]


async def taken(service: Service) -> Case:
    """Alice has it, and has answered the customer."""
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.TAKE)
    await case.act(AGENT, Action.REPLY, words="We are at it.", solves=False)
    return case


async def test_a_snoozed_case_comes_back_at_its_date(service: Service) -> None:
    case = await taken(service)
    until = (await case.seen_by(AGENT)).opened_at + timedelta(hours=3)
    view = await case.act(AGENT, Action.SNOOZE, until=until.isoformat())
    assert view.snoozed is not None
    assert (view.snoozed.by, view.snoozed.until) == (AGENT, until)
    assert (await case.seen_by(CUSTOMER)).snoozed is None
    await case.pass_time(hours=4)
    await case.until(lambda view: view.snoozed is None)
    assert [told["why"] for told in await case.told("case.unsnoozed")] == ["date"]
    assert "case.unsnoozed" in await case.messages("alice")


async def test_a_snoozed_case_comes_back_when_something_happens(service: Service) -> None:
    case = await taken(service)
    await case.act(AGENT, Action.SNOOZE)
    refused = await case.refusal(BOB, Action.SNOOZE)
    assert refused.type is ErrorType.NOT_ALLOWED_NOW
    await case.act(BOB, Action.NOTE, words="the warehouse calls back on Friday")
    assert (await case.act(AGENT, Action.REPLY, words="One more week.", solves=False)).snoozed is not None
    assert (await case.act(CUSTOMER, Action.ADD_WORDS, words="It is here now?")).case_id
    await case.until(lambda view: view.snoozed is None)
    await case.act(AGENT, Action.SNOOZE)
    await case.act(SUPERVISOR, Action.UNSNOOZE)
    assert [told["why"] for told in await case.told("case.unsnoozed")] == ["news", "person"]


async def test_who_watches_is_told_of_words_and_of_stages_and_nobody_else(service: Service) -> None:
    case = await taken(service)
    for watcher in (BOB, OUTSIDER, SUPERVISOR, BOB):
        view = await case.act(watcher, Action.WATCH)
    assert view.watchers == ("eve", "susan", "bob")
    assert (await case.act(SUPERVISOR, Action.UNWATCH)).watchers == ("eve", "bob")
    await case.act(CUSTOMER, Action.ADD_WORDS, words="Where is it?")
    await case.act(AGENT, Action.PROPOSE, options=APOLOGY)
    await case.act(AGENT, Action.TAG, add=["vip"])
    await case.remembers("case.tagged")
    assert sorted(await case.messages("bob")) == ["case.words_added", "resolution.proposed"]
    assert await case.messages("eve") == await case.messages("susan") == []


async def test_a_supervisor_gives_a_case_with_what_its_handler_owned_to_somebody(service: Service) -> None:
    case = await taken(service)
    view = await case.act(SUPERVISOR, Action.ASSIGN, to="bob")
    assert (view.handler, view.owner) == ("bob", "bob")
    await case.remembers("case.assigned")
    assert "case.assigned" in await case.messages("bob")


async def test_a_case_that_people_close_tells_the_customer_why_and_may_be_reopened(service: Service) -> None:
    case = await taken(service)
    await case.act(AGENT, Action.PROPOSE, options=APOLOGY)
    await case.act(AGENT, Action.CLOSE, reason="It is a duplicate of RD-9.")
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert (view.outcome, view.proposals[-1].state) == (Outcome.NOT_PURSUED, "lapsed")
    assert "case.closed" in await case.messages("C-1")
    await case.act(CUSTOMER, Action.REOPEN, reason="It is not.")
    await case.until(lambda view: view.stage is not Stage.CLOSED)
