"""Every collection and free text that workflows carry, and what bounds it; `tests/rules/common/test_bounds.py` misses none."""

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

ACTION = "one action, rules/common/room.py"
ASKED = "a bound of rules/case/room.py"
CODES = "a code, a name of the policy, or a hash of ours"
FEW = "as many as there are of a small vocabulary, or as the policy's figure says"
LINES = "lines of the order, which comes from partners within their bound"
NEWEST = "the newest alone, workflows/updates/undelivered.py"
PARTNERS = "what partners tell of an order, within `PARTNERS` of rules/case/room.py"
PIECES = "the policy's max_evidence, at most 100; in short words, a piece once for each role"
PUT_AWAY = "rules/case/texts.py: whole only while it is new"
REMEMBERED = "rules/common/requests.py, once it is saved"
RUNS = "the newest, models/remedies/remedy.py"
SAVED = "until it is saved; then the rows have it, and an action waits for that by the bound of the whole state"
SETTLED = "remedies and findings, which have bounds of their own"
TOLD = "cut where it comes from a partner"

WHAT: dict[str, str] = {
    ACTION: """
        Receipt.lines Receipt.evidence Option.steps ReturnState.lines Inspection.lines Inspection.evidence Remedy.lines
        ReducedWorth.pieces WorthAppeal.evidence
        Remedy.items TransferOffer.reason Review.note ReplacementState.items ReplacementState.words Remedy.words
        Pickup.words ClaimState.reason Bilingual.zh Bilingual.en Receipt.zone Suggestion.title Suggestion.body
        Archive.lesson Archive.root_cause Held.body
    """,
    ASKED: """
        CaseState.absorbed CaseState.split_off
        CaseState.tags CaseState.watchers CaseState.clocks CaseState.misses CaseState.remedies CaseState.found
        CaseState.chargebacks ClaimState.payments
    """,
    CODES: """
        Receipt.request_id EvidenceRef.media_type CaseState.policy_version Classification.by CaseState.team
        Clock.calendar Miss.handler Finding.row Fact.name Fact.source CaseState.automatic_denied Check.name
        ChildState.run ChildState.failed Remedy.undone ReturnState.stuck ClaimRef.currency Archive.sha256 Claim.currency ClaimLimit.by
        ClaimPayment.key Undelivered.about ReconcileStart.after PageReport.after
    """,
    FEW: """
        Actor.teams Classification.alternatives Grade.reasons Clock.pauses Clock.used_by_tier CaseState.checks
        Proposal.options CaseState.put_away ReplacementState.lost ReplacementState.kept ClaimTerms.waits
        ReturnState.companions ReconcileStart.scopes PageReport.missed Missed.named ReconcileStart.only TimeSpent.place TimeSpent.seconds
    """,
    RUNS: """
        ChildState.former_runs
    """,
    LINES: """
        CaseState.own_lines OrderHistory.taken OrderHistory.exchanged OrderHistory.unpaid OrderHistory.given OrderHistory.withheld
        OrderHistory.sent_again OrderHistory.given_for_lost OrderHistory.differences CaseState.facts Claim.facts
    """,
    PARTNERS: """
        Order.region Order.lines OrderLine.sku OrderLine.title OrderLine.category OrderLine.marks Order.payment_method
        Order.payment_methods CaseState.shipments Shipment.signed_by Shipment.signed_relation Shipment.scans Scan.place
        Scan.status Shipment.lines CaseState.payments Payment.method Payment.refunds Refund.reference RefundPart.method
        Remedy.parts RefundPart.refund_id
    """,
    PIECES: """
        Saying.evidence Appeal.evidence Claim.evidence
    """,
    PUT_AWAY: """
        CaseState.sayings Saying.words CaseState.requests CaseState.proposals Proposal.declined Proposal.refused
        CaseState.appeals_before Appeal.words Appeal.reason
    """,
    NEWEST: """
        CaseState.undelivered
    """,
    REMEMBERED: """
        CaseState.requests_seen CaseState.notices_seen ClaimState.requests_seen ClaimState.notices_seen
    """,
    SAVED: """
        CaseState.entries TimelineEntry.data ClaimState.entries ClaimEntry.data
    """,
    SETTLED: """
        CaseState.claims ClaimRef.items Claim.items Claim.if_late
    """,
    TOLD: """
        Refund.refusal ChargebackRef.reason RefundPart.refusal Remedy.coupon_code OrderingState.refusal OrderingState.refusal_code
        Charge.refusal Charge.refusal_code Charge.reference Charge.pay_url Charge.method ReturnAddress.country
        ReturnAddress.region ReturnAddress.name ReturnAddress.street ReturnAddress.street2 ReturnAddress.city
        ReturnAddress.postcode ReturnAddress.phone ReturnParcelState.words ReturnState.refusal ReturnState.refusal_code
        ReplacementState.refusal ReplacementState.refusal_code ClaimPayment.proof ClaimState.partner_reference
        ClaimState.undelivered Missed.words
    """,
}

BOUNDS = {field: bound for bound, fields in WHAT.items() for field in fields.split()}


def unbounded(*models: type[BaseModel]) -> set[str]:
    """`Model.field` of every collection, and every text without a length of its own, in these models and all that they are made of."""
    found: set[str] = set()
    known: set[type[BaseModel]] = set()
    waiting = list(models)
    while waiting:
        model = waiting.pop()
        if model in known:
            continue
        known.add(model)
        for name, field in model.model_fields.items():
            parts = list(_parts(field.annotation))
            said = f"{field.metadata}{parts}"
            of_many = any(typing.get_origin(part) in {tuple, list, dict, set, frozenset} for part in parts)
            limited = "max_length" in repr(field.metadata) if of_many else "max_length" in said or "pattern" in said
            if (of_many or str in parts) and not limited:
                found.add(f"{model.__name__}.{name}")
            waiting += [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
    return found


def _parts(annotation: Any) -> Iterator[Any]:  # annotations are of any form
    yield annotation
    for argument in typing.get_args(annotation):
        yield from _parts(argument)
