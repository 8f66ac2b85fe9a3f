"""Streams of events: a person's, and a case's timeline as it happens. Each goes on from where its reader was."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

from fastapi.sse import ServerSentEvent
from sqlmodel import select

from adapters.database.changes import cases_since, position
from api.http.dependencies import Parts
from api.http.lookup import in_sight
from api.http.timelines import TimelineReader, rows_after
from api.live.allowance import Allowance
from api.live.dependencies import Live
from api.live.follower import MOST, Follower
from models.case.news import CaseNews, End, News, Ready, Reload
from models.common.vocabulary import Stage
from models.tables.case import CaseRow, TimelineRow
from rules.common.readers import as_seen

LONGEST_GAP = timedelta(minutes=10)
"""Whoever was away for longer loads everything again."""
BATCH = 200
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def position_id(moment: datetime) -> str:
    """As the `id` of an event: a moment of the database, in microseconds, which every process understands."""
    return str((moment - EPOCH) // MICROSECOND)


def moment_of(position: int) -> datetime | None:
    """The moment of such an id; None: it is none."""
    try:
        return EPOCH + position * MICROSECOND
    except OverflowError:
        return None


async def stream(live: Live, parts: Parts, follower: Follower, since: int | None) -> AsyncGenerator[ServerSentEvent]:
    """What changes from `since` on, else from now, until its access ends."""
    allowed = Allowance(parts, follower.caller)
    async with live.tail.following(follower):
        last, missed = await _missed(parts, follower, since)
        for news in missed:
            yield _event(follower, news, last)
        while True:
            over = await allowed.over(look=follower.doubtful)
            if over is not None:
                yield _event(follower, End(reason=over), last)
                return
            follower.caller, follower.doubtful = allowed.caller, False
            told = await follower.next(allowed.seconds_left)
            last = max(last, live.tail.position or last)
            for news in told:
                yield _event(follower, news, last)


async def _missed(parts: Parts, follower: Follower, since: int | None) -> tuple[datetime, list[News]]:
    """Where it begins, and what was missed before."""
    asked = None if since is None else moment_of(since)
    async with parts.database.reading() as session:
        now = await position(session)
        if asked is None:
            return now, [Ready()]
        gap = now - asked
        cases = await cases_since(session, asked, MOST, in_sight(follower.caller.actor)) if gap < LONGEST_GAP else ()
    if gap >= LONGEST_GAP or len(cases) == MOST:
        return now, [Reload()]
    return now, [Ready(), *(CaseNews(case_id=case.case_id, version=case.version) for case in cases)]


async def case_stream(
    live: Live, parts: Parts, follower: Follower, reader: TimelineReader, seen: int
) -> AsyncGenerator[ServerSentEvent]:
    """Its case's timeline after the version that was seen, until it is closed or the reader's access ends."""
    case_id = str(follower.case_id)
    allowed = Allowance(parts, follower.caller, case_id)
    async with live.tail.following(follower):
        look = news = True
        while True:
            over = await allowed.over(look=look)
            if over is not None:
                yield ServerSentEvent(raw_data=json.dumps({"reason": over}), event="end", id=str(seen))
                return
            if news:
                stage, rows = await _since(parts, case_id, seen)
                for row in rows:
                    seen = row.version
                    if (view := reader.read(row)) is not None:
                        yield ServerSentEvent(raw_data=view.model_dump_json(), event="timeline", id=str(row.version))
                if not rows and stage == Stage.CLOSED:
                    yield ServerSentEvent(raw_data="{}", event="end", id=str(seen))
                    return
                if rows:
                    look = False
                    continue
            news = bool(await follower.next(allowed.seconds_left))
            look, follower.doubtful = news or follower.doubtful, False


async def _since(parts: Parts, case_id: str, seen: int) -> tuple[str | None, list[TimelineRow]]:
    async with parts.database.reading() as session:
        stage = (await session.exec(select(CaseRow.stage).where(CaseRow.case_id == case_id))).first()
        return stage, await rows_after(session, case_id, seen, BATCH)


def _event(follower: Follower, news: News, last: datetime) -> ServerSentEvent:
    seen = as_seen(news, follower.caller.actor)
    return ServerSentEvent(raw_data=seen.model_dump_json(), event=news.name, id=position_id(last))
