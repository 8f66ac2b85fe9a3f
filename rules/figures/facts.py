"""A case as a row of facts to count by (RVW-1): pure, so that the same case gives the same row whenever it is made. Nothing personal."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from models.case.state import CaseState
from models.claims.state import ClaimItem, ClaimKind
from models.common.actors import Actor
from models.common.base import Money
from models.common.partners import Order, OrderLine
from models.common.vocabulary import ClockName, Outcome, Party, RemedyKind, Role, WaitingOn
from models.investigation.clocks import Clock
from models.policy.policy import Policy
from models.remedies.remedy import Remedy
from rules.claims.receivables import given
from rules.facts.parcels import as_given_up, lines_in_question, parcel_in_question
from rules.figures.times import packed, places_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SOLVED = frozenset({Outcome.RESOLVED, Outcome.ANSWERED, Outcome.REJECTED})
PAYERS: Mapping[ClaimKind, Party] = {
    ClaimKind.CARRIER: Party.CARRIER,
    ClaimKind.RECOVERY: Party.MERCHANT,
    ClaimKind.CREDIT: Party.PLATFORM,
}


Given = Mapping[tuple[RemedyKind, Party, str], int]
"""Minor units by remedy, who bears it, and currency."""


class Claimed(NamedTuple):
    """A claim of the case: what it is for, and what was paid of it so far."""

    kind: ClaimKind
    items: tuple[ClaimItem, ...]
    paid_minor: int


def facts_of(case: CaseState, policy: Policy) -> dict[str, Any]:
    """The row of `figures`, but for what it gave and which version it is."""
    order, line = case.order, _dearest_line(case)
    parcel = parcel_in_question(as_given_up(case.shipments, case.found), lines_in_question(case))
    spent = case.spent.seconds if case.spent else {}
    opened, solved = case.receipt.received_at, is_solved(case)
    agent = next((one.id for one in (case.handler, case.owner) if one is not None and one.role in Role.platform()), None)
    return {
        "case_id": case.case_id,
        "opened_at": opened,
        "opened_minute": (opened - EPOCH) // MINUTE,
        "closed_at": case.closed_at,
        "answer_seconds": _since(opened, _answered_at(case)),
        "solve_seconds": _since(opened, _stopped(case, ClockName.RESOLUTION, -1)) if solved else None,
        "over": case.closed_at is not None and case.merged is None,
        "without_person": solved and _without_person(case),
        "first_contact": solved and not _spoke_again(case),
        "reopened": case.reopened,
        "disputed": case.disputed,
        "returned": any(remedy.return_ is not None for remedy in case.remedies),
        "missed": bool(case.misses),
        "speed": case.survey.speed if case.survey else None,
        "solution": case.survey.solution if case.survey else None,
        "attitude": case.survey.attitude if case.survey else None,
        "unhappy": case.survey is not None and case.survey.lowest <= policy.low_score,
        "currency": order.total.currency if order else policy.currency,
        "kind": case.kind,
        "channel": case.receipt.channel,
        "issue": case.issue,
        "priority": case.grade.priority if case.grade else None,
        "outcome": case.outcome,
        "tier": case.tier,
        "team": case.team,
        "agent": agent,
        "merchant_id": order.merchant_id if order else None,
        "carrier_id": parcel.carrier_id if parcel else None,
        "region": order.region if order else None,
        "product": line.sku if line else None,
        "category": line.category if line else None,
        "party": case.finding.party if case.finding else None,
        "places": places_of(spent),
        "times": packed(spent),
    }


def money_given(case: CaseState, funded_by: Mapping[RemedyKind, Party], claims: Iterable[Claimed]) -> Given:
    """What the case gave, by remedy, bearer and currency: whoever paid for it (RES-9) bears it, less what was paid for it by claims.

    What is paid goes to the items of a claim in their order, as it is booked.
    """
    borne = {
        remedy.id: (remedy.kind, value.currency, Counter({funded_by[remedy.kind]: value.minor}))
        for remedy in case.remedies
        if remedy.kind in funded_by and (value := _value(remedy, case.order)) is not None
    }
    for claim in claims:
        left = claim.paid_minor
        for item in claim.items:
            paid = min(item.amount.minor, left)
            left -= paid
            if item.remedy_id in borne:
                shares = borne[item.remedy_id][2]
                moved = min(paid, shares[item.in_favour_of])
                shares[item.in_favour_of] -= moved
                shares[PAYERS[claim.kind]] += moved
    total = Counter[tuple[RemedyKind, Party, str]]()
    for kind, currency, shares in borne.values():
        total.update({(kind, bearer, currency): minor for bearer, minor in shares.items() if minor})
    return total


def _value(remedy: Remedy, order: Order | None) -> Money | None:
    """What it cost; without an order only what has an amount of its own, as a coupon."""
    if order is not None:
        return given(remedy, order)
    return remedy.amount if remedy.done_at is not None and remedy.undone is None else None


def is_solved(case: CaseState) -> bool:
    """The customer has an answer or a decision, be it no."""
    return case.outcome in SOLVED


def _since(opened: datetime, at: datetime | None) -> int | None:
    return None if at is None else max((at - opened) // SECOND, 0)


def _stopped(case: CaseState, name: ClockName, which: int) -> datetime | None:
    """When the first (0) or last (-1) of the clocks of that name stopped."""
    clocks = sorted((clock for clock in case.clocks if clock.name is name), key=_started)
    return clocks[which].stopped_at if clocks else None


def _started(clock: Clock) -> datetime:
    return clock.started_at


def _answered_at(case: CaseState) -> datetime | None:
    """When the customer had the first answer. Of a case that was withdrawn before, the clock stopped for nothing."""
    answered = case.owner or case.proposals or case.suggestion or case.settlements or is_solved(case)
    return _stopped(case, ClockName.FIRST_REPLY, 0) if answered else None


def _without_person(case: CaseState) -> bool:
    """Settled by itself (RES-10) or by the answer that was suggested (REC-6), and no person said or offered anything."""
    people = Role.platform() | {Role.MERCHANT}
    spoke = (*(saying.by for saying in case.sayings), *(proposal.by for proposal in case.proposals))
    alone = case.automatic or (case.owner is None and case.suggestion is not None and case.outcome is Outcome.ANSWERED)
    return alone and not case.reopened and not any(by.role in people for by in spoke)


def _spoke_again(case: CaseState) -> bool:
    """The customer said something after opening: words, an answer, no to an offer or to the solution, or asked again."""
    said = any(_customer(saying.by) for saying in case.sayings)
    asked = any(request.of is WaitingOn.CUSTOMER and request.answer is not None for request in case.requests)
    refused = any(proposal.refused is not None for proposal in case.proposals)
    return said or asked or refused or case.disputed or bool(case.reopened) or bool(case.absorbed)


def _customer(by: Actor) -> bool:
    return by.role is Role.CUSTOMER


def _dearest_line(case: CaseState) -> OrderLine | None:
    """Of the order lines that it is about the one that cost most; of equals the first."""
    if case.order is None:
        return None
    named = {line.line_id for line in lines_in_question(case)}
    about = [line for line in case.order.lines if not named or line.line_id in named]
    return max(about, key=lambda line: line.paid.minor, default=None)
