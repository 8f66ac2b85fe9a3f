"""How far the traces of a child workflow's parcels are known, so that an older notice never undoes a newer state."""

from datetime import datetime

from temporalio import workflow

from models.common.partners import ShipmentStatus
from models.returns.partner import ReturnParcel
from models.returns.state import ReturnPolicy
from rules.common.traces import is_older, latest
from rules.returns import statuses
from workflows.kit.patches import patched

CARRIERS_WORDS = "carriers-words"
"""Patch: before it, words in camelCase and numbers were not read, and a word that nobody knew counted as in transit."""
SCANS_BY_TIME = "scans-by-time"
"""Patch: before it, notices counted in the order in which they came."""


class Traces:
    """The time of the latest scan of each parcel."""

    def __init__(self) -> None:
        self._known: dict[str, datetime] = {}

    def is_news(self, parcel: ReturnParcel, *, asked: bool = False) -> bool:
        """Whether this is the parcel's latest state; an older one changes nothing. `asked`: it is an answer, which holds without scans too."""
        told, known = latest(parcel.scans), self._known.get(parcel.tracking)
        of_now = asked and told is None
        if not of_now and is_older(told, known) and patched(SCANS_BY_TIME):
            return False
        if told is not None:
            self._known[parcel.tracking] = told
        return True


def status_of(parcel: ReturnParcel, policy: ReturnPolicy) -> ShipmentStatus | None:
    """Our status for the carrier's word; None: nobody knows it, so it changes nothing, and the operator is told."""
    status = statuses.status_of(parcel, policy)
    before = ShipmentStatus(policy.statuses.get(_as_before(parcel.status), ShipmentStatus.IN_TRANSIT))
    if status is not before and not patched(CARRIERS_WORDS):
        return before
    if status is None:
        word = {"word": parcel.status[:100], "codes": parcel.codes, "carrier_id": parcel.carrier_id}
        workflow.logger.warning("carrier.unknown_word", extra=word)
    return status


def _as_before(words: str) -> str:
    return " ".join(words.replace("_", " ").replace("-", " ").casefold().split())
