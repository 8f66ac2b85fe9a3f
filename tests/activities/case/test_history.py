"""Every piece of an order is taken once, over all its cases; and what the books know of an order (RES-1)."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select, update

from activities.case.history import HistoryActivities
from activities.case.records import RecordsActivities
from adapters.database.engine import Database
from models.case.activities import Projection, Recall, ReleaseItems, ReserveItems
from models.case.history import LineGiven, OrderHistory
from models.case.state import Classification
from models.common.base import Bilingual, Money
from models.common.lines import LineQuantity
from models.common.vocabulary import Acceptance, Issue, Party, RefundStatus, RemedyKind
from models.investigation.findings import Finding
from models.remedies.remedy import Remedy
from models.tables.case import CaseRow
from models.tables.goods import ItemReservationRow
from settings import Settings
from tests.support.builders.cases import NOW, case, receipt
from tests.support.builders.orders import order


@pytest.fixture
def books(database: Database) -> HistoryActivities:
    return HistoryActivities(database)


def pieces(quantity: int, line_id: str = "L1") -> tuple[LineQuantity, ...]:
    return (LineQuantity(line_id=line_id, quantity=quantity),)


def taking(case_id: str = "RD-1", quantity: int = 1, **change: object) -> ReserveItems:
    fields: dict[str, object] = {
        "case_id": case_id,
        "remedy_id": "m1",
        "order_id": "O-1",
        "order_lines": pieces(5),
        "lines": pieces(quantity),
        "at": NOW,
    }
    return ReserveItems.model_validate({**fields, **change})


def recall(case_id: str | None = "RD-9", **change: object) -> Recall:
    return Recall.model_validate({"order_id": "O-1", "customer_id": "C-1", "case_id": case_id, "at": NOW, **change})


async def held(database: Database) -> int:
    async with database.reading() as session:
        rows = await session.exec(select(ItemReservationRow.quantity).where(col(ItemReservationRow.released).is_(False)))
        return sum(rows.all())


async def test_another_case_cannot_take_more_than_is_left(books: HistoryActivities, database: Database) -> None:
    assert (await books.take_goods(taking("RD-1", 3))).denied is None
    assert (await books.take_goods(taking("RD-2", 3))).denied == "not_enough_left"
    assert await held(database) == 3
    assert (await books.take_goods(taking("RD-2", 2))).denied is None


async def test_the_same_remedy_asked_twice_is_one_taking(books: HistoryActivities, database: Database) -> None:
    for _ in range(3):
        assert (await books.take_goods(taking("RD-1", 4))).denied is None
    assert await held(database) == 4


async def test_all_pieces_of_a_remedy_are_taken_or_none(books: HistoryActivities, database: Database) -> None:
    lines = (*pieces(2), *pieces(2, "L2"))
    bought = (*pieces(5), *pieces(1, "L2"))
    assert (await books.take_goods(taking(lines=lines, order_lines=bought))).denied == "not_enough_left"
    assert await held(database) == 0


async def test_a_line_named_twice_counts_twice_and_an_unknown_line_is_refused(books: HistoryActivities) -> None:
    assert (await books.take_goods(taking(lines=(*pieces(3), *pieces(3))))).denied == "not_enough_left"
    assert (await books.take_goods(taking(lines=pieces(1, "L7")))).denied == "not_enough_left"


async def test_without_lines_the_whole_order_is_taken(books: HistoryActivities) -> None:
    assert (await books.take_goods(taking(lines=()))).denied is None
    assert (await books.take_goods(taking("RD-2", 1))).denied == "not_enough_left"


async def test_what_is_released_may_be_taken_again_also_by_the_same_remedy(books: HistoryActivities, database: Database) -> None:
    await books.take_goods(taking("RD-1", 5))
    for _ in range(2):
        await books.release_goods(ReleaseItems(case_id="RD-1", remedy_id="m1"))
    assert (await books.take_goods(taking("RD-2", 2))).denied is None
    assert (await books.take_goods(taking("RD-1", 5))).denied == "not_enough_left"
    assert (await books.take_goods(taking("RD-1", 3))).denied is None
    assert await held(database) == 5


async def test_twenty_cases_at_once_in_two_workers_never_take_more_than_was_bought(
    books: HistoryActivities, database: Database, database_settings: Settings
) -> None:
    elsewhere = Database(database_settings)
    workers = (books, HistoryActivities(elsewhere))
    answers = await asyncio.gather(*(workers[number % 2].take_goods(taking(f"RD-{number}", 2)) for number in range(20)))
    await elsewhere.aclose()
    assert sum(answer.denied is None for answer in answers) == 2
    assert await held(database) == 4


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 4)), max_size=12), number=st.uuids())
async def test_whatever_is_taken_and_released_no_more_is_held_than_was_bought(
    books: HistoryActivities, steps: list[tuple[int, bool, int]], number: object
) -> None:
    order_id = f"O-{number}"
    for who, takes, quantity in steps:
        if takes:
            await books.take_goods(taking(f"RD-{number}-{who}", quantity, order_id=order_id))
        else:
            await books.release_goods(ReleaseItems(case_id=f"RD-{number}-{who}", remedy_id="m1"))
        seen = await books.recall(recall(order_id=order_id))
        assert sum(line.quantity for line in seen.taken) <= 5


@pytest.mark.parametrize(
    "end",
    [
        {"kind": RemedyKind.REPAIR, "done_at": NOW},
        {"kind": RemedyKind.RETURN_AND_REFUND, "amount": Money(minor=100), "done_at": NOW, "acceptance": Acceptance.REJECTED},
        {"kind": RemedyKind.EXCHANGE, "undone": "stock_gone"},
    ],
)
async def test_goods_that_are_with_the_customer_again_may_be_asked_about_again(
    records: RecordsActivities, books: HistoryActivities, end: dict[str, object]
) -> None:
    await books.take_goods(taking("RD-1", 5))
    remedy = Remedy.model_validate({"id": "m1", **end})
    await records.save_case(Projection(state=case(remedies=(remedy,)), at=NOW))
    assert (await books.take_goods(taking("RD-2", 5))).denied is None


async def test_the_books_tell_what_other_cases_took_and_gave(records: RecordsActivities, books: HistoryActivities) -> None:
    refund = Remedy(
        id="m1",
        kind=RemedyKind.RETURN_AND_REFUND,
        amount=Money(minor=5_000),
        lines=pieces(1),
        refund_status=RefundStatus.ARRIVED,
        done_at=NOW,
    )
    against = Finding(party=Party.CUSTOMER, confidence=1, basis=Bilingual(zh="自行损坏", en="broken by the customer"), at=NOW)
    issue = Classification(issue=Issue.QUALITY_DEFECT, confidence=1, by="customer")
    closed = case(order=order(), remedies=(refund,), finding=against, classification=issue)
    await records.save_case(Projection(state=closed, at=NOW))
    await books.take_goods(taking("RD-1", 1))

    seen = await books.recall(recall())
    assert seen.taken == pieces(1)
    assert (seen.given_minor, seen.refunded_minor, seen.given) == (5_000, 5_000, (LineGiven(line_id="L1", minor=5_000),))
    assert (seen.cases_of_order, seen.cases_of_customer, seen.found_against_customer) == (1, 1, 1)
    assert await books.recall(recall("RD-1")) == OrderHistory()
    later = await books.recall(recall(at=NOW + timedelta(days=91)))
    assert (later.cases_of_customer, later.found_against_customer, later.cases_of_order) == (0, 0, 1)


async def test_money_that_was_charged_twice_is_not_the_price_of_the_goods(
    records: RecordsActivities, books: HistoryActivities
) -> None:
    refund = Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, amount=Money(minor=12_900), done_at=NOW)
    twice = Classification(issue=Issue.CHARGED_TWICE, confidence=1, by="customer")
    await records.save_case(Projection(state=case(order=order(), remedies=(refund,), classification=twice), at=NOW))
    assert (await books.recall(recall())).given == ()


async def test_a_return_without_a_reason_says_nothing_against_the_customer(
    records: RecordsActivities, books: HistoryActivities
) -> None:
    pays_freight = Finding(party=Party.CUSTOMER, confidence=1, basis=Bilingual(zh="无理由", en="no reason"), at=NOW)
    issue = Classification(issue=Issue.NO_REASON_RETURN, confidence=1, by="customer")
    taken = receipt("RD-2")
    state = case(finding=pays_freight, classification=issue).model_copy(update={"receipt": taken})
    await records.save_case(Projection(state=state, at=NOW))
    assert (await books.recall(recall())).found_against_customer == 0


async def test_a_customers_many_cases_are_counted_without_reading_them(
    records: RecordsActivities, books: HistoryActivities, database: Database
) -> None:
    against = Finding(party=Party.CUSTOMER, confidence=1, basis=Bilingual(zh="自行损坏", en="broken by the customer"), at=NOW)
    for number in range(2):
        state = case(finding=against, classification=None).model_copy(
            update={"receipt": receipt(f"RD-{number}", order_id=f"O-{number}")}
        )
        await records.save_case(Projection(state=state, at=NOW))
    async with database.writing() as session:
        await session.exec(update(CaseRow).values(state={"of": "an unknown form"}))
    seen = await books.recall(recall("RD-0", order_id="O-0", customer_id="C-1"))
    assert (seen.cases_of_customer, seen.found_against_customer, seen.cases_of_order) == (1, 1, 0)
