"""A loop that makes credit notes and is killed (SIGKILL) at a moment of its look: before a commit, after one, after a word to a case.

It is told as `mortal_loop` is, in seconds from `BEGIN`; its database is that of the folder, or of `REDRESS_DATABASE_URL`. It takes one order at a
time, so that another process finds some as well. Whoever it tells of a note is written into `told`.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.tax import loop
from adapters.database.engine import Database
from adapters.documents.links import DocumentLinks
from models.tax.credit_note import CreditNoteRef
from rules.notifications.texts import texts
from settings import Settings
from tests.support.builders.taxed import taxed_order
from tests.support.fakes.partners import World
from tests.support.processes.mortal_loop import POLICY, Moments, serve

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
ORDERS = tuple(f"O-{number}" for number in range(1, 5))


class MortalDatabase(Database):
    """The moments before and after each commit."""

    moments: Moments

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        async with super().writing() as session:
            yield session
            await session.flush()
            self.moments.come()
        self.moments.come()


async def look(folder: Path, seconds: float, moment: int) -> None:
    moments = Moments(moment)
    settings = Settings(data_dir=folder)
    database = MortalDatabase(settings)
    database.moments = moments
    world = World()
    for order_id in ORDERS:
        world.add(taxed_order(order_id, (100_000, 1_300)))

    async def tell(case_id: str, ref: CreditNoteRef) -> None:
        with (folder / "told").open("a", encoding="utf-8") as told:
            told.write(f"{case_id} {ref.number}\n")
        moments.come()

    now = BEGIN + timedelta(seconds=seconds)
    notes = loop.CreditNotes(
        database,
        POLICY,
        texts(POLICY.zone),
        merchant=world,
        links=DocumentLinks(settings, "credit-note"),
        tell=tell,
        now=lambda: now,
    )
    while await notes.look():
        pass
    await database.aclose()


if __name__ == "__main__":
    loop.BATCH = 1
    serve(look)
