"""Whose move it is; how long each wait lasts, and what happens when it ends."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.common.base import Bilingual, Duration, Frozen, Instant
from models.common.calendars import CalendarSlice
from models.common.vocabulary import WaitFor, WaitingOn


class PauseReason(StrEnum):
    """Why a clock does not run (SLA-3)."""

    CUSTOMER_TO_ACT = "customer_to_act"
    GOODS_TRAVEL = "goods_travel"


class Wait(Frozen):
    """Whose move it is, for what, until when; what happens by itself then: `rules/*/deadlines.py`."""

    on: WaitingOn
    for_: WaitFor
    until: Instant
    since: Instant
    warned: int = 0
    """How many of the policy's warnings were given."""


class WaitPolicy(Frozen):
    """How long we wait, and what happens by itself after (docs/features.md: every wait has a deadline and a default)."""

    within: Duration
    calendar: str = "always"
    then: Bilingual
    """What happens when nobody moves, in words that people read."""
    warn_at: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    """At these shares of its time whoever has to move is warned: 0.5 is half-way."""
    pauses: PauseReason | None = None
    """Why the case's clocks stand still meanwhile (SLA-3), if they do."""


class Terms(Frozen):
    """The deadlines that a child workflow takes along from its case's policy."""

    waits: dict[WaitFor, WaitPolicy]
    calendars: dict[str, CalendarSlice]


LATER: dict[WaitFor, WaitPolicy] = {
    WaitFor.CHARGEBACK: WaitPolicy(
        within=timedelta(days=120),
        pauses=PauseReason.CUSTOMER_TO_ACT,
        then=Bilingual(
            zh="继续等待银行裁决，并记录超时", en="the refund goes on waiting for the bank, and the delay is recorded"
        ),
    ),
    WaitFor.REDUCED_WORTH: WaitPolicy(
        within=timedelta(days=3),
        pauses=PauseReason.CUSTOMER_TO_ACT,
        then=Bilingual(zh="由主管裁定折价是否合理", en="a supervisor decides whether the reduction is right"),
    ),
}
"""Waits that slices of before do not have."""
