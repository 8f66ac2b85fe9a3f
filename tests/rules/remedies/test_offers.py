"""An option as the customer sees it: steps, time, who pays the freight and why (RES-2, RES-8)."""

from datetime import timedelta

import pytest

from models.case.state import CaseState, Classification
from models.common.base import Bilingual, Money
from models.common.vocabulary import Issue, Party, RemedyKind
from models.investigation.findings import Finding
from models.policy.policy import PolicySlice
from models.remedies.offers import OptionOffer, RemedyOffer
from rules.remedies.offers import freight_of, lay_out
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import order, payment

RETURN = RemedyOffer(kind=RemedyKind.RETURN_AND_REFUND, amount=Money(minor=100))
APOLOGY = RemedyOffer(kind=RemedyKind.APOLOGY, words="Sorry.")
REFUND = RemedyOffer(kind=RemedyKind.REFUND_ONLY, amount=Money(minor=100))


def about(issue: Issue, party: Party | None = None, confidence: float = 1.0) -> CaseState:
    found = party and Finding(party=party, confidence=confidence, basis=Bilingual(zh="据", en="so"), row="x", at=NOW)
    issued = Classification(issue=issue, confidence=1, by="customer")
    return case(order=order(), payments=(payment(),), classification=issued, finding=found)


def test_an_option_says_what_happens_how_long_it_takes_and_who_pays_for_the_way(policy_slice: PolicySlice) -> None:
    option = lay_out(policy_slice, about(Issue.DAMAGED, Party.CARRIER), OptionOffer(remedies=(APOLOGY, RETURN), why="damaged"))
    assert option.remedies == (APOLOGY, RETURN)
    assert option.steps[0].en == "you get an apology in writing"
    assert len(option.steps) == 5
    assert all(step.zh and step.en for step in option.steps)
    assert option.within == timedelta(days=14)
    assert option.freight is Party.CARRIER
    assert option.freight_why is not None
    assert "responsible" in option.freight_why.en


def test_the_same_remedy_twice_has_its_steps_once_and_money_has_no_freight(policy_slice: PolicySlice) -> None:
    option = lay_out(policy_slice, about(Issue.DAMAGED, Party.CARRIER), OptionOffer(remedies=(REFUND, REFUND), why="damaged"))
    assert len(option.steps) == 2
    assert (option.freight, option.freight_why) == (None, None)


@pytest.mark.parametrize(
    ("case_", "payer"),
    [
        (about(Issue.NO_REASON_RETURN, Party.CUSTOMER), Party.CUSTOMER),
        (about(Issue.DAMAGED), Party.MERCHANT),
        (about(Issue.DAMAGED, Party.CARRIER, 0.5), Party.MERCHANT),
        (about(Issue.QUALITY_DEFECT, Party.SHARED), Party.MERCHANT),
    ],
)
def test_the_freight_follows_a_finding_that_stands(policy_slice: PolicySlice, case_: CaseState, payer: Party) -> None:
    assert freight_of(policy_slice, case_, (RETURN,)) is payer


def test_every_remedy_has_its_steps(policy_slice: PolicySlice) -> None:
    assert set(policy_slice.eligibility.courses) == set(RemedyKind)
