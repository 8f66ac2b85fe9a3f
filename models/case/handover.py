"""Cases whose handler cannot act go to somebody who can (DSP-2)."""

from enum import StrEnum

from models.common.base import Frozen, Identifier


class Absence(StrEnum):
    """Why somebody does not act on the cases that they handle."""

    LEFT = "left"
    """They are not among the people of the service centre any more, or in another role."""
    AWAY = "away"
    OFF_SHIFT = "off_shift"


class HandedOn(Frozen):
    """What a case is told: who handles it from now on."""

    gone: Identifier | None = None
    """Who handled or owned it until now, or was asked to take it over; None: nobody did."""
    why: Absence | None = None
    """Why they do not any more."""
    to: Identifier | None = None
    """None: nobody can; it waits in its team's queue."""
