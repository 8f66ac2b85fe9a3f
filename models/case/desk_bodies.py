"""What the platform's people send with the actions of their own work on a case (WRK-1, WRK-2, WRK-3)."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from models.case.linking import Relation
from models.common.base import Body, Identifier, Instant, Words
from models.common.decides import Decides

TagName = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^\w[\w:./-]*$", strip_whitespace=True, to_lower=True)
]
"""Letters of any script, digits and `_ - : . /`; capitals and small letters are the same."""


class Note(Body):
    """Write something down for your colleagues; no party of the case ever reads it. Whom you mention is told."""

    words: Words
    mentions: tuple[Identifier, ...] = Field(default=(), max_length=20)
    """Colleagues, by their ids; each of them has to see the case."""


class Tag(Body):
    """Add tags to the case, or take some off; colleagues find cases by them, and no party of the case reads them."""

    add: tuple[TagName, ...] = Field(default=(), max_length=20)
    remove: tuple[TagName, ...] = Field(default=(), max_length=20)


class Snooze(Body):
    """Put the case aside: it leaves the queue until an instant, or until something happens on it."""

    until: Instant | None = None
    """None: until something happens. What happens before brings it back as well."""


class Unsnooze(Body):
    """Take a case up that was put aside."""


class Undo(Decides):
    """Take back what you sent as `undoable`, before anybody reads it; it is a draft again."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("held_id",)
    held_id: Identifier | None = None


class Watch(Body):
    """Be told in your inbox of what is said on the case, and of every change of stage."""


class Unwatch(Body):
    """Be told no more."""


class Assign(Body):
    """Give the case to an agent, who need not accept it."""

    to: Identifier
    """An agent who sees the case."""


class Merge(Body):
    """Go on with this matter in another case of the same customer and order, and say why; the customer reads the reason (WRK-7)."""

    into: Identifier
    """The case that goes on."""
    reason: Words


class Unmerge(Body):
    """Take the case out of the one that it was merged into; both go on by themselves. The customer reads the reason (WRK-7)."""

    reason: Words


class Split(Body):
    """Give some lines of the order a case of their own; the first one keeps the rest. The customer reads the reason (WRK-7)."""

    lines: tuple[Identifier, ...] = Field(min_length=1, max_length=100)
    """Each with all pieces that the case is about."""
    reason: Words


class Link(Body):
    """Link the case with another one that has to do with it; the platform's people see it on both (WRK-7)."""

    to: Identifier
    relation: Relation = Relation.RELATED
    """What the other case is to this one."""


class Unlink(Body):
    """Take a link off, on both cases; where there is none, nothing happens (WRK-7)."""

    to: Identifier


class Close(Body):
    """Close the case without a solution, and say why; the customer reads the reason, and may reopen the case."""

    reason: Words
