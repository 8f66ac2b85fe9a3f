"""Who owes whom for what a case gave (RES-9, INV-5): as pure decisions over finding, remedies and policy."""

from typing import Any

import pytest

from models.case.state import CaseState
from models.claims.policy import CarrierTerms, ClaimsPolicy, ClaimWaitFor
from models.claims.state import ClaimCause, ClaimKind, ClaimRef, ClaimStatus
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Order, Shipment, ShipmentStatus
from models.common.vocabulary import Issue, Party, RemedyKind
from models.remedies.remedy import Remedy
from models.replacements.state import ReplacementStage, ReplacementState
from models.returns.partner import Purpose
from models.returns.state import ReturnParcelState, ReturnResult, ReturnState
from rules.claims.receivables import excessive, missing, receivables
from rules.money.goods import sent_before
from rules.money.worth import worth_of
from tests.support.builders.cases import NOW, classified, finding, receipt
from tests.support.builders.orders import line, order, parcel
from tests.support.builders.remedies import remedy

POLICY = ClaimsPolicy()


def case(
    party: Party,
    *remedies: Remedy,
    issue: Issue = Issue.DAMAGED,
    bought: Order | None = None,
    parcels: tuple[Shipment, ...] = (parcel(),),
) -> CaseState:
    return classified(
        issue,
        receipt=receipt(issue=issue),
        order=bought or order(),
        shipments=parcels,
        finding=finding(party),
        remedies=remedies,
    )


def owed(state: CaseState, policy: ClaimsPolicy = POLICY, *, moved: bool = False) -> dict[str, int]:
    found: dict[str, int] = {}
    for due in receivables(state, policy, moved=moved):
        found[f"{due.kind}:{due.who}"] = sum(item.amount.minor for item in due.items)
    return found


REFUND, COUPON = remedy(), remedy(RemedyKind.COUPON, 3_000, 2)


@pytest.mark.parametrize(
    ("party", "found"),
    [
        (Party.CARRIER, {"carrier_claim:K-1": 13_000}),
        (Party.MERCHANT, {"merchant_recovery:M-1": 3_000}),
        (Party.PLATFORM, {"merchant_credit:M-1": 10_000}),
        (Party.SHARED, {"carrier_claim:K-1": 6_500, "merchant_recovery:M-1": 1_500}),
        (Party.NONE, {}),
        (Party.CUSTOMER, {}),
    ],
)
def test_whoever_is_responsible_owes_what_another_paid(party: Party, found: dict[str, int]) -> None:
    assert owed(case(party, REFUND, COUPON)) == found


def test_the_carrier_pays_in_favour_of_whoever_gave_the_remedy() -> None:
    (due,) = receivables(case(Party.CARRIER, REFUND, COUPON), POLICY)
    assert [(item.remedy_id, item.in_favour_of) for item in due.items] == [("m1", Party.MERCHANT), ("m2", Party.PLATFORM)]
    assert due.cause is ClaimCause.DAMAGED
    assert due.tracking == "T-O-1"


@pytest.mark.parametrize("party", [Party.NONE, Party.CUSTOMER])
def test_after_an_appeal_that_leaves_nobody_the_platform_bears_what_the_merchant_gave(party: Party) -> None:
    assert owed(case(party, REFUND, COUPON), moved=True) == {"merchant_credit:M-1": 10_000}


def test_what_is_not_done_was_taken_back_or_costs_nothing_is_not_claimed() -> None:
    undone = remedy(number=3, undone="withdrawn")
    under_way = remedy(number=4, done_at=None)
    sorry = remedy(RemedyKind.APOLOGY, None, 5)
    own_money = remedy(number=6, payment_id="P-O-1-2")  # the customer had paid it for something that was not carried out
    assert owed(case(Party.CARRIER, undone, under_way, sorry, own_money)) == {}


def test_goods_sent_again_are_worth_what_was_paid_for_them() -> None:
    again = remedy(RemedyKind.RESHIP, None, lines=(LineQuantity(line_id="L1", quantity=1),))
    assert owed(case(Party.CARRIER, again)) == {"carrier_claim:K-1": 12_900}


def test_a_share_that_does_not_divide_loses_no_cent() -> None:
    policy = ClaimsPolicy(shared={Party.CARRIER: 0.5, Party.PLATFORM: 0.5})
    assert owed(case(Party.SHARED, remedy(minor=10_001)), policy) == {"carrier_claim:K-1": 5_000, "merchant_credit:M-1": 5_001}


def test_without_a_parcel_the_carriers_share_is_the_platforms() -> None:
    assert owed(case(Party.SHARED, REFUND, parcels=())) == {"merchant_credit:M-1": 5_000}


def test_a_return_lost_on_the_way_is_claimed_from_its_own_carrier_whoever_was_liable() -> None:
    lost = ReturnState(
        workflow_id="RD-1.m1.return",
        purpose=Purpose.REFUND,
        lines=(),
        agreed=Money(minor=10_000),
        opened_at=NOW,
        parcel=ReturnParcelState(tracking="T-BACK", carrier_id="K-9"),
        result=ReturnResult.LOST,
    )
    (due,) = receivables(case(Party.MERCHANT, remedy(RemedyKind.RETURN_AND_REFUND, return_=lost)), POLICY)
    assert (due.kind, due.who, due.tracking, due.cause) == (ClaimKind.CARRIER, "K-9", "T-BACK", ClaimCause.LOST_RETURN)


CHEAP = ClaimsPolicy(
    carriers={"*": CarrierTerms(freight_times=7, at_least_minor=0, late_freight_times=1, late_at_least_minor=500)}
)


@pytest.mark.parametrize(
    ("issue", "change", "minor", "by"),
    [
        (Issue.DAMAGED, {}, 7_000, "freight"),
        (Issue.DAMAGED, {"declared_value": Money(minor=9_000)}, 9_000, "declared_value"),
        (Issue.DELAY, {"declared_value": Money(minor=9_000)}, 1_000, "late"),
        (Issue.DELAY, {"status": ShipmentStatus.LOST}, 7_000, "freight"),
    ],
)
def test_a_carrier_is_liable_up_to_its_limit(issue: Issue, change: dict[str, Any], minor: int, by: str) -> None:
    sent = order(freight=Money(minor=1_000))
    (due,) = receivables(case(Party.CARRIER, REFUND, COUPON, issue=issue, bought=sent, parcels=(parcel(**change),)), CHEAP)
    assert sum(item.amount.minor for item in due.items) == minor
    assert due.limit is not None
    assert due.limit.by == by


@pytest.mark.parametrize(("elsewhere", "minor"), [(0, 9_000), (4_000, 5_000), (9_000, 0), (12_000, 0)])
def test_what_other_cases_claimed_of_the_parcel_counts_towards_its_limit(elsewhere: int, minor: int) -> None:
    state = case(Party.CARRIER, REFUND, COUPON, parcels=(parcel(declared_value=Money(minor=9_000)),))
    wanted = receivables(state, CHEAP, elsewhere={"T-O-1": elsewhere, "T-OTHER": 9_000})
    assert sum(item.amount.minor for due in wanted for item in due.items) == minor


def refs(state: CaseState, policy: ClaimsPolicy = POLICY, *, moved: bool = False) -> tuple[ClaimRef, ...]:
    return tuple(
        ClaimRef(claim_id=f"RD-1.claim.{number}", kind=due.kind, who=due.who, items=due.items, currency=due.currency)
        for number, due in enumerate(receivables(state, policy, moved=moved), start=1)
    )


def test_what_is_claimed_already_is_not_claimed_again() -> None:
    state = case(Party.SHARED, REFUND, COUPON)
    wanted = receivables(state, POLICY)
    assert missing(wanted, refs(state)) == ()
    assert list(excessive(wanted, refs(state))) == []


def test_a_further_remedy_is_claimed_by_itself() -> None:
    (fresh,) = missing(receivables(case(Party.CARRIER, REFUND, COUPON), POLICY), refs(case(Party.CARRIER, REFUND)))
    assert [item.remedy_id for item in fresh.items] == ["m2"]


@pytest.mark.parametrize(
    ("after", "withdrawn", "fresh"),
    [
        (Party.MERCHANT, ["RD-1.claim.1"], {"merchant_recovery": 3_000}),
        (Party.NONE, ["RD-1.claim.1"], {"merchant_credit": 10_000}),
        (Party.PLATFORM, ["RD-1.claim.1"], {"merchant_credit": 10_000}),
    ],
)
def test_a_finding_that_moves_withdraws_one_claim_and_opens_another(
    after: Party, withdrawn: list[str], fresh: dict[str, int]
) -> None:
    before = refs(case(Party.CARRIER, REFUND, COUPON))
    wanted = receivables(case(after, REFUND, COUPON), POLICY, moved=True)
    assert [change.claim_id for change in excessive(wanted, before) if not change.items] == withdrawn
    assert {due.kind.value: sum(item.amount.minor for item in due.items) for due in missing(wanted, before)} == fresh


def test_a_finding_that_moves_to_both_reduces_the_claim() -> None:
    before = refs(case(Party.CARRIER, REFUND))
    wanted = receivables(case(Party.SHARED, REFUND), POLICY, moved=True)
    (change,) = excessive(wanted, before)
    assert [item.amount.minor for item in change.items] == [5_000]
    assert missing(wanted, before) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"funded_by": {"coupon": "carrier"}},
        {"shared": {"merchant": 0.5, "carrier": 0.6}},
        {"shared": {"customer": 1.0}},
        {"waits": {ClaimWaitFor.ANSWER: {"within": "7d", "then": {"zh": "x", "en": "x"}}}},
    ],
)
def test_a_policy_that_does_not_add_up_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"funded_by|shared|waits"):
        ClaimsPolicy.model_validate(wrong)


def test_three_pieces_exchanged_or_sent_again_one_at_a_time_are_claimed_as_the_whole() -> None:
    one, three = (LineQuantity(line_id="L1"),), order("O-1", line("L1", quantity=3, minor=10_000))
    for kind in (RemedyKind.EXCHANGE, RemedyKind.RESHIP):
        state, paid = case(Party.CARRIER, bought=three), list[Money]()
        for number in range(1, 4):
            paid.append(worth_of(state, one, sent_before(state)))
            replacing = ReplacementState(workflow_id="w", kind=kind, stage=ReplacementStage.DELIVERED, items=(), paid=paid[-1])
            given = remedy(kind, None, number, lines=one, replacement=replacing)
            state = state.model_copy(update={"remedies": (*state.remedies, given)})
        assert [piece.minor for piece in paid] == [3_333, 3_333, 3_334]
        assert owed(state) == {"carrier_claim:K-1": 10_000}


def test_a_claim_that_was_withdrawn_is_in_nobodys_way_when_it_is_claimed_anew() -> None:
    state = case(Party.CARRIER, REFUND)
    (due,) = receivables(state, POLICY)
    old, new = (
        ClaimRef(claim_id=claim_id, kind=due.kind, who=due.who, items=due.items, currency="CNY", status=status)
        for claim_id, status in (("c1", ClaimStatus.WITHDRAWN), ("c2", ClaimStatus.OPEN))
    )
    assert list(excessive((due,), (old, new))) == []
    assert missing((due,), (old, new)) == ()
