"""The worker is killed at every step of a chargeback (RES-12): whichever it was, the books, the answer, the messages and the cases end the same."""

import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlmodel import select

from adapters.database.chargebacks import look_again, of_order, state_of, take_in, write
from adapters.database.engine import Database
from adapters.database.ledger import booked
from models.chargebacks.partner import AnswerKind, ChargebackStatus
from models.tables.case import MessageRow
from models.tables.chargebacks import ChargebackRow
from rules.chargebacks import hearing
from settings import ROOT, Settings
from tests.support.builders.actors import AGENT
from tests.support.fakes.chargebacks import FakeBank, chargeback
from tests.support.processes.databases import make_tables
from tests.support.processes.mortal_loop import keep

STEPS = ("opened", "answered", "lost")
MOST = 12
"""Moments of one look; after the last there is nothing left to be killed at."""


Look = Callable[[float, int, Path], str]


class Ended(NamedTuple):
    """Everything that somebody outside could see."""

    entries: tuple[tuple[str, int], ...]
    answers: int
    asked: int
    state: tuple[object, ...]
    messages: Counter[str]
    cases: frozenset[str]
    heard: tuple[str, ...]
    """The last word to each case."""


class Life:
    """One chargeback: opened, answered, lost; at one step the loop is killed at one moment of its look, and later another one looks."""

    def __init__(self, folder: Path, look: Look) -> None:
        folder.mkdir()
        self.look = look
        self.folder, self.settings, self.seconds = folder, Settings(data_dir=folder), 1.0
        make_tables(self.settings)
        self.bank = FakeBank()

    async def live(self, killed: tuple[str, int] | None = None) -> bool:
        """Whether the loop was killed at all."""
        died = False
        for step in STEPS:
            await self._happen(step)
            if killed is not None and killed[0] == step:
                died = self._later(killed[1]) == "dead"
            assert self._later(0) == "done 0"
        return died

    def _later(self, moment: int) -> str:
        """The lease of a loop that was killed is over by then."""
        self.seconds += 120
        return self.look(self.seconds, moment, self.folder)

    async def ended(self) -> Ended:
        database = Database(self.settings)
        async with database.reading() as session:
            entries = tuple((entry.kind.value, entry.amount.minor) for _, entry in await booked(session, "O-1"))
            (state,) = await of_order(session, "O-1")
            messages = Counter((await session.exec(select(MessageRow.event))).all())
        await database.aclose()
        told = (self.folder / "told").read_text(encoding="utf-8").splitlines()
        heard = {line.split()[1]: line for line in told if line.startswith("tell")}
        self.bank = self._bank()
        return Ended(
            entries=entries,
            answers=len(self.bank.answers),
            asked=self.bank.asked_to_answer,
            state=(state.status, state.version, state.answer and state.answer.state, [one.event for one in state.entries]),
            messages=messages,
            cases=frozenset(line.split()[1] for line in told if line.startswith("open")),
            heard=tuple(heard.values()),
        )

    async def _happen(self, step: str) -> None:
        database, at = Database(self.settings), datetime.now(UTC)
        self.bank = self._bank() if step != "opened" else self.bank
        async with database.writing() as session:
            if step == "answered":
                row = (await session.exec(select(ChargebackRow))).one()
                write(row, hearing.answered(state_of(row), AnswerKind.EVIDENCE, None, AGENT, at, above_limit=False))
                look_again(row, at)
                session.add(row)
            else:
                answer = next(iter(self.bank.answers), None)
                status = ChargebackStatus.LOST if step == "lost" else ChargebackStatus.NEEDS_RESPONSE
                self.bank.put(chargeback(), status=status, answer_key=answer)
                await take_in(session, "payment", "DP-1", at)
        await database.aclose()
        keep(self.folder, self.bank)

    def _bank(self) -> FakeBank:
        held, answers, asked = pickle.loads((self.folder / "bank").read_bytes())  # noqa: S301  # our own
        return FakeBank(held, answers, asked)


@pytest.fixture(scope="module")
def look() -> Iterator[Look]:
    """Have a loop look, so many seconds from now, to be killed at that moment: what became of it."""
    program = (sys.executable, "-m", "tests.support.processes.mortal_loop")
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def once(seconds: float, moment: int, folder: Path) -> str:
            stdin.write(f"{seconds} {moment} {folder}\n")
            return stdout.readline().strip()

        yield once
        stdin.close()


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_moment_it_ends_as_if_nobody_had_been(tmp_path: Path, look: Look, step: str) -> None:
    undisturbed = Life(tmp_path / "undisturbed", look)
    await undisturbed.live()
    expected = await undisturbed.ended()
    assert expected.answers == expected.asked == 1
    for moment in range(1, MOST):
        life = Life(tmp_path / f"killed-{moment}", look)
        died = await life.live((step, moment))
        assert await life.ended() == expected, f"killed at moment {moment} of {step!r}"
        if not died:
            assert moment > 4, "a look has more moments than that"
            return
    pytest.fail(f"a look has more than {MOST} moments")
