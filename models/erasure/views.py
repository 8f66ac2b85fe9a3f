"""What callers are shown of requests to be forgotten and of legal holds (ARC-3)."""

from enum import StrEnum

from models.common.base import Frozen, Instant
from models.common.readers import Payer, Platform


class ErasureState(StrEnum):
    """Of a request; `approved`: it is carried out as soon as nothing stands against it."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @classmethod
    def open(cls) -> frozenset["ErasureState"]:
        return frozenset({cls.REQUESTED, cls.APPROVED})


class Approved(Frozen):
    """By whom, when."""

    by: Platform[str]
    at: Platform[Instant]


class ToForget(Frozen):
    """So many rows or files of one store; `left`: what is personal in them goes, the rest stays."""

    store: Platform[str]
    items: Platform[int]
    left: Platform[bool]


class ErasureView(Frozen):
    """A request. `waits_for`: cases that are not over; nothing is forgotten before they are. `held`: a legal hold stands against it."""

    request_id: Payer[str]
    customer_id: Payer[str]
    state: Payer[ErasureState]
    requested_at: Payer[Instant]
    proof: Platform[str]
    approvals: Platform[tuple[Approved, ...]]
    waits_for: Payer[tuple[str, ...]] = ()
    held: Platform[bool | None] = None
    closed_at: Payer[Instant | None]
    closed_by: Platform[str | None]
    reason: Payer[str | None]
    cases: Platform[int | None]
    """So many were forgotten for it."""


class ErasurePreview(ErasureView):
    """A request with what goes."""

    goes: Platform[tuple[ToForget, ...]]


class HoldView(Frozen):
    """A case, or everything of a customer, that is not forgotten while this is here."""

    hold_id: Platform[str]
    case_id: Platform[str | None]
    customer_id: Platform[str | None]
    reason: Platform[str]
    by: Platform[str]
    at: Platform[Instant]
