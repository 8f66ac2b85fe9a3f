"""A refund-only case from the opening to the archive, with and without a person (RES-4, RES-5, RES-10, FUP-1…3, ARC-1)."""

from typing import Any

from models.case.actions import Action
from models.common.partners import Notice, ProviderRefundStatus, ShipmentStatus
from models.common.vocabulary import ErrorType, Issue, Kind, Outcome, Party, RefundStatus, RemedyKind, Stage, WaitFor, WaitingOn
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel, payment
from tests.support.processes.service import Service

REFUND = {"remedy": RemedyKind.REFUND_ONLY}


def refund_of(minor: int) -> dict[str, Any]:
    return {"options": [{"remedies": [{"kind": "refund_only", "amount": {"minor": minor}}], "why": "as good will"}]}


async def test_a_clear_and_small_case_resolves_without_a_person_within_50_events(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    service.world.pays_at_once = False
    case = await service.open(issue=Issue.LOST, wanted=REFUND)
    paying = await case.waits_for(WaitFor.ARRIVAL)
    assert paying.automatic
    service.world.arrive()
    (refund,) = service.world.refunds.values()
    assert refund.status is ProviderRefundStatus.ARRIVED
    notice = Notice(notice_id="n1", partner="payment", kind="refund", payload=refund.model_dump(mode="json"))
    await case.handle.signal("notice", notice)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await case.act(CUSTOMER, Action.CONFIRM, rating={"speed": 5, "solution": 5, "attitude": 5})
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.RESOLVED
    assert view.archive is not None
    assert service.world.paid_back("O-1") == 12_900
    assert await case.events() <= 50  # four of them ask the provider whether its notice is true


async def test_a_merchant_proposes_and_the_customer_accepts(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(_photo(),))
    asked = await case.until(lambda view: view.requests != ())
    assert asked.waiting is not None
    assert asked.waiting.on is WaitingOn.MERCHANT
    await case.act(MERCHANT, Action.ANSWER, request_id=asked.requests[0].id, words="我们认可", admits=True)
    await case.waits_for(WaitFor.PLAN)
    await case.act(MERCHANT, Action.PROPOSE, **refund_of(5_000))
    chosen = await case.act(CUSTOMER, Action.ACCEPT, option=1)
    assert chosen.proposals[0].accepted == 1
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [remedy.refund_status for remedy in view.remedies] == [RefundStatus.ARRIVED]
    assert service.world.paid_back("O-1") == 5_000


def _photo() -> dict[str, Any]:
    return {"sha256": "0" * 64, "media_type": "image/png", "size": 10, "name": "photo.png"}


async def test_money_above_the_agents_limit_waits_for_a_supervisor_before_the_customer_sees_it(service: Service) -> None:
    service.world.add(order(minor=400_000), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.FIND, party=Party.PLATFORM, basis="our system lost it")
    await case.act(AGENT, Action.PROPOSE, **refund_of(400_000))
    hidden = await case.waits_for(WaitFor.APPROVAL)
    assert hidden.proposals[0].state == "awaiting_approval"
    assert (await case.seen_by(CUSTOMER)).proposals == ()
    assert (await case.refusal(AGENT, Action.APPROVE)).type is ErrorType.NOT_ALLOWED_FOR_ROLE
    assert (await case.refusal(CUSTOMER, Action.ACCEPT)).type is ErrorType.NOT_ALLOWED_NOW
    await case.act(SUPERVISOR, Action.APPROVE)
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 400_000


async def test_nobody_approves_a_proposal_of_their_own(service: Service) -> None:
    service.world.add(order(minor=400_000), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(SUPERVISOR, Action.PROPOSE, **refund_of(400_000))
    assert (await case.refusal(SUPERVISOR, Action.APPROVE)).type is ErrorType.NOT_ALLOWED_NOW


async def test_more_than_was_paid_is_never_proposed(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    fault = await case.refusal(AGENT, Action.PROPOSE, **refund_of(12_901))
    assert fault.type is ErrorType.INVALID
    assert fault.field == "options.0.remedies"


async def test_a_refund_whose_answer_got_lost_is_paid_once(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    service.world.dies_after_acting = 2
    case = await service.open(issue=Issue.LOST, wanted=REFUND)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900
    assert len(service.world.refunds) == 1


async def test_two_cases_of_one_order_never_give_back_more_than_was_paid(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    first = await service.open(issue=Issue.LOST, wanted=REFUND)
    second = await service.open(issue=Issue.LOST, wanted=REFUND)
    for case in (first, second):
        await case.until(
            lambda view: (
                view.stage is Stage.FOLLOW_UP
                or (view.waiting is not None and view.waiting.for_ in {WaitFor.PAYMENT_REPAIR, WaitFor.PLAN, WaitFor.ANSWERS})
            )
        )
    assert service.world.paid_back("O-1") == 12_900


async def test_a_refusing_provider_ends_in_a_persons_queue_and_a_retry_is_a_new_refund(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    service.world.refuses = True
    case = await service.open(issue=Issue.LOST, wanted=REFUND)
    stuck = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    assert stuck.remedies[0].refund_status is RefundStatus.FAILED
    service.world.refuses = False
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id=stuck.remedies[0].id)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900
    assert (await case.timeline()).count("resolution.refund_failed") == 1


async def test_a_failed_refund_may_be_recorded_as_paid_another_way(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    service.world.refuses = True
    case = await service.open(issue=Issue.LOST, wanted=REFUND)
    stuck = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    await case.act(AGENT, Action.RECORD_REFUND, remedy_id=stuck.remedies[0].id, proof="bank transfer 4711")
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.remedies[0].refund_status is RefundStatus.ARRIVED


async def test_a_lost_arrival_notice_is_found_by_asking(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    service.world.pays_at_once = False
    case = await service.open(issue=Issue.LOST, wanted=REFUND)
    await case.waits_for(WaitFor.ARRIVAL)
    service.world.arrive()
    await case.pass_time(hours=13)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_a_double_charge_gives_back_the_second_charge(service: Service) -> None:
    service.world.add(order(), parcel(), charges=(payment(number=1), payment(number=2)))
    case = await service.open(Kind.AFTER_SALES, issue=Issue.CHARGED_TWICE)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.automatic
    assert service.world.paid_back("O-1") == 12_900


async def test_the_same_request_again_changes_nothing(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.PROPOSE, key="once", **refund_of(1_000))
    again = await case.act(AGENT, Action.PROPOSE, key="once", **refund_of(1_000))
    assert len(again.proposals) == 1
