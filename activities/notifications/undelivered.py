"""What could not be delivered (NTF-4): another channel is tried, and the case hears of it, so that it is on the case and with a person."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.loops import claim, repeat, utc_now
from activities.notifications.delivery import GIVE_UP_AFTER
from adapters.database.contacts import FIELDS, address_of, is_confirmed
from adapters.database.engine import Database, execute, insert_if_absent
from adapters.database.merged import surviving
from models.case.undelivered import Undelivered, Why
from models.common.vocabulary import MessageChannel, Role
from models.policy.policy import Policy
from models.tables.case import CaseRow, ContactRow, MessageRow

TellCase = Callable[[str, Undelivered], Awaitable[None]]
UNDELIVERED = (col(MessageRow.state) == "undeliverable", col(MessageRow.recipient_role) == Role.CUSTOMER)
COPIED = {"case_id", "version", "identity", "event", "recipient_role", "recipient_id", "locale", "subject", "body"}
"""Of a message that goes another way."""


_SEEN_TO = (
    update(MessageRow)
    .where(col(MessageRow.id).in_(bindparam("these", expanding=True)), *UNDELIVERED)
    .values(next_attempt_at=None)
)


class Claimed(NamedTuple):
    """A row, and what its case hears of it; None: nothing."""

    row: MessageRow
    told: Undelivered | None


Ways = dict[str, str]
"""The channels by which a customer was told the same, and what became of each."""


class UndeliveredMessages:
    """Sees to the messages that the delivery loop gave up."""

    def __init__(self, database: Database, policy: Policy, tell: TellCase, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._policy = policy
        self._tell = tell
        self._now = now

    async def run(self, stop: asyncio.Event) -> None:
        """See to them until told to stop."""
        await repeat(self.see_to_them, stop, "undelivered.trouble")

    async def see_to_them(self) -> int:
        """A batch of those that no case has heard of; how many there were. A case that is away is told later."""
        claimed = await self._claim()
        await self._note([row for row, told in claimed if told is None])
        for row, told in claimed:
            if told is not None:
                async with self._database.reading() as session:
                    case_id = await surviving(session, row.case_id)
                await self._tell(case_id, told)
                await self._note([row])
        return len(claimed)

    async def _note(self, rows: Sequence[MessageRow]) -> None:
        """These are seen to."""
        if rows:
            async with self._database.writing() as session:
                await execute(session, _SEEN_TO, these=[row.id for row in rows])

    async def _claim(self) -> list[Claimed]:
        now = self._now()

        async def take(session: AsyncSession, rows: Sequence[MessageRow]) -> list[Claimed]:
            cases = select(CaseRow.case_id).where(col(CaseRow.case_id).in_({row.case_id for row in rows}))
            of_cases = frozenset((await session.exec(cases)).all())
            contacts, ways = await _contacts(session, rows), await _ways(session, rows)
            claimed: list[Claimed] = []
            for row in rows:
                told = None
                if row.case_id in of_cases:
                    told = await self._see_to(session, row, contacts.get(row.recipient_id), ways[_same(row)], now)
                claimed.append(Claimed(row, told))
            return claimed

        return await claim(self._database, UNDELIVERED, now, take) or []

    async def _see_to(
        self, session: AsyncSession, row: MessageRow, contact: ContactRow | None, ways: Ways, now: datetime
    ) -> Undelivered | None:
        """Send it another way if there is one. Nothing is told of an address that never was, when others took it."""
        took = {way for way, state in ways.items() if state == "sent" or (state == "waiting" and _leads_to(contact, way))}
        why = _why(row, contact, now)
        if why is Why.ADDRESS_MISSING and took:
            return None
        reached = bool(took & set(self._policy.contacts.instead))
        instead = None if reached else _other_way(self._policy.contacts.instead, contact, ways.keys())
        if instead is not None:
            again = {"channel": instead, "state": "waiting", "attempts": 0, "next_attempt_at": now, "created_at": now}
            await insert_if_absent(session, MessageRow, row.model_dump(include=COPIED) | again)
            ways[instead] = "waiting"
        return Undelivered(
            message_id=row.id or 0,
            about=row.event,
            channel=MessageChannel(row.channel),
            why=why,
            at=now,
            instead=instead,
            reached=reached or instead is not None,
        )


def _same(row: MessageRow) -> tuple[str, int, str, str]:
    """What customers are told by several channels has this in common."""
    return row.case_id, row.version, row.recipient_role, row.recipient_id


async def _contacts(session: AsyncSession, rows: Sequence[MessageRow]) -> dict[str, ContactRow]:
    asked = select(ContactRow).where(col(ContactRow.customer_id).in_({row.recipient_id for row in rows}))
    return {contact.customer_id: contact for contact in (await session.exec(asked)).all()}


async def _ways(session: AsyncSession, rows: Sequence[MessageRow]) -> defaultdict[tuple[str, int, str, str], Ways]:
    """By what was told."""
    asked = select(MessageRow).where(
        col(MessageRow.case_id).in_({row.case_id for row in rows}),
        col(MessageRow.version).in_({row.version for row in rows}),
        MessageRow.channel != MessageChannel.INBOX,
    )
    ways = defaultdict[tuple[str, int, str, str], Ways](dict)
    for other in (await session.exec(asked)).all():
        ways[_same(other)][other.channel] = other.state
    return ways


def _why(row: MessageRow, contact: ContactRow | None, now: datetime) -> Why:
    if row.channel in FIELDS and (contact is None or address_of(contact, row.channel) is None):
        return Why.ADDRESS_MISSING
    return Why.TRIED_IN_VAIN if now - row.created_at > GIVE_UP_AFTER else Why.PROVIDER_REFUSED


def _other_way(channels: Sequence[MessageChannel], contact: ContactRow | None, tried: AbstractSet[str]) -> MessageChannel | None:
    """The first that was not tried, that the customer wants, and whose address is confirmed (NTF-3)."""
    if contact is None:
        return None
    wanted = [channel for channel in channels if contact.channels is None or channel in contact.channels]
    return next((channel for channel in wanted if channel not in tried and _leads_to(contact, channel)), None)


def _leads_to(contact: ContactRow | None, channel: str) -> bool:
    """Whether it has a confirmed address, where it needs one. What waits for the morning without one will reach nobody then either."""
    if channel not in FIELDS:
        return True
    return contact is not None and address_of(contact, channel) is not None and is_confirmed(contact, channel)
