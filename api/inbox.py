"""The in-site inbox of everyone, and how a customer wants to be told (NTF-1)."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent, upsert
from adapters.database.revocations import subject
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, Language, PartsOf, only_for
from api.http.problems import not_found
from api.http.responses import OWN, READING
from api.http.routes import SeenRoute
from api.http.schemas import Inbox, Message, Preferences
from api.live.dependencies import LiveOf
from models.common.actors import Actor
from models.common.vocabulary import MessageChannel, Role
from models.tables.case import ContactRow, MessageRow
from models.tables.reads import MessageReadRow
from rules.notifications.recipients import ANY_TEAM

router = APIRouter(prefix="/v1", tags=["inbox"], route_class=SeenRoute)

EVERYBODY = "*"
"""Read by the whole team, as it was before each of its people had marks of their own."""
COUNTED = 200
"""Of the newest messages it is said how many are not read."""

MessageId = Annotated[int, Query(ge=1, le=2**31 - 1)]


def addressed_to(actor: Actor) -> ColumnElement[bool]:
    """One's own messages; for the platform's people also those of their teams, of which a supervisor has all. What somebody is told
    themselves they do not hear again as one of the team.
    """
    recipient = col(MessageRow.recipient_id)
    mine: Any = recipient == actor.id
    if actor.role in Role.platform():
        every_team = actor.role is Role.SUPERVISOR
        teams = [f"team:{team}" for team in (*actor.teams, ANY_TEAM)]
        ours = recipient.startswith("team:", autoescape=True) if every_team else recipient.in_(teams)
        mine = or_(mine, and_(ours, ~_told(actor)))
    return and_(col(MessageRow.recipient_role) == actor.role.value, col(MessageRow.channel) == MessageChannel.INBOX.value, mine)


def _told(actor: Actor) -> ColumnElement[bool]:
    """Whether somebody is told of the same by name."""
    own = aliased(MessageRow)
    same = (
        col(getattr(own, name)) == col(getattr(MessageRow, name)) for name in ("case_id", "version", "recipient_role", "channel")
    )
    return select(own.id).where(*same, own.recipient_id == actor.id).exists()


def read_by(actor: Actor) -> ColumnElement[datetime | None]:
    """When they read it: of what a team is told each of its people for themselves."""
    marks = (col(MessageReadRow.message_id) == col(MessageRow.id), col(MessageReadRow.reader).in_([_reader(actor), EVERYBODY]))
    own: Any = select(MessageReadRow.at).where(*marks).limit(1).scalar_subquery()
    return case((col(MessageRow.recipient_id) == actor.id, col(MessageRow.read_at)), else_=own)


async def unread_of(session: AsyncSession, actor: Actor) -> int:
    """How many of their newest messages wait to be read."""
    columns: Any = select
    newest = columns(read_by(actor).label("read")).where(addressed_to(actor)).order_by(col(MessageRow.id).desc()).limit(COUNTED)
    read = newest.subquery()
    return (await session.exec(select(func.count()).select_from(read).where(read.c.read.is_(None)))).one()


def _reader(actor: Actor) -> str:
    return subject(actor.role, actor.id)


@router.get("/inbox", summary="Your messages · 站内信", responses=READING)
async def inbox(
    parts: PartsOf,
    caller: CallerOf,
    *,
    unread: Annotated[bool, Query(description="Only what was not read yet.")] = False,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Older than this message.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Inbox:
    """The newest first."""
    read = read_by(caller.actor)
    chosen = select(MessageRow, read).where(addressed_to(caller.actor))
    if unread:
        chosen = chosen.where(read.is_(None))
    if before is not None:
        chosen = chosen.where(col(MessageRow.id) < before)
    async with parts.database.reading() as session:
        rows = list((await session.exec(chosen.order_by(col(MessageRow.id).desc()).limit(limit + 1))).all())
        waiting = await unread_of(session, caller.actor)
    page = [_message(row, at) for row, at in rows[:limit]]
    more = f"/v1/inbox?limit={limit}&before={page[-1].id}" + ("&unread=true" if unread else "") if len(rows) > limit else None
    return Inbox(messages=tuple(page), unread=waiting, next=more)


@router.post("/inbox/{message_id}/read", summary="Mark as read · 标为已读", responses=OWN)
async def read(parts: PartsOf, live: LiveOf, caller: CallerOf, message_id: int) -> Message:
    """Mark one of your messages as read; of your team's, for yourself alone. Again changes nothing."""
    own = select(MessageRow, read_by(caller.actor)).where(MessageRow.id == message_id, addressed_to(caller.actor))
    async with parts.database.writing() as session:
        found = (await session.exec(own)).first() if 0 < message_id < 2**31 else None
        if found is None:
            raise not_found()
        row, at = found
        if at is None:
            at = datetime.now(UTC)
            row.read_at = row.read_at or at
            session.add(row)
            if row.recipient_id != caller.actor.id:
                mark = {"message_id": message_id, "reader": _reader(caller.actor), "at": at}
                await insert_if_absent(session, MessageReadRow, mark)
    live.tail.inbox_read(caller.actor.id)
    return _message(row, at)


def _message(row: MessageRow, read_at: datetime | None) -> Message:
    return Message.model_validate({**row.model_dump(include=set(Message.model_fields)), "read_at": read_at})


@router.get("/me/preferences", summary="How you want to be told · 通知偏好", responses=READING)
async def preferences(parts: PartsOf, caller: CallerOf, language: Language) -> Preferences:
    """A customer's language, zone and channels."""
    _customers_only(caller)
    async with parts.database.reading() as session:
        contact = await session.get(ContactRow, caller.actor.id)
    if contact is None:
        return Preferences(locale=language, zone=parts.policy.zone)
    return Preferences.model_validate(contact.model_dump(include=set(Preferences.model_fields)))


@router.put(
    "/me/preferences",
    summary="Choose how you want to be told · 设置通知偏好",
    responses=READING,
    dependencies=[Depends(check_body)],
)
async def prefer(parts: PartsOf, caller: CallerOf, body: Preferences) -> Preferences:
    """From the next message on."""
    _customers_only(caller)
    chosen = body.model_copy(
        update={"locale": body.locale or parts.policy.languages.own[0], "zone": body.zone or parts.policy.zone}
    )
    row = {"customer_id": caller.actor.id, "updated_at": datetime.now(UTC), **chosen.model_dump(mode="json")}
    async with parts.database.writing() as session:
        await upsert(session, ContactRow, row)
    return chosen


def _customers_only(caller: Caller) -> None:
    only_for(caller, frozenset({Role.CUSTOMER}))
