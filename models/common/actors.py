"""Who acts, and what they hand in."""

from typing import Annotated

from pydantic import Field

from models.common.base import Frozen, Identifier
from models.common.readers import PLATFORM, Everybody, Platform, Reader, Readers, Someone, grounds, seen_by
from models.common.vocabulary import Role


class Actor(Frozen):
    """Who acts or looks. `id` is the customer's, merchant's or carrier's id for these roles, the person's own for the others."""

    role: Everybody[Role]
    id: Annotated[Identifier, seen_by(PLATFORM, Reader.AUTHOR, Reader.PUBLIC)]
    teams: Platform[tuple[Identifier, ...]] = ()
    """The teams of an agent."""

    def grounds(self, reader: Someone) -> Readers:
        """Partners go by their names; the id of one of the platform's people, or of a customer, is not everybody's."""
        named = self.role in {Role.MERCHANT, Role.CARRIER, Role.SYSTEM}
        return grounds({Reader.AUTHOR: self.is_(reader), Reader.PUBLIC: named})

    def is_(self, other: Someone) -> bool:
        """Whether it is the same person or partner, whatever the teams."""
        return (self.role, self.id) == (other.role, other.id)


SYSTEM = Actor(role=Role.SYSTEM, id="redress")


class EvidenceRef(Frozen):
    """A piece of evidence by its content (INV-3); the bytes are in the evidence store, never in the history."""

    sha256: Everybody[str] = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: Everybody[str]
    size: Everybody[int] = Field(ge=0)
    name: Everybody[str] = Field(max_length=200)
