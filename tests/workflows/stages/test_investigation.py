"""Investigation on a running case (INV-1, INV-2, INV-4): who is asked for what, reminders, silence, answers, and what follows."""

from models.case.actions import Action
from models.case.views import RequestView
from models.common.partners import Notice, ShipmentStatus, Statement
from models.common.vocabulary import ErrorType, Issue, Kind, Outcome, Party, Role, Stage, WaitFor, WaitingOn
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import eventually


async def asked(case: Case, *of: WaitingOn) -> dict[WaitingOn, RequestView]:
    """The open requests by party, once all of these were asked."""
    view = await case.until(lambda view: set(of) <= {request.of for request in view.requests if request.open})
    return {request.of: request for request in view.requests if request.open}


async def test_every_party_is_asked_once_for_all_that_is_missing_while_the_others_are_asked_too(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.DAMAGED)
    requests = await asked(case, WaitingOn.CUSTOMER, WaitingOn.MERCHANT, WaitingOn.CARRIER)
    assert len(requests) == 3
    assert "photos" in requests[WaitingOn.CUSTOMER].question
    assert "take responsibility" in requests[WaitingOn.CARRIER].question

    async def recipients() -> set[str]:
        return {statement.recipient for statement in service.world.asked}

    assert await eventually(recipients, lambda found: len(found) >= 2) == {"M-1", "K-1"}
    for statement in service.world.asked:  # whose language nobody knows
        assert "承担责任" in statement.question
        assert "take responsibility" in statement.question


async def test_what_the_records_show_is_not_asked_for(service: Service) -> None:
    service.world.add(order(minor=400_000), parcel(status=ShipmentStatus.LOST))
    case = await service.open(Kind.COMPLAINT, issue=Issue.LOST)
    view = await case.waits_for(WaitFor.PLAN)
    assert view.requests == ()
    assert view.finding is not None
    assert (view.finding.party, view.finding.row) == (Party.CARRIER, "lost")


async def test_silent_parties_are_reminded_half_way_and_decided_without(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.DAMAGED, evidence=(UPLOADED,))
    await asked(case, WaitingOn.MERCHANT, WaitingOn.CARRIER)
    await case.pass_time(hours=12.5)
    reminded = await case.until(lambda view: all(request.reminded for request in view.requests))
    assert all(request.open for request in reminded.requests)
    await case.pass_time(hours=12)
    view = await case.waits_for(WaitFor.PLAN)
    assert all(request.silent for request in view.requests)
    assert view.finding is not None
    assert view.finding.row in {"merchant-silent", "carrier-silent-on-damage"}


async def test_a_silent_carrier_without_proof_of_delivery_is_liable(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.TRACKING_WRONG)
    await asked(case, WaitingOn.CARRIER)
    await case.pass_time(hours=25)
    view = await case.until(lambda view: view.finding is not None)
    assert view.finding is not None
    assert (view.finding.party, view.finding.row) == (Party.CARRIER, "carrier-silent")


async def test_a_customer_who_sends_nothing_that_was_needed_ends_the_case_and_may_reopen_it(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT)
    await asked(case, WaitingOn.CUSTOMER, WaitingOn.MERCHANT)
    await case.pass_time(hours=73)
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.NOT_PURSUED
    assert "case.not_pursued" in await case.messages("C-1")
    assert Action.REOPEN in {action.action for action in (await case.seen_by(CUSTOMER)).available_actions}


async def test_a_customer_who_spoke_is_not_taken_for_silent(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT)
    await asked(case, WaitingOn.CUSTOMER, WaitingOn.MERCHANT)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="here it is", evidence=[UPLOADED])
    await case.pass_time(hours=73)
    view = await case.until(lambda view: view.stage is Stage.RESOLUTION)
    assert view.outcome is None


async def test_an_answer_with_evidence_becomes_facts_of_the_party_that_gave_it(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    requests = await asked(case, WaitingOn.MERCHANT)
    proof = {**UPLOADED, "sha256": "1" * 64}
    request_id = requests[WaitingOn.MERCHANT].id
    await case.act(MERCHANT, Action.ANSWER, request_id=request_id, words="checked before sending", evidence=[proof], admits=False)
    view = await case.waits_for(WaitFor.PLAN)
    known = {fact.name: fact for fact in view.facts}
    assert (known["merchant.admits"].value, known["merchant.evidence"].value, known["evidence.count"].value) == (False, 1, 1)
    assert known["merchant.admits"].source == "merchant"
    assert view.finding is not None
    assert (view.finding.party, view.finding.row) == (Party.SHARED, "evidence-against-evidence")


async def test_the_partners_own_system_may_answer(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.DAMAGED, evidence=(UPLOADED,))
    requests = await asked(case, WaitingOn.CARRIER)
    said = Statement(request_id=requests[WaitingOn.CARRIER].id, words="it fell off the belt", admits=True)
    notice = Notice(notice_id="n1", partner="carrier", kind="statement", payload=said.model_dump(mode="json"))
    await case.handle.signal("notice", notice)
    view = await case.waits_for(WaitFor.PLAN)
    assert view.finding is not None
    assert view.finding.row == "carrier-admits"
    assert all(not request.open for request in view.requests)


async def test_an_answer_to_a_closed_request_is_refused_and_changes_nothing(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.DAMAGED, evidence=(UPLOADED,))
    requests = await asked(case, WaitingOn.MERCHANT, WaitingOn.CARRIER)
    await case.act(CARRIER, Action.ANSWER, request_id=requests[WaitingOn.CARRIER].id, words="ours", admits=True)
    before = await case.waits_for(WaitFor.PLAN)
    assert next(request for request in before.requests if request.of is WaitingOn.MERCHANT).withdrawn
    for actor, of in ((MERCHANT, WaitingOn.MERCHANT), (CARRIER, WaitingOn.CARRIER)):
        fault = await case.refusal(actor, Action.ANSWER, request_id=requests[of].id, words="late", admits=False)
        assert (fault.type, fault.field, fault.rule) == (ErrorType.NOT_ALLOWED_NOW, "request_id", "INV-2")
        assert "closed" in fault.detail
    after = await case.seen_by(SUPERVISOR)
    assert (after.version, after.sayings, after.finding) == (before.version, before.sayings, before.finding)


async def test_one_request_is_answered_once_while_another_is_open(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    first = (await asked(case, WaitingOn.MERCHANT))[WaitingOn.MERCHANT]
    await case.act(AGENT, Action.ASK, of=WaitingOn.MERCHANT, question="When was it packed?")
    await case.act(MERCHANT, Action.ANSWER, request_id=first.id, words="it was fine")
    fault = await case.refusal(MERCHANT, Action.ANSWER, request_id=first.id, words="no, wait")
    assert (fault.type, fault.field, fault.rule) == (ErrorType.NOT_ALLOWED_NOW, "request_id", "INV-2")
    view = await case.until(lambda view: len(view.requests) == 2)
    assert [request.open for request in view.requests] == [False, True]


async def test_a_corrected_issue_withdraws_the_old_questions_and_asks_its_own(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    await asked(case, WaitingOn.MERCHANT)
    await case.act(AGENT, Action.CLASSIFY, issue=Issue.DAMAGED)
    requests = await asked(case, WaitingOn.MERCHANT, WaitingOn.CARRIER)
    assert "damaged on the way" in requests[WaitingOn.MERCHANT].question
    view = await case.until(lambda view: len(view.requests) == 3)
    assert view.requests[0].withdrawn


async def test_what_is_not_decisive_is_told_as_a_suggestion_and_an_agent_decides(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(Kind.COMPLAINT, issue=Issue.CARRIER_ATTITUDE, evidence=(UPLOADED,))
    requests = await asked(case, WaitingOn.CARRIER)
    await case.act(CARRIER, Action.ANSWER, request_id=requests[WaitingOn.CARRIER].id, words="he was polite")
    waiting = await case.waits_for(WaitFor.FINDING)
    assert waiting.finding is not None
    assert waiting.finding.row == "carriers-manners-shown"
    assert waiting.finding.by.role is Role.SYSTEM
    await case.act(AGENT, Action.FIND, party=Party.NONE, basis="the recording shows nothing")
    view = await case.waits_for(WaitFor.PLAN)
    assert view.finding is not None
    assert (view.finding.party, view.finding.row) == (Party.NONE, None)
