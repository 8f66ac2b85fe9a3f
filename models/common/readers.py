"""Who reads what (TRU-5): every field that leaves Redress names its readers where it is defined; nobody else gets it (docs/readers.md).

A field of a model by its type, `handler: Platform[str | None]`; what a timeline entry carries in the table of `models/common/events.py`.
`rules/common/readers.py` takes out what is not the reader's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol, TypeAlias, TypeVar, runtime_checkable

from pydantic import BaseModel

from models.common.vocabulary import Role


class Reader(StrEnum):
    """Whom a field may name: a role, or what somebody has to do with the thing that the field is of."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    AUTHOR = "author"
    """Who said, made or proposed it."""
    ASKED = "asked"
    """The party that a question or a warning is for."""
    ASKER = "asker"
    """The party that had the question put."""
    NAMED = "named"
    """A party that the finding names, alone or with others."""
    PUBLIC = "public"
    """Everybody who sees the case, where the thing is not private: an offer that was approved, words that answer no question."""

    DECIDED = "decided"
    """Everybody who sees the case, once it is decided what is to be done."""

    @classmethod
    def roles(cls) -> frozenset["Reader"]:
        return frozenset(cls(role.value) for role in Role.people())

    @classmethod
    def relations(cls) -> frozenset["Reader"]:
        """What one may be to a thing beside one's role."""
        return frozenset(cls) - cls.roles()

    @classmethod
    def of(cls, role: Role) -> "Readers":
        """A role as readers; Redress itself reads as a supervisor does."""
        return frozenset({cls.SUPERVISOR if role is Role.SYSTEM else cls(role.value)})


Readers: TypeAlias = frozenset[Reader]

EVERYBODY: Readers = Reader.roles()
PARTICIPANTS: Readers = EVERYBODY - {Reader.ANALYST}
"""Those who work on the case or are a party of it: figures need neither names nor words."""
PLATFORM: Readers = frozenset({Reader.AGENT, Reader.SUPERVISOR})
INSIDE: Readers = PLATFORM | {Reader.ANALYST}
"""How the platform works a case: none of the parties."""
PAYER: Readers = PLATFORM | {Reader.CUSTOMER}
"""What is worth money to whoever has it."""
BOOKS: Readers = INSIDE | {Reader.MERCHANT}
"""How money moves between the platform, the merchant and their providers."""


class Someone(Protocol):
    """Who reads: an actor."""

    @property
    def role(self) -> Role: ...
    @property
    def id(self) -> str: ...


@runtime_checkable
class Related(Protocol):
    """A value that somebody may have more to do with than their role says."""

    def grounds(self, reader: Someone) -> Readers:
        """What the reader is to it: author, asked, named …"""
        ...


@dataclass(frozen=True)
class SeenBy:
    """The mark of a field: who reads it."""

    readers: Readers


T = TypeVar("T")
Everybody: TypeAlias = Annotated[T, SeenBy(EVERYBODY)]
Participants: TypeAlias = Annotated[T, SeenBy(PARTICIPANTS)]
Platform: TypeAlias = Annotated[T, SeenBy(PLATFORM)]
Inside: TypeAlias = Annotated[T, SeenBy(INSIDE)]
Payer: TypeAlias = Annotated[T, SeenBy(PAYER)]
Books: TypeAlias = Annotated[T, SeenBy(BOOKS)]


def seen_by(*readers: Readers | Reader) -> SeenBy:
    """The mark for a field whose readers have no name of their own."""
    return SeenBy(frozenset[Reader]().union(*({one} if isinstance(one, Reader) else one for one in readers)))


def grounds(holding: Mapping[Reader, bool]) -> Readers:
    """Those of them that hold."""
    return frozenset(reader for reader, holds in holding.items() if holds)


def readers_of(model: type[BaseModel]) -> dict[str, Readers | None]:
    """Field → its readers; None where it names none, which is a fault."""
    marks = {name: [mark for mark in field.metadata if isinstance(mark, SeenBy)] for name, field in model.model_fields.items()}
    return {name: mark[-1].readers if mark else None for name, mark in marks.items()}
