"""Receivables of a case (RES-9): who paid for a remedy, who is responsible, and what a carrier is liable for at most.

Pure: the same case, finding and policy give the same receivables, so that they can be worked out again whenever a finding moves (INV-5).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from models.case.state import CaseState
from models.claims.found import FoundParcel
from models.claims.policy import WHOLE, CarrierTerms, ClaimsPolicy
from models.claims.state import Claim, ClaimCause, ClaimItem, ClaimKind, ClaimLimit, ClaimPayment, ClaimRef, ClaimStatus
from models.common.base import Frozen, Money
from models.common.partners import Order, Shipment, ShipmentStatus
from models.common.vocabulary import Issue, Party
from models.investigation.findings import Fact
from models.money.ledger import Entry
from models.policy.policy import PolicySlice
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES, Amount
from models.returns.state import ReturnParcelState, ReturnResult
from rules.claims.found import as_first_found, is_late
from rules.common.amounts import cost_of
from rules.common.rates import figure_in
from rules.facts.parcels import as_given_up, lines_in_question, parcel_in_question, parcels_with
from rules.money import ledger

CAUSES: Mapping[Issue, ClaimCause] = {
    Issue.LOST: ClaimCause.LOST,
    Issue.SIGNED_BY_OTHER: ClaimCause.LOST,
    Issue.PICKUP_POINT: ClaimCause.LOST,
    Issue.MISSING_ITEM: ClaimCause.LOST,
    Issue.DAMAGED: ClaimCause.DAMAGED,
    Issue.SOILED: ClaimCause.DAMAGED,
    Issue.DELAY: ClaimCause.LATE,
    Issue.TRACKING_STALLED: ClaimCause.LATE,
    Issue.TRACKING_WRONG: ClaimCause.LATE,
}
PROOFS = ("order.", "delivery.", "shipment.", "evidence.", "carrier.", "merchant.")
"""The facts that a claim carries: nothing about payments or the customer."""
NOBODY = frozenset({Party.NONE, Party.CUSTOMER})

NOTHING: Mapping[str, int] = {}

Shares = Mapping[Party, float]


class Receivable(Frozen):
    """What one party owes, or is owed, for one case."""

    kind: ClaimKind
    who: str
    cause: ClaimCause
    currency: str
    tracking: str | None = None
    items: tuple[ClaimItem, ...]
    limit: ClaimLimit | None = None


class Change(Frozen):
    """What has to happen to a standing claim: this is all that is still claimed by it."""

    claim_id: str
    items: tuple[ClaimItem, ...]


def receivables(
    case: CaseState, policy: ClaimsPolicy, *, moved: bool = False, elsewhere: Mapping[str, int] = NOTHING
) -> tuple[Receivable, ...]:
    """Everything that is due between the parties for what was given so far.

    `elsewhere`: minor units that other cases have claimed already, by the parcel's number: its carrier is liable once.

    `moved`: an appeal took the responsibility off somebody after the customer was served; where it rests on nobody, the platform bears it.
    """
    order, finding = case.order, case.finding
    if order is None or finding is None:
        return ()
    road, late = _road(case)
    found: dict[tuple[ClaimKind, str, str], Receivable] = {}
    for remedy in case.remedies:
        value, funder = given(remedy, order), policy.funded_by.get(remedy.kind)
        if value is None or funder is None:
            continue
        lost = _lost_on_the_way_back(remedy, case)
        carrier = lost.carrier_id if lost else road.carrier_id if road else None
        shares = {Party.CARRIER: WHOLE} if lost else bearers(finding.party, policy, moved=moved, parcel=road is not None)
        for kind, minor in _owed(value.minor, funder, shares):
            who = carrier if kind is ClaimKind.CARRIER else order.merchant_id
            assert who is not None  # noqa: S101  # without a parcel no carrier bears anything
            if kind is ClaimKind.CARRIER and lost is None and late is False:
                continue  # what it was claimed for did not happen
            item = ClaimItem(
                remedy_id=remedy.id,
                kind=remedy.kind,
                amount=Money(minor=minor, currency=value.currency),
                in_favour_of=Party.MERCHANT if kind is ClaimKind.CREDIT else funder,
            )
            of_parcel = kind is ClaimKind.CARRIER
            tracking = (lost.tracking if lost else road.tracking if road else None) if of_parcel else None
            key = (kind, f"{who}/{tracking}", value.currency)
            known = found.get(key)
            found[key] = (
                known.model_copy(update={"items": (*known.items, item)})
                if known
                else Receivable(
                    kind=kind,
                    who=who,
                    cause=_cause(case, lost=lost is not None, carrier=of_parcel, road=road, late=late),
                    currency=value.currency,
                    tracking=tracking,
                    items=(item,),
                )
            )
    limited = (_limited(due, order, road, policy, elsewhere.get(due.tracking or "", 0)) for due in found.values())
    return tuple(due for due in limited if due.items)


def policy_in(policy: PolicySlice, currency: str) -> ClaimsPolicy:
    """The policy's `claims`, its sums in the currency of an order. Without a rate no carrier's sum is known, and nothing counts as small."""
    claims = policy.claims
    carriers = {
        carrier: terms.model_copy(
            update={
                name: None if sum_ is None else figure_in(policy, sum_, currency)
                for name, sum_ in (("at_least_minor", terms.at_least_minor), ("late_at_least_minor", terms.late_at_least_minor))
            }
        )
        for carrier, terms in ({"*": CarrierTerms()} | claims.carriers).items()
    }
    small = figure_in(policy, claims.write_off_below_minor, currency) or 0
    return claims.model_copy(update={"carriers": carriers, "write_off_below_minor": small})


def given(remedy: Remedy, order: Order) -> Money | None:
    """What a remedy that is done has cost; None: nothing that could be claimed."""
    if remedy.done_at is None or remedy.undone is not None or remedy.of_charge:
        return None
    spec = REMEDIES[remedy.kind]
    if spec.amount is not Amount.NONE:
        return remedy.amount if remedy.amount and remedy.amount.minor else None
    paid = remedy.replacement.paid if remedy.replacement else None
    return (paid or cost_of(order, remedy.lines)) if spec.costs_goods else None


def bearers(party: Party, policy: ClaimsPolicy, *, moved: bool, parcel: bool) -> Shares:
    """Who bears what by that finding; empty: whoever paid bears it."""
    if party in NOBODY:
        return {Party.PLATFORM: WHOLE} if moved else {}
    shares = dict(policy.shared) if party is Party.SHARED else {party: WHOLE}
    if not parcel and Party.CARRIER in shares:
        shares[Party.PLATFORM] = shares.get(Party.PLATFORM, 0) + shares.pop(Party.CARRIER)
    return shares


def missing(wanted: Sequence[Receivable], refs: Sequence[ClaimRef]) -> tuple[Receivable, ...]:
    """What is due and not claimed yet: new claims."""
    claimed = _claimed(refs)
    fresh = [due.model_copy(update={"items": tuple(_rest(due, claimed))}) for due in wanted]
    return tuple(due for due in fresh if due.items)


def excessive(wanted: Sequence[Receivable], refs: Sequence[ClaimRef]) -> Iterator[Change]:
    """Which standing claims ask for more than is due by now, the last one first."""
    left: dict[tuple[ClaimKind, str, str], int] = {}
    for due in wanted:
        for item in due.items:
            key = (due.kind, due.who, item.remedy_id)
            left[key] = left.get(key, 0) + item.amount.minor
    for ref in refs:
        if ref.status is ClaimStatus.WITHDRAWN:
            continue  # asks for nothing, as `missing` counts it
        kept: list[ClaimItem] = []
        for item in ref.items:
            key = (ref.kind, ref.who, item.remedy_id)
            minor = min(item.amount.minor, left.get(key, 0))
            left[key] = left.get(key, 0) - minor
            if minor:
                kept.append(item.model_copy(update={"amount": Money(minor=minor, currency=item.amount.currency)}))
        if tuple(kept) != ref.items:
            yield Change(claim_id=ref.claim_id, items=tuple(kept))


def if_late(case: CaseState, due: Receivable, policy: ClaimsPolicy) -> tuple[ClaimItem, ...]:
    """What would still be claimed of a lost parcel's carrier, for the delay, if the parcel turned up."""
    promised_at = case.order.promised_at if case.order else None
    if due.cause is not ClaimCause.LOST or due.tracking is None or promised_at is None:
        return ()
    found = FoundParcel(tracking=due.tracking, status=ShipmentStatus.DELIVERED, at=promised_at + timedelta(seconds=1))
    then = receivables(case.model_copy(update={"found": (*case.found, found)}), policy, moved=case.claims_moved)
    same = next((one for one in then if (one.kind, one.who, one.tracking) == (due.kind, due.who, due.tracking)), None)
    return tuple(_at_most(same.items, due.items)) if same else ()


def _at_most(items: Iterable[ClaimItem], claimed: Iterable[ClaimItem]) -> Iterator[ClaimItem]:
    """Of each remedy no more than was claimed for it."""
    most = {item.remedy_id: item.amount.minor for item in claimed}
    for item in items:
        if minor := min(item.amount.minor, most.get(item.remedy_id, 0)):
            yield item.model_copy(update={"amount": Money(minor=minor, currency=item.amount.currency)})


def proofs(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.name.startswith(PROOFS))


def booking(claim: Claim, payment: ClaimPayment, booked: Iterable[Entry]) -> Entry:
    """The ledger's entry for a payment of the claim; `booked`: the entries of its payments before.

    What a party pays is whoever's it was claimed for. After every payment each has what its items come to by now, as far as the money
    goes, in their order; what is more than all of them is with the platform, which owes it back.
    """
    theirs = f"{claim.kind.of}:{claim.who}"
    held = {account: minor for (account, _), minor in ledger.balances(booked).items()}
    left = -held.pop(theirs, 0) + (-payment.amount.minor if payment.back else payment.amount.minor)
    due: dict[str, int] = {}
    for account, minor in _due_to(claim).items():
        due[account] = min(minor, max(left, 0))
        left -= due[account]
    due[ledger.PLATFORM] = due.get(ledger.PLATFORM, 0) + left
    moved = {account: due.get(account, 0) - held.get(account, 0) for account in {**held, **due}}
    whose, shares = ledger.Whose(claim.order_id, claim.case_id), {account: minor for account, minor in moved.items() if minor}
    return ledger.recovered(whose, f"{claim.claim_id}.{payment.key}", theirs, shares, claim.currency)


def _due_to(claim: Claim) -> dict[str, int]:
    """What each account of the ledger is to get by the claim, in the items' order. Only a carrier pays for others than the platform."""
    due: dict[str, int] = {}
    for item in claim.items:
        merchants = claim.kind is ClaimKind.CARRIER and item.in_favour_of is Party.MERCHANT and claim.merchant_id is not None
        account = f"{Party.MERCHANT}:{claim.merchant_id}" if merchants else ledger.PLATFORM
        due[account] = due.get(account, 0) + item.amount.minor
    return due


def _owed(minor: int, funder: Party, shares: Shares) -> Iterator[tuple[ClaimKind, int]]:
    """What each bearer owes whoever paid; the last one takes what rounding leaves."""
    rest = minor
    for number, (bearer, share) in enumerate(shares.items(), start=1):
        part = rest if number == len(shares) else int(minor * share)
        rest -= part
        if bearer is funder or not part:
            continue
        if bearer is Party.CARRIER:
            yield ClaimKind.CARRIER, part
        elif bearer is Party.MERCHANT:
            yield ClaimKind.RECOVERY, part
        else:
            yield ClaimKind.CREDIT, part


def _limited(due: Receivable, order: Order, road: Shipment | None, policy: ClaimsPolicy, elsewhere: int) -> Receivable:
    """A carrier's liability ends somewhere (the policy's `carriers`); the items are claimed in their order up to there."""
    limit = _limit(due, order, road, policy.of(due.who)) if due.kind is ClaimKind.CARRIER else None
    if limit is None or limit.amount.minor - elsewhere >= sum(item.amount.minor for item in due.items):
        return due
    left, kept = max(limit.amount.minor - elsewhere, 0), list[ClaimItem]()
    for item in due.items:
        minor = min(left, item.amount.minor)
        left -= minor
        if minor:
            kept.append(item.model_copy(update={"amount": Money(minor=minor, currency=due.currency)}))
    return due.model_copy(update={"items": tuple(kept), "limit": limit})


def _limit(due: Receivable, order: Order, road: Shipment | None, terms: CarrierTerms) -> ClaimLimit | None:
    if due.cause is ClaimCause.LATE:
        times, least, by = terms.late_freight_times, terms.late_at_least_minor, "late"
    elif road is not None and road.tracking == due.tracking and road.declared_value is not None:
        value = road.declared_value
        times, least, by = 0, value.minor if value.currency == due.currency else None, "declared_value"
    else:
        times, least, by = terms.freight_times, terms.at_least_minor, "freight"
    if least is None:
        return None
    return ClaimLimit(amount=Money(minor=max(int(order.freight.minor * times), least), currency=due.currency), by=by)


def _cause(case: CaseState, *, lost: bool, carrier: bool, road: Shipment | None, late: bool | None) -> ClaimCause:
    if lost:
        return ClaimCause.LOST_RETURN
    if not carrier or case.issue is None:
        return ClaimCause.LIABLE
    if late:
        return ClaimCause.LATE
    if road is not None and road.status is ShipmentStatus.LOST:
        return ClaimCause.LOST
    return CAUSES.get(case.issue, ClaimCause.LIABLE)


def _road(case: CaseState) -> tuple[Shipment | None, bool | None]:
    """The parcel that the case is about; and when it was given up as lost and has turned up: whether it was late. None: it has not."""
    lines, found = lines_in_question(case), as_first_found(case.found)
    road = parcel_in_question(as_given_up(case.shipments, case.found), lines)
    if road is None or road.tracking not in found:
        return road, None
    others = parcels_with(case.shipments, (line.line_id for line in lines))
    still_lost = [one for one in others if one.status is ShipmentStatus.LOST and one.tracking not in found]
    if still_lost:
        return still_lost[-1], None  # what it carried is claimed all the same: a person sees to the rest
    return road, is_late(found[road.tracking], case.order.promised_at if case.order else None)


def _lost_on_the_way_back(remedy: Remedy, case: CaseState) -> ReturnParcelState | None:
    """A parcel of ours that was lost with the goods in it: its carrier is liable, whoever was for the first way."""
    back = remedy.return_
    if (
        back is None
        or back.parcel is None
        or back.result is not ReturnResult.LOST
        or back.parcel.tracking in as_first_found(case.found)
    ):
        return None
    return back.parcel


def _claimed(refs: Iterable[ClaimRef]) -> dict[tuple[ClaimKind, str, str], int]:
    claimed: dict[tuple[ClaimKind, str, str], int] = {}
    for ref in refs:
        if ref.status is ClaimStatus.WITHDRAWN:
            continue
        for item in ref.items:
            key = (ref.kind, ref.who, item.remedy_id)
            claimed[key] = claimed.get(key, 0) + item.amount.minor
    return claimed


def _rest(due: Receivable, claimed: dict[tuple[ClaimKind, str, str], int]) -> Iterator[ClaimItem]:
    for item in due.items:
        key = (due.kind, due.who, item.remedy_id)
        covered = min(claimed.get(key, 0), item.amount.minor)
        claimed[key] = claimed.get(key, 0) - covered
        if covered < item.amount.minor:
            minor = item.amount.minor - covered
            yield item.model_copy(update={"amount": Money(minor=minor, currency=item.amount.currency)})
