"""Sums over the figures, kept by stretches of time (`CHUNK`) and made again only for those in which a fact has changed.

So a report costs what has changed since it was last asked for, whatever its period, and is exact after late events and corrections.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.figures import minute_of
from adapters.database.local_time import EPOCH, MINUTE
from models.tables.figures import CHUNK, FigureChunkRow, FigureRow

MOST_KEPT = 400_000
"""Rows of sums, some 200 bytes each."""
SETTLED = timedelta(days=2)
"""An open case may become late by the hour; what was opened so long ago is late already or will never be. More than any goal's `within`."""

ValueT = TypeVar("ValueT")
Sums = dict[tuple[Any, ...], tuple[Any, ...]]
"""By the keys' values."""


class Asked(NamedTuple):
    """What is summed up over the table `figures`, or over one that is joined to it."""

    name: str
    """Tells it from others, with its conditions."""
    keys: Sequence[Any]
    measures: Sequence[Any]
    conditions: Sequence[Any] = ()
    table: Any = FigureRow
    """`figures`, or another with the same columns `opened_at` and `opened_minute`."""
    joined: tuple[Any, Any] | None = None
    """One more table, and how its rows belong to it."""
    by_chunk: bool = True
    """Few keys: sums are kept for each stretch of time. Else for the period as a whole."""


class Stretch(NamedTuple):
    """Cases that were opened from `since` until before `until`, as things stand now."""

    since: datetime
    until: datetime
    now: datetime


class Piece(NamedTuple):
    """A part of the period that lies in one chunk, or the whole of it; minutes since 1970."""

    first: int
    end: int
    revisions: tuple[tuple[int, int], ...]
    lasting: bool
    """It ends with its chunks, and nothing in it grows late by itself."""


class KeptSums:
    """Sums of this process; the least recently used are let go."""

    def __init__(self) -> None:
        self._kept = OrderedDict[tuple[str, int, int], tuple[tuple[tuple[int, int], ...], Sums]]()
        self._rows = 0

    async def of(self, session: AsyncSession, asked: Asked, stretch: Stretch) -> Sums:
        """The sums over cases that were opened in that period."""
        pieces = await _pieces(session, stretch, whole=not asked.by_chunk)
        found = {piece: self._known(asked, piece) for piece in pieces}
        missing = [piece for piece, sums in found.items() if sums is None]
        if missing:
            read = await _read(session, asked, missing, stretch)
            for piece in missing:
                found[piece] = self._keep(asked, piece, read.get(piece.first // CHUNK if asked.by_chunk else 0, {}))
        return added_up(sums for sums in found.values() if sums)

    async def whole(self, session: AsyncSession, name: str, stretch: Stretch, make: Callable[[], Awaitable[ValueT]]) -> ValueT:
        """The same of a value that is made of a period as a whole."""
        (piece,) = await _pieces(session, stretch, whole=True)
        asked = Asked(name, (), ())
        known = self._known(asked, piece)
        if known is None:
            known = self._keep(asked, piece, {(): (await make(),)})
        return known[()][0]

    def _known(self, asked: Asked, piece: Piece) -> Sums | None:
        key = (asked.name, piece.first, piece.end)
        kept = self._kept.get(key)
        if kept is None or not piece.lasting or kept[0] != piece.revisions:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def _keep(self, asked: Asked, piece: Piece, sums: Sums) -> Sums:
        if piece.lasting:
            key = (asked.name, piece.first, piece.end)
            before = self._kept.pop(key, None)
            self._kept[key] = (piece.revisions, sums)
            self._rows += len(sums) + 1 - (len(before[1]) + 1 if before else 0)
            while self._rows > MOST_KEPT:
                _, (_, gone) = self._kept.popitem(last=False)
                self._rows -= len(gone) + 1
        return sums


def added_up(many: Iterable[Sums]) -> Sums:
    """The sums of all of them together; None is nothing."""
    total: Sums = {}
    for sums in many:
        for key, values in sums.items():
            known = total.get(key)
            total[key] = values if known is None else tuple((a or 0) + (b or 0) for a, b in zip(known, values, strict=True))
    return total


async def _pieces(session: AsyncSession, stretch: Stretch, *, whole: bool) -> list[Piece]:
    since, until, now = stretch
    first, end = minute_of(since), -(-int(until.timestamp()) // 60)
    within = (col(FigureChunkRow.chunk) >= first // CHUNK, col(FigureChunkRow.chunk) <= end // CHUNK)
    asked = select(FigureChunkRow.chunk, FigureChunkRow.revision).where(*within).order_by(col(FigureChunkRow.chunk))
    revisions: Mapping[int, int] = dict((await session.exec(asked)).all())
    settled = minute_of(now - SETTLED)
    on_the_minute = not (since.second or since.microsecond or until.second or until.microsecond)
    if whole:
        return [Piece(first, end, tuple(revisions.items()), on_the_minute and end <= settled)]
    pieces: list[Piece] = []
    for chunk in range(first // CHUNK, (end - 1) // CHUNK + 1):
        begin, close = max(first, chunk * CHUNK), min(end, (chunk + 1) * CHUNK)
        lasting = close <= settled and (on_the_minute or close - begin == CHUNK)
        pieces.append(Piece(begin, close, ((chunk, revisions.get(chunk, 0)),), lasting))
    return pieces


async def _read(session: AsyncSession, asked: Asked, pieces: Sequence[Piece], stretch: Stretch) -> Mapping[int, Sums]:
    """By chunk; all under 0 for a period as a whole. The pieces are in order; what touches is read together."""
    spans: list[tuple[int, int]] = []
    for piece in pieces:
        if spans and spans[-1][1] == piece.first:
            spans[-1] = (spans[-1][0], piece.end)
        else:
            spans.append((piece.first, piece.end))
    minute, at = col(asked.table.opened_minute), col(asked.table.opened_at)
    chunk: list[Any] = [(minute // CHUNK).label("chunk")] if asked.by_chunk else []
    columns = [*chunk, *asked.keys]
    select_columns: Any = select
    read = select_columns(*columns, *asked.measures).select_from(asked.table)
    if asked.joined is not None:
        read = read.join(*asked.joined)
    in_them = or_(*((minute >= first) & (minute < end) for first, end in spans)) if len(spans) > 1 else true()
    bounds = _bounds(spans, stretch)
    read = read.where(at >= bounds[0], at < bounds[1], in_them, *asked.conditions).group_by(*columns)
    found: dict[int, Sums] = {}
    keys = len(asked.keys)
    execute: Any = session.exec
    for row in (await execute(read)).all():
        values: tuple[Any, ...] = tuple(row) if chunk else (0, *row)
        found.setdefault(values[0], {})[values[1 : keys + 1]] = values[keys + 1 :]
    return found


def _bounds(spans: Sequence[tuple[int, int]], stretch: Stretch) -> tuple[datetime, datetime]:
    """By the index of `opened_at`."""
    return max(stretch.since, EPOCH + spans[0][0] * MINUTE), min(stretch.until, EPOCH + spans[-1][1] * MINUTE)
