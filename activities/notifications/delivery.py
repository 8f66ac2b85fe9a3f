"""The outbox's delivery loop (NTF-2): what was written with its event is sent until it arrives, and a case never waits for it.

Any number of loops may run. A row is claimed by moving its next attempt ahead (the lease); who claimed it is known by the attempt's
number. After a crash the lease runs out and the row is sent again under the same key, so that the provider knows it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy import Executable, bindparam
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.loops import claim, repeat, utc_now
from activities.notifications.withholding import Addressed, allowed
from adapters.database.engine import Database, storable
from adapters.partners.protocols import Notification
from models.common.errors import PartnerError
from models.common.events import Event
from models.common.partners import OutgoingMessage
from models.common.vocabulary import MessageChannel
from models.policy.policy import Policy
from models.tables.case import MessageRow
from rules.notifications.texts import texts
from rules.notifications.without_links import for_sms

SEND_SECONDS = 30.0
"""A provider that takes longer is broken; well within the lease."""
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
"""News that old are told by nobody; the inbox has them."""

Change = dict[str, object]
"""Columns of a message's row, and what they become."""

log = structlog.stdlib.get_logger(__name__)


class Delivery:
    """Sends what waits in the outbox: e-mail by SMTP when there is one, everything else by the notification provider."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        notification: Notification,
        email: Notification | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._now = now
        self._database = database
        self._policy = policy
        self._texts = texts(policy.zone)
        self._notification = notification
        self._email = email or notification

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; ends after the messages in hand."""
        await repeat(self.send_due, stop, "delivery.trouble")

    async def send_due(self) -> int:
        """Claim a batch of what is due and try to send each; how many were tried."""
        claimed = await self._claim()
        changes = await asyncio.gather(*(self._send(message, to) for message, to in claimed))
        await self._note(zip((message for message, _ in claimed), changes, strict=True))
        return len(claimed)

    async def _claim(self) -> list[Addressed]:
        now = self._now()

        async def take(session: AsyncSession, rows: Sequence[MessageRow]) -> list[Addressed]:
            for row in rows:
                row.attempts += 1
            return await allowed(session, rows, self._policy, self._texts, now)

        return await claim(self._database, (col(MessageRow.state) == "waiting",), now, take) or []

    async def _send(self, row: MessageRow, to: str | None) -> Change:
        """Try to send it; what becomes of its row."""
        if to is None:
            return {"state": "undeliverable", "error": f"no address for {row.channel}", "next_attempt_at": self._now()}
        provider = self._email if row.channel == MessageChannel.EMAIL else self._notification
        body = for_sms(row.body) if row.channel == MessageChannel.SMS else row.body
        message = OutgoingMessage(
            key=f"m-{row.id}", channel=row.channel, to=to, locale=row.locale, subject=row.subject, body=body
        )
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await provider.send(message)
        except PartnerError as error:
            return self._failed(row, str(error), permanent=error.permanent, wait=error.retry_after)
        except Exception as error:  # noqa: BLE001  # whatever a broken provider does delays its message, nothing else
            return self._failed(row, f"{type(error).__name__}: {error}")
        return {"state": "sent", "sent_at": self._now(), "error": None}

    def _failed(self, row: MessageRow, error: str, *, permanent: bool = False, wait: float | None = None) -> Change:
        now = self._now()
        log.warning("delivery.failed", message_id=row.id, channel=row.channel, attempt=row.attempts, permanent=permanent)
        error = storable(error)[:500]
        if permanent or now - row.created_at > GIVE_UP_AFTER:
            return {"state": "undeliverable", "error": error, "next_attempt_at": now}
        back_off = min(FIRST_RETRY * 2 ** min(row.attempts - 1, 20), LONGEST_RETRY)
        asked = timedelta(seconds=min(wait or 0.0, LONGEST_RETRY.total_seconds()))
        return {"next_attempt_at": now + max(back_off, asked), "error": error}

    async def _note(self, changes: Iterable[tuple[MessageRow, Change]]) -> None:
        """Write what became of a batch, in one transaction, but for rows that somebody else has claimed since."""
        alike = defaultdict[tuple[str, ...], list[Change]](list)
        for row, change in changes:
            values = change | _forgotten(row, change)
            alike[tuple(sorted(values))].append(values | {"of": row.id, "tried": row.attempts})
        if not alike:
            return
        async with self._database.writing() as session:
            connection = await session.connection()
            for columns, rows in alike.items():
                await connection.execute(_noting(columns), rows)


@cache
def _noting(columns: tuple[str, ...]) -> Executable:
    """Changes these columns of the message `of`, unless somebody has tried it since: then it was tried more often than `tried`."""
    tried = col(MessageRow.attempts) == bindparam("tried")
    mine = (col(MessageRow.id) == bindparam("of"), tried, col(MessageRow.state) == "waiting")
    return update(MessageRow).where(*mine).values({column: bindparam(column) for column in columns})


def _forgotten(row: MessageRow, change: Change) -> Change:
    """An address of its own and a code are kept no longer than they are needed."""
    if row.address is None or "state" not in change:
        return {}
    return {"address": None, "body": ""} if row.event == Event.CONTACT_CODE.value else {"address": None}
