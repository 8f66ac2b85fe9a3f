"""The data that each event of a claim carries, for the texts (RES-9); the first three are on the timeline of the case."""

from collections.abc import Mapping

from models.common.events import Event

CLAIM = "claim_id kind who amount_minor currency"

CLAIM_DATA: Mapping[Event, str] = {
    Event.CLAIM_RAISED: f"{CLAIM} cause",
    Event.CLAIM_MOVED: f"{CLAIM} why told",
    Event.CLAIM_OVER: f"{CLAIM} status recovered_minor",
    Event.CLAIM_OPENED: f"{CLAIM} of cause until",
    Event.CLAIM_UNDELIVERED: f"{CLAIM} of why",
    Event.CLAIM_ANSWERED: f"{CLAIM} of status accepted_minor words",
    Event.CLAIM_PART_AGREED: f"{CLAIM} of accepted_minor",
    Event.CLAIM_DISPUTED: f"{CLAIM} of words",
    Event.CLAIM_REMINDED: f"{CLAIM} of due",
    Event.CLAIM_ESCALATED: f"{CLAIM} of reason until",
    Event.CLAIM_PAID: f"{CLAIM} of paid_minor proof back",
    Event.CLAIM_OWED: f"{CLAIM} of owed_minor",
    Event.CLAIM_CHANGED: f"{CLAIM} of why",
    Event.CLAIM_CLOSED: f"{CLAIM} of status reason recovered_minor",
    Event.CLAIM_NOTICE: f"{CLAIM} of partner status",
}
