"""Who read what of a case (WRK-8): rows are only ever added, one an hour for the same reading."""

from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database, insert_if_absent
from adapters.database.revocations import subject
from models.case.desk_views import ReadKind
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.reads import CaseReadRow

REMEMBERED = 20_000
"""Readings of which a process knows that they were written down."""
UNRECORDED = frozenset({Role.CUSTOMER, Role.SYSTEM})
"""Customers read of themselves."""


class Reading(NamedTuple):
    """`what`: of a piece of evidence its hash; else empty."""

    case_id: str
    kind: ReadKind
    what: str = ""


class Reads:
    """Written before the answer is sent. What was written within the hour costs nothing again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._written = OrderedDict[tuple[str, Reading, datetime], None]()

    async def remember(self, reader: Actor, *readings: Reading) -> None:
        now = datetime.now(UTC)
        hour, who = _hour(now), subject(reader.role, reader.id)
        new = [one for one in dict.fromkeys(readings) if (who, one, hour) not in self._written]
        if reader.role in UNRECORDED or not new:
            return
        async with self._database.writing() as session:
            await write(session, reader, new, now)
        self._written.update(dict.fromkeys((who, one, hour) for one in new))
        while len(self._written) > REMEMBERED:
            self._written.popitem(last=False)


async def write(session: AsyncSession, reader: Actor, readings: Collection[Reading], now: datetime) -> None:
    """In a transaction of the caller's."""
    who = {"reader": subject(reader.role, reader.id), "hour": _hour(now), "at": now}
    await insert_if_absent(session, CaseReadRow, *({**one._asdict(), "kind": one.kind.value, **who} for one in readings))


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
