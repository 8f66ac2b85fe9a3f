"""A timeline entry as one reader gets it, on the case or claim and in a message: whether at all, and what of its data (TRU-5)."""

from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue

from models.common.actors import Actor
from models.common.events import Event, SentTo
from models.common.readers import Reader, Readers, Someone, grounds
from models.common.vocabulary import Party, Role

RELATIONS = {
    SentTo.ASKED: Reader.ASKED,
    SentTo.WAITED_ON: Reader.ASKED,
    SentTo.NAMED: Reader.NAMED,
    SentTo.PROPOSER: Reader.AUTHOR,
}
"""What a recipient is to the event whose message was sent for just that."""

REQUESTED = "requested"
"""Why a case was escalated: somebody asked for it, in words of their own."""
CODES_OF_PEOPLE = frozenset({REQUESTED, "taken", "disputed", "appeal_granted", "rejections"})

Data = Mapping[str, JsonValue]


def as_written_today(event: Event, data: Data, by: Actor) -> Data:
    """Entries of releases before hold the words of whoever escalated a case where its code is now."""
    reason = data.get("reason")
    if event is not Event.ESCALATED or by.role is Role.SYSTEM or reason in CODES_OF_PEOPLE:
        return data
    return {**data, "reason": REQUESTED, "words": reason}


def grounds_in(data: Data, by: Actor, reader: Someone) -> Readers:
    """What a reader is to an entry: their role, and what its data says of them."""
    role = reader.role
    related = {
        Reader.AUTHOR: by.is_(reader),
        Reader.ASKED: data.get("of") == role.value,
        Reader.ASKER: data.get("asker") == role.value,
        Reader.NAMED: named_in(data, role),
    }
    return Reader.of(role) | grounds(related)


def named_in(data: Data, role: Role) -> bool:
    """Whether a finding names the party, alone or with others."""
    return data.get("party") in {role.value, Party.SHARED} and role is not Role.CUSTOMER


def may_read(event: Event, on: Readers) -> bool:
    """Whether the entry is for a reader on these grounds."""
    return bool(event.readers & on)


def data_for(event: Event, data: Data, on: Readers) -> dict[str, JsonValue]:
    """The entry's data without what is not for the reader; what the table of events does not know is for nobody."""
    known = {name: value for name, value in data.items() if event.fields.get(name, frozenset()) & on}
    for name, readers in event.fields.items():
        field, _, part = name.partition(".")
        if part and field in known and not readers & on:
            known[field] = _without(part, known[field])
    return known


def _without(part: str, items: JsonValue) -> JsonValue:
    listed = cast("list[dict[str, JsonValue]]", items)
    return [{name: value for name, value in item.items() if name != part} for item in listed]
