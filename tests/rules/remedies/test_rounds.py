"""Rounds of a negotiation (RES-2, DSP-5): each proposal that was before the customer is one, whatever ended it."""

from typing import Any

import pytest

from models.common.actors import Actor
from models.common.base import Money
from models.common.vocabulary import RemedyKind, Tier
from models.policy.policy import PolicySlice
from models.remedies.offers import Option, RemedyOffer
from models.remedies.remedy import Proposal
from rules.remedies.rounds import GoesOn, goes_on, rounds_over
from tests.support.builders.actors import AGENT, MERCHANT
from tests.support.builders.cases import NOW, case

REFUSED: dict[str, Any] = {"refused": "too little"}
AGREED: dict[str, Any] = {"accepted": 1}


def proposal(by: Actor = AGENT, /, **ended: Any) -> Proposal:
    option = Option(remedies=(RemedyOffer(kind=RemedyKind.EXCHANGE),), why="fair")
    return Proposal(id="p", round=1, by=by, at=NOW, options=(option,), amount=Money(minor=0), **ended)


@pytest.mark.parametrize(
    ("situation", "ended", "counts"),
    [
        ("refused", REFUSED, True),
        ("agreed to, whatever became of it", AGREED, True),
        ("lapsed before the customer", {"lapsed": True}, True),
        ("lapsed before it was approved", {"lapsed": True, "needs_approval": True}, False),
        ("declined by a supervisor", {"declined": "too much"}, False),
        ("still on the table", {}, False),
    ],
)
def test_a_round_is_what_was_before_the_customer_and_is_over(situation: str, ended: dict[str, Any], counts: bool) -> None:
    assert bool(rounds_over(case(proposals=(proposal(**ended),)))) is counts, situation


@pytest.mark.parametrize(
    ("tier", "proposals", "then"),
    [
        (Tier.MERCHANT, (proposal(MERCHANT, **AGREED),), GoesOn.SAME),
        (Tier.MERCHANT, (proposal(MERCHANT, **AGREED), proposal(MERCHANT, **REFUSED)), GoesOn.PLATFORM),
        (Tier.MERCHANT, (proposal(MERCHANT, **AGREED),) * 2, GoesOn.PLATFORM),
        (Tier.PLATFORM, (proposal(MERCHANT, **AGREED),) * 2, GoesOn.SAME),
        (Tier.PLATFORM, (proposal(**AGREED),) * 4, GoesOn.SAME),
        (Tier.PLATFORM, (proposal(**AGREED), *(proposal(**REFUSED),) * 4), GoesOn.RULING),
        (Tier.MERCHANT, (proposal(MERCHANT, **AGREED),) * 5, GoesOn.RULING),
    ],
)
def test_agreed_in_vain_is_as_good_as_refused(
    tier: Tier, proposals: tuple[Proposal, ...], then: GoesOn, policy_slice: PolicySlice
) -> None:
    state = case(tier=tier, proposals=proposals)
    assert goes_on(state, policy_slice, rounds_over(state)) is then
