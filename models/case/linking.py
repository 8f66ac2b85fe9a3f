"""Cases that have to do with one another (WRK-7): how, and what passes between their workflows and the table `case_links`."""

from enum import StrEnum

from models.common.actors import Actor
from models.common.base import Frozen, Identifier, Instant

MOST_LINKS = 50
"""Of a case."""


class Relation(StrEnum):
    """What the other case is to this one."""

    RELATED = "related"
    SAME_CAUSE = "same_cause"
    FOLLOWS = "follows"
    """It came of this one."""
    FOLLOWED_BY = "followed_by"
    """This one came of it."""

    @property
    def other_way(self) -> "Relation":
        """What this case is to the other one."""
        turned = {Relation.FOLLOWS: Relation.FOLLOWED_BY, Relation.FOLLOWED_BY: Relation.FOLLOWS}
        return turned.get(self, self)


class Relate(Frozen):
    """Write a link down on both sides, or take it off, and tell the other case."""

    case_id: Identifier
    other: Identifier
    relation: Relation | None
    """None: they are linked no more."""
    by: Actor
    at: Instant
    key: str
    """The other case hears it once."""


class WasLinked(Frozen):
    """Whether the link changed: one that is not there is not taken off."""

    changed: bool


class Related(Frozen):
    """The other case's signal `related`."""

    other: Identifier
    relation: Relation | None
    by: Actor
    key: str
