"""Orders cancelled before they are shipped: the merchant confirms, refuses, answers late or never (RES-1, RES-3, RES-10, RES-11)."""

from datetime import UTC, datetime, timedelta

from models.case.actions import Action
from models.common.partners import OrderStatus
from models.common.vocabulary import Issue, Outcome, RefundStatus, RemedyKind, Stage, WaitFor, WaitingOn
from models.remedies.order_change import ChangeStatus
from tests.support.builders.actors import CUSTOMER, MERCHANT
from tests.support.builders.order_changes import not_shipped, on, solved, tell, waits
from tests.support.processes.service import Service

CANCEL = {"remedy": RemedyKind.ORDER_CANCELLED, "reason": "changed_mind"}


async def test_a_small_order_is_cancelled_and_paid_back_without_a_person(service: Service) -> None:
    service.world.add(not_shipped())
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.until(solved)
    assert view.automatic
    assert service.world.orders["O-1"].status is OrderStatus.CANCELLED
    assert service.world.paid_back("O-1") == 12_900
    assert [remedy.refund_status for remedy in view.remedies] == [RefundStatus.ARRIVED]
    assert next(iter(service.ordering.asked.values())).reason == "changed_mind"
    assert "resolution.order_cancelled" in await case.messages("C-1")
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    assert await case.events() <= 50


async def test_a_cancellation_that_the_merchant_confirmed_is_paid_whatever_the_days_caps_say(service: Service) -> None:
    used_up = service.policy.automatic.model_copy(update={"max_per_customer_a_day": 0, "max_minor_a_day": 0})
    service.world.add(not_shipped())
    policy = service.policy.changed(automatic=used_up)
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL, policy=policy)
    await case.until(solved)
    assert service.world.paid_back("O-1") == 12_900


async def test_pieces_of_a_line_are_cancelled_for_what_was_paid_for_them(service: Service) -> None:
    service.world.add(not_shipped(quantity=3))
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL, lines=({"line_id": "L1", "quantity": 2},))
    await case.until(solved)
    assert service.world.paid_back("O-1") == 8_600
    assert service.world.orders["O-1"].lines[0].quantity == 1


async def test_an_order_that_is_not_paid_is_cancelled_without_a_refund(service: Service) -> None:
    service.world.add(not_shipped(status=OrderStatus.UNPAID), charges=())
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(solved)
    assert service.world.orders["O-1"].status is OrderStatus.CANCELLED
    assert service.world.paid_back("O-1") == 0


async def test_a_merchant_who_packed_already_sends_the_case_back_to_look_for_a_solution(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers, service.ordering.refusal = ChangeStatus.REFUSED, "packed already"
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.waits_for(WaitFor.PLAN)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.MERCHANT
    assert not view.automatic
    assert view.remedies[0].undone
    assert service.world.paid_back("O-1") == 0
    assert "resolution.change_refused" in await case.messages("C-1")
    refund = {"kind": "refund_only", "amount": {"minor": 1_000}}
    await case.act(MERCHANT, Action.PROPOSE, options=[{"remedies": [refund], "why": "for your trouble"}])
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(solved)
    assert service.world.paid_back("O-1") == 1_000


async def test_a_merchant_who_confirms_later_is_heard_by_webhook(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.until(on(WaitingOn.MERCHANT))
    assert view.waiting is not None
    assert view.waiting.for_ is WaitFor.ORDER_CHANGE
    assert service.world.paid_back("O-1") == 0
    answer = service.ordering.confirm(f"{case.handle.id}.m1.change")
    await tell(case, "merchant", "order_change", answer)
    await tell(case, "merchant", "order_change", answer, "n2")
    await case.until(solved)
    assert service.world.paid_back("O-1") == 12_900


async def test_a_confirmation_whose_webhook_got_lost_is_found_by_asking(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(on(WaitingOn.MERCHANT))
    service.ordering.confirm(f"{case.handle.id}.m1.change")
    await case.pass_time(hours=7)
    await case.until(solved)


async def test_a_merchant_who_never_answers_counts_as_a_no_and_is_told_that_it_is_off(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(on(WaitingOn.MERCHANT))
    await case.pass_time(hours=25)
    await case.waits_for(WaitFor.PLAN)
    assert service.ordering.changes[f"{case.handle.id}.m1.change"].status is ChangeStatus.UNDONE
    assert service.world.orders["O-1"].status is OrderStatus.PAID
    assert service.world.paid_back("O-1") == 0


async def test_a_lost_answer_cancels_once(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.loses_answers = 2
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(solved)
    assert service.ordering.sent == [f"{case.handle.id}.m1.change"]
    assert service.world.paid_back("O-1") == 12_900


async def test_a_case_withdrawn_before_the_merchant_answered_leaves_the_order_as_it_was(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(on(WaitingOn.MERCHANT))
    await case.act(CUSTOMER, Action.WITHDRAW)
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.WITHDRAWN
    assert service.ordering.changes[f"{case.handle.id}.m1.change"].status is ChangeStatus.UNDONE
    assert service.world.orders["O-1"].status is OrderStatus.PAID


async def test_an_order_that_was_cancelled_just_before_its_case_was_withdrawn_is_refunded(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers, service.ordering.gives_back = ChangeStatus.PENDING, False
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(on(WaitingOn.MERCHANT))
    service.ordering.confirm(f"{case.handle.id}.m1.change")
    await case.act(CUSTOMER, Action.WITHDRAW)
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert service.world.orders["O-1"].status is OrderStatus.CANCELLED
    assert view.remedies[0].done_at is not None
    assert service.world.paid_back("O-1") == 12_900


async def test_two_cases_cancel_each_piece_once(service: Service) -> None:
    service.world.add(not_shipped())
    first = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    second = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    for case in (first, second):
        await case.until(lambda view: solved(view) or waits(WaitFor.PLAN)(view) or waits(WaitFor.ANSWERS)(view))
    assert service.world.paid_back("O-1") == 12_900


async def test_an_overdue_order_that_was_not_shipped_is_cancelled_for_its_delay(service: Service) -> None:
    late = datetime.now(UTC) - timedelta(days=3)
    service.world.add(not_shipped(promised_at=late, placed_at=late - timedelta(days=5)))
    case = await service.open(issue=Issue.DELAY, wanted={"remedy": RemedyKind.ORDER_CANCELLED, "reason": "too_slow"})
    view = await case.until(solved)
    assert view.automatic
    assert service.world.orders["O-1"].status is OrderStatus.CANCELLED


async def test_a_shipped_order_is_not_cancelled(service: Service) -> None:
    service.world.add(not_shipped(status=OrderStatus.SHIPPED))
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.until(lambda view: waits(WaitFor.ANSWERS)(view) or waits(WaitFor.PLAN)(view))
    assert not view.automatic
    assert service.ordering.changes == {}
