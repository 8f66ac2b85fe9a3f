"""Customers' e-mail addresses and telephone numbers (NTF-3): whose they are, the codes that confirm them, what was written to each.

Whoever changes a contact holds its row first (`SELECT … FOR UPDATE`), and the delivery loop reads it under a lock that excludes this: so no
message is withheld after its address was confirmed.
"""

import asyncio
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum, auto

from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent, take_turns, upsert
from adapters.database.messages import message_row
from models.common.events import Event
from models.common.vocabulary import MessageChannel, Role
from models.policy.contacts import ContactPolicy
from models.tables.case import ContactCodeRow, ContactRow, MessageRow

FIELDS = {MessageChannel.EMAIL: "email", MessageChannel.SMS: "phone"}
"""The channels that need an address, and which of the contact's it is."""
DAY = timedelta(days=1)
OWN_DIGITS = 9
"""Of a telephone number, from the right: the same with and without its country's code."""


class Withheld(StrEnum):
    """Why a message is not sent, in its row's `error`."""

    UNCONFIRMED = "unconfirmed"
    BUDGET = "budget"


class CodeResult(StrEnum):
    """What a code was worth."""

    CONFIRMED = auto()
    WRONG = auto()
    NONE = auto()
    """No code waits: none was sent to this address, or it has expired or was tried too often."""


def address_of(contact: ContactRow, channel: str) -> str | None:
    return getattr(contact, FIELDS[MessageChannel(channel)])


def is_confirmed(contact: ContactRow, channel: str) -> bool:
    return getattr(contact, f"{FIELDS[MessageChannel(channel)]}_confirmed_at") is not None


def digest_of(channel: str, address: str) -> str:
    """One for each mailbox or telephone, however its address is written: `Li+shop@example.com` is `li@example.com`."""
    if channel == MessageChannel.EMAIL:
        name, _, host = address.casefold().rpartition("@")
        one = f"{name.partition('+')[0]}@{host}"
    else:
        one = re.sub(r"\D", "", address.partition(" ext.")[0])[-OWN_DIGITS:]
    return hashlib.blake2b(f"{channel}:{one}".encode(), digest_size=16).hexdigest()


async def written_today(
    session: AsyncSession, digests: Collection[str], now: datetime, event: Event | None = None
) -> Counter[str]:
    """How many messages went, or are about to go, to each address in the last 24 hours; `event`: these alone.

    Until its transaction ends nobody else counts for these addresses.
    """
    for digest in sorted(digests):
        await take_turns(session, f"address {digest}")
    digest = col(MessageRow.address_digest)
    chosen = select(digest, func.count()).where(digest.in_(digests), col(MessageRow.created_at) > now - DAY)
    if event is not None:
        chosen = chosen.where(col(MessageRow.event) == event)
    return Counter({str(name): count for name, count in (await session.exec(chosen.group_by(digest))).all()})


async def withheld_today(session: AsyncSession, now: datetime) -> Counter[tuple[str, str]]:
    """How many messages were withheld in the last 24 hours, by channel and reason."""
    by = (col(MessageRow.channel), col(MessageRow.error))
    lately = (col(MessageRow.state) == "withheld", col(MessageRow.next_attempt_at) > now - DAY)
    counted = (await session.exec(select(*by, func.count()).where(*lately).group_by(*by))).all()
    return Counter({(channel, str(reason)): count for channel, reason, count in counted})


async def make_code(
    session: AsyncSession, contact: ContactRow, channel: MessageChannel, policy: ContactPolicy, now: datetime
) -> tuple[str, datetime] | None:
    """A code for the contact's address, in place of an earlier one, and until when it counts. None: the address has had its codes of the day."""
    address = str(address_of(contact, channel))
    digest = digest_of(channel, address)
    if (await written_today(session, {digest}, now, Event.CONTACT_CODE))[digest] >= policy.codes_a_day:
        return None
    code, until = f"{secrets.randbelow(10**6):06}", now + policy.code_valid_for
    row = {"customer_id": contact.customer_id, "channel": channel, "address": address, "tries": 0, "expires_at": until}
    await upsert(session, ContactCodeRow, row | {"code_digest": await asyncio.to_thread(_digest, code, address)})
    return code, until


async def write_to(
    session: AsyncSession,
    contact: ContactRow,
    channel: MessageChannel,
    address: str,
    *,
    event: Event,
    letter: tuple[str, str],
    now: datetime,
) -> None:
    """Let a message about the contact itself wait in the outbox; it goes to that address, whatever the contact's is by then."""
    about, to = (f"contact-{secrets.token_hex(8)}", 1), (Role.CUSTOMER, contact.customer_id)
    digest = digest_of(channel, address) if event is Event.CONTACT_CODE else None
    row = message_row(about, to, letter, event=event, locale=contact.locale, at=now, channel=channel)
    await insert_if_absent(session, MessageRow, row | {"address": address, "address_digest": digest})


async def try_code(
    session: AsyncSession, contact: ContactRow, channel: MessageChannel, code: str, *, policy: ContactPolicy, now: datetime
) -> CodeResult:
    """Confirm the contact's address when this is its code; a wrong one is counted."""
    row = await session.get(ContactCodeRow, (contact.customer_id, channel))
    if row is None or row.address != address_of(contact, channel) or row.expires_at <= now or row.tries >= policy.code_tries:
        return CodeResult.NONE
    if not secrets.compare_digest(row.code_digest, await asyncio.to_thread(_digest, code, row.address)):
        row.tries += 1
        session.add(row)
        return CodeResult.WRONG
    await session.delete(row)
    await confirm(session, contact, channel, policy, now)
    return CodeResult.CONFIRMED


async def confirm(
    session: AsyncSession, contact: ContactRow, channel: MessageChannel, policy: ContactPolicy, now: datetime
) -> None:
    """From now on the address is written to; so is what was withheld shortly before."""
    setattr(contact, f"{FIELDS[channel]}_confirmed_at", now)
    session.add(contact)
    await session.flush()
    withheld = (
        col(MessageRow.recipient_role) == Role.CUSTOMER,
        col(MessageRow.recipient_id) == contact.customer_id,
        col(MessageRow.channel) == channel,
        col(MessageRow.state) == "withheld",
        col(MessageRow.next_attempt_at) > now - policy.release_within,
    )
    await session.exec(update(MessageRow).where(*withheld).values(state="waiting", next_attempt_at=now, error=None))


def _digest(code: str, address: str) -> str:
    """Slow on purpose, as there are only a million codes: to try all of them takes hours."""
    return hashlib.scrypt(code.encode(), salt=address.encode(), n=2**12, r=8, p=1).hex()
