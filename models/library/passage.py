"""What a case is searched by: the passages of text that it has, each with who may read it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.common.actors import Actor
from models.common.vocabulary import Role


class PassageKind(StrEnum):
    """Where a passage comes from."""

    IDS = "ids"
    """The numbers of case and order."""
    GOODS = "goods"
    """What the order's lines are called."""
    DESCRIPTION = "description"
    SAYING = "saying"
    NOTE = "note"
    FINDING = "finding"
    """Why a person found somebody responsible, in their words."""
    LESSON = "lesson"


@dataclass(frozen=True)
class Passage:
    """A text of a case. `readers`: roles, and single persons as `role:id`."""

    kind: PassageKind
    text: str
    readers: frozenset[str]
    at: datetime
    by: Role | None = None
    """Who said it."""


@dataclass(frozen=True)
class Document:
    """The words that these readers find a case by. `traits` are marks of what it is about, which no text has: only similar cases are found
    by them.
    """

    readers: frozenset[str]
    terms: frozenset[str]
    traits: frozenset[str] = frozenset()


def readers_named(actor: Actor) -> frozenset[str]:
    """As whom somebody is named among the readers of a passage; Redress itself reads as a supervisor does."""
    role = Role.SUPERVISOR if actor.role is Role.SYSTEM else actor.role
    return frozenset({role.value, f"{role.value}:{actor.id}"})
