"""Parcels that turned up after something was given for their loss (RES-9): what differs, and who is to decide. Pure."""

from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from models.case.state import CaseState
from models.claims.found import FoundParcel
from models.claims.state import Claim
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from models.common.vocabulary import Stage
from models.reconciliation.difference import DifferenceKind, Finding, Word
from rules.claims.found import is_news, standing, still_claimed, to_decide, with_the_customer


def decision_on(case: CaseState, found: FoundParcel) -> Finding | None:
    """Who keeps what, when the customer has both the goods and something for their loss, or neither."""
    if not to_decide(case, found):
        return None
    given: list[JsonValue] = [remedy.kind.value for remedy in standing(case, found)]
    minor = sum(remedy.amount.minor for remedy in standing(case, found) if remedy.amount)
    ours: dict[str, JsonValue] = {"remedies": given, "customer_has_goods": with_the_customer(case, found)}
    if minor and case.order is not None:
        ours |= {"amount_minor": minor, "currency": case.order.total.currency}
    return Finding(
        kind=DifferenceKind.PARCEL_FOUND,
        order_id=case.order_id,
        subject=found.tracking,
        case_id=case.case_id,
        ours=ours,
        theirs={"status": found.status.value, "at": found.at.isoformat()},
    )


def in_found(case: CaseState, told: FoundParcel, payload: dict[str, JsonValue], claims: Iterable[Claim]) -> Iterator[Finding]:
    """A parcel that the case gave up, beside what its carrier says. `payload`: the carrier's notice, which the case missed; `claims`: its own."""
    if not is_news(case, told):
        return
    yield from _untold(case, told, payload, claims)
    if (finding := decision_on(case.model_copy(update={"found": (*case.found, told)}), told)) is not None:
        yield finding


def _untold(case: CaseState, found: FoundParcel, payload: dict[str, JsonValue], claims: Iterable[Claim]) -> Iterator[Finding]:
    """The case hears of it; where that is closed, each claim that is still for the loss."""
    own = (found.tracking, case.case_id, payload)
    theirs = [
        (claim.claim_id, claim.claim_id, found.model_dump(mode="json"))
        for claim in claims
        if still_claimed(claim, found) is not None
    ]
    for subject, listener, said in [own] if case.stage is not Stage.CLOSED else theirs:
        yield Finding(
            kind=DifferenceKind.PARCEL_AHEAD,
            order_id=case.order_id,
            subject=subject,
            case_id=case.case_id,
            ours={"given_up": True},
            theirs={"status": found.status.value},
            word=Word(workflow_id=listener, partner=Partner.CARRIER, kind=NoticeKind.SHIPMENT, payload=said),
        )
