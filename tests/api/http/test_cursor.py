"""Lists lose no row while rows move: whatever was saved while somebody pages is shown again at the end (WRK-3)."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update

from adapters.database.engine import Database, insert_if_absent, take_turns
from adapters.database.work import DUE, URGENCY
from api.cases.listing import Sort
from api.cases.queues import ORDER as QUEUE
from api.http.cursor import Order
from api.http.problems import ProblemError
from models.tables.case import CaseRow
from tests.api.cases.test_views import a_cursor

START = datetime(2026, 6, 1, tzinfo=UTC)
ROWS = 46


def row(number: int) -> dict[str, Any]:
    at = START + timedelta(minutes=number)
    told = {"kind": "complaint", "stage": "resolution", "channel": "app", "customer_id": "C-1", "tier": "platform"}
    rest = {"waiting_on": "agent", "sla_state": "on_time", "currency": "CNY", "locale": "zh", "policy_version": "1"}
    moves = {"updated_at": at, "next_deadline": at, "priority": f"P{1 + number % 4}", "amount_minor": number}
    fixed = {"case_id": f"RD-{number:03}", "version": 1, "automatic": False, "reopened": 0, "opened_at": at, "saved_at": at}
    return {**told, **rest, **moves, **fixed, "state": dict[str, Any]()}


@dataclass
class Shelf:
    """The table of cases, while somebody pages through it."""

    database: Database

    async def page(self, order: Order, cursor: str | None) -> tuple[list[str], str | None]:
        columns: Any = select
        chosen = columns(
            *(col(getattr(CaseRow, name)) for name in row(0) if name != "state"), URGENCY.label("urgency"), DUE.label("due")
        )
        async with self.database.reading() as session:
            shown = await order.page(session, chosen, cursor, 5)
        return [row["case_id"] for row in shown.rows], shown.cursor

    async def move(self, number: int, **change: object) -> None:
        async with self.database.writing() as session:
            at = await take_turns(session, f"RD-{number:03}")
            named = col(CaseRow.case_id) == f"RD-{number:03}"
            await session.exec(update(CaseRow).where(named).values(**change, saved_at=at))


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    async with database.writing() as session:
        await insert_if_absent(session, CaseRow, *map(row, range(ROWS)))
    return Shelf(database)


FIRST = {
    "updated_at": START - timedelta(days=1),
    "next_deadline": START - timedelta(days=1),
    "priority": "P1",
    "amount_minor": -1,
}
LAST = {
    "updated_at": START + timedelta(days=9),
    "next_deadline": START + timedelta(days=9),
    "priority": "P4",
    "amount_minor": 10**6,
}
"""What brings a row to the one end of every order, and to the other."""
ORDERS = [*(pytest.param(sort.order, sort.descending, id=sort.value) for sort in Sort), pytest.param(QUEUE, False, id="queue")]


@pytest.mark.parametrize(("order", "descending"), ORDERS)
async def test_no_row_is_lost_that_moves_to_where_the_reader_has_been(shelf: Shelf, order: Order, descending: bool) -> None:
    everything, seen = {f"RD-{number:03}" for number in range(ROWS)}, list[str]()
    shown, cursor = await shelf.page(order, None)
    pages = 1
    while cursor is not None:
        seen += shown
        unseen = sorted(everything - {*seen})
        if unseen and pages < 8:
            await shelf.move(int(unseen[len(unseen) // 2].removeprefix("RD-")), **(LAST if descending else FIRST))
        shown, cursor = await shelf.page(order, cursor)
        pages += 1
        assert pages < 40
    assert {*seen, *shown} == everything


@pytest.mark.parametrize(("order", "descending"), ORDERS)
async def test_what_stays_where_it_is_is_shown_once(shelf: Shelf, order: Order, descending: bool) -> None:
    seen = list[str]()
    shown, cursor = await shelf.page(order, None)
    while cursor is not None:
        seen += shown
        shown, cursor = await shelf.page(order, cursor)
    assert len([*seen, *shown]) == ROWS, descending


async def test_a_row_that_moves_twice_while_it_is_shown_again_is_shown_as_it_is(shelf: Shelf) -> None:
    order = Sort.UPDATED_LAST.order
    shown, cursor = await shelf.page(order, None)
    await shelf.move(0, **LAST)
    while cursor is not None and " again" not in base64.urlsafe_b64decode(cursor).decode():
        shown, cursor = await shelf.page(order, cursor)
    await shelf.move(0, **LAST)
    shown, cursor = await shelf.page(order, cursor)
    assert (shown, cursor) == (["RD-000"], None)


async def test_a_cursor_of_before_this_was_so_is_still_read(shelf: Shelf) -> None:
    shown, _ = await shelf.page(Sort.AMOUNT.order, a_cursor("amount", 9, "RD-009"))
    assert shown[0] == "RD-010"


@pytest.mark.parametrize("name", ["next_deadline", "priority"])
@pytest.mark.parametrize("sign", ["", "-"])
async def test_rows_without_a_value_come_last_in_both_directions(shelf: Shelf, name: str, sign: str) -> None:
    empty = ["RD-003", "RD-040"]
    for number in (3, 40):
        await shelf.move(number, **{name: None})
    seen = list[str]()
    shown, cursor = await shelf.page(Sort(f"{sign}{name}").order, None)
    while cursor is not None:
        seen += shown
        shown, cursor = await shelf.page(Sort(f"{sign}{name}").order, cursor)
    seen += shown
    assert (len(seen), seen[-2:]) == (ROWS, empty[::-1] if sign else empty)


async def test_a_cursor_of_when_rows_without_a_value_came_first_is_refused_and_says_what_to_do(shelf: Shelf) -> None:
    with pytest.raises(ProblemError, match="begin at the first page"):
        await shelf.page(Sort.DEADLINE_LAST.order, a_cursor("-next_deadline", None, "RD-009"))


async def test_a_cursor_of_a_queue_from_before_is_still_read(shelf: Shelf) -> None:
    await shelf.move(30, next_deadline=None)
    shown, _ = await shelf.page(QUEUE, a_cursor("queue", "P3", None, "RD-009"))
    assert shown[0] == "RD-030"
