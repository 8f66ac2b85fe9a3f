"""Money above a limit waits for another person than the proposer (RES-4)."""

from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Money
from models.common.vocabulary import Role
from models.policy.policy import PolicySlice
from rules.common.rates import figure_in


def given_on_order(case: CaseState) -> int:
    """Minor units that this case and earlier ones of the order have given already."""
    earlier = case.history.given_minor if case.history else 0
    own = [remedy for remedy in case.remedies if not (remedy.undone or remedy.of_charge)]
    return earlier + sum(remedy.amount.minor for remedy in own if remedy.amount)


def limit_of(policy: PolicySlice, by: Actor) -> int | None:
    """What the person may give on one order without another person, in the policy's currency. None: any amount."""
    if by.role is Role.MERCHANT:
        return policy.approval.merchant
    return policy.approval.agent if by.role in Role.platform() else policy.approval.automatic


def without_approval(case: CaseState, policy: PolicySlice, by: Actor, currency: str) -> int | None:
    """Minor units that the person may still give on the order before another one has to agree. None: any amount.

    In a currency that the policy has no rate for: nothing.
    """
    limit = limit_of(policy, by)
    if limit is None:
        return None
    most = figure_in(policy, limit, currency)
    return 0 if most is None else max(most - given_on_order(case), 0)


def needs_approval(case: CaseState, policy: PolicySlice, by: Actor, amount: Money) -> bool:
    """Whether another person has to agree: the amount counts together with what the order was given before."""
    most = without_approval(case, policy, by, amount.currency)
    return most is not None and amount.minor > most
