"""A case's state as rows of the read side: what lists are filtered and sorted by, and the state itself for the view."""

from activities.kit.rows import Row
from activities.returns.projection import return_evidence
from adapters.database.engine import storable
from adapters.knowledge.search_terms import terms_to_keep
from models.case.activities import Projection
from models.case.state import CaseState
from models.common.actors import EvidenceRef
from models.common.vocabulary import Role, WaitingOn
from rules.case.texts import items_to_put_away
from rules.money.goods import found_against_customer

NOT_STORED = {"entries", "requests_seen"}
"""Entries are rows of their own; what was seen already is the workflow's business alone."""


def case_row(projection: Projection, usual_currency: str) -> Row:
    """The row of `cases`; see there for the meaning of each column."""
    case = projection.state
    amount_minor, currency = _amount(case, usual_currency)
    return {
        "case_id": case.case_id,
        "version": case.version,
        "kind": case.kind,
        "stage": case.stage,
        "channel": case.receipt.channel,
        "customer_id": case.receipt.customer_id,
        "order_id": case.order_id,
        "merchant_id": case.order.merchant_id if case.order else None,
        "issue": case.issue,
        "priority": case.grade.priority if case.grade else None,
        "tier": case.tier,
        "team": case.team,
        "handler": case.handler.id if case.handler else None,
        "owner": case.owner.id if case.owner else None,
        "snoozed_by": case.snoozed.by.id if case.snoozed else None,
        "snoozed_until": case.snoozed.until if case.snoozed else None,
        "offered_to": case.transfer.to if case.transfer else None,
        "offered_team": case.transfer.team if case.transfer else None,
        "waiting_on": case.wait.on if case.wait else WaitingOn.NOBODY,
        "waiting_for": case.wait.for_ if case.wait else None,
        "next_deadline": case.wait.until if case.wait else None,
        "unreached_since": case.unreached_since,
        "reply_owed_since": case.reply_owed_since,
        "sla_state": case.sla_state,
        "overdue": case.overdue,
        "against_customer": found_against_customer(case),
        "tags": list(case.tags) or None,
        "outcome": case.outcome,
        "merged_into": case.merged.into if case.merged else None,
        "amount_minor": amount_minor,
        "currency": currency,
        "automatic": case.automatic,
        "reopened": case.reopened,
        "review": _review(case),
        "locale": case.receipt.locale,
        "policy_version": case.policy_version,
        "opened_at": case.receipt.received_at,
        "updated_at": projection.at,
        "closed_at": case.closed_at,
        "state": case.model_dump(mode="json", exclude=NOT_STORED),
    }


def _review(case: CaseState) -> str | None:
    if case.review is None:
        return None
    return {None: "due", True: "agreed", False: "disagreed"}[case.review.agrees]


def carrier_rows(case: CaseState) -> list[Row]:
    carriers = sorted({parcel.carrier_id for parcel in case.shipments})
    return [{"carrier_id": carrier, "case_id": case.case_id} for carrier in carriers]


def parcel_rows(case: CaseState) -> list[Row]:
    """The order's parcels and lost ones of replacements, which the case follows, and replacements' own; returns have rows of their own."""
    sent = [remedy.replacement for remedy in case.remedies if remedy.replacement is not None]
    known = [(parcel.tracking, case.case_id) for parcel in case.shipments]
    known += [(state.tracking, state.workflow_id) for state in sent if state.tracking is not None]
    known += [(tracking, case.case_id) for state in sent for tracking in state.lost]
    customer = case.receipt.customer_id
    return [{"tracking": tracking, "workflow_id": follower, "customer_id": customer} for tracking, follower in known]


def text_rows(case: CaseState) -> list[Row]:
    """What the case will carry in short from now on, whole (`rules/case/texts.py`)."""
    return [
        {"case_id": case.case_id, "field": field, "number": number, "whole": item.model_dump(mode="json")}
        for field, number, item in items_to_put_away(case)
    ]


def word_rows(case: CaseState, *, first: bool) -> list[Row]:
    """The terms of what was said since the case was saved last; of the description, when it is saved first."""
    said = [(0, case.receipt.description)] if first else []
    if case.entries:
        since = min(entry.at for entry in case.entries)
        said += [(number, saying.words) for number, saying in enumerate(case.sayings, start=1) if saying.at >= since]
    return [{"case_id": case.case_id, "number": number, "terms": list(terms_to_keep(words))} for number, words in said]


def evidence_rows(case: CaseState) -> list[Row]:
    """Every piece once, by whoever gave it first."""
    receipt = case.receipt
    answers = [request.answer for request in case.requests if request.answer]
    given = [
        *((ref, receipt.opened_by.role, receipt.received_at) for ref in receipt.evidence),
        *((ref, saying.by.role, saying.at) for saying in (*case.sayings, *answers) for ref in saying.evidence),
        *return_evidence(case),
    ]
    rows: dict[str, Row] = {}
    for ref, role, at in given:
        rows.setdefault(ref.sha256, _evidence(case.case_id, ref, role) | {"at": at})
    return list(rows.values())


def _evidence(case_id: str, ref: EvidenceRef, role: Role) -> Row:
    described = {"media_type": ref.media_type, "size": ref.size, "name": storable(ref.name)}
    return {"case_id": case_id, "sha256": ref.sha256, "role": role, **described}


def _amount(case: CaseState, usual_currency: str) -> tuple[int, str]:
    """What is paid back, as far as it was decided; else what is on the table."""
    given = [remedy.amount for remedy in case.remedies if remedy.amount]
    offered = case.standing_proposal
    amounts = given or ([offered.amount] if offered and not offered.needs_approval else [])  # everybody reads the list
    if amounts:
        return sum(amount.minor for amount in amounts), amounts[0].currency
    return 0, case.order.total.currency if case.order else usual_currency
