"""The party found liable may appeal once, with new evidence; a supervisor decides; the customer keeps what was given (INV-5)."""

from typing import Any

from models.case.actions import Action
from models.common.actors import Actor
from models.common.vocabulary import ErrorType, Issue, Outcome, Party, Role, Stage, WaitFor, WaitingOn
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.processes.service import Case, Service

NEW = {"sha256": "1" * 64, "media_type": "image/png", "size": 10, "name": "handover.png"}
REFUND: dict[str, Any] = {"options": [{"remedies": [{"kind": "refund_only", "amount": {"minor": 5_000}}], "why": "fair"}]}
APPEAL: dict[str, Any] = {"words": "it left us intact", "evidence": [NEW]}
OTHER = Actor(role=Role.SUPERVISOR, id="otto")


async def refunded(service: Service) -> Case:
    """The merchant admitted, the customer was paid 50 yuan and has yet to confirm."""
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    asked = await case.until(lambda view: bool(view.requests))
    await case.act(MERCHANT, Action.ANSWER, request_id=asked.requests[0].id, words="ours", admits=True)
    await case.waits_for(WaitFor.PLAN)
    await case.act(MERCHANT, Action.PROPOSE, **REFUND)
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.waits_for(WaitFor.CONFIRMATION)
    return case


def may(view: Any) -> set[Action]:
    return {shown.action for shown in view.available_actions}


async def test_an_appeal_moves_the_responsibility_and_never_takes_money_back_from_the_customer(service: Service) -> None:
    case = await refunded(service)
    seen = await case.seen_by(MERCHANT)
    assert Action.APPEAL in may(seen)
    assert seen.appeal_until is not None
    await case.act(MERCHANT, Action.APPEAL, **APPEAL)
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.waits_for(WaitFor.APPEAL)
    view = await case.act(SUPERVISOR, Action.DECIDE_APPEAL, granted=True, party=Party.CARRIER, reason="the hand-over proves it")
    assert view.finding is not None
    assert view.finding.party is Party.CARRIER
    closed = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert closed.outcome is Outcome.RESOLVED
    assert service.world.paid_back("O-1") == 5_000
    assert "investigation.appeal_decided" in await case.messages("C-1")
    assert "investigation.appeal_decided" in await case.messages("M-1")


async def test_an_appeal_needs_new_evidence_and_is_heard_once(service: Service) -> None:
    case = await refunded(service)
    stale = await case.refusal(MERCHANT, Action.APPEAL, words="no", evidence=[UPLOADED])
    assert (stale.type, stale.field, stale.rule) == (ErrorType.INVALID, "evidence", "INV-5")
    await case.act(MERCHANT, Action.APPEAL, **APPEAL)
    assert (await case.refusal(MERCHANT, Action.APPEAL, **APPEAL)).type is ErrorType.NOT_ALLOWED_NOW
    view = await case.act(SUPERVISOR, Action.DECIDE_APPEAL, granted=False, reason="it shows another parcel")
    assert view.finding is not None
    assert view.finding.party is Party.MERCHANT
    assert (await case.refusal(MERCHANT, Action.APPEAL, **APPEAL)).type is ErrorType.NOT_ALLOWED_NOW


async def test_whom_an_appeal_makes_liable_is_heard_too_and_then_it_is_over(service: Service) -> None:
    case = await refunded(service)
    assert "investigation.liable" in await case.messages("M-1")
    assert "investigation.liable" not in await case.messages("K-1")
    await case.act(MERCHANT, Action.APPEAL, **APPEAL)
    assert (await case.refusal(CARRIER, Action.APPEAL, **APPEAL)).type is ErrorType.NOT_ALLOWED_NOW
    await case.pass_time(hours=47)
    await case.act(SUPERVISOR, Action.DECIDE_APPEAL, granted=True, party=Party.CARRIER, reason="the hand-over proves it")
    await case.until(lambda view: view.finding is not None and view.finding.party is Party.CARRIER)
    await case.pass_time(hours=10)  # the carrier's time runs from when it was found responsible
    proof = {**NEW, "sha256": "2" * 64}
    await case.act(CARRIER, Action.APPEAL, words="it was sealed", evidence=[proof])
    await case.act(OTHER, Action.DECIDE_APPEAL, granted=True, party=Party.MERCHANT, reason="the seal was whole")
    view = await case.seen_by(MERCHANT)
    assert [appeal.by.role for appeal in (*view.appeals_before, view.appeal) if appeal] == [Role.MERCHANT, Role.CARRIER]
    for actor in (MERCHANT, CARRIER):
        again = await case.refusal(actor, Action.APPEAL, words="no", evidence=[{**NEW, "sha256": "3" * 64}])
        assert again.type is ErrorType.NOT_ALLOWED_NOW


async def test_nobody_else_than_the_party_found_liable_appeals(service: Service) -> None:
    case = await refunded(service)
    assert (await case.refusal(CUSTOMER, Action.APPEAL, **APPEAL)).type is ErrorType.NOT_ALLOWED_NOW
    assert (await case.refusal(AGENT, Action.APPEAL, **APPEAL)).type is ErrorType.NOT_ALLOWED_FOR_ROLE


async def test_the_time_to_appeal_ends_two_days_after_the_decision(service: Service) -> None:
    case = await refunded(service)
    await case.pass_time(hours=49)
    late = await case.refusal(MERCHANT, Action.APPEAL, **APPEAL)
    assert (late.type, late.rule) == (ErrorType.NOT_ALLOWED_NOW, "INV-5")
    assert Action.APPEAL not in may(await case.seen_by(MERCHANT))


async def test_an_appeal_after_closing_is_decided_and_sealed_again_without_asking_the_customer_again(service: Service) -> None:
    case = await refunded(service)
    await case.act(CUSTOMER, Action.CONFIRM)
    first = await case.until(lambda view: view.stage is Stage.CLOSED)
    await case.act(MERCHANT, Action.APPEAL, **APPEAL)
    await case.waits_for(WaitFor.APPEAL)
    await case.act(SUPERVISOR, Action.DECIDE_APPEAL, granted=True, party=Party.PLATFORM, reason="we misread the photo")
    second = await case.until(lambda view: view.stage is Stage.CLOSED and view.archive != first.archive)
    assert second.archive is not None
    assert second.archive.edition == 2
    assert (await case.timeline()).count("follow_up.resolved") == 1


async def test_whoever_made_the_finding_does_not_decide_on_the_appeal(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    await case.act(SUPERVISOR, Action.FIND, party=Party.MERCHANT, basis="they promised it")
    await case.act(AGENT, Action.PROPOSE, **REFUND)
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.waits_for(WaitFor.CONFIRMATION)
    await case.act(MERCHANT, Action.APPEAL, **APPEAL)
    same = await case.refusal(SUPERVISOR, Action.DECIDE_APPEAL, granted=False, reason="I said so")
    assert same.type is ErrorType.NOT_ALLOWED_NOW
    await case.act(OTHER, Action.DECIDE_APPEAL, granted=False, reason="the promise is in the chat")


async def test_a_customer_who_was_right_after_all_gets_another_solution(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    for _ in range(5):
        await case.act(AGENT, Action.PROPOSE, options=[{"remedies": [{"kind": "apology", "words": "sorry"}], "why": "no case"}])
        await case.act(CUSTOMER, Action.REJECT, reason="no")
    await case.waits_for(WaitFor.ARBITRATION)
    await case.act(SUPERVISOR, Action.ARBITRATE, party=Party.CUSTOMER, reason="the money has arrived")
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await case.act(CUSTOMER, Action.APPEAL, words="see my statement", evidence=[NEW])
    await case.act(OTHER, Action.DECIDE_APPEAL, granted=True, party=Party.PLATFORM, reason="it has not")
    view = await case.waits_for(WaitFor.PLAN)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.SUPERVISOR
    await case.act(OTHER, Action.PROPOSE, **REFUND)
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 5_000


async def test_an_appeal_that_nobody_decides_is_told_to_the_supervisors(service: Service) -> None:
    case = await refunded(service)
    await case.act(MERCHANT, Action.APPEAL, **APPEAL)
    await case.pass_time(hours=49)
    await case.until(lambda view: view.appeal is not None and view.appeal.overdue)
    assert "investigation.appeal_overdue" in await case.timeline()
