"""Cases that were split by the lines of their order (WRK-7): what each of the two keeps of it."""

from pydantic import Field

from models.common.actors import Actor
from models.common.base import Frozen, Identifier, Instant, Words
from models.common.lines import LineQuantity
from models.investigation.clocks import Clock

MOST_SPLIT = 20
"""Cases that leave one."""


class SplitOff(Frozen):
    """Lines that have a case of their own by now."""

    case_id: Identifier
    lines: tuple[LineQuantity, ...] = Field(max_length=1000)
    by: Actor
    at: Instant
    reason: Words


class SplitFrom(Frozen):
    """Where the case comes from."""

    case_id: Identifier
    by: Actor
    at: Instant
    reason: Words
    clocks: tuple[Clock, ...] = Field(default=(), max_length=10)
    """The promises there, counted up to then: the customer has waited so long already."""
    replied: bool = False
    """The customer had the first answer there."""
