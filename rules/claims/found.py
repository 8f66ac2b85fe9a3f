"""Parcels that were given up as lost and turn up after all (RES-9): which these are, and what is still claimed for them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from models.case.state import CaseState
from models.claims.found import FoundParcel
from models.claims.state import Claim, ClaimCause, ClaimItem
from models.common.base import Bilingual, Instant
from models.common.partners import Shipment, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from models.returns.partner import ReturnParcel
from models.returns.state import ReturnPolicy, ReturnResult
from rules.common.traces import latest as last_scan
from rules.facts.parcels import as_given_up, lines_in_question, parcel_in_question
from rules.replacements.permissions import goods_of
from rules.returns.statuses import status_of

TURNED_UP = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED})
"""It is with the one it was sent to, or with its sender again."""
PARCEL_FOUND = "parcel_found"
"""Why a claim changes, or a replacement that is not sent yet is called off."""
REPLACING = frozenset({RemedyKind.RESHIP, RemedyKind.EXCHANGE, RemedyKind.REPAIR})
LOST_CLAIMS = frozenset({ClaimCause.LOST, ClaimCause.LOST_RETURN})
WORDS = Bilingual(
    zh="该包裹已找到（送达或退回），不再按丢失索赔",
    en="the parcel has turned up, delivered or returned: it is no longer claimed as lost",
)
"""What the carrier is told beside the amount that is left."""


class GivenUp(NamedTuple):
    """A parcel for whose loss the case gave something, or is about to."""

    tracking: str
    back: bool = False
    """It was on its way to the merchant: a return."""


def given_up(case: CaseState) -> Iterator[GivenUp]:
    """The order's parcels, those of returns and those of replacements; what has turned up meanwhile is among them."""
    given = any(remedy.undone is None for remedy in case.remedies)
    if given or case.found:
        parcels = as_given_up(case.shipments, case.found)
        lost = {one.tracking for one in parcels if one.status is ShipmentStatus.LOST}
        road = parcel_in_question(parcels, lines_in_question(case))
        if given and case.issue is Issue.LOST and road is not None and road.status not in TURNED_UP:
            lost.add(road.tracking)  # without its carrier's word
        yield from (GivenUp(one.tracking) for one in parcels if one.tracking in lost)
    for remedy in case.remedies:
        back = remedy.return_
        if back is not None and back.parcel is not None and back.result in {ReturnResult.LOST, ReturnResult.LOST_BY_SENDER}:
            yield GivenUp(back.parcel.tracking, back=True)
        if remedy.replacement is not None:
            yield from map(GivenUp, remedy.replacement.lost)


def is_news(case: CaseState, told: FoundParcel) -> bool:
    """Whether the parcel was given up, and is not known to have turned up there, or elsewhere since."""
    if all(one.tracking != told.tracking for one in given_up(case)):
        return False
    known = next((one for one in reversed(case.found) if one.tracking == told.tracking), None)
    return known is None or (known.status is not told.status and known.at <= told.at)


def as_found(told: Shipment | ReturnParcel, policy: ReturnPolicy, now: Instant) -> FoundParcel | None:
    """Where the parcel is by its carrier's words; None: nobody knows the word, or it has not come anywhere yet."""
    delivered = told.delivered_at if isinstance(told, Shipment) else None
    status = told.status if isinstance(told, Shipment) else status_of(told, policy)
    if status is None or status not in TURNED_UP:
        return None
    return FoundParcel(tracking=told.tracking, status=status, at=delivered or last_scan(told.scans) or now)


def with_the_customer(case: CaseState, found: FoundParcel) -> bool:
    """Whether the customer has those goods now: delivered to them, or on their way back returned to them."""
    back = any(one.back for one in given_up(case) if one.tracking == found.tracking)
    return (found.status is ShipmentStatus.DELIVERED) is not back


def standing(case: CaseState, found: FoundParcel) -> tuple[Remedy, ...]:
    """What the customer has beside that parcel for its loss, or is about to get: neither words, nor what is taken back or called off now."""
    called_off = {remedy.id for remedy in to_call_off(case, found)}
    return tuple(
        remedy
        for remedy in case.remedies
        if remedy.undone is None
        and not remedy.of_charge
        and REMEDIES[remedy.kind].funded_by
        and remedy.id not in called_off
        and not came_after_all(remedy, found)
    )


def came_after_all(remedy: Remedy, found: FoundParcel) -> bool:
    """A replacement's parcel that was given up, and nothing was sent in its place."""
    state = remedy.replacement
    return state is not None and found.tracking in state.lost and state.tracking is None and not state.kept


def to_call_off(case: CaseState, found: FoundParcel) -> tuple[Remedy, ...]:
    """Replacements that are not sent yet, of goods that the customer has: a reship of what lay in that parcel, an exchange or repair of goods
    that came back to the customer, whatever is to be sent in the place of a replacement that got lost.
    """
    if not with_the_customer(case, found):
        return ()
    return tuple(remedy for remedy in case.remedies if remedy.open and _unsent(remedy) and _same_goods(case, remedy, found))


def _unsent(remedy: Remedy) -> bool:
    return remedy.kind in REPLACING and (remedy.replacement is None or remedy.replacement.tracking is None)


def _same_goods(case: CaseState, remedy: Remedy, found: FoundParcel) -> bool:
    back = remedy.return_.parcel if remedy.return_ else None
    lost = remedy.replacement.lost if remedy.replacement else ()
    if found.tracking in {*lost, back and back.tracking}:
        return True
    parcel = next((one for one in case.shipments if one.tracking == found.tracking), None)
    if parcel is None or remedy.kind is not RemedyKind.RESHIP:
        return False
    within = {line.line_id for line in parcel.lines}
    return not within or {line.line_id for line in goods_of(case, remedy)} <= within


def to_decide(case: CaseState, found: FoundParcel) -> bool:
    """Whether somebody has to decide who keeps what: the customer has the goods and something for their loss, or neither."""
    return with_the_customer(case, found) is bool(standing(case, found))


def is_late(found: FoundParcel, promised_at: Instant | None) -> bool:
    """Whether its carrier is liable for the delay."""
    return promised_at is not None and found.at > promised_at


def still_claimed(claim: Claim, found: FoundParcel) -> tuple[ClaimItem, ...] | None:
    """What is left of a claim for the loss of that parcel; None: it is for something else, or no more than that."""
    if claim.cause not in LOST_CLAIMS or claim.tracking != found.tracking:
        return None
    left = claim.if_late if is_late(found, claim.promised_at) else ()
    return left if sum(item.amount.minor for item in left) < claim.amount.minor else None


def as_first_found(found: Iterable[FoundParcel]) -> dict[str, FoundParcel]:
    """By their numbers; where they went afterwards is no matter of claims."""
    return {one.tracking: one for one in reversed(tuple(found))}
