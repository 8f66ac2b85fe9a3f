"""A case outlives its history: it continues as new and loses nothing (docs/architecture.md, Temporal)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.database.case_texts import whole
from api.http.problems import ProblemError
from api.http.temporal import CaseEngine
from models.case.action_bodies import AddWords
from models.case.actions import Act, Action
from models.case.state import CaseStart, CaseState, Classification, Grade
from models.common.calendars import Exceptional, Hours
from models.common.vocabulary import ErrorType, Issue, Kind, Priority, Stage, WaitFor
from rules.common.requests import CARRIED, UNKNOWN
from rules.common.room import KIB, MIB, size_of
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER, SUPERVISOR
from tests.support.builders.full_cases import full_case
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service, running_service
from tests.support.processes.temporal_server import start_temporal
from tests.support.refusals import fault_of

DAY_AND_NIGHT = (Hours(start=0, end=1440),)


async def test_a_case_that_continues_as_new_keeps_words_deadlines_and_seen_requests(tmp_path: Path) -> None:
    environment = await start_temporal(**{"limit.historyCount.suggestContinueAsNew": "60"})
    async with environment, running_service(environment, Settings(data_dir=tmp_path)) as service:
        service.world.add(order(), parcel())
        case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
        before = await case.waits_for(WaitFor.PLAN)
        first_run = (await case.handle.describe()).run_id
        for number in range(20):
            await case.act(CUSTOMER, Action.ADD_WORDS, key=f"words-{number}", words=f"word {number}")
        assert (await case.handle.describe()).run_id != first_run
        after = await case.act(CUSTOMER, Action.ADD_WORDS, key="words-0", words="word 0")
        other = await fault_of(case.act(CUSTOMER, Action.ADD_WORDS, key="words-0", words="another"))
        assert other.type is ErrorType.KEY_REUSED
        assert [saying.words for saying in after.sayings] == [f"word {number}" for number in range(20)]
        assert after.waiting == before.waiting
        assert [clock.due for clock in after.clocks] == [clock.due for clock in before.clocks]
        await case.act(AGENT, Action.PROPOSE, options=[{"remedies": [{"kind": "apology", "words": "sorry"}], "why": "ours"}])
        await case.act(CUSTOMER, Action.ACCEPT)
        await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
        assert (await case.timeline()).count("case.words_added") == 20


async def test_days_off_that_move_a_promise_are_told_with_the_new_time_and_why(service: Service) -> None:
    """The case thinks that tomorrow is a day off; the calendars that it learns know better."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    tomorrow = Exceptional(day=today + timedelta(days=1))
    known = service.policy.calendars
    aging = {
        name: calendar.model_copy(
            update={"always": False, "week": (DAY_AND_NIGHT,) * 7, "exceptional": (tomorrow,), "last": today + timedelta(days=3)}
        )
        for name, calendar in known.items()
        if calendar.always
    }
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED, policy=service.policy.changed(calendars=known | aging))
    view = await case.waits_for(WaitFor.PLAN)
    told = {data["clock"]: data for data in await case.told("clock.promise_moved")}
    assert {clock: data["why"] for clock, data in told.items()} == {"plan": "days_off", "resolution": "days_off"}
    due = {clock.name.value: clock.due for clock in view.clocks}
    for clock, data in told.items():
        assert datetime.fromisoformat(data["due"]) == due[clock]
    assert "clock.promise_moved" in await case.messages("C-1")


async def test_a_case_that_outlives_its_calendars_learns_the_holidays_ahead(service: Service) -> None:
    young = service.policy
    short = {
        name: known.model_copy(update={"last": datetime.now(UTC).date() + timedelta(days=20)})
        for name, known in young.calendars.items()
    }
    aging = young.changed(calendars=short)
    case = await service.open(Kind.INQUIRY, order_id=None, issue=Issue.PLATFORM_RULE, description="hm?", policy=aging)
    await case.waits_for(WaitFor.REPLY)
    for _ in range(12):
        await case.pass_time(days=2)
    history = await case.handle.fetch_history()
    renewals = [event for event in history.events if b"renew_calendars" in event.SerializeToString()]
    assert renewals
    view = await case.until(lambda view: view.waiting is not None)
    assert view.waiting is not None
    assert view.waiting.until > datetime.now(UTC) + timedelta(days=20)


@pytest.mark.long
async def test_two_hundred_long_messages_leave_a_case_that_answers_and_closes(tmp_path: Path) -> None:
    environment = await start_temporal()
    async with environment, running_service(environment, Settings(data_dir=tmp_path)) as service:
        service.world.add(order(), parcel())
        case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
        await case.waits_for(WaitFor.PLAN)
        first_run = (await case.handle.describe()).run_id
        for number in range(200):
            await case.act(CUSTOMER, Action.ADD_WORDS, words=f"{number} " + "话" * 7990)
        view = await case.act(
            AGENT, Action.PROPOSE, options=[{"remedies": [{"kind": "apology", "words": "sorry"}], "why": "ours"}]
        )
        assert (await case.handle.describe()).run_id != first_run
        assert len(view.sayings) == 200
        assert size_of(view) < 256 * KIB
        await case.act(SUPERVISOR, Action.WITHDRAW, reason="said enough")
        await case.until(lambda view: view.stage is Stage.CLOSED)
        row = await case.row()
        assert row is not None
        async with service.database.reading() as session:
            told = CaseState.model_validate(await whole(session, row.case_id, row.state))
        assert [saying.words for saying in told.sayings] == [f"{number} " + "话" * 7990 for number in range(200)]


async def test_a_case_that_is_full_in_every_way_continues_as_new_is_ruled_on_and_closes(tmp_path: Path) -> None:
    """Whatever people and partners have filled, with the longest ids and words that there are."""
    full = full_case(
        stage=Stage.RESOLUTION,
        arbitration=True,
        classification=Classification(issue=Issue.REFUND_NOT_ARRIVED, confidence=1, by="customer"),
        grade=Grade(priority=Priority.P3, severity=1, urgency=1, reasons=()),
    )
    environment = await start_temporal(**{"limit.historyCount.suggestContinueAsNew": "12"})
    async with environment, running_service(environment, Settings(data_dir=tmp_path)) as service:
        start = CaseStart(receipt=full.receipt, policy=service.policy, state=full)
        assert size_of(start) < 2 * MIB
        handle = await service.client.start_workflow("CaseWorkflow", start, id=full.case_id, task_queue=service.queue)
        case = Case(service, handle)
        service.opened.append(case)
        first_run = (await handle.describe()).run_id
        await case.waits_for(WaitFor.ARBITRATION)
        assert (await case.refusal(CUSTOMER, Action.ADD_WORDS, words="more")).rule == "size"
        await case.act(SUPERVISOR, Action.TAKE)
        await case.act(SUPERVISOR, Action.ARBITRATE, reason="话" * 8000)
        await case.waits_for(WaitFor.CONFIRMATION)
        await case.act(CUSTOMER, Action.CONFIRM)
        await case.until(lambda view: view.stage is Stage.CLOSED)
        assert (await handle.describe()).run_id != first_run


async def test_a_key_of_more_requests_ago_than_a_case_carries_does_nothing_twice(service: Service) -> None:
    """The case continues as new with as many ids as it carries; the oldest goes to the table, and Temporal has forgotten it."""
    words = Act[AddWords](actor=CUSTOMER, request_id="long-ago", body=AddWords(words="It is broken."))
    ids = {"long-ago": words.digest} | dict.fromkeys((f"r{number}" for number in range(CARRIED)), UNKNOWN)
    begun = full_case(
        stage=Stage.RESOLUTION,
        arbitration=True,
        classification=Classification(issue=Issue.REFUND_NOT_ARRIVED, confidence=1, by="customer"),
        grade=Grade(priority=Priority.P3, severity=1, urgency=1, reasons=()),
    )
    receipt = begun.receipt.model_copy(update={"case_id": "RD-TESTLONGAGO"})
    state = begun.model_copy(update={"receipt": receipt, "sayings": (), "requests_seen": ids})
    start = CaseStart(receipt=state.receipt, policy=service.policy, state=state)
    handle = await service.client.start_workflow("CaseWorkflow", start, id=state.case_id, task_queue=service.queue)
    case = Case(service, handle)
    service.opened.append(case)
    await case.waits_for(WaitFor.ARBITRATION)
    engine = CaseEngine(service.client, Settings(task_queue=service.queue), service.database)
    assert (await engine.act(state.case_id, "add_words", words)).sayings == ()
    other = Act[AddWords](actor=CUSTOMER, request_id="long-ago", body=AddWords(words="It is whole."))
    with pytest.raises(ProblemError) as refused:
        await engine.act(state.case_id, "add_words", other)
    assert refused.value.fault.type is ErrorType.KEY_REUSED
    past_the_api = await case.act(CUSTOMER, Action.ADD_WORDS, key="long-ago", words="It is broken.")
    assert len(past_the_api.sayings) == 1  # the case itself knows of it no more
