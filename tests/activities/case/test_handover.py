"""Every open case is with somebody who can act (DSP-2): handed on, put back, and drained when somebody comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, delete, select, update

from activities.case.assignment import DispatchActivities
from activities.case.handover import Handover
from activities.case.records import RecordsActivities
from adapters.database.agents import enter
from adapters.database.engine import Database
from adapters.database.work import loads_of
from models.case.activities import AssignRequest, Projection
from models.case.handover import Absence, HandedOn
from models.case.state import Classification, Grade, Snoozed, TransferOffer
from models.common.actors import Actor
from models.common.vocabulary import Issue, Priority, Role, Stage, Tier, WaitFor, WaitingOn
from models.common.waits import Wait
from models.policy.agents import AgentPolicy
from models.policy.policy import Policy
from models.tables.case import AgentRow, AssignmentRow
from tests.support.builders.actors import MERCHANT
from tests.support.builders.cases import OPENED, case, receipt
from tests.support.builders.orders import order

MORNING = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai, a Tuesday
NIGHT = MORNING + timedelta(hours=15)
"""Four hours after the shift `service` has ended."""
BEFORE = MORNING - timedelta(days=1)
ANN, SUE = Actor(role=Role.AGENT, id="ann"), Actor(role=Role.SUPERVISOR, id="sue")


class Desk:
    """A team of logistics, a clock that is set by hand, and what cases were told."""

    def __init__(self, database: Database, policy: Policy, records: RecordsActivities) -> None:
        self.now = MORNING
        self.told: dict[str, HandedOn] = {}
        self.away: set[str] = set()
        self.database = database
        self.records = records
        self.dispatch = DispatchActivities(database, policy)
        self.handover = Handover(database, policy, self.tell, now=lambda: self.now)

    async def tell(self, case_id: str, told: HandedOn) -> None:
        if case_id in self.away:
            raise ConnectionError(case_id)
        self.told[case_id] = told

    async def look(self) -> dict[str, HandedOn]:
        """What cases are told of now."""
        self.told = {}
        await self.handover.look()
        return self.told

    async def employ(self, *people: str, away_for: timedelta | None = None, **change: Any) -> None:
        async with self.database.writing() as session:
            for name in people:
                person = AgentPolicy.model_validate({"id": name, "name": name, "teams": ("logistics",), **change})
                await enter(session, person)
                if away_for is not None:
                    away = {"present": False, "away_since": self.now - away_for}
                    await session.exec(update(AgentRow).where(col(AgentRow.agent_id) == name).values(**away))

    async def dismiss(self, name: str) -> None:
        async with self.database.writing() as session:
            await session.exec(delete(AgentRow).where(col(AgentRow.agent_id) == name))

    async def save(self, number: int = 1, **change: Any) -> None:
        """A case that Ann has, and that waits for her plan since yesterday, unless said otherwise."""
        usual = {
            "receipt": receipt(f"RD-{number}"),
            "stage": Stage.RESOLUTION,
            "team": "logistics",
            "handler": ANN,
            "owner": ANN,
            "classification": Classification(issue=Issue.DAMAGED, confidence=1, by="customer"),
            "wait": waits(WaitingOn.AGENT),
        }
        await self.records.save_case(Projection(state=case(OPENED, **{**usual, **change}), at=BEFORE))

    async def handlers(self) -> dict[str, str]:
        async with self.database.reading() as session:
            return {row.case_id: row.agent_id for row in await session.exec(select(AssignmentRow))}


def waits(on: WaitingOn, for_: WaitFor = WaitFor.PLAN) -> Wait:
    return Wait(on=on, for_=for_, until=MORNING + timedelta(days=1), since=BEFORE)


@pytest.fixture
def desk(database: Database, policy: Policy, records: RecordsActivities) -> Desk:
    return Desk(database, policy, records)


@pytest.mark.parametrize(
    "case",
    [
        {},
        {"wait": waits(WaitingOn.CUSTOMER, WaitFor.CHOICE)},
        {"stage": Stage.FOLLOW_UP, "wait": waits(WaitingOn.CUSTOMER, WaitFor.CONFIRMATION)},
        {"reopened": 1},
        {"snoozed": Snoozed(by=ANN, at=BEFORE, until=MORNING + timedelta(days=9))},
        {"owner": None},
    ],
)
async def test_what_somebody_has_who_left_goes_to_a_colleague_whatever_it_waits_for(desk: Desk, case: dict[str, Any]) -> None:
    await desk.employ("ann", "bob")
    await desk.save(**case)
    assert await desk.look() == {}
    await desk.dismiss("ann")
    assert await desk.look() == {"RD-1": HandedOn(gone="ann", why=Absence.LEFT, to="bob")}
    assert await desk.handlers() == {"RD-1": "bob"}
    assert await desk.look() == {}, "it was told"
    desk.now += timedelta(minutes=2)
    assert await desk.look() == {}, "and hears it when it can"
    await desk.save(1, **{**case, "handler": Actor(role=Role.AGENT, id="bob"), "owner": None, "version": 2})
    await desk.dismiss("bob")
    assert await desk.look() == {"RD-1": HandedOn(gone="bob", why=Absence.LEFT)}


async def test_who_handles_cases_no_more_counts_as_gone(desk: Desk) -> None:
    await desk.employ("ann", "bob")
    await desk.save()
    await desk.employ("ann", role="analyst")
    assert await desk.look() == {"RD-1": HandedOn(gone="ann", why=Absence.LEFT, to="bob")}


async def test_without_anybody_it_goes_back_into_the_queue_and_to_whoever_comes_first(desk: Desk) -> None:
    await desk.employ("bob", most=1, present=False)
    await desk.save(1)
    await desk.save(2, handler=None, owner=None)
    assert await desk.look() == {"RD-1": HandedOn(gone="ann", why=Absence.LEFT)}
    assert await desk.handlers() == {}
    await desk.save(1, handler=None, owner=None, version=2)
    assert await desk.look() == {}
    await desk.employ("bob", most=1, present=True)
    (drained,) = (await desk.look()).items()
    assert drained[1] == HandedOn(to="bob")
    assert await desk.look() == {}, "one case is all that he takes"
    await desk.employ("cai")
    assert [one.to for one in (await desk.look()).values()] == ["cai"]


async def test_a_case_whose_owner_alone_left_has_another(desk: Desk) -> None:
    await desk.employ("bob")
    await desk.save(handler=Actor(role=Role.AGENT, id="bob"))
    assert await desk.look() == {"RD-1": HandedOn(gone="ann", why=Absence.LEFT)}
    assert await desk.handlers() == {"RD-1": "bob"}


async def test_a_merchant_who_answered_first_owns_it_although_nobody_of_ours(desk: Desk) -> None:
    await desk.employ("bob")
    await desk.save(handler=None, owner=MERCHANT, order=order(), tier=Tier.MERCHANT, wait=waits(WaitingOn.MERCHANT))
    assert await desk.look() == {}


@pytest.mark.parametrize(
    ("away_for", "case", "handed_on"),
    [
        (timedelta(hours=3), {}, True),
        (timedelta(hours=1), {}, False),
        (timedelta(hours=3), {"wait": waits(WaitingOn.CUSTOMER, WaitFor.CHOICE)}, False),
        (timedelta(hours=3), {"wait": waits(WaitingOn.CUSTOMER, WaitFor.CHOICE), "reply_owed_since": BEFORE}, True),
        (timedelta(hours=3), {"snoozed": Snoozed(by=ANN, at=BEFORE)}, False),
        (timedelta(hours=3), {"snoozed": Snoozed(by=ANN, at=BEFORE, until=BEFORE)}, True),
        (timedelta(days=2), {}, False),  # she took it after she had gone
    ],
)
async def test_what_waits_for_somebody_on_leave_is_handed_on_after_a_while(
    desk: Desk, *, away_for: timedelta, case: dict[str, Any], handed_on: bool
) -> None:
    await desk.employ("ann", away_for=away_for)
    await desk.employ("bob")
    await desk.save(**case)
    expected = {"RD-1": HandedOn(gone="ann", why=Absence.AWAY, to="bob")} if handed_on else {}
    assert await desk.look() == expected


async def test_somebody_on_leave_gets_it_back_when_they_come_first(desk: Desk) -> None:
    await desk.employ("ann", away_for=timedelta(hours=3))
    await desk.save()
    assert await desk.look() == {"RD-1": HandedOn(gone="ann", why=Absence.AWAY)}
    await desk.save(handler=None, version=2)
    await desk.employ("ann", "aaron")
    assert await desk.look() == {"RD-1": HandedOn(to="ann")}, "she had answered the customer first"


async def test_who_never_came_keeps_what_they_took(desk: Desk) -> None:
    await desk.employ("ann", present=False)
    await desk.employ("bob")
    await desk.save()
    assert await desk.look() == {}


@pytest.mark.parametrize(
    ("now", "night_shift", "handed_on"),
    [
        (NIGHT, {"shift": "always"}, True),
        (NIGHT, {"shift": "service"}, False),
        (NIGHT, {"shift": "always", "teams": ("payments",)}, False),
        (NIGHT, {"shift": "always", "skills": ("product",)}, False),
        (NIGHT - timedelta(hours=3), {"shift": "always"}, False),  # an hour after the shift
        (MORNING + timedelta(hours=2, minutes=30), {"shift": "always"}, False),  # the lunch break
    ],
)
async def test_what_waits_for_somebody_off_shift_goes_to_who_works_then_or_waits(
    desk: Desk, *, now: datetime, night_shift: dict[str, Any], handed_on: bool
) -> None:
    desk.now = now
    await desk.employ("ann", shift="service")
    await desk.employ("bob", **night_shift)
    await desk.save()
    expected = {"RD-1": HandedOn(gone="ann", why=Absence.OFF_SHIFT, to="bob")} if handed_on else {}
    assert await desk.look() == expected
    assert await desk.handlers() == {"RD-1": "bob" if handed_on else "ann"}


async def test_those_whom_nobody_can_take_hold_up_no_others(desk: Desk) -> None:
    desk.now = NIGHT
    await desk.employ("ann", shift="service")
    await desk.employ("bob", shift="always", skills=("logistics.lost",))
    for number in range(25):
        await desk.save(number)
    await desk.save(99, handler=Actor(role=Role.AGENT, id="gone"), owner=None)
    assert await desk.look() == {"RD-99": HandedOn(gone="gone", why=Absence.LEFT)}


async def test_a_transfer_is_left_to_those_who_were_asked_as_long_as_they_are_there(desk: Desk) -> None:
    await desk.employ("bob", "cai")
    offer = TransferOffer(by=ANN, to="cai", team="logistics", reason="my last day", due=MORNING + timedelta(minutes=30))
    await desk.save(transfer=offer)
    assert await desk.look() == {}
    await desk.dismiss("cai")
    assert await desk.look() == {"RD-1": HandedOn(gone="cai", why=Absence.LEFT)}
    await desk.save(transfer=offer.model_copy(update={"to": None}), version=2)  # the team is asked now
    assert await desk.look() == {}
    await desk.save(transfer=None, version=3)  # declined
    assert await desk.look() == {"RD-1": HandedOn(gone="ann", why=Absence.LEFT, to="bob")}


async def test_what_a_supervisor_had_goes_back_to_the_supervisors(desk: Desk) -> None:
    await desk.employ("bob")
    await desk.save(handler=SUE, owner=None, tier=Tier.SUPERVISOR, wait=waits(WaitingOn.SUPERVISOR))
    assert await desk.look() == {"RD-1": HandedOn(gone="sue", why=Absence.LEFT)}


async def test_a_closed_case_is_nobodys(desk: Desk) -> None:
    await desk.employ("bob")
    await desk.save(stage=Stage.CLOSED, wait=waits(WaitingOn.NOBODY, WaitFor.REOPENING))
    assert await desk.look() == {}


async def test_the_most_urgent_is_handed_out_first_and_one_that_cannot_be_reached_holds_up_no_later_look(desk: Desk) -> None:
    for number, priority in enumerate((Priority.P3, Priority.P1, Priority.P2)):
        await desk.save(number, handler=None, owner=None, grade=Grade(priority=priority, severity=1, urgency=1, reasons=()))
    await desk.employ("bob", most=1)
    desk.away = {"RD-1"}
    with pytest.raises(ConnectionError):
        await desk.handover.look()
    desk.away, desk.now = set(), desk.now + timedelta(minutes=2)
    assert await desk.look() == {"RD-1": HandedOn(to="bob")}


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"wait": waits(WaitingOn.CUSTOMER, WaitFor.CHOICE)}, False),
        ({"wait": waits(WaitingOn.MERCHANT, WaitFor.ANSWERS)}, False),
        ({"wait": waits(WaitingOn.NOBODY, WaitFor.REFUND)}, False),
        ({"wait": waits(WaitingOn.CUSTOMER, WaitFor.CHOICE), "reply_owed_since": BEFORE}, True),
        ({"wait": waits(WaitingOn.NOBODY, WaitFor.REFUND), "unreached_since": BEFORE}, True),
        ({"snoozed": Snoozed(by=ANN, at=BEFORE)}, False),
        ({"snoozed": Snoozed(by=ANN, at=BEFORE, until=BEFORE)}, True),
        ({"stage": Stage.CLOSED}, False),
    ],
)
async def test_limits_count_only_work_that_is_theirs_to_do(
    desk: Desk, database: Database, *, change: dict[str, Any], counts: bool
) -> None:
    await desk.employ("ann", most=1)
    await desk.save(**change)
    async with database.reading() as session:
        assert await loads_of(session, ["ann"], MORNING) == {"ann": int(counts)}
    asked = AssignRequest(case_id="RD-2", team="logistics", issue=Issue.DAMAGED, at=MORNING)
    assert (await desk.dispatch.assign_handler(asked)).handler == (None if counts else "ann")


async def test_whoever_first_answered_is_chosen_before_others(desk: Desk) -> None:
    await desk.employ("ann", "bob")
    await desk.save(1)
    asked = AssignRequest(case_id="RD-2", team="logistics", issue=Issue.DAMAGED, at=MORNING, owner="ann")
    assert (await desk.dispatch.assign_handler(asked)).handler == "ann"
