"""A loop that follows chargebacks and is killed (SIGKILL) at a moment of its look: after a commit, a call of the provider, a word to a case.

`python -m tests.support.processes.mortal_loop` looks once for each line that it reads, `SECONDS MOMENT FOLDER`: so much later than now, to be
killed at that moment; 0: at none. It writes `dead` or `done 0`. In the folder are the database, the provider (`bank`) and what cases heard (`told`).
"""

import asyncio
import ctypes
import os
import pickle
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.chargebacks.loop import ChargebackFollowing
from adapters.database.engine import Database
from commands.up.die_with_parent import PR_SET_PDEATHSIG
from models.case.state import CaseStart
from models.chargebacks.partner import Chargeback, ChargebackAnswer
from models.chargebacks.state import ChargebackRef
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.orders import order, parcel
from tests.support.fakes.chargebacks import FakeBank
from tests.support.fakes.partners import World

POLICY = load_policy(Settings().policy)


@dataclass
class Moments:
    """Counts them, and dies at one."""

    last: int
    seen: int = 0

    def come(self) -> None:
        self.seen += 1
        if self.seen == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalDatabase(Database):
    """Each commit is a moment."""

    moments: Moments

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        async with super().writing() as session:
            yield session
        self.moments.come()


@dataclass
class MortalBank(FakeBank):
    """Each answer is a moment: the provider has acted, and nobody here knows it."""

    folder: Path = Path()
    moments: Moments = field(default_factory=lambda: Moments(0))

    async def chargeback(self, chargeback_id: str) -> Chargeback | None:
        told = await super().chargeback(chargeback_id)
        self.moments.come()
        return told

    async def answer(self, answer: ChargebackAnswer) -> Chargeback:
        told = await super().answer(answer)
        keep(self.folder, self)
        self.moments.come()
        return told


def keep(folder: Path, bank: FakeBank) -> None:
    """The provider's books are its own: they outlive our processes."""
    (folder / "bank").write_bytes(pickle.dumps((bank.held, bank.answers, bank.asked_to_answer)))


async def look(folder: Path, seconds: float, moment: int) -> None:
    moments = Moments(moment)
    held, answers, asked = pickle.loads((folder / "bank").read_bytes())  # noqa: S301  # our own
    bank = MortalBank(held, answers, asked, folder=folder, moments=moments)
    database = MortalDatabase(Settings(data_dir=folder))
    database.moments = moments
    world = World()
    world.add(order(), parcel())

    def note(line: str) -> None:
        with (folder / "told").open("a", encoding="utf-8") as told:
            told.write(f"{line}\n")
        moments.come()

    async def tell(case_id: str, ref: ChargebackRef) -> None:
        note(f"tell {case_id} {ref.version} {ref.status.value}")

    async def start(begun: CaseStart) -> None:
        note(f"open {begun.receipt.case_id}")

    now = datetime.now(UTC) + timedelta(seconds=seconds)
    loop = ChargebackFollowing(
        database,
        POLICY,
        texts(POLICY.zone),
        providers={"payment": bank},
        merchant=world,
        payment=world,
        tell=tell,
        start=start,
        now=lambda: now,
    )
    await loop.look()
    await database.aclose()


def serve(look: Callable[[Path, float, int], Coroutine[Any, Any, None]]) -> None:
    """Have a child look for each line, and say what became of it."""
    texts(POLICY.zone)
    for line in sys.stdin:
        seconds, moment, folder = line.split(maxsplit=2)
        child = os.fork()
        if not child:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            asyncio.run(look(Path(folder.strip()), float(seconds), int(moment)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write("dead\n" if os.WIFSIGNALED(status) else f"done {os.WEXITSTATUS(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(look)
