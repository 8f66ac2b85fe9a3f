"""How far the traces of a child workflow's parcels are known, so that an older notice never undoes a newer state."""

from datetime import datetime

from temporalio import workflow

from models.returns.partner import ReturnParcel
from rules.common.traces import is_older, latest

SCANS_BY_TIME = "scans-by-time"
"""Patch: before it, notices counted in the order in which they came."""


class Traces:
    """The time of the latest scan of each parcel."""

    def __init__(self) -> None:
        self._known: dict[str, datetime] = {}

    def is_news(self, parcel: ReturnParcel, asked_at: datetime | None = None) -> bool:
        """Whether this is the parcel's latest state; an older one changes nothing.

        `asked_at`: the answer to a question of that moment, which is then the time of a trace without scans.
        """
        told, known = latest(parcel.scans) or asked_at, self._known.get(parcel.tracking)
        if is_older(told, known) and workflow.patched(SCANS_BY_TIME):
            return False
        if told is not None:
            self._known[parcel.tracking] = told
        return True
