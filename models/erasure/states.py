"""What is left of a case's and a claim's state when the case is forgotten (ARC-3): figures, codes and moments, in the shape that views read.

A field that is not named here is left out, so that nothing new is kept by accident.
"""

from typing import Final

from models.case.state import CaseState
from models.chargebacks.state import ChargebackState
from models.claims.state import ClaimState
from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.vocabulary import Role
from models.investigation.findings import Finding

NOTHING: Final = "—"
"""In the place of words that have to be there."""
KEPT: Final = (
    *(
        "policy_version",
        "version",
        "stage",
        "kind",
        "classification",
        "tier",
        "team",
        "handler",
        "owner",
        "dispatched",
        "clocks",
        "misses",
    ),
    *(
        "automatic",
        "liable",
        "settled",
        "settled_at",
        "settlements",
        "solutions",
        "confirmed",
        "disputed",
        "outcome",
        "reopened",
        "closed_at",
    ),
)


def erased_case(case: CaseState, customer: str) -> CaseState:
    """`customer`: what the customer is called from now on."""
    receipt = case.receipt
    opened_by = receipt.opened_by
    return CaseState(
        receipt=receipt.model_copy(
            update={
                "customer_id": customer,
                "zone": "UTC",
                "order_id": None,
                "lines": (),
                "description": NOTHING,
                "happened_at": None,
                "wanted": None,
                "evidence": (),
                "opened_by": Actor(role=Role.CUSTOMER, id=customer) if opened_by.role is Role.CUSTOMER else opened_by,
                "request_id": NOTHING,
                "heard": None,
            }
        ),
        grade=case.grade,
        survey=case.survey and case.survey.model_copy(update={"comment": None}),
        finding=case.finding and _without_words(case.finding),
        archive=case.archive and case.archive.model_copy(update={"lesson": None}),
        **{name: getattr(case, name) for name in KEPT},
    )


def erased_claim(claim: ClaimState) -> ClaimState:
    """The money between the parties stays as it was booked."""
    left = {"tracking": None, "finding": _without_words(claim.claim.finding), "facts": (), "evidence": ()}
    return ClaimState(
        claim=claim.claim.model_copy(update=left),
        terms=claim.terms,
        version=claim.version,
        offer_version=claim.offer_version,
        status=claim.status,
        accepted=claim.accepted,
        payments=tuple(payment.model_copy(update={"proof": NOTHING}) for payment in claim.payments),
        disputes=claim.disputes,
        messages=claim.messages,
        escalated=claim.escalated,
        closed_at=claim.closed_at,
    )


def erased_chargeback(state: ChargebackState) -> ChargebackState:
    """What the bank decided stays; what people said as evidence goes."""
    answer = state.answer and state.answer.model_copy(update={"evidence": None})
    said = tuple(
        entry.model_copy(update={"data": {name: value for name, value in entry.data.items() if name != "words"}})
        for entry in state.entries
    )
    return state.model_copy(update={"answer": answer, "entries": said})


def _without_words(finding: Finding) -> Finding:
    """The basis of a row is the policy's; that of a person is their own words."""
    return finding if finding.row else finding.model_copy(update={"basis": Bilingual(zh=NOTHING, en=NOTHING)})
