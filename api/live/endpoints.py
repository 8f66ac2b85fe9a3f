"""What happens, as it happens (server-sent events): in a person's sight, and on one case."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlmodel.ext.asyncio.session import AsyncSession

from api.cases.endpoints import timeline_reader
from api.desk.saved import Saved
from api.desk.views import AT_ONCE, count
from api.http.auth import Caller
from api.http.dependencies import CallerOf, CaseId, PartsOf, StreamPlace
from api.http.lookup import find
from api.http.responses import LOOKING, OWN
from api.http.routes import SeenRoute
from api.http.timelines import TimelineReader
from api.live.dependencies import LiveOf
from api.live.follower import Follower
from api.live.stream import case_stream, stream
from models.case.news import CountNews
from models.common.base import Identifier
from models.common.vocabulary import Role
from models.policy.policy import Policy
from models.tables.desk import SavedViewRow

router = APIRouter(prefix="/v1", tags=["events"], route_class=SeenRoute)

NUMBER = re.compile(r"[0-9]{1,18}")
VERSION = re.compile(r"[0-9]{1,9}")
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description="The last `id` you have seen.")]


async def count_view(session: AsyncSession, caller: Caller, row: SavedViewRow, policy: Policy) -> CountNews:
    """How many cases the view has for the caller, as an event."""
    found = await count(session, caller, row, policy)
    return CountNews(id=found.id, count=found.count, more=found.more)


async def _follower(
    parts: PartsOf,
    caller: CallerOf,
    case: Annotated[Identifier | None, Query(description="The case that you have open; colleagues see that you have.")] = None,
    view: Annotated[
        tuple[Identifier, ...], Query(max_length=AT_ONCE, description="Saved views whose counts you follow; may be repeated.")
    ] = (),
) -> Follower:
    """404 before anything is streamed."""
    if case is not None:
        await find(parts, caller, case)
    if not view:
        return Follower(caller, case)
    async with parts.database.reading() as session:
        saved = Saved(session, caller, SavedViewRow)
        return Follower(caller, case, views=tuple([await saved.get(one) for one in dict.fromkeys(view)]))


@router.get(
    "/me/events",
    summary="Follow your cases · 实时跟踪我的工单",
    response_class=EventSourceResponse,
    responses=OWN,
    dependencies=[StreamPlace],
)
async def follow_mine(
    *,
    parts: PartsOf,
    live: LiveOf,
    caller: CallerOf,
    follower: Annotated[Follower, Depends(_follower)],
    since: Annotated[
        int | None, Query(ge=0, le=2**62, description="The `id` from which on you missed nothing; as Last-Event-ID.")
    ] = None,
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """What changes in your sight, within a second: `case`, `inbox` (how many messages you have not read), `count` of the views that you name,
    and for the platform's people `presence` (who has a case open).

    First comes `ready`: what you ask for from then on, and what is told, leave out nothing. An event says what changed, not how; ask for
    that case again. After a break, send the last id as `Last-Event-ID` (browsers do) or `since`: you are told what you missed, or `reload`
    when that is more than 200 cases or ten minutes. `end` says why the stream ends: `token_expired`, `token_revoked` or `no_access`.
    """
    seen = int(last_event_id) if last_event_id and NUMBER.fullmatch(last_event_id) else since
    events = stream(live, parts, follower, seen)
    if follower.case_id is None or caller.role not in Role.platform():
        async for event in events:
            yield event
        return
    with live.presence.having_open(follower.case_id, caller.actor.id):
        async for event in events:
            yield event


@router.get(
    "/cases/{case_id}/events",
    summary="Follow a case · 实时跟踪",
    response_class=EventSourceResponse,
    responses=LOOKING,
    dependencies=[StreamPlace],
)
async def follow_case(
    *,
    parts: PartsOf,
    live: LiveOf,
    caller: CallerOf,
    case_id: CaseId,
    reader: Annotated[TimelineReader, Depends(timeline_reader)],
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """The timeline as it happens (server-sent events): `timeline` events, their `id` is the version; `end` when the case is closed.

    `end` comes, too, when the token expires or is revoked, or the case is not yours to see any more; its data says why.
    After a break, send the last id as `Last-Event-ID` (browsers do) and nothing is lost or repeated.
    """
    seen = int(last_event_id) if last_event_id and VERSION.fullmatch(last_event_id) else 0
    async for event in case_stream(live, parts, Follower(caller, case_id, alone=True), reader, seen):
        yield event
