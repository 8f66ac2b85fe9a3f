"""Rounds of a negotiation (RES-2): how many there were, whatever ended them, and who goes on after them (DSP-5)."""

from enum import StrEnum

from models.case.state import CaseState
from models.common.vocabulary import Role, Tier
from models.policy.policy import PolicySlice
from models.remedies.remedy import Proposal


class GoesOn(StrEnum):
    """Who looks for a solution after a round."""

    SAME = "same"
    PLATFORM = "platform"
    """A merchant had as many rounds as the policy leaves it."""
    RULING = "ruling"
    """The rounds are used up: a supervisor rules."""


def rounds_over(case: CaseState) -> tuple[Proposal, ...]:
    """Every proposal that was before the customer and is over."""
    return tuple(proposal for proposal in case.proposals if proposal.was_round)


def goes_on(case: CaseState, policy: PolicySlice, rounds: tuple[Proposal, ...]) -> GoesOn:
    """Who goes on after these rounds."""
    if len(rounds) >= policy.max_rounds:
        return GoesOn.RULING
    by_merchant = sum(proposal.by.role is Role.MERCHANT for proposal in rounds)
    rises = case.tier is Tier.MERCHANT and by_merchant >= policy.rejections_to_escalate
    return GoesOn.PLATFORM if rises else GoesOn.SAME
