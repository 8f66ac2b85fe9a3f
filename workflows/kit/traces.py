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

    def is_news(self, parcel: ReturnParcel) -> bool:
        """Whether this is the parcel's latest state; an older one changes nothing. A trace without scans counts when it comes."""
        told, known = latest(parcel.scans), self._known.get(parcel.tracking)
        if told is None:
            return True
        if is_older(told, known) and workflow.patched(SCANS_BY_TIME):
            return False
        self._known[parcel.tracking] = told
        return True
