"""A worker died after its commit and before its workflow task was in the history: the task is executed again, with other news first.

Nothing is lost and nothing doubled: entries, messages, money set aside, pieces, seals. What comes late changes nothing.
"""

from typing import Any

import pytest
from sqlmodel import col, select, update

from activities.case.history import HistoryActivities
from activities.case.records import RecordsActivities
from adapters.database.engine import Database, upsert
from models.case.activities import Projection, ReserveItems
from models.case.state import CaseState, TimelineEntry
from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.partners import RefundTo
from models.common.vocabulary import Outcome, RefundStatus, RemedyKind, Stage
from models.remedies.remedy import Remedy
from models.tables.case import ArchiveRow, CaseRow, ContactRow, MessageRow, TimelineRow
from models.tables.goods import ItemReservationRow
from models.tables.money import LedgerRow, RefundPartRow
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.cases import NOW, OPENED, case, entry
from tests.support.builders.orders import order, payment
from tests.support.builders.refund_intents import intent

SAID = entry(2, Event.REPLIED, AGENT, words="on it")
NOTICE = Event.PARTNER_NOTICE


def projection(state: CaseState, *, after: int, events: int, run: str = "r1") -> Projection:
    return Projection(state=state, at=NOW, after=after, run_id=run, events=events)


def renumbered(version: int, known: TimelineEntry) -> TimelineEntry:
    return known.model_copy(update={"version": version})


@pytest.fixture
async def told_by_sms(database: Database) -> None:
    contact: dict[str, Any] = {"customer_id": "C-1", "phone": "+8613800000000", "locale": "en", "zone": "UTC", "updated_at": NOW}
    async with database.writing() as session:
        await upsert(session, ContactRow, contact | {"channels": ["email", "sms"], "email": "li@example.com"})


async def timeline(database: Database) -> list[tuple[int, str]]:
    async with database.reading() as session:
        rows = (await session.exec(select(TimelineRow).order_by(col(TimelineRow.version)))).all()
    return [(row.version, row.event) for row in rows]


async def told(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as session:
        rows = (await session.exec(select(MessageRow).order_by(col(MessageRow.id)))).all()
    return [(row.event, row.recipient_id, row.channel) for row in rows]


async def the_row(database: Database) -> CaseRow:
    async with database.reading() as session:
        return (await session.exec(select(CaseRow))).one()


@pytest.mark.usefixtures("told_by_sms")
async def test_a_lost_task_loses_and_doubles_no_entry(records: RecordsActivities, database: Database) -> None:
    await records.save_case(projection(case(OPENED), after=0, events=3))
    await records.save_case(projection(case(SAID, stage=Stage.RESOLUTION), after=1, events=9))
    before = await told(database)
    again = case(entry(2, NOTICE, partner="carrier", kind="?", status="unknown_kind"), renumbered(3, SAID), stage=Stage.DISPATCH)
    saved = await records.save_case(projection(again, after=1, events=12))
    assert await timeline(database) == [(1, "case.opened"), (2, "case.replied"), (3, NOTICE.value)]
    assert await told(database) == before
    row = await the_row(database)
    assert (row.version, row.stage, saved.version) == (3, "dispatch", 3)


async def test_the_workflow_goes_on_above_the_versions_that_readers_have_seen(
    records: RecordsActivities, database: Database
) -> None:
    await records.save_case(projection(case(OPENED, SAID), after=0, events=3))
    saved = await records.save_case(projection(case(OPENED), after=0, events=6))
    assert (await timeline(database), saved.version) == ([(1, "case.opened")], 2)
    assert (await the_row(database)).version == 2


@pytest.mark.usefixtures("told_by_sms")
@pytest.mark.parametrize("attempts", [0, 1])
async def test_what_did_not_happen_again_is_taken_back_as_far_as_nobody_was_told(
    records: RecordsActivities, database: Database, attempts: int
) -> None:
    await records.save_case(projection(case(OPENED), after=0, events=3))
    opening = await told(database)
    await records.save_case(projection(case(SAID), after=1, events=9))
    async with database.writing() as session:
        await session.exec(update(MessageRow).where(col(MessageRow.channel) == "email").values(attempts=attempts))
    await records.save_case(projection(case(entry(2, Event.WORDS_ADDED, CUSTOMER, evidence=0)), after=1, events=12))
    assert await timeline(database) == [(1, "case.opened"), (3, "case.words_added")]
    emails = [one for one in await told(database) if one[0] == "case.replied"]
    assert emails == [("case.replied", "C-1", "email")] * attempts
    assert (await told(database))[: len(opening)] == opening

    await records.save_case(projection(case(renumbered(4, SAID)), after=3, events=12))  # it happens after all
    assert (await timeline(database))[-1] == (4, "case.replied")
    assert sorted(one for one in await told(database) if one[0] == "case.replied") == [
        ("case.replied", "C-1", "email"),
        ("case.replied", "C-1", "inbox"),
    ]


async def test_a_deadline_that_is_another_one_the_second_time_is_corrected_and_told_once(
    records: RecordsActivities, database: Database
) -> None:
    first, second = (entry(2, Event.RESOLVED, outcome="resolved", until=f"2026-03-0{day}T09:00:00+00:00") for day in (5, 6))
    await records.save_case(projection(case(OPENED, first), after=0, events=3))
    before = await told(database)
    await records.save_case(projection(case(OPENED, second), after=0, events=6))
    async with database.reading() as session:
        row = (await session.exec(select(TimelineRow).where(TimelineRow.version == 2))).one()
    assert (row.data["until"], await told(database)) == ("2026-03-06T09:00:00+00:00", before)


async def test_a_save_that_comes_late_changes_nothing(records: RecordsActivities, database: Database) -> None:
    late = projection(case(SAID, stage=Stage.CLOSED), after=1, events=9)
    await records.save_case(projection(case(OPENED), after=0, events=3))
    await records.save_case(projection(case(entry(2, Event.WORDS_ADDED, CUSTOMER, evidence=0)), after=1, events=12))
    before = (await timeline(database), await told(database))
    saved = await records.save_case(late)
    assert (await timeline(database), await told(database)) == before
    row = await the_row(database)
    assert (row.stage, row.version, saved.version) == ("receipt", 2, 2)


async def test_what_came_late_is_known_when_it_comes_again_with_what_followed(
    records: RecordsActivities, database: Database
) -> None:
    """A save that outlived its task was lost, the tasks after it wrote and were lost as well: all of them run again."""
    words = entry(2, Event.WORDS_ADDED, CUSTOMER, evidence=0)
    resolved = entry(3, Event.RESOLVED, outcome="resolved", until="2026-03-05T09:00:00+00:00")
    await records.save_case(projection(case(OPENED), after=0, events=3))
    await records.save_case(projection(case(words, resolved), after=1, events=12))
    before = (await timeline(database), await told(database))
    assert (await records.save_case(projection(case(words), after=1, events=9))).late
    again = await records.save_case(projection(case(words, resolved), after=1, events=15))
    assert (await timeline(database), await told(database)) == before
    assert (again.late, again.version) == (False, 3)


async def test_a_run_that_was_reset_goes_on_below_its_versions_and_says_so(
    records: RecordsActivities, database: Database
) -> None:
    await records.save_case(projection(case(OPENED), after=0, events=3))
    ruled = entry(3, Event.WITHDRAWN, CUSTOMER, reason="never mind")
    await records.save_case(projection(case(SAID, ruled, stage=Stage.CLOSED), after=1, events=90))
    before = await told(database)
    saved = await records.save_case(projection(case(SAID, stage=Stage.RESOLUTION), after=1, events=9, run="r2"))
    assert await timeline(database) == [(1, "case.opened"), (2, "case.replied"), (3, "case.withdrawn"), (4, "case.set_back")]
    assert [one for one in await told(database) if one not in before] == [("case.set_back", "team:all", "inbox")] * 2
    assert saved.version == 4
    assert ((row := await the_row(database)).stage, row.version) == ("resolution", 4)

    await records.save_case(
        projection(case(ruled, stage=Stage.CLOSED, version=9), after=1, events=95)
    )  # of the run that is no more
    assert (await the_row(database)).stage == "resolution"
    await records.save_case(projection(case(entry(5, Event.REPLIED, AGENT, words="now")), after=4, events=12, run="r2"))
    assert (await timeline(database))[3:] == [(4, "case.set_back"), (5, "case.replied")]


async def test_a_run_that_continues_as_new_is_not_set_back(records: RecordsActivities, database: Database) -> None:
    await records.save_case(projection(case(OPENED), after=0, events=4000))
    await records.save_case(projection(case(SAID), after=1, events=3, run="r2"))
    assert await timeline(database) == [(1, "case.opened"), (2, "case.replied")]


async def seals(database: Database) -> list[tuple[int, str, int]]:
    async with database.reading() as session:
        rows = (await session.exec(select(ArchiveRow).order_by(col(ArchiveRow.edition)))).all()
    return [(row.edition, row.sha256, len(row.record["timeline"])) for row in rows]  # type: ignore[arg-type]


async def test_what_a_lost_task_sealed_is_sealed_again_with_what_came_meanwhile(
    records: RecordsActivities, database: Database
) -> None:
    lost = await records.seal_case(projection(case(OPENED, outcome=Outcome.RESOLVED), after=0, events=3))
    more = case(OPENED, renumbered(2, SAID), outcome=Outcome.RESOLVED)
    sealed = await records.seal_case(projection(more, after=0, events=6))
    assert lost.sha256 != sealed.sha256
    assert (await seals(database), sealed.edition) == ([(1, sealed.sha256, 2)], 1)


async def test_a_run_that_was_reset_leaves_what_was_sealed(records: RecordsActivities, database: Database) -> None:
    first = await records.seal_case(projection(case(OPENED, SAID, outcome=Outcome.RESOLVED), after=0, events=30))
    second = await records.seal_case(projection(case(OPENED, outcome=Outcome.WITHDRAWN), after=0, events=9, run="r2"))
    assert [(edition, sha256) for edition, sha256, _ in await seals(database)] == [(1, first.sha256), (2, second.sha256)]
    assert second.edition == 2


async def parts(database: Database) -> dict[str, tuple[int, str]]:
    async with database.reading() as session:
        rows = (await session.exec(select(RefundPartRow))).all()
    return {row.key: (row.amount_minor, row.refund_status) for row in rows}


async def set_aside(database: Database) -> int:
    async with database.reading() as session:
        rows = (await session.exec(select(LedgerRow).where(col(LedgerRow.account).startswith("set_aside:")))).all()
    return sum(row.amount_minor for row in rows)


@pytest.mark.parametrize(("minor", "to"), [(500, RefundTo.ORIGINAL), (900, RefundTo.BALANCE)])
async def test_a_remedy_that_became_another_one_pays_what_it_is_now(
    records: RecordsActivities, database: Database, minor: int, to: RefundTo
) -> None:
    """The lost task had settled on 900 to where it came from."""
    paid = (payment(minor=900, payment_id="P-1"),)
    await records.intend_refund(intent(minor=900, payments=paid))
    plan = await records.intend_refund(intent(minor=minor, payments=paid, to=to))
    assert [(part.key, part.amount.minor, part.to) for part in plan.parts] == [("RD-1.m1.1.2", minor, to)]
    assert await parts(database) == {"RD-1.m1.1.1": (900, "failed"), "RD-1.m1.1.2": (minor, "pending")}
    assert await set_aside(database) == minor


async def test_money_that_is_set_aside_for_a_remedy_that_never_came_is_free_again(
    records: RecordsActivities, database: Database
) -> None:
    await records.intend_refund(intent(minor=900, payments=(payment(minor=900, payment_id="P-1"),)))
    settled = case(OPENED, remedies=(Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, refund_status=RefundStatus.PENDING),))
    await records.save_case(projection(settled, after=0, events=3))
    assert await set_aside(database) == 900  # the answer is on its way to the case
    await records.save_case(projection(case(OPENED), after=0, events=6))
    assert await set_aside(database) == 900  # the task is executed again, and has not come so far yet
    await records.save_case(projection(case(OPENED, stage=Stage.CLOSED), after=0, events=9))
    assert (await set_aside(database), await parts(database)) == (0, {"RD-1.m1.1.1": (900, "failed")})


async def pieces(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        rows = (await session.exec(select(ItemReservationRow).where(col(ItemReservationRow.released).is_(False)))).all()
    return {row.line_id: row.quantity for row in rows}


async def test_a_remedy_that_became_one_of_other_goods_has_their_pieces(records: RecordsActivities, database: Database) -> None:
    goods, lines = HistoryActivities(database), tuple(LineQuantity(line_id=line, quantity=2) for line in ("L1", "L2"))
    for wanted in ((LineQuantity(line_id="L1", quantity=2),), (LineQuantity(line_id="L2", quantity=1),)):
        taking = ReserveItems(case_id="RD-1", remedy_id="m1", order_id="O-1", order_lines=lines, lines=wanted, at=NOW)
        assert (await goods.take_goods(taking)).denied is None
    assert await pieces(database) == {"L2": 1}
    await records.save_case(projection(case(OPENED, order=order()), after=0, events=6))
    assert await pieces(database) == {"L2": 1}
    await records.save_case(projection(case(OPENED, order=order(), stage=Stage.CLOSED), after=0, events=9))
    assert await pieces(database) == {}  # there never was a remedy
