"""Parties and clocks push a case through its stages: silence, escalation, rounds, ruling, withdrawal, reopening.

REC-3, CLS-2, DSP-5, RES-2, FUP-2…4.
"""

from typing import Any

import pytest

from models.case.actions import Action
from models.common.vocabulary import ClockName, ErrorType, Issue, Kind, Outcome, Party, Stage, Tier, WaitFor, WaitingOn
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.processes.service import Case, Service

SORRY: dict[str, Any] = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "our fault"}]}


async def with_the_platform(service: Service) -> Case:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    return case


async def test_an_inquiry_is_answered_and_archived_after_silence(service: Service) -> None:
    case = await service.open(Kind.INQUIRY, order_id=None, issue=Issue.PLATFORM_RULE, description="how do I return it?")
    await case.waits_for(WaitFor.REPLY)
    await case.act(AGENT, Action.REPLY, words="Within 7 days, from the order page.")
    solved = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert solved.outcome is Outcome.ANSWERED
    assert solved.owner == AGENT.id
    await case.pass_time(days=8)
    assert (await case.until(lambda view: view.stage is Stage.CLOSED)).outcome is Outcome.ANSWERED
    assert "case.replied" in await case.messages("C-1")


async def test_an_inquiry_becomes_a_complaint_and_keeps_its_timeline(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(Kind.INQUIRY, issue=Issue.DELAY)
    await case.waits_for(WaitFor.REPLY)
    await case.act(AGENT, Action.CLASSIFY, issue=Issue.PLATFORM_ATTITUDE, kind=Kind.COMPLAINT)
    view = await case.waits_for(WaitFor.FINDING)
    assert view.kind is Kind.COMPLAINT
    timeline = await case.timeline()
    assert timeline[0] == "case.opened"
    assert timeline.count("case.dispatched") == 2


async def test_a_complaint_needs_a_finding_before_a_proposal_is_waited_for(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(Kind.COMPLAINT, issue=Issue.MERCHANT_ATTITUDE, description="they were rude")
    await case.waits_for(WaitFor.ANSWERS)
    await case.act(MERCHANT, Action.ANSWER, request_id="q1", words="we were not")
    await case.waits_for(WaitFor.FINDING)
    await case.act(AGENT, Action.FIND, party=Party.MERCHANT, basis="the chat shows it")
    await case.waits_for(WaitFor.PLAN)
    await case.act(SUPERVISOR, Action.PROPOSE, **SORRY)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert "resolution.remedy_told" in await case.messages("C-1")


async def test_a_silent_merchant_loses_the_case_to_the_platform_and_the_misses_stay(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    asked = await case.until(lambda view: bool(view.requests))
    assert asked.tier is Tier.MERCHANT
    await case.pass_time(days=3)
    view = await case.until(lambda view: view.tier is not Tier.MERCHANT)
    assert any(miss.held_by is Tier.MERCHANT for miss in view.misses)
    timeline = await case.timeline()
    assert "investigation.information_reminded" in timeline
    assert "investigation.information_silent" in timeline
    assert "case.escalated" in timeline


async def test_a_silent_customer_closes_the_case_as_not_pursued(service: Service) -> None:
    case = await with_the_platform(service)
    await case.act(AGENT, Action.PROPOSE, **SORRY)
    await case.pass_time(hours=49)
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.NOT_PURSUED
    assert view.proposals[0].state == "lapsed"


async def test_five_refused_rounds_end_in_a_final_ruling(service: Service) -> None:
    case = await with_the_platform(service)
    for round_ in range(1, 6):
        await case.act(SUPERVISOR, Action.PROPOSE, **SORRY)
        view = await case.act(CUSTOMER, Action.COUNTER, reason="not enough", amount={"minor": 9_000})
        assert view.proposals[-1].round == round_
    await case.waits_for(WaitFor.ARBITRATION)
    assert (await case.refusal(SUPERVISOR, Action.PROPOSE, **SORRY)).type is ErrorType.NOT_ALLOWED_NOW
    await case.act(
        SUPERVISOR, Action.ARBITRATE, reason="half of it", remedies=[{"kind": "refund_only", "amount": {"minor": 6_450}}]
    )
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 6_450


async def test_a_demand_that_is_turned_down_ends_as_rejected(service: Service) -> None:
    case = await with_the_platform(service)
    for _ in range(5):
        await case.act(SUPERVISOR, Action.PROPOSE, **SORRY)
        await case.act(CUSTOMER, Action.REJECT, reason="no")
    await case.act(SUPERVISOR, Action.ARBITRATE, reason="the goods are genuine")
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.outcome is Outcome.REJECTED
    assert service.world.paid_back("O-1") == 0


async def test_two_refused_proposals_of_a_merchant_bring_the_case_to_the_platform(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    await case.until(lambda view: bool(view.requests))
    for _ in range(2):
        await case.act(MERCHANT, Action.PROPOSE, **SORRY)
        await case.waits_for(WaitFor.CHOICE)
        await case.act(CUSTOMER, Action.REJECT, reason="no")
    view = await case.until(lambda view: view.tier is Tier.PLATFORM)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.AGENT


async def test_withdrawing_closes_the_case_and_its_questions(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    await case.until(lambda view: bool(view.requests))
    await case.act(CUSTOMER, Action.WITHDRAW, reason="found it")
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.WITHDRAWN
    assert all(request.withdrawn for request in view.requests)
    refused = await case.refusal(MERCHANT, Action.ANSWER, request_id="q1", words="late")
    assert refused.type is ErrorType.NOT_ALLOWED_NOW


async def test_a_case_that_was_withdrawn_before_its_order_was_known_takes_that_up_when_it_is_reopened(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.world.add(order(), parcel())
    service.world.down = {"merchant"}
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PARTNER_DATA)
    await case.act(AGENT, Action.CLASSIFY, issue=Issue.PRICE_DISPUTE)
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.waits_for(WaitFor.REOPENING)
    service.world.down = set()
    await case.act(CUSTOMER, Action.REOPEN, reason="it is still so")
    view = await case.until(lambda view: view.grade is not None)
    assert view.merchant_id == "M-1"
    assert "never retrieved" not in caplog.text  # what was given up is no trouble


async def test_a_case_that_was_withdrawn_before_anybody_was_sure_of_its_issue_is_triaged_when_it_is_reopened(
    service: Service,
) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=None, description="hm, well, something about it")
    await case.waits_for(WaitFor.TRIAGE)
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.waits_for(WaitFor.REOPENING)
    await case.act(CUSTOMER, Action.REOPEN, reason="it is still so")
    await case.waits_for(WaitFor.TRIAGE)


async def test_a_closed_case_reopens_within_15_days_with_new_clocks_and_its_old_words(service: Service) -> None:
    case = await with_the_platform(service)
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    await case.act(CUSTOMER, Action.REOPEN, reason="it broke again")
    view = await case.waits_for(WaitFor.PLAN)
    assert view.reopened == 1
    assert any(not clock.stopped for clock in view.clocks)
    assert view.sayings[-1].words == "it broke again"
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    await case.pass_time(days=16)
    assert await case.handle.result() == Outcome.WITHDRAWN


async def test_a_disputed_solution_goes_back_to_people(service: Service) -> None:
    case = await with_the_platform(service)
    await case.act(AGENT, Action.PROPOSE, **SORRY)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.waits_for(WaitFor.CONFIRMATION)
    await case.act(CUSTOMER, Action.DISPUTE, reason="that was no solution")
    view = await case.waits_for(WaitFor.PLAN)
    assert view.tier is Tier.SUPERVISOR


async def test_an_order_of_somebody_else_is_asked_for_again_and_says_no_more(service: Service) -> None:
    service.world.add(order("O-2", customer="C-2"))
    service.world.add(order("O-1"), parcel())
    case = await service.open(order_id="O-2", issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.ORDER_CORRECTION)
    seen = await case.seen_by(CUSTOMER)
    assert seen.merchant_id is None
    assert seen.facts == ()
    await case.act(CUSTOMER, Action.CORRECT_ORDER, order_id="O-1")
    view = await case.waits_for(WaitFor.PLAN)
    assert view.merchant_id == "M-1"


async def test_a_wrong_order_that_nobody_corrects_closes_the_case(service: Service) -> None:
    case = await service.open(order_id="O-404", issue=Issue.DAMAGED)
    await case.waits_for(WaitFor.ORDER_CORRECTION)
    await case.pass_time(hours=73)
    assert (await case.until(lambda view: view.stage is Stage.CLOSED)).outcome is Outcome.NOT_PURSUED


async def test_a_case_opens_while_every_partner_is_down_and_goes_on_when_they_return(service: Service) -> None:
    service.world.add(order(), parcel())
    service.world.down = {"merchant", "carrier", "payment"}
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PARTNER_DATA)
    assert "case.opened" in await case.messages("C-1")
    service.world.down = set()
    await case.waits_for(WaitFor.PLAN)
    assert (await case.seen_by(AGENT)).merchant_id == "M-1"


async def test_words_that_say_too_little_are_triaged_by_a_person(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=None, description="hm")
    await case.waits_for(WaitFor.TRIAGE)
    await case.act(AGENT, Action.CLASSIFY, issue=Issue.REFUND_NOT_ARRIVED)
    view = await case.until(lambda view: view.stage in {Stage.INVESTIGATION, Stage.RESOLUTION})
    assert view.issue is Issue.REFUND_NOT_ARRIVED
    assert view.classification is not None
    assert view.classification.by == "agent"


async def test_a_carrier_is_asked_answers_and_admits(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.DAMAGED, evidence=(UPLOADED,))
    await case.until(lambda view: any(request.of is WaitingOn.CARRIER for request in view.requests))
    (mine,) = (await case.seen_by(CARRIER)).requests
    await case.act(CARRIER, Action.ANSWER, request_id=mine.id, words="it fell off the belt", admits=True)
    view = await case.until(lambda view: view.finding is not None)
    assert view.finding is not None
    assert view.finding.party is Party.CARRIER


async def test_an_action_of_the_wrong_stage_names_what_is_possible(service: Service) -> None:
    case = await with_the_platform(service)
    fault = await case.refusal(CUSTOMER, Action.CONFIRM)
    assert fault.type is ErrorType.NOT_ALLOWED_NOW
    assert Action.WITHDRAW in fault.allowed


async def test_a_low_score_goes_to_a_supervisor(service: Service) -> None:
    case = await with_the_platform(service)
    await case.act(AGENT, Action.PROPOSE, **SORRY)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.waits_for(WaitFor.CONFIRMATION)
    await case.act(CUSTOMER, Action.RATE, speed=1, solution=3, attitude=3)
    assert "follow_up.low_score" in await case.timeline() or await case.until(lambda view: view.survey is not None)
    assert (await case.refusal(CUSTOMER, Action.RATE, speed=5, solution=5, attitude=5)).type is ErrorType.NOT_ALLOWED_NOW


async def test_a_solution_that_moves_while_the_customer_thinks_is_told_with_its_new_time(service: Service) -> None:
    case = await with_the_platform(service)
    await case.act(AGENT, Action.PROPOSE, **SORRY)
    await case.waits_for(WaitFor.CHOICE)
    (before,) = [clock for clock in (await case.seen_by(CUSTOMER)).clocks if clock.name is ClockName.RESOLUTION]
    assert before.paused
    await case.pass_time(hours=10)
    await case.act(CUSTOMER, Action.REJECT, reason="no")
    await case.waits_for(WaitFor.PLAN)
    assert "clock.promise_moved" in await case.messages("C-1")


async def test_a_question_about_a_product_is_the_merchants_to_answer_first(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(Kind.INQUIRY, issue=Issue.SIZE_MISMATCH, description="does it shrink in the wash, zzz?")
    view = await case.waits_for(WaitFor.REPLY)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.MERCHANT
    await case.act(MERCHANT, Action.REPLY, words="not at 30 degrees")
    assert (await case.until(lambda view: view.stage is Stage.FOLLOW_UP)).outcome is Outcome.ANSWERED


async def test_cancelling_the_workflow_from_outside_does_not_end_the_case(service: Service) -> None:
    case = await with_the_platform(service)
    await case.handle.cancel()
    while "case.cancellation_refused" not in await case.timeline():
        await case.until(lambda view: view.waiting is not None)
    await case.act(AGENT, Action.PROPOSE, **SORRY)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
