"""Who acts, and what they hand in."""

from pydantic import Field

from models.common.base import Frozen, Identifier
from models.common.vocabulary import Role


class Actor(Frozen):
    """Who acts or looks. `id` is the customer's, merchant's or carrier's id for these roles, the person's own for the others."""

    role: Role
    id: Identifier
    teams: tuple[Identifier, ...] = ()
    """The teams of an agent; empty: every team."""


SYSTEM = Actor(role=Role.SYSTEM, id="redress")


class EvidenceRef(Frozen):
    """A piece of evidence by its content (INV-3); the bytes are in the evidence store, never in the history."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str
    size: int = Field(ge=0)
    name: str = Field(max_length=200)
