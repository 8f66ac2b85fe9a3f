"""Which messages may go to their address now (NTF-3, NTF-4): it is confirmed, has not had its messages of the day, and is not at its quiet hours.

The inbox tells the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.contacts import (
    FIELDS,
    Withheld,
    address_of,
    digest_of,
    is_confirmed,
    make_code,
    write_to,
    written_today,
)
from models.common.events import Event
from models.common.vocabulary import MessageChannel, Priority, Role
from models.policy.policy import Policy
from models.tables.case import CaseRow, ContactCodeRow, ContactRow, MessageRow
from rules.notifications.quiet_hours import held_until
from rules.notifications.texts import Texts, contact_letter

log = structlog.stdlib.get_logger(__name__)


class Addressed(NamedTuple):
    """A message, and where it goes; None: nobody knows."""

    row: MessageRow
    to: str | None


async def allowed(
    session: AsyncSession, rows: Sequence[MessageRow], policy: Policy, texts: Texts, now: datetime
) -> list[Addressed]:
    """Those of a batch that are sent. The others are held, or marked as withheld; an address that was never asked is sent a code."""
    urgent = await _urgent(session, rows)
    people = {row.recipient_id for row in rows}
    chosen = select(ContactRow).where(col(ContactRow.customer_id).in_(people)).order_by(col(ContactRow.customer_id))
    contacts = {contact.customer_id: contact for contact in (await session.exec(chosen.with_for_update(read=True))).all()}
    addressed = [Addressed(row, _address(row, contacts.get(row.recipient_id))) for row in rows]
    written = await written_today(
        session, {digest_of(row.channel, to) for row, to in addressed if row.channel in FIELDS and to}, now
    )
    sent: list[Addressed] = []
    for one in addressed:
        row = one.row
        quiet_until = None if row.case_id in urgent else _quiet_until(row, contacts, policy, now)
        if quiet_until is not None:
            _hold(row, quiet_until)
        elif _unconfirmed(one, contacts):
            _withhold(row, Withheld.UNCONFIRMED, now)
            await _ask(session, contacts[row.recipient_id], MessageChannel(row.channel), policy, texts=texts, now=now)
        elif _within_budget(one, written, policy):
            sent.append(one)
        else:
            _withhold(row, Withheld.BUDGET, now)
    return sent


async def _urgent(session: AsyncSession, rows: Sequence[MessageRow]) -> frozenset[str]:
    """The cases of this batch with priority P1, as they are graded by now: their messages are not held."""
    urgent = select(CaseRow.case_id).where(
        col(CaseRow.case_id).in_({row.case_id for row in rows}), CaseRow.priority == Priority.P1
    )
    return frozenset((await session.exec(urgent)).all())


def _quiet_until(row: MessageRow, contacts: Mapping[str, ContactRow], policy: Policy, now: datetime) -> datetime | None:
    """A code is never held: the customer has just asked for it."""
    if row.recipient_role != Role.CUSTOMER or row.event == Event.CONTACT_CODE.value:
        return None
    contact = contacts.get(row.recipient_id)
    return held_until(policy.contacts, row.channel, contact.zone if contact else policy.zone, now)


def _hold(row: MessageRow, until: datetime) -> None:
    """It was not tried: it waits as it did."""
    row.attempts -= 1
    row.next_attempt_at = until
    log.info("delivery.held", message_id=row.id, channel=row.channel, until=until.isoformat())


def _address(row: MessageRow, contact: ContactRow | None) -> str | None:
    """Push is addressed by the customer's id: their devices are the provider's business."""
    if row.channel == MessageChannel.PUSH:
        return row.recipient_id
    return row.address or (address_of(contact, row.channel) if contact else None)


def _unconfirmed(one: Addressed, contacts: Mapping[str, ContactRow]) -> bool:
    row, to = one
    of_the_contact = row.channel in FIELDS and row.address is None and to is not None
    return of_the_contact and not is_confirmed(contacts[row.recipient_id], row.channel)


def _within_budget(one: Addressed, written: Counter[str], policy: Policy) -> bool:
    """Count it, unless it was counted before: it is tried again, or is a code."""
    row, to = one
    if row.channel not in FIELDS or to is None or row.address_digest is not None:
        return True
    digest = digest_of(row.channel, to)
    if written[digest] >= policy.contacts.messages_a_day(row.channel):
        return False
    written[digest] += 1
    row.address_digest = digest
    return True


def _withhold(row: MessageRow, why: Withheld, now: datetime) -> None:
    row.state, row.error, row.next_attempt_at = "withheld", why, now
    log.info("delivery.withheld", message_id=row.id, channel=row.channel, why=why.value)


async def _ask(
    session: AsyncSession, contact: ContactRow, channel: MessageChannel, policy: Policy, *, texts: Texts, now: datetime
) -> None:
    """Once for each address of a customer: a stranger who was named is not asked again. The customer may ask for another code."""
    before = await session.get(ContactCodeRow, (contact.customer_id, channel), populate_existing=True)
    address = str(address_of(contact, channel))
    if before is not None and before.address == address:
        return
    made = await make_code(session, contact, channel, policy.contacts, now)
    if made is None:
        log.warning("contacts.no_more_codes", channel=channel.value)
        return
    letter = contact_letter(texts, contact.locale, contact.zone, Event.CONTACT_CODE, code=made[0], until=made[1].isoformat())
    await write_to(session, contact, channel, address, event=Event.CONTACT_CODE, letter=letter, now=now)
