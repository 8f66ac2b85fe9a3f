"""What customers say later is told to whoever holds the case, and answered before their silence counts (WRK-6)."""

from typing import Any

from activities.kit.signals import to_cases
from models.case.actions import Action
from models.case.undelivered import Undelivered, Why
from models.common.actors import Actor
from models.common.vocabulary import ClockName, Issue, Kind, MessageChannel, Outcome, Role, Stage, Tier, WaitFor, WaitingOn
from tests.support.builders.actors import AGENT, CUSTOMER, SUPERVISOR
from tests.support.builders.cases import NOW
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service

SORRY: dict[str, Any] = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "our fault"}]}
OTHER = Actor(role=Role.AGENT, id="other")


async def offered(service: Service) -> Case:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.PROPOSE, **SORRY)
    await case.waits_for(WaitFor.CHOICE)
    return case


async def solved(service: Service) -> Case:
    case = await offered(service)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.waits_for(WaitFor.CONFIRMATION)
    return case


async def test_a_question_in_follow_up_is_a_persons_to_answer_before_silence_confirms(service: Service) -> None:
    case = await solved(service)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="And who pays for the box?")
    asked = await case.waits_for(WaitFor.REPLY)
    assert asked.waiting is not None
    assert (asked.stage, asked.waiting.on) == (Stage.FOLLOW_UP, WaitingOn.AGENT)
    assert asked.reply_owed_since is not None
    assert [clock.name for clock in asked.clocks if not clock.stopped] == [ClockName.NEXT_REPLY]
    assert "case.words_added" in await case.messages(AGENT.id)
    assert {Action.CONFIRM, Action.DISPUTE} <= {one.action for one in (await case.seen_by(CUSTOMER)).available_actions}
    await case.pass_time(days=8)
    late = await case.until(lambda view: view.tier is Tier.SUPERVISOR)
    assert any(miss.clock is ClockName.NEXT_REPLY for miss in late.misses)
    assert "follow_up.silent_confirmation" not in await case.timeline()
    await case.act(SUPERVISOR, Action.REPLY, words="We do.")
    answered = await case.waits_for(WaitFor.CONFIRMATION)
    assert (answered.reply_owed_since, [clock.name for clock in answered.clocks if not clock.stopped]) == (None, [])
    await case.pass_time(days=8)
    assert (await case.until(lambda view: view.stage is Stage.CLOSED)).outcome is Outcome.RESOLVED


async def test_words_that_it_is_not_solved_take_the_matter_up_again(service: Service) -> None:
    case = await solved(service)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="还没解决，请继续处理")
    again = await case.until(lambda view: view.stage is Stage.RESOLUTION)
    assert (again.tier, again.outcome, again.settled) == (Tier.SUPERVISOR, None, False)
    assert "follow_up.disputed" in await case.timeline()


async def test_thanks_in_follow_up_wait_for_nobody(service: Service) -> None:
    case = await solved(service)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="好的，谢谢！")
    view = await case.seen_by(CUSTOMER)
    assert view.reply_owed_since is None
    assert view.waiting is not None
    assert view.waiting.for_ is WaitFor.CONFIRMATION
    await case.pass_time(days=8)
    await case.until(lambda view: view.stage is Stage.CLOSED)


async def test_who_asks_about_an_offer_has_the_whole_time_to_choose_after_the_answer(service: Service) -> None:
    case = await offered(service)
    await case.pass_time(hours=40)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="Is there nothing else?")
    await case.waits_for(WaitFor.REPLY)
    await case.act(OTHER, Action.REPLY, words="Not by our rules.")
    offer = await case.waits_for(WaitFor.CHOICE)
    assert offer.waiting is not None
    assert offer.proposals[-1].until == offer.waiting.until
    await case.pass_time(hours=40)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_before_the_first_reply_its_promise_counts(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(Kind.INQUIRY, issue=Issue.DELAY)
    await case.waits_for(WaitFor.REPLY)
    view = await case.act(CUSTOMER, Action.ADD_WORDS, words="It is urgent.")
    assert ClockName.NEXT_REPLY not in {clock.name for clock in view.clocks}
    assert view.reply_owed_since is None


async def test_who_asks_for_help_with_the_order_number_is_answered_and_not_given_up(service: Service) -> None:
    case = await service.open(order_id="O-9", issue=Issue.DELAY)
    await case.waits_for(WaitFor.ORDER_CORRECTION)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="Where do I find the number?")
    await case.pass_time(hours=73)
    await case.waits_for(WaitFor.REPLY)
    service.world.add(order(), parcel())
    await case.act(AGENT, Action.CORRECT_ORDER, order_id="O-1")
    assert (await case.until(lambda view: view.stage is not Stage.RECEIPT)).order_id == "O-1"


async def test_a_customer_whom_no_channel_reaches_is_with_a_person_until_somebody_has_seen_to_it(service: Service) -> None:
    case = await offered(service)
    told = Undelivered(message_id=7, about="resolution.proposed", channel=MessageChannel.SMS, why=Why.PROVIDER_REFUSED, at=NOW)
    tell = to_cases(service.client, "undelivered")
    for case_id in (case.handle.id, case.handle.id, "RD-NONE"):
        await tell(case_id, told)
    view = await case.until(lambda view: view.unreached_since is not None)
    assert [one.message_id for one in view.undelivered] == [7]
    assert (await case.timeline()).count("case.message_undelivered") == 1
    assert "case.customer_unreached" in await case.messages(AGENT.id)
    assert (await case.seen_by(CUSTOMER)).undelivered == ()
    reached = {"message_id": 8, "instead": MessageChannel.EMAIL, "reached": True}
    await tell(case.handle.id, told.model_copy(update=reached))
    await case.act(AGENT, Action.NOTE, words="Called: the number has changed.")
    seen_to = await case.until(lambda view: view.unreached_since is None)
    assert len(seen_to.undelivered) == 2
