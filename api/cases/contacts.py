"""What an opening says about reaching the customer: kept beside the case, and confirmed where it is known to be theirs (NTF-3)."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.contacts import FIELDS, address_of, confirm, is_confirmed, write_to
from adapters.database.engine import insert_if_absent
from api.http.auth import Caller
from api.http.schemas import Contact, OpenCase
from models.case.receipt import Receipt
from models.common.events import Event
from models.common.vocabulary import Channel, MessageChannel, Role
from models.policy.policy import Policy
from models.tables.case import ContactRow
from rules.notifications.texts import contact_letter, texts

CAME_BY = {Channel.HOTLINE: MessageChannel.SMS, Channel.EMAIL: MessageChannel.EMAIL}
"""A case that the platform's people enter came from the telephone number or e-mail address that they write down."""


def told_of_contact(caller: Caller, body: OpenCase) -> bool:
    """Whether the opening says anything about reaching the customer."""
    return bool(_given(body) or _verified(caller))


async def remember_contact(session: AsyncSession, caller: Caller, body: OpenCase, receipt: Receipt, policy: Policy) -> None:
    """Keep what was said; what was not said stays as it was. A confirmed address is told when another takes its place."""
    now, given = receipt.received_at, _given(body)
    row = {"customer_id": receipt.customer_id, "locale": receipt.locale, "zone": receipt.zone, "updated_at": now}
    await insert_if_absent(session, ContactRow, row)
    contact = await session.get_one(ContactRow, receipt.customer_id, with_for_update=True)
    verified = _verified(caller)
    for channel, field in FIELDS.items():
        address = given.pop(field, None) or (None if address_of(contact, channel) else verified.get(field))
        if address is not None and address != address_of(contact, channel):
            await _replace(session, contact, channel, address, policy=policy, now=now)
        theirs = {verified.get(field), address if _came_by(caller, body) is channel else None}
        if not is_confirmed(contact, channel) and _is_one_of(address_of(contact, channel), theirs):
            await confirm(session, contact, channel, policy.contacts, now)
    for name, value in given.items():
        setattr(contact, name, value)
    contact.updated_at = now
    session.add(contact)


async def _replace(
    session: AsyncSession, contact: ContactRow, channel: MessageChannel, address: str, *, policy: Policy, now: datetime
) -> None:
    former = address_of(contact, channel)
    if former is not None and is_confirmed(contact, channel):
        letter = contact_letter(texts(policy.zone), contact.locale, contact.zone, Event.CONTACT_CHANGED, channel=channel.value)
        await write_to(session, contact, channel, former, event=Event.CONTACT_CHANGED, letter=letter, now=now)
    setattr(contact, FIELDS[channel], address)
    setattr(contact, f"{FIELDS[channel]}_confirmed_at", None)


def _is_one_of(address: str | None, known: set[str | None]) -> bool:
    return address is not None and address.casefold() in {one.casefold() for one in known if one is not None}


def _given(body: OpenCase) -> dict[str, Any]:
    return body.customer.model_dump(exclude={"id"}, exclude_none=True, mode="json")


def _verified(caller: Caller) -> dict[str, str]:
    """What the customer's token says to be theirs, in the form in which we keep it; what has none is left out."""
    known: dict[str, str] = {}
    claims = {"email": caller.email, "phone": caller.phone} if caller.role is Role.CUSTOMER else {}
    for field, value in claims.items():
        try:
            known |= Contact.model_validate({field: value}).model_dump(include={field}, exclude_none=True)
        except ValidationError:
            continue
    return known


def _came_by(caller: Caller, body: OpenCase) -> MessageChannel | None:
    return CAME_BY.get(body.channel) if caller.role in Role.platform() else None
