"""Two processes make credit notes at once, and one of them is killed at every moment (RES-15): each refund has one, and no number is left out."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from adapters.database.credit_notes import note_of
from adapters.database.engine import Database
from models.tables.credit_notes import CreditNoteDueRow, CreditNoteRow
from settings import ROOT, Settings
from tests.support.builders.taxed import arrive
from tests.support.processes.mortal_notes import BEGIN, ORDERS

MOMENTS = range(1, 11)


class Worker:
    """A process with a loop of its own."""

    def __init__(self, settings: Settings, folder: Path, clean_up: ExitStack) -> None:
        url = {"REDRESS_DATABASE_URL": settings.database_url} if settings.database_url else {}
        self.folder = folder
        self.process = clean_up.enter_context(
            subprocess.Popen(
                (sys.executable, "-m", "tests.support.processes.mortal_notes"),
                cwd=ROOT,
                env={**os.environ, **url},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
        )

    def begin(self, seconds: float, moment: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seconds} {moment} {self.folder}\n")

    def end(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


@pytest.fixture
def two(database_settings: Settings, tmp_path: Path) -> Iterator[tuple[Worker, Worker]]:
    with ExitStack() as clean_up:
        workers = Worker(database_settings, tmp_path, clean_up), Worker(database_settings, tmp_path, clean_up)
        yield workers
        for worker in workers:
            worker.close()


async def test_numbers_have_no_gap_and_none_is_there_twice(
    two: tuple[Worker, Worker], database: Database, tmp_path: Path
) -> None:
    refunds, seconds, deaths = 0, 0.0, 0
    mortal, other = two
    for moment in (*MOMENTS, 0):
        for order_id in ORDERS:
            refunds += 1
            await arrive(database, refunds, 1_000 + refunds, BEGIN + timedelta(seconds=seconds), order_id)
        seconds += 120  # the lease of whoever was killed is over by then
        mortal.begin(seconds, moment)
        other.begin(seconds, 0)
        deaths += mortal.end() == "dead"
        assert other.end() == "done 0"
    assert deaths >= len(MOMENTS) // 2
    async with database.reading() as session:
        notes = [note_of(row) for row in (await session.exec(select(CreditNoteRow))).all()]
        assert (await session.exec(select(CreditNoteDueRow))).all() == []
    numbers = sorted(note.sequence for note in notes)
    assert numbers == [*range(1, refunds + 1)]
    assert sorted(note.gross for note in notes) == [1_000 + number for number in numbers]
    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert {line.split()[1] for line in told} == {note.number for note in notes}
