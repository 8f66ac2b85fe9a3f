"""The loop that makes credit notes, on a real database (RES-15): each refund once, numbers without gaps, whatever is killed and whoever is quick."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.case.records import RecordsActivities
from activities.tax.loop import CreditNotes
from adapters.database.credit_notes import note_of, of_order
from adapters.database.engine import Database
from adapters.documents.links import DocumentLinks
from models.case.activities import Projection
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.vocabulary import RemedyKind
from models.policy.policy import Policy
from models.remedies.remedy import Remedy
from models.tables.credit_notes import CreditNoteDueRow, CreditNoteRow
from models.tables.reconciliation import DifferenceRow
from models.tax.credit_note import CreditNote, CreditNoteRef
from rules.notifications.texts import texts
from settings import Settings
from tests.support.builders.cases import case
from tests.support.builders.orders import order, parcel
from tests.support.builders.taxed import arrive, come_back, tax, taxed_order
from tests.support.fakes.partners import World


class Killed(Exception):  # noqa: N818  # what a process that ends looks like from inside
    """The loop ended there."""


class Books:
    """A loop, and what cases heard."""

    def __init__(self, database: Database, settings: Settings, policy: Policy, records: RecordsActivities) -> None:
        self.settings = settings
        self.database, self.policy, self.records, self.world = database, policy, records, World()
        self.told: list[tuple[str, CreditNoteRef]] = []
        self.fails_to_tell = 0
        self.at = datetime(2026, 12, 31, 15, tzinfo=UTC)
        self.loop = self.another(database)

    def another(self, database: Database) -> CreditNotes:
        return CreditNotes(
            database,
            self.policy,
            texts(self.policy.zone),
            merchant=self.world,
            links=DocumentLinks(self.settings, "credit-note"),
            tell=self._tell,
            now=lambda: self.at,
        )

    async def buy(self, bought: Order, case_id: str = "RD-1") -> None:
        self.world.add(bought, parcel(bought.order_id))
        remedy = Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, lines=(LineQuantity(line_id="L1", quantity=1),))
        state = case(order=bought, order_id=bought.order_id, remedies=(remedy,))
        state = state.model_copy(update={"receipt": state.receipt.model_copy(update={"case_id": case_id})})
        await self.records.save_case(Projection(state=state, at=self.at))

    async def notes(self, order_id: str = "O-1") -> list[CreditNote]:
        async with self.database.reading() as session:
            return [note_of(row) for row in await of_order(session, order_id)]

    async def due(self) -> int:
        async with self.database.reading() as session:
            return len((await session.exec(select(CreditNoteDueRow))).all())

    async def differences(self) -> list[tuple[str, str]]:
        async with self.database.reading() as session:
            return [(row.kind, row.state) for row in (await session.exec(select(DifferenceRow))).all()]

    async def look(self, **later: float) -> None:
        self.at += timedelta(**later)
        await self.loop.look()

    async def _tell(self, case_id: str, ref: CreditNoteRef) -> None:
        if self.fails_to_tell:
            self.fails_to_tell -= 1
            raise Killed
        self.told.append((case_id, ref))


@pytest.fixture
def books(database: Database, database_settings: Settings, policy: Policy, records: RecordsActivities) -> Books:
    return Books(database, database_settings, policy, records)


async def test_each_refund_has_a_note_with_the_tax_of_its_lines_and_its_case_hears_of_it_once(books: Books) -> None:
    await books.buy(taxed_order("O-1", (11_300, 1300), (10_600, 600)))
    await arrive(books.database, 1, 5_650, books.at)
    await arrive(books.database, 1, 5_650, books.at)
    await books.look()
    await books.look(hours=1)
    (note,) = await books.notes()
    assert (note.gross, note.tax, [(one.line_id, one.tax) for one in note.lines]) == (5_650, 650, [("L1", 650)])
    assert (note.number, note.base.seller.name) == ("M-1-2026-000001", "暖居家品有限公司")
    assert [(told, ref.number) for told, ref in books.told] == [("RD-1", note.number)]
    assert await books.due() == 0


async def test_numbers_begin_anew_in_the_sellers_year(books: Books) -> None:
    await books.buy(taxed_order())
    await arrive(books.database, 1, 1_000, books.at)
    await books.look()
    await arrive(books.database, 2, 1_000, books.at)
    await books.look(hours=2)  # past midnight in Shanghai, not in UTC
    assert [note.number for note in await books.notes()] == ["M-1-2026-000001", "M-1-2027-000001"]


async def test_a_refund_that_comes_back_gets_a_correcting_document_and_the_note_stays_as_it_was(books: Books) -> None:
    await books.buy(taxed_order("O-1", (11_300, 1300), (999, 600)))
    await arrive(books.database, 1, 3_333, books.at)
    await books.look()
    (before,) = await books.notes()
    await come_back(books.database, 1, 3_333, books.at)
    await books.look(hours=1)
    first, second = await books.notes()
    assert (first, second.corrects) == (before, first.number)
    assert (second.gross, second.tax) == (-first.gross, -first.tax)
    await arrive(books.database, 2, 12_299, books.at)
    await books.look(hours=1)
    assert sum(note.tax for note in await books.notes()) == sum(one.tax for one in first.base.lines)


async def test_an_order_without_tax_has_none(books: Books) -> None:
    await books.buy(order())
    await arrive(books.database, 1, 1_000, books.at)
    await books.look()
    assert (await books.notes(), await books.due(), await books.differences()) == ([], 0, [])


async def test_tax_that_does_not_add_up_is_a_persons_task_until_the_merchant_puts_it_right(books: Books) -> None:
    good = taxed_order()
    await books.buy(good.model_copy(update={"lines": (good.lines[0].model_copy(update={"tax": tax(20_000)}),)}))
    await arrive(books.database, 1, 1_130, books.at)
    await books.look()
    await books.look(hours=7)
    assert (await books.notes(), await books.differences()) == ([], [("tax_mismatch", "open")])
    books.world.add(good, parcel())
    await books.look(hours=7)
    (note,) = await books.notes()
    assert (note.number, note.tax, await books.differences()) == ("M-1-2027-000001", 130, [("tax_mismatch", "solved")])


async def test_more_than_the_order_was_is_a_persons_task_and_takes_no_number(books: Books) -> None:
    await books.buy(taxed_order())
    await arrive(books.database, 1, 12_900, books.at)
    await books.look()
    await arrive(books.database, 2, 1, books.at)
    await books.look(minutes=5)
    assert (len(await books.notes()), await books.differences()) == (1, [("tax_mismatch", "open")])


class MortalDatabase(Database):
    """Ends before or after the commit that it counts to."""

    moment = 0

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        async with super().writing() as session:
            yield session
            self.come()
        self.come()

    def come(self) -> None:
        self.moment -= 1
        if not self.moment:
            raise Killed


@pytest.mark.parametrize("moment", range(1, 9))
async def test_killed_at_any_moment_there_is_one_note_for_each_refund_and_no_gap(books: Books, moment: int) -> None:
    await books.buy(taxed_order())
    for number in range(1, 4):
        await arrive(books.database, number, 1_000 + number, books.at)
    mortal = MortalDatabase(books.settings)
    mortal.moment = moment
    books.fails_to_tell = moment % 2
    try:
        await books.another(mortal).look()
    except Killed:
        pass
    finally:
        await mortal.aclose()
    for _ in range(3):
        await books.look(minutes=2)
    notes = await books.notes()
    assert [note.sequence for note in notes] == [1, 2, 3]
    assert sorted(note.gross for note in notes) == [1_001, 1_002, 1_003]
    assert {ref.number for _, ref in books.told} == {note.number for note in notes}
    assert await books.due() == 0


async def test_two_workers_at_once_make_each_note_once_and_leave_no_number_out(books: Books, database: Database) -> None:
    orders = [f"O-{number}" for number in range(1, 7)]
    for order_id in orders:
        await books.buy(taxed_order(order_id), f"RD-{order_id}")
        for number in range(1, 3):
            await arrive(database, int(order_id[2:]) * 10 + number, 1_000, books.at, order_id)
    other = Database(books.settings)
    try:
        await asyncio.gather(*(one.look() for one in (books.loop, books.another(other), books.another(other))))
        books.at += timedelta(minutes=2)
        await asyncio.gather(books.look(), books.another(other).look())
    finally:
        await other.aclose()
    async with database.reading() as session:
        rows = (await session.exec(select(CreditNoteRow))).all()
    assert sorted(row.sequence for row in rows) == list(range(1, 13))
