"""Danger that is told later is heard at once (WRK-6), and a person may set the priority (CLS-3)."""

from models.case.actions import Action
from models.case.heard import Heard
from models.common.vocabulary import Issue, Meaning, Priority, Stage, Tier, WaitFor
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.processes.service import Case, Service


async def at_the_merchant(service: Service) -> Case:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    view = await case.until(lambda view: bool(view.requests))
    assert view.tier is Tier.MERCHANT
    return case


async def test_danger_told_later_makes_a_case_most_urgent_brings_it_to_the_platform_and_is_told(service: Service) -> None:
    case = await at_the_merchant(service)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="The charger exploded, my child is burned")
    view = await case.until(lambda view: view.tier is Tier.PLATFORM)
    assert view.grade is not None
    assert (view.grade.priority, view.team) == (Priority.P1, "complaints")
    assert "safety or harm: “exploded”" in " ".join(view.grade.reasons)
    assert "case.danger_told" in await case.messages("team:complaints")
    await case.act(CUSTOMER, Action.ADD_WORDS, words="As I said, it exploded. Nobody answers!")
    assert (await case.timeline()).count("case.danger_told") == 1


async def test_danger_is_heard_in_a_partys_answer_too(service: Service) -> None:
    case = await at_the_merchant(service)
    await case.act(MERCHANT, Action.ANSWER, request_id="q1", words="这一批次的电池会起火，已召回")
    view = await case.until(lambda view: view.tier is Tier.PLATFORM)
    assert view.grade is not None
    assert view.grade.priority is Priority.P1


async def test_what_the_api_read_in_the_words_counts_instead_of_the_lists(service: Service) -> None:
    case = await at_the_merchant(service)
    read = Heard(meaning=Meaning.DANGER, words="the swing let go with her on it", by="model:1")
    await case.act_as_read(CUSTOMER, Action.ADD_WORDS, (), words="Fire pit looks fab")
    view = await case.seen_by(SUPERVISOR)
    assert (view.tier, view.grade and view.grade.severity) == (Tier.MERCHANT, 0)
    for words in ("the swing let go with her on it", "as I wrote, the swing let go"):
        await case.act_as_read(CUSTOMER, Action.ADD_WORDS, (read,), words=words)
    view = await case.until(lambda view: view.tier is Tier.PLATFORM)
    assert view.grade is not None
    assert view.grade.priority is Priority.P1
    assert "safety or harm (read by model:1)" in " ".join(view.grade.reasons)
    assert (await case.timeline()).count("case.danger_told") == 1


async def test_danger_waits_for_no_order(service: Service) -> None:
    at_once = await service.open(order_id="O-NOBODYS", description="The charger exploded, my child is burned")
    later = await service.open(order_id="O-NOBODYS", description="It does not charge", customer_id="C-2")
    await later.waits_for(WaitFor.ORDER_CORRECTION)
    await later.act(CUSTOMER.model_copy(update={"id": "C-2"}), Action.ADD_WORDS, words="Now it caught fire!")
    for case in (at_once, later):
        view = await case.until(lambda view: view.grade is not None and view.stage is not Stage.RECEIPT)
        assert view.grade is not None
        assert (view.grade.priority, view.merchant_id) == (Priority.P1, None)


async def test_an_agent_raises_a_priority_and_asks_for_a_lower_one_which_a_supervisor_sets(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    view = await case.waits_for(WaitFor.PLAN)
    assert view.grade is not None
    before = view.grade.priority
    assert (await case.refusal(AGENT, Action.SET_PRIORITY, priority=before, reason="as it is")).rule == "CLS-3"
    raised = await case.act(AGENT, Action.SET_PRIORITY, priority="P1", reason="she is ill and needs the money")
    asked = await case.act(AGENT, Action.SET_PRIORITY, priority="P4", reason="it was somebody else")
    assert [seen.grade and seen.grade.priority for seen in (raised, asked)] == [Priority.P1, Priority.P1]
    await case.remembers("case.priority_asked")
    assert "case.priority_asked" in await case.messages(f"team:{view.team}")
    await case.act(SUPERVISOR, Action.SET_PRIORITY, priority="P4", reason="agreed")
    await case.act(CUSTOMER, Action.ADD_WORDS, words="I will tell a journalist")
    seen = await case.seen_by(SUPERVISOR)
    assert seen.grade is not None
    assert (seen.grade.priority, seen.grade.by and seen.grade.by.id) == (Priority.P4, SUPERVISOR.id)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="插头冒火花，我被烫伤了")
    seen = await case.seen_by(SUPERVISOR)
    assert seen.grade is not None
    assert seen.grade.priority is Priority.P1
