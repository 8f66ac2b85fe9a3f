"""Proposals, silence, invitations to show more, approval, and what is drawn for review (RES-2, RES-4, RES-10)."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowUpdateFailedError

from models.case.actions import Action
from models.common.actors import Actor
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import ErrorType, Issue, Outcome, Party, RemedyKind, Role, Stage, WaitFor
from rules.case.automatic import drawn_by_id
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.builders.returns import proposed
from tests.support.processes.service import Case, Service

SORRY: dict[str, Any] = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "our fault"}]}
COLLEAGUE = Actor(role=Role.AGENT, id="bob")


def refund_of(minor: int, **change: object) -> dict[str, Any]:
    return {"options": [{"remedies": [{"kind": "refund_only", "amount": {"minor": minor}}], "why": "fair"}], **change}


async def planning(service: Service, minor: int = 12_900) -> Case:
    service.world.add(order(minor=minor), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    return case


async def test_silence_carries_out_the_first_option_when_the_proposal_said_so(service: Service) -> None:
    case = await planning(service)
    await case.act(AGENT, Action.PROPOSE, **refund_of(3_000, if_silent="first_option"))
    view = await case.waits_for(WaitFor.CHOICE)
    assert view.waiting is not None
    assert "first option" in view.waiting.then
    await case.pass_time(hours=49)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 3_000


async def test_silence_closes_the_case_when_nothing_else_was_said(service: Service) -> None:
    case = await planning(service)
    await case.act(AGENT, Action.PROPOSE, **refund_of(3_000))
    await case.pass_time(hours=49)
    assert (await case.until(lambda view: view.stage is Stage.CLOSED)).outcome is Outcome.NOT_PURSUED
    assert service.world.paid_back("O-1") == 0


async def test_customer_and_merchant_invite_each_other_to_show_something_one_at_a_time(service: Service) -> None:
    case = await planning(service)
    await case.act(CUSTOMER, Action.ASK, of="merchant", question="show me the packing video")
    again = await case.refusal(CUSTOMER, Action.ASK, of="merchant", question="and the invoice")
    assert again.type is ErrorType.NOT_ALLOWED_NOW
    own = await case.refusal(MERCHANT, Action.ASK, of="merchant", question="hm")
    assert (own.type, own.field) == (ErrorType.INVALID, "of")
    carrier = await case.refusal(MERCHANT, Action.ASK, of="carrier", question="who signed?")
    assert (carrier.type, carrier.field) == (ErrorType.INVALID, "of")
    view = await case.act(MERCHANT, Action.ASK, of="customer", question="a photo of the label, please")
    assert [request.question for request in view.requests] == ["show me the packing video", "a photo of the label, please"]
    asked = (await case.seen_by(CUSTOMER)).requests[-1]
    assert asked.question == "a photo of the label, please"
    await case.act(CUSTOMER, Action.ANSWER, request_id=asked.id, words="here", evidence=[])
    await case.act(MERCHANT, Action.ASK, of="customer", question="and of the box")


async def test_an_invitation_that_the_customer_leaves_alone_takes_nothing_from_them(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    await case.waits_for(WaitFor.ANSWERS)
    await case.act(MERCHANT, Action.ASK, of="customer", question="and of the box")
    await case.pass_time(hours=73)
    view = await case.until(lambda view: all(not request.open for request in view.requests))
    assert next(request for request in view.requests if request.of.value == "customer").silent
    assert view.outcome is None
    assert view.stage is Stage.RESOLUTION


async def test_a_declined_proposal_goes_back_with_its_reason_and_never_reaches_the_customer(service: Service) -> None:
    case = await planning(service, 400_000)
    await case.act(AGENT, Action.FIND, party=Party.PLATFORM, basis="our system lost it")
    await case.act(AGENT, Action.PROPOSE, **refund_of(300_000))
    await case.waits_for(WaitFor.APPROVAL)
    approver = await case.seen_by(SUPERVISOR)
    assert approver.history is not None
    assert approver.proposals[0].amount.minor == 300_000
    await case.act(SUPERVISOR, Action.DECLINE, reason="half of it would do")
    view = await case.waits_for(WaitFor.PLAN)
    assert view.proposals[0].declined == "half of it would do"
    assert (await case.seen_by(CUSTOMER)).proposals == ()


async def test_what_the_order_was_given_before_counts_towards_an_agents_limit(service: Service) -> None:
    first = await planning(service, 400_000)
    await first.act(AGENT, Action.FIND, party=Party.PLATFORM, basis="our system lost it")
    await first.act(AGENT, Action.PROPOSE, **refund_of(150_000))
    await first.waits_for(WaitFor.CHOICE)
    await first.act(CUSTOMER, Action.ACCEPT)
    await first.until(lambda view: view.stage is Stage.FOLLOW_UP)
    second = await service.open(issue=Issue.PRICE_DISPUTE)
    await second.until(lambda view: bool(view.requests) or view.stage is Stage.RESOLUTION)
    await second.act(AGENT, Action.FIND, party=Party.PLATFORM, basis="our system lost it")
    await second.act(
        AGENT, Action.PROPOSE, options=[{"remedies": [{"kind": "refund_only", "amount": {"minor": 60_000}}], "why": "ok"}]
    )
    assert (await second.seen_by(AGENT)).proposals[0].state == "awaiting_approval"


async def test_a_counter_asks_for_no_more_than_is_left(service: Service) -> None:
    case = await planning(service)
    await case.act(AGENT, Action.PROPOSE, **SORRY)
    await case.waits_for(WaitFor.CHOICE)
    greedy = await case.refusal(CUSTOMER, Action.COUNTER, reason="twice", amount={"minor": 25_800})
    assert (greedy.type, greedy.field) == (ErrorType.INVALID, "amount")
    foreign = await case.refusal(CUSTOMER, Action.COUNTER, reason="euros", amount={"minor": 100, "currency": "EUR"})
    assert foreign.field == "amount.currency"
    view = await case.act(CUSTOMER, Action.COUNTER, reason="some", amount={"minor": 5_000}, remedy="refund_only")
    assert view.proposals[0].counter_remedy is RemedyKind.REFUND_ONLY


async def test_of_two_who_propose_at_once_one_wins(service: Service) -> None:
    case = await planning(service)
    tries = await asyncio.gather(
        case.act(AGENT, Action.PROPOSE, **refund_of(1_000)),
        case.act(COLLEAGUE, Action.PROPOSE, **refund_of(2_000)),
        return_exceptions=True,
    )
    lost = [answer for answer in tries if isinstance(answer, BaseException)]
    assert len(lost) == 1
    assert isinstance(lost[0], WorkflowUpdateFailedError)
    assert len((await case.seen_by(AGENT)).proposals) == 1


async def test_a_decision_without_a_person_explains_itself_and_is_reviewed_when_drawn(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    drawn = service.policy.changed(automatic=service.policy.automatic.model_copy(update={"review_share": 1.0}))
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY}, policy=drawn)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.automatic
    assert all(check.passed for check in view.checks)
    assert (await case.seen_by(CUSTOMER)).checks == ()
    reviewed = await case.act(SUPERVISOR, Action.REVIEW, agrees=False, note="the photo is old")
    assert reviewed.review is not None
    assert reviewed.review.agrees is False
    assert service.world.paid_back("O-1") == 12_900


async def test_no_choice_of_the_cases_id_keeps_a_decision_from_being_drawn(service: Service) -> None:
    nearly_all = 0.99999
    never_drawn_by_id = next(
        name for number in itertools.count() if not drawn_by_id(name := f"RD-CHOSEN{number:06d}", nearly_all)
    )
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    drawn = service.policy.changed(automatic=service.policy.automatic.model_copy(update={"review_share": nearly_all}))
    wish = {"remedy": RemedyKind.REFUND_ONLY}
    case = await service.open(issue=Issue.LOST, wanted=wish, policy=drawn, case_id=never_drawn_by_id)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (await case.seen_by(SUPERVISOR)).review is not None


async def test_what_could_not_be_decided_alone_says_which_check_failed(service: Service) -> None:
    service.world.add(order(minor=30_000), parcel(status=ShipmentStatus.LOST))
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY})
    view = await case.waits_for(WaitFor.PLAN)
    failed = [check for check in view.checks if not check.passed]
    assert [(check.name, check.figure, check.limit) for check in failed] == [("amount", 30_000, 20_000)]


async def test_a_click_on_a_proposal_that_another_classification_voided_agrees_to_nothing(service: Service) -> None:
    case = await planning(service)
    await case.act(AGENT, Action.PROPOSE, **refund_of(3_000))
    shown = await case.waits_for(WaitFor.CHOICE)
    seen = {"proposal_id": shown.proposals[0].id, "version": shown.proposals[0].version}
    await case.act(AGENT, Action.CLASSIFY, issue=Issue.PRICE_DISPUTE)
    late = await case.refusal(CUSTOMER, Action.ACCEPT, **seen)
    assert (late.type, late.rule) == (ErrorType.NOT_ALLOWED_NOW, "WRK-5")
    assert "classified anew" in late.detail
    await case.remembers("resolution.proposal_voided")
    assert "resolution.proposal_voided" in await case.messages("C-1")

    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.PROPOSE, **refund_of(10))
    await case.waits_for(WaitFor.CHOICE)
    assert "p2" in (await case.refusal(CUSTOMER, Action.ACCEPT, **seen)).detail
    assert (await case.act(CUSTOMER, Action.ACCEPT, proposal_id="p2", version=1)).settled


async def test_of_two_who_answer_at_once_the_second_reads_what_the_first_said(service: Service) -> None:
    case = await planning(service)
    said = await asyncio.gather(
        case.act(AGENT, Action.REPLY, words="It is on its way.", seen=0),
        case.act(COLLEAGUE, Action.REPLY, words="It is lost.", seen=0),
        return_exceptions=True,
    )
    refused = [answer for answer in said if isinstance(answer, WorkflowUpdateFailedError)]
    assert len(refused) == 1
    view = await case.until(lambda view: bool(view.sayings))
    assert len(view.sayings) == 1
    assert view.sayings[0].words in str(refused[0].cause)


async def test_the_freight_is_paid_by_whom_the_customer_was_shown_although_the_finding_moved(service: Service) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    arrived = parcel(status=ShipmentStatus.DELIVERED, delivered_at=yesterday, signed_relation="self")
    service.world.add(order(status=OrderStatus.DELIVERED), arrived)
    photo = {"sha256": "0" * 64, "media_type": "image/png", "size": 10, "name": "photo.png"}
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(photo,))
    await proposed(case, 3_000)
    shown = (await case.waits_for(WaitFor.CHOICE)).proposals[0].options[0]
    await case.act(AGENT, Action.FIND, party="customer", basis="It was dropped.")
    (remedy,) = (await case.act(CUSTOMER, Action.ACCEPT, proposal_id="p1")).remedies
    assert remedy.freight is shown.freight is Party.MERCHANT
